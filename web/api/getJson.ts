import type { Problem } from '../../server/contract.js';

/** A failed request. `problem` is the server's own words; null when no server answered. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly problem: Problem | null;

  constructor(message: string, problem: Problem | null) {
    super(message);
    this.problem = problem;
  }

  /** A refusal of the request itself: asking again gives the same answer. */
  get isFinal(): boolean {
    return this.problem !== null && this.problem.status >= 400 && this.problem.status < 500;
  }
}

/**
 * Fetches JSON of the API.
 * @throws ApiError for every answer but 2xx, a network failure, or a body that is not JSON; AbortError passes through.
 */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      headers: { accept: 'application/json' },
      signal: signal ?? null,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError('no answer', null);
  }
  if (!response.ok) throw new ApiError(`HTTP ${response.status}`, await problemOf(response));
  try {
    return (await response.json()) as T;
  } catch {
    throw new ApiError('not JSON', {
      type: 'about:blank',
      title: 'The answer was not JSON',
      status: response.status,
    });
  }
}

/** What a failed answer says, as RFC 9457 has it. */
export async function problemOf(response: Response): Promise<Problem> {
  const fallback: Problem = {
    type: 'about:blank',
    title: response.statusText || 'Error',
    status: response.status,
  };
  try {
    const body: unknown = await response.json();
    if (typeof body !== 'object' || body === null || !('title' in body)) return fallback;
    return { ...fallback, ...body } as Problem;
  } catch {
    return fallback;
  }
}
