import { endianness } from 'node:os';
import { FACT_TYPE } from '@burnbook/domain/spanBatch';
import type { FactColumns } from '@burnbook/domain/spanBatch';
import type { SpanDraft } from './spanDraft.js';

/** Where the halves of a 64-bit number stand in a pair of 32-bit words. */
const LOW = endianness() === 'LE' ? 0 : 1;
const HIGH = 1 - LOW;

/** Spans that the columns hold at first and after a huge request. */
const SPANS_INITIAL = 2048;
const FACTS_INITIAL = 8192;
const SPANS_KEPT_MAX = 65_536;
const FACTS_KEPT_MAX = 262_144;

/** The typed arrays of a `SpanBatch` while they grow; they are used again for the next request. */
export class SpanColumns {
  length = 0;
  readonly facts = new GrowingFacts();
  #capacity = 0;
  /** Pairs of 32-bit words. */
  #traceHi = new Uint32Array(0);
  #traceLo = new Uint32Array(0);
  #spanId = new Uint32Array(0);
  #parentId = new Uint32Array(0);
  #startNs = new Uint32Array(0);
  #endNs = new Uint32Array(0);
  #kind = new Uint8Array(0);
  #status = new Uint8Array(0);
  #name = new Uint32Array(0);
  #source = new Uint32Array(0);
  #attrsEnd = new Uint32Array(0);

  constructor() {
    this.reset();
  }

  /** Empties the columns; after a huge request they become small again. */
  reset(): void {
    this.length = 0;
    this.facts.reset();
    if (this.#capacity === 0 || this.#capacity > SPANS_KEPT_MAX) {
      this.#capacity = 0;
      this.#resize(SPANS_INITIAL);
    }
  }

  add(span: SpanDraft, source: number, attrsEnd: number): void {
    if (this.length === this.#capacity) this.#resize(this.#capacity * 2);
    const at = this.length++;
    const low = at * 2 + LOW;
    const high = at * 2 + HIGH;
    this.#traceHi[high] = span.traceId[0] as number;
    this.#traceHi[low] = span.traceId[1] as number;
    this.#traceLo[high] = span.traceId[2] as number;
    this.#traceLo[low] = span.traceId[3] as number;
    this.#spanId[high] = span.spanIdHigh;
    this.#spanId[low] = span.spanIdLow;
    this.#parentId[high] = span.parentIdHigh;
    this.#parentId[low] = span.parentIdLow;
    this.#startNs[high] = span.startHigh;
    this.#startNs[low] = span.startLow;
    this.#endNs[high] = span.endHigh;
    this.#endNs[low] = span.endLow;
    this.#kind[at] = span.kind;
    this.#status[at] = span.status;
    this.#name[at] = span.name;
    this.#source[at] = source;
    this.#attrsEnd[at] = attrsEnd;
  }

  /** Copies of the columns, each of exactly `length` elements and with a buffer of its own. */
  toColumns() {
    const size = this.length;
    return {
      length: size,
      traceHi: words64(this.#traceHi, size),
      traceLo: words64(this.#traceLo, size),
      spanId: words64(this.#spanId, size),
      parentId: words64(this.#parentId, size),
      startNs: words64(this.#startNs, size),
      endNs: words64(this.#endNs, size),
      kind: this.#kind.slice(0, size),
      status: this.#status.slice(0, size),
      name: this.#name.slice(0, size),
      source: this.#source.slice(0, size),
      attrsEnd: this.#attrsEnd.slice(0, size),
      facts: this.facts.toColumns(),
    };
  }

  #resize(capacity: number): void {
    this.#capacity = capacity;
    this.#traceHi = resized32(this.#traceHi, capacity * 2, this.length * 2);
    this.#traceLo = resized32(this.#traceLo, capacity * 2, this.length * 2);
    this.#spanId = resized32(this.#spanId, capacity * 2, this.length * 2);
    this.#parentId = resized32(this.#parentId, capacity * 2, this.length * 2);
    this.#startNs = resized32(this.#startNs, capacity * 2, this.length * 2);
    this.#endNs = resized32(this.#endNs, capacity * 2, this.length * 2);
    this.#kind = resized8(this.#kind, capacity, this.length);
    this.#status = resized8(this.#status, capacity, this.length);
    this.#name = resized32(this.#name, capacity, this.length);
    this.#source = resized32(this.#source, capacity, this.length);
    this.#attrsEnd = resized32(this.#attrsEnd, capacity, this.length);
  }
}

/** `FactColumns` while they grow. */
class GrowingFacts {
  length = 0;
  #capacity = 0;
  #span = new Uint32Array(0);
  #key = new Uint16Array(0);
  #type = new Uint8Array(0);
  #num = new Float64Array(0);
  #text = new Uint32Array(0);

  constructor() {
    this.reset();
  }

  reset(): void {
    this.length = 0;
    if (this.#capacity === 0 || this.#capacity > FACTS_KEPT_MAX) {
      this.#capacity = 0;
      this.#resize(FACTS_INITIAL);
    }
  }

  addText(span: number, key: number, text: number): void {
    const at = this.#add(span, key);
    this.#type[at] = FACT_TYPE.text;
    this.#num[at] = 0;
    this.#text[at] = text;
  }

  addNumber(span: number, key: number, type: number, num: number): void {
    const at = this.#add(span, key);
    this.#type[at] = type;
    this.#num[at] = num;
    this.#text[at] = 0;
  }

  toColumns(): FactColumns {
    const size = this.length;
    return {
      length: size,
      span: this.#span.slice(0, size),
      key: this.#key.slice(0, size),
      type: this.#type.slice(0, size),
      num: this.#num.slice(0, size),
      text: this.#text.slice(0, size),
    };
  }

  #add(span: number, key: number): number {
    if (this.length === this.#capacity) this.#resize(this.#capacity * 2);
    const at = this.length++;
    this.#span[at] = span;
    this.#key[at] = key;
    return at;
  }

  #resize(capacity: number): void {
    this.#capacity = capacity;
    const key = new Uint16Array(capacity);
    key.set(this.#key.subarray(0, this.length));
    const num = new Float64Array(capacity);
    num.set(this.#num.subarray(0, this.length));
    this.#span = resized32(this.#span, capacity, this.length);
    this.#key = key;
    this.#type = resized8(this.#type, capacity, this.length);
    this.#num = num;
    this.#text = resized32(this.#text, capacity, this.length);
  }
}

function words64(words: Uint32Array, size: number): BigUint64Array {
  return new BigUint64Array(words.slice(0, size * 2).buffer);
}

function resized32(old: Uint32Array, capacity: number, length: number): Uint32Array<ArrayBuffer> {
  const column = new Uint32Array(capacity);
  column.set(old.subarray(0, length));
  return column;
}

function resized8(old: Uint8Array, capacity: number, length: number): Uint8Array<ArrayBuffer> {
  const column = new Uint8Array(capacity);
  column.set(old.subarray(0, length));
  return column;
}
