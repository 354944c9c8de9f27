import { ApiError, problemOf } from './getJson.js';

interface Sending {
  method: 'POST' | 'PUT' | 'DELETE';
  /** Who asks: it stands in the audit trail. */
  actor: string;
  body?: unknown;
}

/**
 * Changes something through the API.
 * @throws ApiError for every answer but 2xx and for a lost server.
 */
export async function sendJson<T>(path: string, { method, actor, body }: Sending): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: {
        accept: 'application/json',
        // A header holds ASCII; names do not.
        'burnbook-actor': encodeURIComponent(actor),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
  } catch {
    throw new ApiError('no answer', null);
  }
  if (!response.ok) throw new ApiError(`HTTP ${response.status}`, await problemOf(response));
  return (await response.json()) as T;
}
