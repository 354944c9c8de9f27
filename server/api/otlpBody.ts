import type { Readable } from 'node:stream';
import { OtlpRefusal, tryAgain } from './otlpRefusal.js';

/** Bytes that all requests together may hold while they are read. */
export class ByteBudget {
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.#bytesMax) return false;
    this.#bytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#bytes -= bytes;
  }
}

export interface ReadBodyOptions {
  readonly bytesMax: number;
  readonly timeoutMs: number;
  readonly budget: ByteBudget;
  /** The Content-Length header, which lets a too long body be refused before it is read. */
  readonly contentLength: string | undefined;
}

/** Of a body that is too long, so much more is read and thrown away, times the limit, for so long. */
const DISCARD_TIMES = 1;
const DISCARD_MS = 5_000;

/**
 * Reads a whole request body, never more than `bytesMax`.
 *
 * The bytes are taken from `budget`; the caller gives them back when the request is done. On refusal the stream is left
 * paused and unread, so that the answer can still be sent; the HTTP server drains and closes it. A body that is not
 * much too long is read to its end first, since many clients (Python's, for one) look for an answer only when they have
 * sent all, and fail where the server hangs up before.
 *
 * @throws OtlpRefusal 413 when it is longer, 503 when it takes longer than `timeoutMs` or the budget is used up, 400
 * when the client went away.
 */
export async function readBody(source: Readable, options: ReadBodyOptions): Promise<Buffer> {
  const { bytesMax, timeoutMs, budget, contentLength } = options;
  if (contentLength !== undefined && Number(contentLength) > bytesMax) {
    if (Number(contentLength) <= (1 + DISCARD_TIMES) * bytesMax) {
      await discard(source, (1 + DISCARD_TIMES) * bytesMax);
    }
    throw tooLong(bytesMax);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    await new Promise<void>((resolve, reject) => {
      const settle = (refusal?: OtlpRefusal): void => {
        clearTimeout(timer);
        source.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
        source.pause();
        // Errors after the refusal (the client hangs up) concern nobody.
        source.on('error', ignore);
        if (refusal) reject(refusal);
        else resolve();
      };
      const timer = setTimeout(() => {
        settle(tryAgain(`the request took longer than ${timeoutMs} ms to arrive`));
      }, timeoutMs);
      const onData = (chunk: Buffer): void => {
        if (bytes + chunk.length > bytesMax) {
          settle(tooLong(bytesMax));
        } else if (budget.take(chunk.length)) {
          bytes += chunk.length;
          chunks.push(chunk);
        } else {
          settle(tryAgain('the receiver holds as many requests as it may'));
        }
      };
      const onEnd = (): void => settle();
      const onGone = (): void => {
        settle(new OtlpRefusal(400, 'the request ended before its body was complete'));
      };
      source.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
    });
  } catch (error) {
    budget.give(bytes);
    if (error instanceof OtlpRefusal && error.status === 413) {
      await discard(source, DISCARD_TIMES * bytesMax);
    }
    throw error;
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, bytes);
}

/** Reads to the end, or until it is too much or takes too long, and keeps nothing. */
function discard(source: Readable, bytesMax: number): Promise<void> {
  if (source.readableEnded || source.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let bytes = 0;
    const settle = (): void => {
      clearTimeout(timer);
      source.off('data', onData).off('end', settle).off('error', settle).off('close', settle);
      source.pause();
      source.on('error', ignore);
      resolve();
    };
    const timer = setTimeout(settle, DISCARD_MS);
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > bytesMax) settle();
    };
    source.on('data', onData).on('end', settle).on('error', settle).on('close', settle);
  });
}

function tooLong(bytesMax: number): OtlpRefusal {
  return new OtlpRefusal(413, `the request body is longer than ${bytesMax} bytes`);
}

function ignore(): void {
  // See above.
}
