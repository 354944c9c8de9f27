import { STATUS_CODE } from '../otlp/encodeAnswer.js';

export type RefusalStatus = 400 | 401 | 403 | 404 | 405 | 413 | 415 | 500 | 503;

/** Codes of google.rpc.Status by HTTP status. */
const CODES = {
  400: STATUS_CODE.invalidArgument,
  401: STATUS_CODE.unauthenticated,
  403: STATUS_CODE.permissionDenied,
  404: STATUS_CODE.notFound,
  405: STATUS_CODE.unimplemented,
  413: STATUS_CODE.resourceExhausted,
  415: STATUS_CODE.invalidArgument,
  500: STATUS_CODE.internal,
  503: STATUS_CODE.unavailable,
} as const satisfies Record<RefusalStatus, number>;

/** Why a request is not taken: an HTTP status, a sentence for the client, and headers that belong to it. */
export class OtlpRefusal extends Error {
  override readonly name = 'OtlpRefusal';
  readonly status: RefusalStatus;
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: RefusalStatus, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.code = CODES[status];
    this.headers = headers;
  }
}

/**
 * A passing fault: the client should send the same again. Exporters give up after 10 s in all and drop the batch when
 * Retry-After exceeds what is left, so it is 1 or 2 s whatever the cause.
 */
export function tryAgain(message: string, retryAfterS = 1): OtlpRefusal {
  const seconds = Math.min(2, Math.max(1, Math.ceil(retryAfterS)));
  return new OtlpRefusal(503, message, { 'retry-after': String(seconds) });
}
