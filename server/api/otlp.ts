/**
 * The OTLP/HTTP receiver: POST /v1/traces in protobuf or JSON.
 *
 * A request is read within bounds, inflated, decoded and handed to the sink; the 200 goes out only once the sink has
 * the spans on disk. Every refusal carries google.rpc.Status in the encoding of the request. A passing fault is
 * always 503 with Retry-After, because exporters drop a batch on any other error.
 *
 * Source: OTLP 1.11.0, https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { Hono } from 'hono';
import type { Context } from 'hono';
import type { SpanBatch } from '@burnbook/domain/spanBatch';
import { DecodeError } from '../otlp/decodeError.js';
import { decodeTracesJson } from '../otlp/decodeTracesJson.js';
import { decodeTracesProtobuf } from '../otlp/decodeTracesProtobuf.js';
import { encodeStatus, encodeTraceResponse } from '../otlp/encodeAnswer.js';
import type { OtlpEncoding, PartialSuccess } from '../otlp/encodeAnswer.js';
import { OneATurn } from './oneATurn.js';
import { ByteBudget, readBody } from './otlpBody.js';
import { Inflater } from './otlpInflate.js';
import { OtlpRefusal, tryAgain } from './otlpRefusal.js';
import type { SpanSink } from './otlpSink.js';

const MIB = 1024 * 1024;

export interface OtlpLimits {
  /** Longest body as sent. Default 64 MiB. */
  readonly compressedBytesMax: number;
  /** Longest body once inflated. Default 64 MiB, as OTLP 1.11 has it. */
  readonly inflatedBytesMax: number;
  /** Bodies inflated in the thread pool at once, each holding up to twice `inflatedBytesMax`. Default 2. */
  readonly concurrentInflatesMax: number;
  /** Bytes that all requests together may hold as sent. Default 256 MiB. */
  readonly bufferedBytesMax: number;
  /** How long a body may take to arrive. Default 30 s. */
  readonly requestTimeoutMs: number;
}

export const OTLP_LIMITS: OtlpLimits = {
  compressedBytesMax: 64 * MIB,
  inflatedBytesMax: 64 * MIB,
  concurrentInflatesMax: 2,
  bufferedBytesMax: 256 * MIB,
  requestTimeoutMs: 30_000,
};

export interface OtlpRouteOptions {
  readonly ingest: SpanSink;
  readonly limits?: Partial<OtlpLimits>;
  /** The time now, UTC nanoseconds. */
  readonly nowNs: () => bigint;
  /** Told of faults: what the sink throws (answered with 503) and errors of the receiver itself (500). */
  readonly reportError?: (error: unknown) => void;
  /** Told of each request that was answered, but for those that the client got wrong. */
  readonly onAnswer?:
    | ((answer: {
        readonly outcome: 'acknowledged' | 'refused' | 'failed';
        readonly tookMs: number;
      }) => void)
    | undefined;
}

const CONTENT_TYPES: Readonly<Record<OtlpEncoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

/**
 * @returns routes for /v1/*: /v1/traces, and 404 for the signals that are not received.
 * @throws RangeError naming the limit that is not a positive whole number.
 */
export function otlpRoutes(options: OtlpRouteOptions): Hono {
  const receiver = new Receiver(options);
  const app = new Hono();
  app.all('/v1/traces', (c) => receiver.answer(c, () => receiver.traces(c)));
  app.all('/v1/*', (c) =>
    receiver.answer(c, () => {
      throw new OtlpRefusal(404, `nothing is received at ${c.req.path}; traces go to /v1/traces`);
    }),
  );
  return app;
}

/** Whether the request is one to the receiver, which answers in google.rpc.Status whatever is wrong. */
export const isOtlp = (c: Context): boolean => c.req.path.startsWith('/v1/');

/** The refusal in the encoding of the request; in JSON to who names no type of ours, a browser for instance. */
export function sendRefusal(c: Context, refusal: OtlpRefusal): Response {
  const encoding = encodingOf(c) ?? 'json';
  return new Response(encodeStatus(encoding, refusal), {
    status: refusal.status,
    headers: { 'content-type': CONTENT_TYPES[encoding], ...refusal.headers },
  });
}

class Receiver {
  readonly #options: OtlpRouteOptions;
  readonly #limits: OtlpLimits;
  readonly #budget: ByteBudget;
  readonly #inflater: Inflater;
  readonly #turns = new OneATurn();

  constructor(options: OtlpRouteOptions) {
    this.#options = options;
    this.#limits = validLimits({ ...OTLP_LIMITS, ...options.limits });
    this.#budget = new ByteBudget(this.#limits.bufferedBytesMax);
    this.#inflater = new Inflater({
      bytesMax: this.#limits.inflatedBytesMax,
      concurrentMax: this.#limits.concurrentInflatesMax,
    });
  }

  /** Turns what `handle` returns or throws into the HTTP answer. */
  async answer(c: Context, handle: () => Promise<PartialSuccess | undefined>): Promise<Response> {
    const encoding = encodingOf(c) ?? 'json';
    const startMs = performance.now();
    try {
      const body = encodeTraceResponse(encoding, await handle());
      this.#tell('acknowledged', startMs);
      return new Response(body, {
        status: 200,
        headers: { 'content-type': CONTENT_TYPES[encoding] },
      });
    } catch (error) {
      const refusal = this.#refusalOf(error);
      if (refusal.status >= 500) this.#tell(refusal.status === 503 ? 'refused' : 'failed', startMs);
      return sendRefusal(c, refusal);
    }
  }

  #tell(outcome: 'acknowledged' | 'refused' | 'failed', startMs: number): void {
    this.#options.onAnswer?.({ outcome, tookMs: performance.now() - startMs });
  }

  async traces(c: Context): Promise<PartialSuccess | undefined> {
    if (c.req.method !== 'POST') {
      throw new OtlpRefusal(405, `${c.req.path} takes POST only`, { allow: 'POST' });
    }
    const encoding = encodingOf(c);
    if (!encoding) {
      const accepted = Object.values(CONTENT_TYPES).join(' or ');
      throw new OtlpRefusal(415, `Content-Type must be ${accepted}`);
    }
    const { batch, receivedNs } = await this.#receive(c, encoding);
    if (batch.length > 0) {
      await this.#store(batch, receivedNs);
      // A commit acknowledges many at once.
      await this.#turns.next();
    }
    if (batch.rejected > 0) {
      return { rejected: batch.rejected, message: batch.rejectedReason ?? '' };
    }
    return batch.warning === undefined ? undefined : { rejected: 0, message: batch.warning };
  }

  /** Apart from `traces`, so that nothing holds the body while the batch waits for its commit. */
  async #receive(
    c: Context,
    encoding: OtlpEncoding,
  ): Promise<{ batch: SpanBatch; receivedNs: bigint }> {
    const sent = await readBody(bodyOf(c), {
      bytesMax: this.#limits.compressedBytesMax,
      timeoutMs: this.#limits.requestTimeoutMs,
      budget: this.#budget,
      contentLength: c.req.header('content-length'),
    });
    try {
      const receivedNs = this.#options.nowNs();
      await this.#turns.next();
      const batch = await this.#decode(sent, encoding, c.req.header('content-encoding'));
      return { batch, receivedNs };
    } finally {
      this.#budget.give(sent.length);
    }
  }

  async #decode(
    sent: Buffer,
    encoding: OtlpEncoding,
    contentEncoding: string | undefined,
  ): Promise<SpanBatch> {
    try {
      const body = await this.#inflater.inflate(sent, contentEncoding);
      return encoding === 'json' ? decodeTracesJson(body) : decodeTracesProtobuf(body);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      throw new OtlpRefusal(error.reason === 'too_large' ? 413 : 400, error.message);
    }
  }

  #refusalOf(error: unknown): OtlpRefusal {
    if (error instanceof OtlpRefusal) return error;
    this.#options.reportError?.(error);
    return new OtlpRefusal(500, 'the receiver has a fault');
  }

  async #store(batch: SpanBatch, receivedNs: bigint): Promise<void> {
    let stored;
    try {
      stored = await this.#options.ingest.ingest(batch, receivedNs);
    } catch (error) {
      this.#options.reportError?.(error);
      throw tryAgain('the store failed', 2);
    }
    if (stored.kind === 'busy') throw tryAgain('the ingest queue is full', stored.retryAfterS);
    if (stored.kind === 'unavailable') {
      throw tryAgain('the store is starting', stored.retryAfterS);
    }
  }
}

function encodingOf(c: Context): OtlpEncoding | undefined {
  const type = c.req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === CONTENT_TYPES.protobuf) return 'protobuf';
  return type === CONTENT_TYPES.json ? 'json' : undefined;
}

/** Node's own stream where there is one: reading it through Hono would copy every body twice. */
function bodyOf(c: Context): Readable {
  const { incoming } = (c.env ?? {}) as { incoming?: IncomingMessage };
  if (incoming) return incoming;
  const { body } = c.req.raw;
  return body ? Readable.fromWeb(body) : Readable.from([]);
}

function validLimits(limits: OtlpLimits): OtlpLimits {
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`limits.${name} must be a positive whole number, not ${value}`);
    }
  }
  return limits;
}
