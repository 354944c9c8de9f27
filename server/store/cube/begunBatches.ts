/** Batches that began in a range, and the rows that they tell. */
import type { CubeNames, PlaceFacts } from './cubeNames.js';
import { bigOf, type Half } from './half.js';
import type { Bounds } from './cubeQuestion.js';
import { quarterOf } from './cubeRows.js';
import {
  HAS_ROWS_IN,
  HAS_ROWS_OUT,
  TELLS_ROWS_IN,
  TELLS_ROWS_OUT,
  type BegunBatches,
} from './cubeScan.js';

/**
 * @param options.withRowsOnly leaves out those that tell none.
 * @param options.periodOf of the quarter of a start; null: all periods are one.
 */
export function begunBatches(
  { batchNumberOf, facts }: CubeNames,
  { from, to }: Pick<Bounds, 'from' | 'to'>,
  {
    withRowsOnly,
    periodOf = null,
  }: { readonly withRowsOnly: boolean; readonly periodOf?: ((quarter: number) => number) | null },
): BegunBatches {
  const places = batchNumberOf.length;
  const batch = new Int32Array(places).fill(-1);
  const period = periodOf && new Int32Array(places);
  const rows = new Uint8Array(places);
  const counts = new Float64Array(4 * places);
  const [first, last] = [quarterOf(from), quarterOf(to)];
  for (let place = 0; place < places; place++) {
    const own = facts[place];
    if (!own || own.startNs === null || (withRowsOnly && !own.rowsIn)) continue;
    const quarter = own.startQuarter;
    if (quarter < first || quarter > last) continue;
    // Large integers take longer, and matter only at the ends.
    if (quarter === first && own.startNs < from) continue;
    if (quarter === last && own.startNs >= to) continue;
    batch[place] = batchNumberOf[place] ?? -1;
    rows[place] = marksOf(own);
    enter(counts, 4 * place, own.rowsIn);
    enter(counts, 4 * place + 2, own.rowsOut);
    if (period && periodOf) period[place] = periodOf(quarter);
  }
  return { batch, period, rows, counts };
}

function marksOf({ rowsIn, rowsOut }: PlaceFacts): number {
  const told = (rowsIn ? TELLS_ROWS_IN : 0) | (rowsOut ? TELLS_ROWS_OUT : 0);
  return told | (isSome(rowsIn) ? HAS_ROWS_IN : 0) | (isSome(rowsOut) ? HAS_ROWS_OUT : 0);
}

function enter(counts: Float64Array, at: number, count: Half | null): void {
  if (!count) return;
  counts[at] = count.low;
  counts[at + 1] = count.high;
}

/** Rows of batches, each once. */
export interface BatchRows {
  readonly batches: number;
  /** Those that tell no rows in. */
  readonly untold: number;
  /** null: none tells any. */
  readonly rowsIn: bigint | null;
  readonly rowsOut: bigint | null;
}

/** @param wanted by number of a batch: 1 for those that count. */
export function rowsOfBatches({ batchNumberOf, facts }: CubeNames, wanted: Uint8Array): BatchRows {
  const isLeft = wanted.slice();
  const told: PlaceFacts[] = [];
  for (let place = 0; place < batchNumberOf.length; place++) {
    const batch = batchNumberOf[place] ?? -1;
    const own = facts[place];
    if (batch < 0 || !own || isLeft[batch] !== 1) continue;
    isLeft[batch] = 0;
    told.push(own);
  }
  return {
    batches: told.length,
    untold: told.filter(({ rowsIn }) => rowsIn === null).length,
    rowsIn: sumOf(told.map(({ rowsIn }) => rowsIn)),
    rowsOut: sumOf(told.map(({ rowsOut }) => rowsOut)),
  };
}

function sumOf(counts: readonly (Half | null)[]): bigint | null {
  let [low, high, told] = [0, 0, false];
  for (const count of counts) {
    if (!count) continue;
    low += count.low;
    high += count.high;
    told = true;
  }
  return told ? bigOf({ low, high }) : null;
}

const isSome = (count: Half | null): boolean =>
  count !== null && (count.high > 0 || (count.high === 0 && count.low > 0));
