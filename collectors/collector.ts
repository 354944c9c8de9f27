import type { Tracer } from '@opentelemetry/api';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { KEY } from '@burnbook/domain/semconv';
import { connects } from './connects.js';
import { DeliveryLog } from './deliveryLog.js';
import { flushOnExit, forgetOnExit, LAST_FLUSH } from './exitFlush.js';
import { checkNumber, checkText, shown } from './optionCheck.js';
import { processProfiler, type Profiler } from './profiler.js';
import { ReservationClient } from './reservationClient.js';
import { createRetryBudget, type RetryBudget } from './retryBudget.js';
import { systemRuntime, type Runtime } from './runtime.js';
import { SpanBuffer, type SpanBufferStats } from './spanBuffer.js';

export interface CollectorOptions {
  /** Base URL of the OTLP/HTTP receiver; `/v1/traces` is added unless it is there. Default http://127.0.0.1:4318. */
  endpoint?: string;
  /** Sent with every export, such as `authorization`. Never logged. */
  headers?: Readonly<Record<string, string>>;
  serviceName?: string;
  serviceVersion?: string;
  /** More resource attributes. */
  resource?: Readonly<Record<string, string | number | boolean>>;
  /** Spans held while they cannot be sent; more are dropped and counted. Default 16,384. */
  queueSpansMax?: number;
  /** Spans per request. Default 512. */
  batchSpansMax?: number;
  /** A span waits at most this long. Default 1,000. */
  exportIntervalMs?: number;
  /** One request, with the exporter's own retries, takes at most this long. Default 5,000. */
  exportTimeoutMs?: number;
  /** An undeliverable batch is dropped after this long. Default 600,000. */
  retryForMs?: number;
  /** The end of a run waits at most this long for its spans to be delivered; not at all while the receiver is known to
   * be down. 0 never waits. Default 1,000. */
  runEndFlushMs?: number;
  /** How often a running run gives a sign of life. Default 30,000. */
  heartbeatMs?: number;
  /** Records and sends nothing; the pipeline runs as ever. */
  disabled?: boolean;
  /** For the retries of all runs together. Default: 10 % of operations + 10. */
  budget?: RetryBudget;
  /** Clock, sleep and random of `retry`; tests give their own. */
  runtime?: Runtime;
  /** Where the profile comes from; the whole process when left out. Tests give their own. */
  profiler?: Profiler;
  /** Takes the rare line that says that telemetry is lost. Default: stderr. */
  writeLog?: (line: string) => void;
}

export type CollectorStats = SpanBufferStats;

/** Sends what pipelines record. */
export interface Collector {
  /** Sends all that is held. True when nothing is left; never rejects. Default time 10,000 ms. */
  flush(options?: { timeoutMs?: number }): Promise<boolean>;
  /**
   * Flushes for at most `timeoutMs` (left out: 10,000, or until nothing was taken for 2,000), then drops what is left
   * and all that comes later. Never rejects.
   */
  shutdown(options?: { timeoutMs?: number }): Promise<void>;
  stats(): CollectorStats;
}

const FLUSH_MS = 10_000;
const DEFAULT_ENDPOINT = 'http://127.0.0.1:4318';

/**
 * A collector of its own: endpoint, buffer, retry budget. Most programs need none and use the default one.
 * @throws TypeError naming the option, its rule and the value.
 */
export function createCollector(options: CollectorOptions = {}): Collector {
  return new CollectorCore(options);
}

/** @throws TypeError unless the collector came from `createCollector`. */
export function coreOf(collector: Collector): CollectorCore {
  if (collector instanceof CollectorCore) return collector;
  throw new TypeError(`option collector must come from createCollector, got ${shown(collector)}`);
}

/** What the collectors' own code sees of a collector. */
export class CollectorCore implements Collector {
  readonly tracer: Tracer;
  readonly profiler: Profiler;
  readonly runtime: Runtime;
  readonly budget: RetryBudget;
  readonly heartbeatMs: number;
  /** Undefined where it is disabled. */
  readonly reservations: ReservationClient | undefined;
  readonly #runEndFlushMs: number;
  readonly #buffer: SpanBuffer | undefined;

  constructor(options: CollectorOptions) {
    checkOptions(options);
    this.runtime = options.runtime ?? systemRuntime;
    this.profiler = options.profiler ?? processProfiler;
    this.budget = options.budget ?? createRetryBudget();
    this.heartbeatMs = options.heartbeatMs ?? 30_000;
    this.#runEndFlushMs = options.runEndFlushMs ?? 1_000;
    this.#buffer = options.disabled === true ? undefined : createBuffer(options);
    this.reservations =
      options.disabled === true ? undefined : reservationClient(options, this.runtime);
    this.tracer = createTracer(options, this.#buffer);
    if (this.#buffer !== undefined) flushOnExit(this.#buffer);
  }

  async flush({ timeoutMs = FLUSH_MS }: { timeoutMs?: number } = {}): Promise<boolean> {
    return (await this.#buffer?.flush({ timeoutMs })) ?? true;
  }

  async shutdown({ timeoutMs }: { timeoutMs?: number } = {}): Promise<void> {
    if (this.#buffer === undefined) return;
    await this.#buffer.close(timeoutMs === undefined ? LAST_FLUSH : { timeoutMs });
    forgetOnExit(this.#buffer);
  }

  stats(): CollectorStats {
    return this.#buffer?.stats() ?? NO_STATS;
  }

  /** A run that ended has its bill soon, even if the process is killed next; a dead receiver costs it nothing. */
  async flushRunEnd(): Promise<void> {
    if (this.#runEndFlushMs === 0 || this.#buffer?.isDelivering !== true) return;
    await this.#buffer.flush({ timeoutMs: this.#runEndFlushMs, untilFailure: true });
  }
}

const NO_STATS: CollectorStats = {
  endedSpans: 0,
  exportedSpans: 0,
  droppedSpans: 0,
  queuedSpans: 0,
  failedExports: 0,
};

/** Bounds of what one span can hold; OTEL_SPAN_* variables must not cut the identity keys, so they do not count. */
const SPAN_LIMITS = {
  attributeCountLimit: 128,
  attributeValueLengthLimit: 4_096,
  eventCountLimit: 16,
  linkCountLimit: 16,
  attributePerEventCountLimit: 16,
  attributePerLinkCountLimit: 16,
};

function createTracer(options: CollectorOptions, buffer: SpanBuffer | undefined): Tracer {
  const { resource, serviceName, serviceVersion } = options;
  const provider = new BasicTracerProvider({
    // Always on and apart from the program's own provider: a sampled bill would be wrong.
    sampler: new AlwaysOnSampler(),
    resource: defaultResource().merge(
      resourceFromAttributes({
        ...resource,
        ...(serviceName === undefined ? {} : { [KEY.serviceName]: serviceName }),
        ...(serviceVersion === undefined ? {} : { [KEY.serviceVersion]: serviceVersion }),
      }),
    ),
    spanLimits: SPAN_LIMITS,
    spanProcessors: buffer === undefined ? [] : [buffer],
  });
  return provider.getTracer('@burnbook/collectors');
}

function createBuffer(options: CollectorOptions): SpanBuffer {
  const url = tracesUrl(options.endpoint ?? DEFAULT_ENDPOINT);
  const exporter = new OTLPTraceExporter({
    url,
    ...(options.headers === undefined ? {} : { headers: { ...options.headers } }),
    compression: CompressionAlgorithm.GZIP,
    timeoutMillis: options.exportTimeoutMs ?? 5_000,
    // Ours is one request at a time; a second may start while a timed-out one still lingers.
    concurrencyLimit: 4,
  });
  const queueSpansMax = options.queueSpansMax ?? 16_384;
  return new SpanBuffer({
    exporter,
    probe: () => connects(url),
    // Delivery is real work on a real network, whatever clock the pipeline is given.
    runtime: systemRuntime,
    log: new DeliveryLog({
      url,
      nowMs: () => systemRuntime.nowMs(),
      write: options.writeLog ?? ((line) => process.stderr.write(line)),
    }),
    queueSpansMax,
    batchSpansMax: Math.min(options.batchSpansMax ?? 512, queueSpansMax),
    exportIntervalMs: options.exportIntervalMs ?? 1_000,
    retryForMs: options.retryForMs ?? 600_000,
  });
}

function reservationClient(options: CollectorOptions, runtime: Runtime): ReservationClient {
  const url = new URL(
    tracesUrl(options.endpoint ?? DEFAULT_ENDPOINT).replace(/\/v1\/traces$/u, ''),
  );
  const headers: Record<string, string> = { ...options.headers };
  if (url.username !== '') {
    const [name, password] = [url.username, url.password].map(decodeURIComponent);
    headers['authorization'] = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
    // `fetch` takes no address with a password, and says it in its error.
    url.username = '';
    url.password = '';
  }
  return new ReservationClient({ url: url.href.replace(/\/$/u, ''), headers, runtime });
}

function tracesUrl(endpoint: string): string {
  const url = new URL(endpoint);
  const path = url.pathname.replace(/\/+$/u, '');
  url.pathname = path.endsWith('/v1/traces') ? path : `${path}/v1/traces`;
  return url.href;
}

function checkOptions(options: CollectorOptions): void {
  const { endpoint, serviceName, serviceVersion } = options;
  if (endpoint !== undefined) checkEndpoint(endpoint);
  if (serviceName !== undefined) checkText('serviceName', serviceName);
  if (serviceVersion !== undefined) checkText('serviceVersion', serviceVersion);
  const numbers = [
    { option: 'queueSpansMax', min: 1, max: 1_000_000, integer: true },
    { option: 'batchSpansMax', min: 1, max: 10_000, integer: true },
    { option: 'exportIntervalMs', min: 0, max: 60_000 },
    { option: 'exportTimeoutMs', min: 1, max: 600_000 },
    { option: 'retryForMs', min: 0, max: 86_400_000 },
    { option: 'runEndFlushMs', min: 0, max: 60_000 },
    { option: 'heartbeatMs', min: 10, max: 3_600_000 },
  ] as const;
  for (const rule of numbers) {
    const value = options[rule.option];
    if (value !== undefined) checkNumber({ ...rule, value });
  }
}

/** @throws TypeError; the endpoint itself is not in the message, since it may carry a password. */
function checkEndpoint(endpoint: string): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return;
  throw new TypeError('option endpoint must be an absolute http or https URL');
}
