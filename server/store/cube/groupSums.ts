/** Sums by group of two ranges of time, in halves that numbers hold exactly; see `Halves`. */
import { bigOf } from './half.js';

/** Elements of a group; money and tokens have the lower half at their place and the higher one behind it. */
export const CALLS = 0;
export const MODEL_COST = 1;
/** Lines of compute; behind them their cost, as with calls. */
export const COMPUTE_LINES = 3;
export const COMPUTE_COST = 4;
export const TOKENS = 6;
export const UNPRICED = 8;
export const WASTE = 9;
export const FAILURE = 11;
export const SUMS = 13;

/** Elements of a group of which nothing but the cost of all lines is known. */
export const COSTS = 2;

/** Of batches that began in the range and tell their rows. */
export const ROWS_IN = 0;
export const ROWS_OUT = 2;
/** What lines of batches cost that tell more than none of both rows in and out, or only of one. */
export const BOTH_COST = 4;
export const ROWS_IN_COST = 6;
export const ROWS_OUT_COST = 8;
/** 1 where a batch tells of rows, and where there is a cost. */
export const TOLD_IN = 10;
export const TOLD_OUT = 11;
export const COSTS_BOTH = 12;
export const COSTS_IN = 13;
export const COSTS_OUT = 14;
export const UNITS = 15;

const FIRST_GROUPS = 64;
const TWO_TO_32 = 4_294_967_296;

/** A table of numbers, so many a group. */
export class GroupTable {
  readonly width: number;
  #values: Float64Array;

  constructor(width: number) {
    this.width = width;
    this.#values = new Float64Array(FIRST_GROUPS * width);
  }

  /** Makes room for groups below `groups`. @returns the values. */
  room(groups: number): Float64Array {
    if (groups * this.width > this.#values.length) {
      const wider = new Float64Array(Math.max(2 * this.#values.length, groups * this.width));
      wider.set(this.#values);
      this.#values = wider;
    }
    return this.#values;
  }

  /** All groups below `groups` as one: halves of all rows together are still exact. */
  summed(groups: number): GroupTable {
    const { width } = this;
    const all = new GroupTable(width);
    const sums = all.#values;
    const values = this.#values;
    const end = Math.min(groups * width, this.#values.length);
    for (let first = 0; first < end; first += width) {
      for (let element = 0; element < width; element++) {
        sums[element] = (sums[element] ?? 0) + (values[first + element] ?? 0);
      }
    }
    return all;
  }

  number(group: number, element: number): number {
    return this.#values[group * this.width + element] ?? 0;
  }

  /** Both halves as one. */
  big(group: number, element: number): bigint {
    const low = this.number(group, element);
    const high = this.number(group, element + 1);
    if (Math.abs(high) < HIGH_MAX && low < LOW_MAX) return BigInt(high * TWO_TO_32 + low);
    return bigOf({ low, high });
  }

  /** All lines of a group. */
  lines(group: number): number {
    return this.number(group, CALLS) + this.number(group, COMPUTE_LINES);
  }

  /** Cost of all lines of a group, nano-USD. */
  cost(group: number): bigint {
    if (this.width === COSTS) return this.big(group, 0);
    return this.big(group, MODEL_COST) + this.big(group, COMPUTE_COST);
  }

  /** The same as one number, rounded above 2 ** 53: the larger of two sums never has the smaller number. */
  nearCost(group: number): number {
    const at = this.width === COSTS ? [0] : [MODEL_COST, COMPUTE_COST];
    let [low, high] = [0, 0];
    for (const element of at) {
      low += this.number(group, element);
      high += this.number(group, element + 1);
    }
    return high * TWO_TO_32 + low;
  }
}

/** Below these both are one number exactly. */
const HIGH_MAX = 2 ** 20;
const LOW_MAX = 2 ** 52;
