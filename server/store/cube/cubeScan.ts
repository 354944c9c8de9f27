/** What to add up of the cube, and by what: origins, places and quarters are called something in a question. */
import type { CubeNames } from './cubeNames.js';
import type { CubeRows } from './cubeRows.js';

/** What each of a kind is called: a number below `count`, or -1 for what is left out. */
export interface Keys {
  readonly of: Int32Array;
  readonly count: number;
}

/** A stretch of whole quarters, and rows of what is in no whole one. */
export interface Side {
  /** Quarters since 1970, the last one exclusive. */
  readonly from: number;
  readonly to: number;
  readonly edges: CubeRows;
  /** What quarters are called, from the one `base`; null: all the same. */
  readonly periods: { readonly of: Int32Array; readonly base: number } | null;
}

export interface Scan {
  readonly rows: CubeRows;
  readonly names: CubeNames;
  readonly origins: Keys;
  /** null: all places are one. */
  readonly places: Keys | null;
  /** How many periods there are. */
  readonly periods: number;
  readonly present: Side;
  readonly previous: Side | null;
  /** null: nobody asks. */
  readonly begun: BegunBatches | null;
}

/** By place, what is known of batches that began in the present range. */
export interface BegunBatches {
  /** The number of the batch, or -1 for a place of none of them. */
  readonly batch: Int32Array;
  /** The period that it began in; null: all are one. */
  readonly period: Int32Array | null;
  /** Which numbers of rows it tells, and which are more than none: a sum of `TELLS_…` and `HAS_…`. */
  readonly rows: Uint8Array;
  /** Four numbers a place: halves of rows in and of rows out, 0 where it tells none. */
  readonly counts: Float64Array;
}

export const HAS_ROWS_IN = 1;
export const HAS_ROWS_OUT = 2;
export const HAS_BOTH = HAS_ROWS_IN | HAS_ROWS_OUT;
export const TELLS_ROWS_IN = 4;
export const TELLS_ROWS_OUT = 8;
