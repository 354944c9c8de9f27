import { classOfStatus } from '@burnbook/domain/errorStatus';
import { ERROR_CLASSES, type ErrorClass } from '@burnbook/domain/semconv';

/** Node, undici and libuv codes of a connection that failed. */
const NETWORK_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'UND_ERR_SOCKET',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
]);

const TIMEOUT_CODES: ReadonlySet<string> = new Set([
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/** Names of the errors that the OpenAI, Anthropic, AWS and validation libraries throw. */
const NAMES: ReadonlyMap<string, ErrorClass> = new Map([
  ['AbortError', 'cancelled'],
  ['APIUserAbortError', 'cancelled'],
  ['TimeoutError', 'timeout'],
  ['APIConnectionTimeoutError', 'timeout'],
  ['APIConnectionError', 'network'],
  ['RateLimitError', 'rate_limited'],
  ['ThrottlingException', 'rate_limited'],
  ['TooManyRequestsException', 'rate_limited'],
  ['InternalServerError', 'server'],
  ['ServiceUnavailableException', 'server'],
  ['ValidationException', 'invalid_request'],
  ['ZodError', 'invalid_output'],
  ['SyntaxError', 'invalid_output'],
] satisfies [string, ErrorClass][]);

/** What undici's `fetch` says when the connection failed; the true reason is in `cause`. */
const FETCH_MESSAGES: ReadonlySet<string> = new Set(['fetch failed', 'terminated']);

/** A cause may have a cause: how deep to look. */
const CAUSES_MAX = 4;

/**
 * The closed class of an error, from what libraries put on theirs: an explicit `errorClass`, an HTTP status (`status`,
 * `statusCode`, `response.status`, `$metadata.httpStatusCode`), a `code`, a `name`, and the same of its causes.
 * Never throws, whatever was thrown.
 */
export function errorClass(error: unknown): ErrorClass {
  try {
    let current = error;
    for (let depth = 0; depth <= CAUSES_MAX && isObject(current); depth++) {
      const found = classOf(current);
      if (found !== undefined) return found;
      current = current['cause'];
    }
    return isFetchFailure(error) ? 'network' : 'other';
  } catch {
    return 'other';
  }
}

/**
 * Whether the same call could succeed later. A request that the provider called invalid, a cancelled call and a plain
 * programming error (TypeError, ReferenceError) could not.
 */
export function isRetryable(error: unknown, kind: ErrorClass): boolean {
  if (kind === 'invalid_request' || kind === 'cancelled') return false;
  const isBug = error instanceof TypeError || error instanceof ReferenceError;
  return !isBug || kind !== 'other';
}

function classOf(error: Record<string, unknown>): ErrorClass | undefined {
  const explicit = error['errorClass'];
  const known = ERROR_CLASSES.find((name) => name === explicit);
  if (known !== undefined) return known;
  const status = statusOf(error);
  if (status !== undefined) return classOfStatus(status);
  const code = error['code'];
  if (typeof code === 'string') {
    if (NETWORK_CODES.has(code)) return 'network';
    if (TIMEOUT_CODES.has(code)) return 'timeout';
  }
  const name = error['name'];
  return typeof name === 'string' ? NAMES.get(name) : undefined;
}

function statusOf(error: Record<string, unknown>): number | undefined {
  const { response, $metadata } = error;
  const candidates = [
    error['status'],
    error['statusCode'],
    isObject(response) ? response['status'] : undefined,
    isObject($metadata) ? $metadata['httpStatusCode'] : undefined,
  ];
  return candidates.find(
    (value): value is number => typeof value === 'number' && value >= 400 && value <= 599,
  );
}

function isFetchFailure(error: unknown): boolean {
  return error instanceof TypeError && FETCH_MESSAGES.has(error.message);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
