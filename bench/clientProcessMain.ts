/**
 * The client of the benchmarks, in a process of its own: builds and compresses bodies first, then sends them over a few
 * kept-alive connections and measures the time to the acknowledgement.
 */
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type {
  ClientResult,
  FromClient,
  PrepareMessage,
  RunMessage,
  ToClient,
} from './clientProtocol.js';
import { Load, SPANS_PER_BODY } from './load.js';
import { percentile } from './statistics.js';

const compress = promisify(gzip);
/** The level that the OpenTelemetry Collector uses is 6; SDKs differ. 1 keeps the preparation short. */
const GZIP_LEVEL = 1;
const TICK_MS = 2;
const RESEND_AFTER_MS = 1_000;

let load: Load | undefined;
let prepared: Buffer[] = [];
let stopping = false;

process.on('message', (message: ToClient) => {
  if (message.type === 'prepare') void prepare(message);
  else if (message.type === 'run') void run(message);
  else if (message.type === 'stop') stopping = true;
  else process.disconnect();
});

async function prepare({ bodies, ...options }: PrepareMessage): Promise<void> {
  load = new Load(options);
  let inflatedBytes = 0;
  prepared = [];
  for (let first = 0; first < bodies; first += 8) {
    const some = Array.from({ length: Math.min(8, bodies - first) }, (_, i) =>
      loaded().body(first + i),
    );
    for (const body of some) inflatedBytes += body.length;
    prepared.push(
      ...(await Promise.all(some.map((body) => compress(body, { level: GZIP_LEVEL })))),
    );
  }
  const bytes = prepared.reduce((sum, body) => sum + body.length, 0);
  send({ type: 'prepared', bytes, inflatedBytes });
}

async function run(options: RunMessage): Promise<void> {
  stopping = false;
  const sender = new Sender(options);
  const { spansPerS, warmupMs, windowMs } = options;
  const timers = [
    setTimeout(() => {
      sender.beginWindow();
      send({ type: 'windowBegins' });
    }, warmupMs),
  ];
  if (windowMs !== null) {
    timers.push(setTimeout(() => (stopping = true), warmupMs + windowMs));
  }
  await (spansPerS === null ? sender.closedLoop() : sender.openLoop(spansPerS));
  for (const timer of timers) clearTimeout(timer);
  send({ type: 'result', result: sender.result() });
}

class Sender {
  readonly #options: RunMessage;
  readonly #agent: http.Agent;
  readonly #latenciesMs: number[] = [];
  readonly #refused: Record<string, number> = {};
  #next: number;
  readonly #end: number;
  #acknowledged = 0;
  #inWindow = 0;
  #windowBeganMs: number | null = null;
  #windowEndedMs: number | null = null;

  constructor(options: RunMessage) {
    this.#options = options;
    this.#agent = new http.Agent({ keepAlive: true, maxSockets: options.connections });
    this.#next = options.fill?.from ?? 0;
    this.#end = options.fill?.to ?? prepared.length;
  }

  beginWindow(): void {
    this.#windowBeganMs = performance.now();
  }

  /** Every connection sends its next body when the last one is acknowledged. */
  async closedLoop(): Promise<void> {
    const connection = async (): Promise<void> => {
      while (!stopping && this.#next < this.#end)
        await this.#deliver(this.#next++, performance.now());
      // The window ends with the first connection that stops: from here on the load is thinner.
      this.#endWindow();
    };
    await Promise.all(Array.from({ length: this.#options.connections }, connection));
  }

  /** Body i is due at i × interval whatever the server does; the time to the answer counts from then. */
  async openLoop(spansPerS: number): Promise<void> {
    const intervalMs = (SPANS_PER_BODY * 1000) / spansPerS;
    const startMs = performance.now();
    const first = this.#next;
    const underWay = new Set<Promise<void>>();
    while (!stopping && this.#next < this.#end) {
      const dueMs = startMs + (this.#next - first) * intervalMs;
      if (dueMs > performance.now()) {
        await sleep(TICK_MS);
        continue;
      }
      const delivery = this.#deliver(this.#next++, dueMs).finally(() => underWay.delete(delivery));
      underWay.add(delivery);
    }
    this.#endWindow();
    await Promise.all(underWay);
  }

  result(): ClientResult {
    const sorted = this.#latenciesMs.toSorted((a, b) => a - b);
    return {
      acknowledgedSpans: this.#acknowledged * SPANS_PER_BODY,
      windowSpans: this.#inWindow * SPANS_PER_BODY,
      windowMs: (this.#windowEndedMs ?? 0) - (this.#windowBeganMs ?? this.#windowEndedMs ?? 0),
      ackMs: {
        p50: percentile(sorted, 0.5),
        p99: percentile(sorted, 0.99),
        max: sorted.at(-1) ?? 0,
      },
      refused: this.#refused,
      ranOut: this.#next >= this.#end,
    };
  }

  #endWindow(): void {
    if (this.#windowEndedMs !== null) return;
    this.#windowEndedMs = performance.now();
    send({ type: 'windowEnds' });
  }

  /** Sends until it is acknowledged. */
  async #deliver(serial: number, dueMs: number): Promise<void> {
    const { fill, port } = this.#options;
    const body = fill ? loaded().body(serial) : (prepared[serial] ?? Buffer.alloc(0));
    for (;;) {
      const outcome = await post({ agent: this.#agent, port, body, isGzip: !fill });
      if (outcome === '200') break;
      this.#refused[outcome] = (this.#refused[outcome] ?? 0) + 1;
      await sleep(RESEND_AFTER_MS);
    }
    this.#acknowledged++;
    const nowMs = performance.now();
    if (this.#windowBeganMs === null) return;
    if (this.#windowEndedMs === null) this.#inWindow++;
    if (dueMs >= this.#windowBeganMs) this.#latenciesMs.push(nowMs - dueMs);
  }
}

interface Post {
  readonly agent: http.Agent;
  readonly port: number;
  readonly body: Buffer;
  readonly isGzip: boolean;
}

/** The status, or the error's code. */
function post({ agent, port, body, isGzip }: Post): Promise<string> {
  return new Promise((resolve) => {
    const request = http.request(
      {
        agent,
        host: '127.0.0.1',
        port,
        path: '/v1/traces',
        method: 'POST',
        headers: {
          'content-type': 'application/x-protobuf',
          'content-length': body.length,
          ...(isGzip ? { 'content-encoding': 'gzip' } : {}),
        },
      },
      (response) => {
        response.resume();
        response.once('end', () => resolve(String(response.statusCode)));
        response.once('error', (error) => resolve(codeOf(error)));
      },
    );
    request.once('error', (error) => resolve(codeOf(error)));
    request.end(body);
  });
}

const codeOf = (error: Error): string => (error as NodeJS.ErrnoException).code ?? error.message;

function loaded(): Load {
  if (!load) throw new Error('prepare first');
  return load;
}

function send(message: FromClient): void {
  process.send?.(message);
}
