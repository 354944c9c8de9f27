/**
 * The shape of recent traces in memory: which spans exist, who is whose parent.
 *
 * It answers "have we this span already?" and "what hangs below it?" without asking the database, at about 0.3 µs a span.
 * Two generations bound it: when the young one is full, the old one is dropped, and a trace that is touched again moves
 * from the old to the young one. What was dropped is read back from the database when it is needed (see `traceLoader`).
 * A parent that is not known yet has a placeholder node, so that its children are found when it arrives.
 */
import type { Context } from '@burnbook/domain/attribution';
import type { SpanKey } from '../rows.js';
import { Evidence } from './evidence.js';
import { high, low } from './idWords.js';
import type { NodeFacts } from './nodeFacts.js';

/** `repeatsCall`: a call below tells the same tokens (see `nestedCalls.ts`). */
export const NODE = {
  ...{ present: 1, usage: 2, usageBelow: 4, costs: 8, costsBelow: 16 },
  repeatsCall: 32,
} as const;
export const NONE = -1;

/** One trace; `first` heads the list of its nodes in its generation. */
export interface TraceState {
  readonly hi: bigint;
  readonly lo: bigint;
  /** Hex form of the id. */
  readonly hex: string;
  generation: Generation;
  /** Its number in that generation. */
  number: number;
  first: number;
  /** The time hint that the database holds for this trace; first > last: none yet. */
  hintFirstNs: bigint;
  hintLastNs: bigint;
  readonly evidence: Evidence;
}

export class SpanArena {
  young: Generation;
  #old: Generation;
  readonly #nodesMax: number;
  /** Nodes of the largest trace that moved to the young generation. */
  #movedMax = 0;

  /** @param nodesMax nodes of a generation; the arena holds at most about twice that. */
  constructor(nodesMax: number) {
    this.#nodesMax = nodesMax;
    this.young = new Generation(nodesMax);
    this.#old = new Generation(1024);
  }

  /** Makes room for `incoming` more nodes. Only between groups: node numbers change. */
  rotateIfFull(incoming: number): void {
    // One trace may be larger than a generation: what it takes to move it is then paid by as many new nodes.
    const nodesMax = Math.max(this.#nodesMax, 2 * this.#movedMax);
    if (this.young.count + 2 * incoming <= nodesMax || this.young.count === 0) return;
    this.#movedMax = 0;
    this.#old = this.young;
    this.young = new Generation(this.#nodesMax);
  }

  clear(): void {
    this.#movedMax = 0;
    this.young = new Generation(this.#nodesMax);
    this.#old = new Generation(1024);
  }

  /** The facts of a span, wherever they are, without moving its trace; undefined when they are not in memory. */
  peek({ traceHi, traceLo, spanId }: Omit<SpanKey, 'startNs'>): NodeFacts | undefined {
    for (const generation of [this.young, this.#old]) {
      const trace = generation.findTrace(traceHi, traceLo);
      if (!trace) continue;
      const node = generation.find(trace, high(spanId), low(spanId));
      return node === NONE ? undefined : generation.facts[node];
    }
    return undefined;
  }

  /** The trace in the young generation, moved there if need be; undefined when it is not in memory. */
  findTrace(hi: bigint, lo: bigint): TraceState | undefined {
    const known = this.young.findTrace(hi, lo);
    if (known) return known;
    const old = this.#old.findTrace(hi, lo);
    if (!old) return undefined;
    this.#move(old);
    return old;
  }

  addTrace(hi: bigint, lo: bigint, hex: string): TraceState {
    const trace: TraceState = {
      hi,
      lo,
      hex,
      generation: this.young,
      number: NONE,
      first: NONE,
      hintFirstNs: 1n,
      hintLastNs: 0n,
      evidence: new Evidence(),
    };
    this.young.addTrace(trace);
    return trace;
  }

  #move(trace: TraceState): void {
    const from = trace.generation;
    const to = this.young;
    from.forgetTrace(trace);
    const moved: number[] = [];
    let node = trace.first;
    trace.first = NONE;
    trace.generation = to;
    to.addTrace(trace);
    while (node !== NONE) {
      const copy = to.ensure(trace, from.idHi[node] ?? 0, from.idLo[node] ?? 0);
      to.flags[copy] = from.flags[node] ?? 0;
      to.source[copy] = from.source[node] ?? 0;
      to.facts[copy] = from.facts[node];
      to.context[copy] = from.context[node];
      const parent = from.parent[node] ?? NONE;
      moved.push(copy, parent === NONE ? NONE : node);
      node = from.nextInTrace[node] ?? NONE;
    }
    this.#movedMax = Math.max(this.#movedMax, moved.length / 2);
    for (let i = 0; i < moved.length; i += 2) {
      const copy = moved[i] ?? NONE;
      const original = moved[i + 1] ?? NONE;
      if (original === NONE) continue;
      const parent = from.parent[original] ?? NONE;
      to.link(copy, to.find(trace, from.idHi[parent] ?? 0, from.idLo[parent] ?? 0));
    }
  }
}

/** Nodes in columns. Every array is indexed by the node's number. */
export class Generation {
  count = 0;
  idHi: Uint32Array;
  idLo: Uint32Array;
  parent: Int32Array;
  /** Union-find over `parent`: a node farther up, and how many levels it is above. */
  #above: Int32Array;
  #levels: Int32Array;
  firstChild: Int32Array;
  nextSibling: Int32Array;
  nextInTrace: Int32Array;
  flags: Uint8Array;
  /** Number of the span's source (resource and scope). */
  source: Int32Array;
  readonly facts: (NodeFacts | undefined)[] = [];
  /** undefined: to be derived. */
  readonly context: (Context | undefined)[] = [];
  #traceNumber: Int32Array;
  #table: Int32Array;
  readonly #traces: (TraceState | undefined)[] = [];
  #traceTable: Int32Array;

  constructor(capacity: number) {
    this.idHi = new Uint32Array(capacity);
    this.idLo = new Uint32Array(capacity);
    this.parent = new Int32Array(capacity);
    this.#above = new Int32Array(capacity);
    this.#levels = new Int32Array(capacity);
    this.firstChild = new Int32Array(capacity);
    this.nextSibling = new Int32Array(capacity);
    this.nextInTrace = new Int32Array(capacity);
    this.flags = new Uint8Array(capacity);
    this.source = new Int32Array(capacity);
    this.#traceNumber = new Int32Array(capacity);
    this.#table = new Int32Array(powerOfTwo(capacity * 2)).fill(NONE);
    this.#traceTable = new Int32Array(1024).fill(NONE);
  }

  findTrace(hi: bigint, lo: bigint): TraceState | undefined {
    const mask = this.#traceTable.length - 1;
    let slot = traceHash(hi, lo) & mask;
    for (;;) {
      const number = this.#traceTable[slot] ?? NONE;
      if (number === NONE) return undefined;
      const trace = this.#traces[number];
      if (trace && trace.lo === lo && trace.hi === hi) return trace;
      slot = (slot + 1) & mask;
    }
  }

  addTrace(trace: TraceState): void {
    trace.number = this.#traces.length;
    this.#traces.push(trace);
    if (this.#traces.length * 2 > this.#traceTable.length) this.#growTraces();
    else this.#placeTrace(trace);
  }

  forgetTrace(trace: TraceState): void {
    // The slot stays taken by an empty trace: probing goes on past it.
    this.#traces[trace.number] = undefined;
  }

  find(trace: TraceState, idHi: number, idLo: number): number {
    const { number } = trace;
    const mask = this.#table.length - 1;
    let slot = nodeHash(number, idHi, idLo) & mask;
    for (;;) {
      const node = this.#table[slot] ?? NONE;
      if (node === NONE) return NONE;
      if (
        this.idLo[node] === idLo &&
        this.idHi[node] === idHi &&
        this.#traceNumber[node] === number
      ) {
        return node;
      }
      slot = (slot + 1) & mask;
    }
  }

  /** The node of that id, made as a placeholder when it does not exist. */
  ensure(trace: TraceState, idHi: number, idLo: number): number {
    const known = this.find(trace, idHi, idLo);
    if (known !== NONE) return known;
    if (this.count === this.idHi.length) this.#grow();
    const node = this.count++;
    this.idHi[node] = idHi;
    this.idLo[node] = idLo;
    this.parent[node] = NONE;
    this.#above[node] = NONE;
    this.#levels[node] = 0;
    this.firstChild[node] = NONE;
    this.nextSibling[node] = NONE;
    this.nextInTrace[node] = trace.first;
    trace.first = node;
    this.#traceNumber[node] = trace.number;
    this.facts.push(undefined);
    this.context.push(undefined);
    this.#place(node);
    return node;
  }

  traceOf(node: number): TraceState {
    const trace = this.#traces[this.#traceNumber[node] ?? NONE];
    if (!trace) throw new Error(`node ${node} belongs to no trace`);
    return trace;
  }

  /** Hangs a node below its parent, unless the parent hangs below the node: such a span stays a top one. */
  link(node: number, parent: number): void {
    if (node === parent || parent === NONE) return;
    if (this.firstChild[node] !== NONE && this.#topOf(parent) === node) return;
    this.parent[node] = parent;
    this.#above[node] = parent;
    this.#levels[node] = 1;
    this.nextSibling[node] = this.firstChild[parent] ?? NONE;
    this.firstChild[parent] = node;
  }

  has(node: number, flag: number): boolean {
    return ((this.flags[node] ?? 0) & flag) !== 0;
  }

  set(node: number, flag: number): void {
    this.flags[node] = (this.flags[node] ?? 0) | flag;
  }

  /** How many nodes are above it. */
  depthOf(node: number): number {
    this.#topOf(node);
    let depth = 0;
    let at = node;
    for (let up = this.#above[at] ?? NONE; up !== NONE; up = this.#above[at] ?? NONE) {
      depth += this.#levels[at] ?? 0;
      at = up;
    }
    return depth;
  }

  /** The topmost node above, or the node itself; halves the way there for the next one who asks. */
  #topOf(node: number): number {
    const above = this.#above;
    const levels = this.#levels;
    let at = node;
    for (let up = above[at] ?? NONE; up !== NONE; up = above[at] ?? NONE) {
      const next = above[up] ?? NONE;
      if (next === NONE) return up;
      levels[at] = (levels[at] ?? 0) + (levels[up] ?? 0);
      above[at] = next;
      at = next;
    }
    return at;
  }

  #place(node: number): void {
    const mask = this.#table.length - 1;
    let slot =
      nodeHash(this.#traceNumber[node] ?? 0, this.idHi[node] ?? 0, this.idLo[node] ?? 0) & mask;
    while (this.#table[slot] !== NONE) slot = (slot + 1) & mask;
    this.#table[slot] = node;
  }

  #placeTrace(trace: TraceState): void {
    const mask = this.#traceTable.length - 1;
    let slot = traceHash(trace.hi, trace.lo) & mask;
    while (this.#traceTable[slot] !== NONE) slot = (slot + 1) & mask;
    this.#traceTable[slot] = trace.number;
  }

  #growTraces(): void {
    this.#traceTable = new Int32Array(this.#traceTable.length * 2).fill(NONE);
    for (const trace of this.#traces) if (trace) this.#placeTrace(trace);
  }

  // One trace may be larger than a generation: then its arrays double.
  #grow(): void {
    const capacity = this.idHi.length * 2;
    const wider = <T extends Uint32Array | Int32Array | Uint8Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.idHi = wider(this.idHi, new Uint32Array(capacity));
    this.idLo = wider(this.idLo, new Uint32Array(capacity));
    this.parent = wider(this.parent, new Int32Array(capacity));
    this.#above = wider(this.#above, new Int32Array(capacity));
    this.#levels = wider(this.#levels, new Int32Array(capacity));
    this.firstChild = wider(this.firstChild, new Int32Array(capacity));
    this.nextSibling = wider(this.nextSibling, new Int32Array(capacity));
    this.nextInTrace = wider(this.nextInTrace, new Int32Array(capacity));
    this.flags = wider(this.flags, new Uint8Array(capacity));
    this.source = wider(this.source, new Int32Array(capacity));
    this.#traceNumber = wider(this.#traceNumber, new Int32Array(capacity));
    this.#table = new Int32Array(powerOfTwo(capacity * 2)).fill(NONE);
    for (let node = 0; node < this.count; node++) this.#place(node);
  }
}

function traceHash(hi: bigint, lo: bigint): number {
  // All bits: some emitters begin their ids with a counter or a time, and leave the rest empty.
  const word = (value: bigint): number => Number(BigInt.asIntN(32, value));
  const rest = mix(word(lo >> 32n) ^ Math.imul(word(hi >> 32n), 0x85ebca6b));
  return mix(word(lo) ^ Math.imul(word(hi), 0x9e3779b1) ^ rest);
}

function nodeHash(trace: number, idHi: number, idLo: number): number {
  return mix(idLo ^ Math.imul(idHi, 0x85ebca6b) ^ Math.imul(trace, 0x9e3779b1));
}

function mix(value: number): number {
  let h = value | 0;
  h ^= h >>> 16;
  h = Math.imul(h, 0x7feb352d);
  h ^= h >>> 15;
  h = Math.imul(h, 0x846ca68b);
  h ^= h >>> 16;
  return h >>> 0;
}

function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(atLeast, 16)));
}
