import { KEY } from '@burnbook/domain/semconv';
import type {
  ReadableSpan,
  Span,
  SpanExporter,
  SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { DeliveryLog } from './deliveryLog.js';
import type { Runtime } from './runtime.js';

export interface SpanBufferOptions {
  exporter: SpanExporter;
  /** Says why the receiver cannot be reached, or nothing. Asked before an export unless the last one succeeded. */
  probe: () => Promise<Error | undefined>;
  log: DeliveryLog;
  runtime: Runtime;
  /** Spans held at once, those being sent included; beyond it new ones are dropped and counted. */
  queueSpansMax: number;
  /** Spans per request. */
  batchSpansMax: number;
  /** A span waits at most this long for its batch to fill. */
  exportIntervalMs: number;
  /** A batch that could not be delivered for this long is dropped. */
  retryForMs: number;
}

/** When to stop waiting: after this long, after this long without progress, at the first failure. */
export interface FlushOptions {
  timeoutMs: number;
  stallMs?: number;
  untilFailure?: boolean;
}

export interface SpanBufferStats {
  endedSpans: number;
  exportedSpans: number;
  droppedSpans: number;
  /** Waiting or being sent. */
  queuedSpans: number;
  failedExports: number;
}

/** Waits between failed exports: doubling, from and up to. The exporter itself retries within each. */
const BACKOFF_MIN_MS = 500;
const BACKOFF_MAX_MS = 30_000;
/** During a flush somebody waits: try again soon. */
const FLUSH_RETRY_MS = 100;
/** Answers that the same bytes will get again: 400, 413, 415, 422. All else may pass (401: a token is replaced). */
const REFUSED: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/** The spans could not even be encoded: sending them again would hold up all that come after. */
const UNSENDABLE = new Error('the spans cannot be encoded');

/** `ExportResultCode.SUCCESS` of OpenTelemetry's core. */
const EXPORT_SUCCEEDED = 0;

interface Batch {
  readonly spans: ReadableSpan[];
  failingSinceMs: number | undefined;
}

/**
 * Holds ended spans until they are delivered, in order, one request at a time. Bounded in spans and in time; what does
 * not fit is dropped, counted, and the count reported on the next span that fits. `onEnd` never waits and never throws.
 */
export class SpanBuffer implements SpanProcessor {
  readonly #options: SpanBufferOptions;
  #queue: ReadableSpan[] = [];
  /** The batch being sent, or that failed and is sent again first. */
  #batch: Batch | undefined;
  #sending: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failuresInARow = 0;
  #unreportedDrops = 0;
  #closed = false;
  #isDelivering = true;
  #isProven = false;
  readonly #counts = { endedSpans: 0, exportedSpans: 0, droppedSpans: 0, failedExports: 0 };

  constructor(options: SpanBufferOptions) {
    this.#options = options;
  }

  stats(): SpanBufferStats {
    return { ...this.#counts, queuedSpans: this.#size };
  }

  /** False from a failed export or a flush that ran out of time until an export succeeds. */
  get isDelivering(): boolean {
    return this.#isDelivering;
  }

  onStart(): void {
    // Only ended spans are held.
  }

  /** Tells of what was dropped on a span that will be held. */
  onEnding(span: Span): void {
    if (this.#unreportedDrops === 0 || this.#isFull) return;
    span.setAttribute(KEY.droppedSpans, this.#unreportedDrops);
    this.#unreportedDrops = 0;
  }

  onEnd(span: ReadableSpan): void {
    this.#counts.endedSpans++;
    if (this.#isFull) {
      this.#drop([span]);
      return;
    }
    this.#queue.push(span);
    if (this.#failuresInARow > 0) this.#sendAfter(this.#backoffMs());
    else if (this.#queue.length >= this.#options.batchSpansMax) this.#send();
    else this.#sendAfter(this.#options.exportIntervalMs);
  }

  /** Delivers all that is held, or as much as the options give time for. True when nothing is left. Never rejects. */
  async flush({ timeoutMs, stallMs = timeoutMs, untilFailure }: FlushOptions): Promise<boolean> {
    const { runtime } = this.#options;
    const endMs = runtime.nowMs() + timeoutMs;
    let stallEndMs = runtime.nowMs() + stallMs;
    let delivered = this.#counts.exportedSpans;
    while (this.#size > 0) {
      if (this.#counts.exportedSpans > delivered) {
        delivered = this.#counts.exportedSpans;
        stallEndMs = runtime.nowMs() + stallMs;
      }
      const leftMs = Math.min(endMs, stallEndMs) - runtime.nowMs();
      if (leftMs <= 0) {
        this.#isDelivering = false;
        return false;
      }
      this.#send();
      await this.#sentWithin(leftMs);
      if (this.#failuresInARow > 0 && this.#size > 0) {
        if (untilFailure === true) return false;
        await runtime.sleep(Math.min(FLUSH_RETRY_MS, leftMs));
      }
    }
    return true;
  }

  /** Flushes, then drops and counts what is left and every later span. Never rejects. */
  async close(options: FlushOptions): Promise<void> {
    const { exporter, runtime } = this.#options;
    await this.flush(options);
    this.#closed = true;
    this.dropAll();
    const stop = new AbortController();
    // The exporter waits for a request under way; nobody needs its answer any more.
    await Promise.race([
      exporter.shutdown().catch(() => undefined),
      runtime.sleep(250, stop.signal),
    ]);
    stop.abort();
  }

  /** Drops what is held: nothing will come after to send it. */
  dropAll(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const left = [...(this.#batch?.spans ?? []), ...this.#queue];
    this.#batch = undefined;
    this.#queue = [];
    if (left.length > 0) this.#drop(left);
  }

  async forceFlush(): Promise<void> {
    await this.flush({ timeoutMs: 30_000 });
  }

  async shutdown(): Promise<void> {
    await this.close({ timeoutMs: 30_000 });
  }

  get #size(): number {
    return this.#queue.length + (this.#batch?.spans.length ?? 0);
  }

  get #isFull(): boolean {
    return this.#closed || this.#size >= this.#options.queueSpansMax;
  }

  #sendAfter(delayMs: number): void {
    if (this.#timer !== undefined || this.#sending !== undefined) return;
    this.#timer = setTimeout(() => this.#send(), delayMs);
    // A pipeline that is done exits; `beforeExit` sends the rest.
    this.#timer.unref();
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#sending !== undefined) return;
    this.#batch ??= this.#nextBatch();
    if (this.#batch === undefined) return;
    this.#sending = this.#export(this.#batch).catch(() => undefined);
  }

  #nextBatch(): Batch | undefined {
    if (this.#queue.length === 0) return undefined;
    const spans = this.#queue.splice(0, this.#options.batchSpansMax);
    return { spans, failingSinceMs: undefined };
  }

  async #export(batch: Batch): Promise<void> {
    const { exporter, probe } = this.#options;
    const unreachable = this.#isProven ? undefined : await probe().catch(toError);
    const error = unreachable ?? (await exported(exporter, batch.spans));
    this.#isProven = error === undefined;
    this.#sending = undefined;
    if (error === undefined) this.#succeeded(batch);
    else this.#failed(batch, error);
    if (this.#size === 0) return;
    if (this.#failuresInARow > 0) this.#sendAfter(this.#backoffMs());
    else if (this.#queue.length >= this.#options.batchSpansMax) this.#send();
    else this.#sendAfter(this.#options.exportIntervalMs);
  }

  #succeeded(batch: Batch): void {
    // A batch that was given up while under way has been counted as dropped: then it was more than promised.
    if (this.#batch !== batch) return;
    this.#batch = undefined;
    this.#counts.exportedSpans += batch.spans.length;
    this.#failuresInARow = 0;
    this.#isDelivering = true;
  }

  #failed(batch: Batch, error: Error): void {
    const { log, retryForMs, runtime } = this.#options;
    this.#counts.failedExports++;
    this.#failuresInARow++;
    this.#isDelivering = false;
    if (this.#batch !== batch) return;
    const nowMs = runtime.nowMs();
    batch.failingSinceMs ??= nowMs;
    if (isRefused(error) || nowMs - batch.failingSinceMs >= retryForMs) {
      this.#batch = undefined;
      this.#drop(batch.spans, error);
    } else log.warn('delayed', { count: this.#size, error });
  }

  #drop(spans: readonly ReadableSpan[], error?: Error): void {
    this.#counts.droppedSpans += spans.length;
    this.#unreportedDrops += spans.length;
    // A report that is dropped itself has told nobody.
    for (const { attributes } of spans) {
      const reported = attributes[KEY.droppedSpans];
      if (typeof reported === 'number') this.#unreportedDrops += reported;
    }
    this.#options.log.warn('dropped', { count: this.#counts.droppedSpans, error });
  }

  #backoffMs(): number {
    const capMs = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** (this.#failuresInARow - 1));
    return BACKOFF_MIN_MS + this.#options.runtime.random() * (capMs - BACKOFF_MIN_MS);
  }

  async #sentWithin(timeoutMs: number): Promise<void> {
    const stop = new AbortController();
    await Promise.race([this.#sending, this.#options.runtime.sleep(timeoutMs, stop.signal)]);
    stop.abort();
  }
}

/** Resolves to undefined on success. Never rejects. */
function exported(exporter: SpanExporter, spans: ReadableSpan[]): Promise<Error | undefined> {
  return new Promise((resolve) => {
    try {
      exporter.export(spans, ({ code, error }) => {
        const result: number = code;
        resolve(result === EXPORT_SUCCEEDED ? undefined : (error ?? new Error('export failed')));
      });
    } catch {
      resolve(UNSENDABLE);
    }
  });
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error('export failed');
}

function isRefused(error: Error): boolean {
  if (error === UNSENDABLE) return true;
  return 'code' in error && typeof error.code === 'number' && REFUSED.has(error.code);
}
