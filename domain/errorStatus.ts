/** What an HTTP status says of why a call failed. */
import type { ErrorClass } from './semconv.js';

/** @param status from 400 to 599. */
export function classOfStatus(status: number): ErrorClass {
  if (status === 429) return 'rate_limited';
  if (status === 408 || status === 504) return 'timeout';
  if (status >= 500 || status === 425) return 'server';
  // 409 is a lock held by someone else, which passes.
  return status === 409 ? 'other' : 'invalid_request';
}
