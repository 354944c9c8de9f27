/**
 * How long the server asks to wait, in milliseconds, or undefined where it does not say. Read from `retryAfter`
 * (seconds or an HTTP date), `headers` and `response.headers` (a Headers or a plain object, any case): `retry-after-ms`
 * first, as OpenAI sends it, then `retry-after` (RFC 9110, section 10.2.3). A date in the past is 0. Never throws.
 */
export function retryAfterMs(error: unknown, epochMs: number): number | undefined {
  try {
    if (!isObject(error)) return undefined;
    const own = parse(error['retryAfter'], epochMs);
    if (own !== undefined) return own;
    const response = error['response'];
    for (const headers of [
      error['headers'],
      isObject(response) ? response['headers'] : undefined,
    ]) {
      const exactMs = parseNumber(header(headers, 'retry-after-ms'));
      if (exactMs !== undefined) return exactMs;
      const waitMs = parse(header(headers, 'retry-after'), epochMs);
      if (waitMs !== undefined) return waitMs;
    }
    return undefined;
  } catch {
    return undefined;
  }
}

function parse(value: unknown, epochMs: number): number | undefined {
  const seconds = parseNumber(value);
  if (seconds !== undefined) return seconds * 1000;
  if (typeof value !== 'string') return undefined;
  const dateMs = Date.parse(value);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - epochMs);
}

function parseNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string' || !/^\s*\d{1,12}(\.\d{1,6})?\s*$/u.test(value)) return undefined;
  return Number(value);
}

function header(headers: unknown, name: string): unknown {
  if (!isObject(headers)) return undefined;
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const key = Object.keys(headers).find((candidate) => candidate.toLowerCase() === name);
  const value = key === undefined ? undefined : headers[key];
  return Array.isArray(value) ? (value as unknown[])[0] : value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
