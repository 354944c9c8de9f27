/**
 * A body that becomes a body of new spans in about 0.1 ms, so that the load costs little beside what it measures: ids,
 * times, run, batch and operation are written over in place. Lengths never change.
 */
import { WireReader } from '../server/otlp/wireReader.js';
import { encodeBody } from './loadBody.js';
import { makeTrace, type TraceOwner } from './loadTrace.js';

export interface TemplateOptions {
  readonly random: () => number;
  readonly pipeline: string;
  readonly spans: number;
  readonly spansPerTrace: number;
  /** Makes the first trace's top span the run itself. */
  readonly runOutcome?: 'succeeded' | 'failed';
}

export interface BodyIdentity {
  /** At most eight hexadecimal digits each. */
  readonly run: number;
  readonly batch: number;
  readonly unique: number;
  /** Six 32-bit numbers that make trace and span ids new. */
  readonly mask: Uint32Array;
  /** Start of the body's first trace, UTC nanoseconds. */
  readonly startNs: bigint;
}

const PLACEHOLDER = { run: '{{run}}~', batch: '{{bat}}~', unique: '{{unq}}~' } as const;
const TRACE_STEP_NS = 15_000_000n;
const REQUEST_RESOURCE_SPANS = 0x0a;
const RESOURCE_SPANS_SCOPE_SPANS = 0x12;
const SCOPE_SPANS_SPANS = 0x12;
const SPAN = { traceId: 0x0a, spanId: 0x12, parentId: 0x22, start: 0x39, end: 0x41 } as const;

export class LoadTemplate {
  readonly #bytes: Buffer;
  readonly #traceIds: number[] = [];
  readonly #spanIds: number[] = [];
  readonly #times: number[] = [];
  readonly #texts: Record<keyof typeof PLACEHOLDER, number[]>;

  constructor(options: TemplateOptions) {
    const owner: TraceOwner = {
      pipeline: options.pipeline,
      run: `run-${PLACEHOLDER.run}`,
      batch: `part-${PLACEHOLDER.batch}`,
      unique: PLACEHOLDER.unique,
    };
    const spans = Array.from({ length: options.spans / options.spansPerTrace }, (_, i) =>
      makeTrace({
        random: options.random,
        owner,
        spans: options.spansPerTrace,
        startNs: BigInt(i) * TRACE_STEP_NS,
        ...(i === 0 && options.runOutcome ? { runOutcome: options.runOutcome } : {}),
      }),
    );
    this.#bytes = encodeBody(spans.flat());
    this.#findNumbers();
    this.#texts = {
      run: this.#findText(PLACEHOLDER.run),
      batch: this.#findText(PLACEHOLDER.batch),
      unique: this.#findText(PLACEHOLDER.unique),
    };
  }

  /** A new body. */
  body(identity: BodyIdentity): Buffer {
    const bytes = Buffer.from(this.#bytes);
    const { mask } = identity;
    const [m0 = 0, m1 = 0, m2 = 0, m3 = 0, m4 = 0, m5 = 0] = mask;
    const change = (at: number, by: number): void => {
      bytes.writeUInt32LE((bytes.readUInt32LE(at) ^ by) >>> 0, at);
    };
    for (const at of this.#traceIds) {
      change(at, m0);
      change(at + 4, m1);
      change(at + 8, m2);
      change(at + 12, m3);
    }
    for (const at of this.#spanIds) {
      change(at, m4);
      change(at + 4, m5);
    }
    for (const at of this.#times) {
      bytes.writeBigUInt64LE(bytes.readBigUInt64LE(at) + identity.startNs, at);
    }
    for (const key of ['run', 'batch', 'unique'] as const) {
      const text = identity[key].toString(16).padStart(8, '0');
      for (const at of this.#texts[key]) bytes.write(text, at, 'latin1');
    }
    return bytes;
  }

  #findText(text: string): number[] {
    const found: number[] = [];
    for (let at = this.#bytes.indexOf(text); at >= 0; at = this.#bytes.indexOf(text, at + 8)) {
      found.push(at);
    }
    return found;
  }

  #findNumbers(): void {
    const wire = new WireReader();
    wire.bytes = this.#bytes;
    const end = this.#bytes.length;
    wire.each(0, end, REQUEST_RESOURCE_SPANS, (resourceEnd) => {
      wire.each(wire.at, resourceEnd, RESOURCE_SPANS_SCOPE_SPANS, (scopeEnd) => {
        wire.each(wire.at, scopeEnd, SCOPE_SPANS_SPANS, (spanEnd) =>
          this.#findInSpan(wire, spanEnd),
        );
      });
    });
  }

  #findInSpan(wire: WireReader, end: number): void {
    while (wire.at < end) {
      const tag = wire.tag(end);
      const { at } = wire;
      wire.skip(tag, end);
      if (tag === SPAN.traceId) this.#traceIds.push(at + 1);
      else if (tag === SPAN.spanId || tag === SPAN.parentId) this.#spanIds.push(at + 1);
      else if (tag === SPAN.start || tag === SPAN.end) this.#times.push(at);
    }
  }
}
