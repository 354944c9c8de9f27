/** The sums of `cost_quarters` as columns in memory: one row a quarter of an hour, origin and place. */
import { BUCKET_NS, bucketOf } from '../costRollup.js';
import { bigOf } from './half.js';
import { KeyIndex } from './keyIndex.js';

/** Number of the quarter of an hour that an instant is in, since 1970. */
export const quarterOf = (ns: bigint): number => Number(bucketOf(ns) / BUCKET_NS);

/** What is added to a row: sums over counted lines, money in nano-USD; missing: 0. */
export interface CubeSums {
  readonly lines?: number;
  readonly unpriced?: number;
  readonly tokens?: bigint;
  readonly costNano?: bigint;
  readonly wasteNano?: bigint;
  readonly failureNano?: bigint;
}

/** Where a row belongs: quarters since 1970, and the numbers of an origin and a place. */
export interface CubePlace {
  readonly quarter: number;
  readonly origin: number;
  readonly place: number;
}

/**
 * 64-bit integers, to be added up without an object each: element `i` is `high[i] * 2 ** 32 + low[i]`. Such halves of up to
 * `CUBE_ROWS_MAX` rows add up exactly in a number.
 */
export interface Halves {
  /** Every second element from 0. */
  readonly low: Uint32Array;
  /** Every second element from 1. */
  readonly high: Int32Array;
}

/** Quarters since 1970, the last one exclusive; with `from` = `to` there is none. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export const withQuarter = ({ from, to }: Stretch, quarter: number): Stretch =>
  from === to
    ? { from: quarter, to: quarter + 1 }
    : { from: Math.min(from, quarter), to: Math.max(to, quarter + 1) };

/** The shortest that has both. */
export function together(a: Stretch, b: Stretch): Stretch {
  if (a.from === a.to) return b;
  if (b.from === b.to) return a;
  return { from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) };
}

/** Whether `outer` has all of it. */
export const isWithin = ({ from, to }: Stretch, outer: Stretch): boolean =>
  from === to || (from >= outer.from && to <= outer.to);

/** What both have. */
export function overlap(a: Stretch, b: Stretch): Stretch {
  const from = Math.max(a.from, b.from);
  const to = Math.min(a.to, b.to);
  return from < to ? { from, to } : { from: 0, to: 0 };
}

/** What is known of a quarter as a whole. */
interface Quarter {
  lines: number;
  /** `changes` as it was after the last one of this quarter. */
  changedAt: number;
}

const EMPTY: Readonly<Quarter> = { lines: 0, changedAt: 0 };

/** 2 ** 21 times 2 ** 32 is what a number holds exactly. */
export const CUBE_ROWS_MAX = 2 ** 21;
const FIRST_CAPACITY = 1_024;

export class CubeRows {
  readonly #index: KeyIndex;
  readonly #quarters = new Map<number, Quarter>();
  #stretch: Stretch = { from: 0, to: 0 };
  #changes = 0;
  #lines: Int32Array;
  #unpriced: Int32Array;
  #isRare: Uint8Array;
  #origins: Int32Array;
  #runs = new Int32Array(3 * FIRST_CAPACITY);
  #runCount = 0;
  #tokens: BigInt64Array<ArrayBuffer>;
  #costNano: BigInt64Array<ArrayBuffer>;
  #wasteNano: BigInt64Array<ArrayBuffer>;
  #failureNano: BigInt64Array<ArrayBuffer>;

  /** @param expected how many rows there will be at least, as far as that is known. */
  constructor(expected = 0) {
    const capacity = Math.max(FIRST_CAPACITY, expected);
    this.#index = new KeyIndex(capacity);
    this.#lines = new Int32Array(capacity);
    this.#unpriced = new Int32Array(capacity);
    this.#isRare = new Uint8Array(capacity);
    this.#origins = new Int32Array(capacity);
    this.#tokens = new BigInt64Array(capacity);
    this.#costNano = new BigInt64Array(capacity);
    this.#wasteNano = new BigInt64Array(capacity);
    this.#failureNano = new BigInt64Array(capacity);
  }

  /** Only grows. */
  get changes(): number {
    return this.#changes;
  }

  get size(): number {
    return this.#index.size;
  }

  get lines(): Int32Array {
    return this.#lines;
  }

  get unpriced(): Int32Array {
    return this.#unpriced;
  }

  /** 1 where there may be more than lines, tokens and cost: for a scan to look at nothing else elsewhere. */
  get isRare(): Uint8Array {
    return this.#isRare;
  }

  get origins(): Int32Array {
    return this.#origins;
  }

  /** Rows that were added one after the other of one quarter and place: the first row, the quarter and the place of each. */
  get runs(): Int32Array {
    return this.#runs;
  }

  get runCount(): number {
    return this.#runCount;
  }

  get tokens(): Halves {
    return halvesOf(this.#tokens);
  }

  get costNano(): Halves {
    return halvesOf(this.#costNano);
  }

  get wasteNano(): Halves {
    return halvesOf(this.#wasteNano);
  }

  get failureNano(): Halves {
    return halvesOf(this.#failureNano);
  }

  /** All rows are in it. */
  get stretch(): Stretch {
    return this.#stretch;
  }

  quarter(quarter: number): Readonly<Quarter> {
    return this.#quarters.get(quarter) ?? EMPTY;
  }

  add({ quarter, origin, place }: CubePlace, sums: CubeSums): void {
    const row = this.#rowOf(quarter, origin, place, sums.lines ?? 0);
    addNumber(this.#lines, row, sums.lines);
    addNumber(this.#unpriced, row, sums.unpriced);
    addBig(this.#tokens, row, sums.tokens);
    addBig(this.#costNano, row, sums.costNano);
    addBig(this.#wasteNano, row, sums.wasteNano);
    addBig(this.#failureNano, row, sums.failureNano);
    if (sums.unpriced || sums.wasteNano || sums.failureNano) this.#isRare[row] = 1;
  }

  /** @param row of `load_cost_quarters.sql`: money and tokens as a lower and a higher half. */
  addHalves(row: readonly number[]): void {
    const [quarter = 0, origin = 0, place = 0, lines = 0, unpriced = 0] = row;
    const at = this.#rowOf(quarter, origin, place, lines);
    addNumber(this.#lines, at, lines);
    addNumber(this.#unpriced, at, unpriced);
    addHalf(this.#tokens, at, row[5] ?? 0, row[6] ?? 0);
    addHalf(this.#costNano, at, row[7] ?? 0, row[8] ?? 0);
    addHalf(this.#wasteNano, at, row[9] ?? 0, row[10] ?? 0);
    addHalf(this.#failureNano, at, row[11] ?? 0, row[12] ?? 0);
    if (unpriced || row[9] || row[10] || row[11] || row[12]) this.#isRare[at] = 1;
  }

  /** Of all rows, in the order of `CubeSums`. */
  total(): bigint[] {
    const numbers = [this.#lines, this.#unpriced].map((column) => {
      let sum = 0;
      for (let row = 0; row < this.size; row++) sum += column[row] ?? 0;
      return BigInt(sum);
    });
    const bigs = [this.tokens, this.costNano, this.wasteNano, this.failureNano].map(
      ({ low, high }) => {
        let [lows, highs] = [0, 0];
        for (let row = 0; row < this.size; row++) {
          lows += low[2 * row] ?? 0;
          highs += high[2 * row + 1] ?? 0;
        }
        return bigOf({ low: lows, high: highs });
      },
    );
    return [...numbers, ...bigs];
  }

  #rowOf(quarter: number, origin: number, place: number, lines: number): number {
    const before = this.#index.size;
    const row = this.#index.idOf(quarter, origin, place);
    if (row >= this.#lines.length) this.#grow();
    if (row === before) {
      this.#origins[row] = origin;
      this.#enterRun(row, quarter, place);
    }
    this.#changes++;
    const known = this.#quarters.get(quarter);
    if (known) {
      known.lines += lines;
      known.changedAt = this.#changes;
    } else {
      this.#quarters.set(quarter, { lines, changedAt: this.#changes });
      this.#stretch = withQuarter(this.#stretch, quarter);
    }
    return row;
  }

  #enterRun(row: number, quarter: number, place: number): void {
    const at = 3 * this.#runCount;
    if (this.#runs[at - 2] === quarter && this.#runs[at - 1] === place) return;
    if (at === this.#runs.length) {
      this.#runs = widened(this.#runs, new Int32Array(2 * at));
    }
    this.#runs[at] = row;
    this.#runs[at + 1] = quarter;
    this.#runs[at + 2] = place;
    this.#runCount++;
  }

  #grow(): void {
    const capacity = Math.ceil(1.5 * this.#lines.length);
    this.#lines = widened(this.#lines, new Int32Array(capacity));
    this.#unpriced = widened(this.#unpriced, new Int32Array(capacity));
    this.#origins = widened(this.#origins, new Int32Array(capacity));
    this.#isRare = widened(this.#isRare, new Uint8Array(capacity));
    this.#tokens = widened(this.#tokens, new BigInt64Array(capacity));
    this.#costNano = widened(this.#costNano, new BigInt64Array(capacity));
    this.#wasteNano = widened(this.#wasteNano, new BigInt64Array(capacity));
    this.#failureNano = widened(this.#failureNano, new BigInt64Array(capacity));
  }
}

/** Node runs on little-endian machines alone. */
function halvesOf({ buffer }: BigInt64Array<ArrayBuffer>): Halves {
  return { low: new Uint32Array(buffer), high: new Int32Array(buffer) };
}

function addNumber(column: Int32Array, row: number, value = 0): void {
  if (value !== 0) column[row] = (column[row] ?? 0) + value;
}

function addBig(column: BigInt64Array, row: number, value = 0n): void {
  if (value !== 0n) column[row] = (column[row] ?? 0n) + value;
}

function addHalf(column: BigInt64Array, row: number, low: number, high: number): void {
  if (low !== 0 || high !== 0) addBig(column, row, bigOf({ low, high }));
}

function widened<Column extends Int32Array | Uint8Array | BigInt64Array>(
  from: Column,
  to: Column,
): Column {
  (to as Int32Array).set(from as Int32Array);
  return to;
}
