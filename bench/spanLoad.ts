/**
 * Request bodies for the benchmarks: 512 spans × 12 attributes each, as a pipeline that calls models sends them.
 *
 * Traces are whole within a body and have about 16 spans: a run, a step with its compute, model calls (about 10 % of
 * all spans) with usage, and HTTP and database spans. The same seed gives the same bodies; every body has ids of its
 * own. `PatchableBody` gives a body new ids without building it again.
 */
import { gzipSync } from 'node:zlib';
import { attribute, ProtoWriter } from './protoWriter.js';

export interface SpanLoadOptions {
  /** Any integer; two loads of the same seed are equal. */
  readonly seed: number;
  /** Start of the first trace, UTC nanoseconds; later traces follow at `traceStepNs`. */
  readonly startNs: bigint;
  readonly spansPerBody?: number;
  readonly spansPerTrace?: number;
  readonly traceStepNs?: bigint;
}

const MODELS = [
  ['openai', 'gpt-4o-mini', 'gpt-4o-mini-2024-07-18'],
  ['openai', 'text-embedding-3-small', 'text-embedding-3-small'],
  ['anthropic', 'claude-sonnet-4-5', 'claude-sonnet-4-5-20250929'],
  ['openai', 'gpt-4o', 'gpt-4o-2024-08-06'],
] as const;
const STEPS = ['parse', 'quality-gate', 'mask-pii', 'embed', 'classify', 'publish'] as const;
const HOSTS = ['api.internal', 'features.internal', 'vectors.internal', 'auth.internal'] as const;
const METHODS = ['GET', 'POST', 'PUT'] as const;
const TABLES = ['documents', 'chunks', 'labels', 'features', 'runs'] as const;

/** Builds distinct bodies one after the other. */
export class SpanLoad {
  readonly #options: Required<SpanLoadOptions>;
  readonly #random: () => number;
  /** Traces made so far; also makes ids unique. */
  #traces = 0;

  constructor(options: SpanLoadOptions) {
    this.#options = {
      spansPerBody: 512,
      spansPerTrace: 16,
      traceStepNs: 50_000_000n,
      ...options,
    };
    this.#random = mulberry32(options.seed);
  }

  /** The next body: an ExportTraceServiceRequest in protobuf. */
  next(): Buffer {
    const { spansPerBody, spansPerTrace } = this.#options;
    const out = new ProtoWriter();
    out.message(1, () => {
      out.message(1, () => {
        attribute(out, { field: 1, key: 'service.name', value: 'mail-features' });
        attribute(out, { field: 1, key: 'service.version', value: '1.4.2' });
        attribute(out, { field: 1, key: 'deployment.environment.name', value: 'production' });
        attribute(out, { field: 1, key: 'team', value: 'data-platform' });
        attribute(out, { field: 1, key: 'telemetry.sdk.language', value: 'nodejs' });
      });
      out.message(2, () => {
        out.message(1, () => {
          out.string(1, '@burnbook/collectors');
          out.string(2, '0.1.0');
        });
        for (let left = spansPerBody; left > 0; left -= spansPerTrace) {
          this.#trace(out, Math.min(left, spansPerTrace));
        }
      });
    });
    return out.toBuffer();
  }

  /** The next `count` bodies, compressed as the Collector does. */
  nextGzip(count: number, level = 1): Buffer[] {
    return Array.from({ length: count }, () => gzipSync(this.next(), { level }));
  }

  #trace(out: ProtoWriter, spans: number): void {
    const trace = this.#traces++;
    const startNs = this.#options.startNs + BigInt(trace) * this.#options.traceStepNs;
    const traceId = Buffer.alloc(16);
    traceId.writeUInt32BE(this.#options.seed >>> 0, 0);
    traceId.writeUInt32BE(0x5eed, 4);
    traceId.writeUInt32BE(this.#int(0x7fffffff) + 1, 8);
    traceId.writeUInt32BE(trace, 12);
    const run = {
      id: `run-${this.#options.seed}-${Math.floor(trace / 4)}`,
      batch: `2026-11-${String((Math.floor(trace / 64) % 28) + 1).padStart(2, '0')}`,
    };
    for (let i = 0; i < spans; i++) {
      const spanId = this.#spanId(trace, i);
      const parentId = i === 0 ? undefined : this.#spanId(trace, i < 3 ? 0 : 1);
      out.message(2, () => {
        out.bytes(1, traceId);
        out.bytes(2, spanId);
        if (parentId) out.bytes(4, parentId);
        this.#span(out, { index: i, startNs, run });
      });
    }
  }

  #span(
    out: ProtoWriter,
    span: { index: number; startNs: bigint; run: { id: string; batch: string } },
  ): void {
    const { index, run } = span;
    const startNs = span.startNs + BigInt(index) * 1_000_000n;
    const durationNs = index === 0 ? 900_000_000n : BigInt(this.#int(400_000_000) + 100_000);
    const step = STEPS[this.#int(STEPS.length)] as string;
    const isCall = index >= 2 && this.#random() < 0.115;
    const name =
      index === 0 ? 'run mail' : index === 1 ? `step ${step}` : isCall ? 'chat' : this.#name();
    out.string(5, name);
    out.varint(6, index < 2 ? 1 : 3);
    out.fixed64(7, startNs);
    out.fixed64(8, startNs + durationNs);
    const write = (key: string, value: string | number): void => {
      attribute(out, { field: 9, key, value });
    };
    if (index < 2 || isCall) {
      write('pipeline.name', 'mail');
      write('pipeline.run.id', run.id);
      write('pipeline.batch.id', run.batch);
    }
    if (index === 0) this.#runAttributes(write);
    else if (index === 1) this.#stepAttributes(write, step);
    else if (isCall) this.#callAttributes(write, step);
    else if (name.startsWith('SELECT')) this.#databaseAttributes(write);
    else this.#httpAttributes(write);
    out.message(15, () => out.varint(3, 1));
  }

  #runAttributes(write: Write): void {
    write('pipeline.run.kind', 'scheduled');
    write('pipeline.run.outcome', 'succeeded');
    write('pipeline.batch.size', this.#int(1000));
    write('pipeline.partition', 'inbox');
    write('host.name', `worker-${this.#int(8)}`);
    write('process.pid', 1000 + this.#int(64));
    write('thread.id', 1);
    write('thread.name', 'main');
    write('code.function.name', 'runPipeline');
  }

  #stepAttributes(write: Write, step: string): void {
    write('pipeline.step.name', step);
    write('pipeline.rows.in', this.#int(1000));
    write('pipeline.rows.out', this.#int(1000));
    write('process.cpu.time.user', this.#int(4000) / 1000);
    write('process.cpu.time.system', this.#int(400) / 1000);
    write('process.memory.gb_seconds', this.#int(900) / 1000);
    write('process.memory.peak', 200_000_000 + this.#int(1e8));
    write('thread.id', 1);
    write('code.function.name', `${step}Step`);
  }

  #callAttributes(write: Write, step: string): void {
    const [provider, model, answered] = MODELS[this.#int(MODELS.length)] as (typeof MODELS)[number];
    write('pipeline.step.name', step);
    write('pipeline.attempt.number', 1);
    write('gen_ai.operation.name', 'chat');
    write('gen_ai.provider.name', provider);
    write('gen_ai.request.model', model);
    write('gen_ai.response.model', answered);
    // Behind the last dash is room for `PatchableBody`.
    write('gen_ai.response.id', `chatcmpl-${this.#traces}-${this.#int(0x7fffffff)}-00000000`);
    write('gen_ai.usage.input_tokens', this.#int(8000));
    write('gen_ai.usage.output_tokens', this.#int(800));
  }

  #databaseAttributes(write: Write): void {
    const table = TABLES[this.#int(TABLES.length)] as string;
    write('db.system.name', 'postgresql');
    write('db.namespace', 'features');
    write('db.collection.name', table);
    write('db.operation.name', 'SELECT');
    write('db.query.summary', `SELECT ${table}`);
    write('db.response.returned_rows', this.#int(500));
    write('server.address', 'db.internal');
    write('server.port', 5432);
    write('thread.id', this.#int(8));
    write('thread.name', `pool-${this.#int(8)}`);
    write('code.function.name', 'fetchRows');
    write('code.file.path', '/app/src/store/fetchRows.ts');
  }

  #httpAttributes(write: Write): void {
    const host = HOSTS[this.#int(HOSTS.length)] as string;
    write('http.request.method', METHODS[this.#int(METHODS.length)] as string);
    write('http.response.status_code', this.#random() < 0.98 ? 200 : 503);
    write('url.full', `https://${host}/v1/items/${this.#int(100_000)}`);
    write('server.address', host);
    write('server.port', 443);
    write('network.protocol.version', '1.1');
    write('network.peer.address', `10.0.${this.#int(4)}.${this.#int(250)}`);
    write('user_agent.original', 'mail-features/1.4.2');
    write('thread.id', this.#int(8));
    write('thread.name', `pool-${this.#int(8)}`);
    write('code.function.name', 'request');
    write('code.line.number', 40 + this.#int(200));
  }

  #name(): string {
    return this.#random() < 0.25
      ? `SELECT ${TABLES[this.#int(TABLES.length)] as string}`
      : (METHODS[this.#int(METHODS.length)] as string);
  }

  #spanId(trace: number, index: number): Buffer {
    const id = Buffer.alloc(8);
    id.writeUInt32BE(trace, 0);
    id.writeUInt32BE(index + 1, 4);
    return id;
  }

  #int(below: number): number {
    return Math.floor(this.#random() * below);
  }
}

type Write = (key: string, value: string | number) => void;

/** A small seeded generator of numbers in [0, 1). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
