/** What statements tell of the sums of costs, and of the places that they belong to. */
import type { DuckDBValue } from '@duckdb/node-api';
import type { PlaceFacts } from './cubeNames.js';
import { halfOf } from './half.js';
import { quarterOf, type CubeSums } from './cubeRows.js';

/** What a statement added to `cost_quarters`. */
export interface AddedSums {
  readonly bucketNs: bigint;
  readonly origin: bigint;
  readonly place: bigint;
  readonly sums: CubeSums;
}

/** A row of `settled_places` by the key of its place. */
export interface SettledPlace {
  readonly key: bigint;
  readonly facts: PlaceFacts;
}

/** Of rows that a statement returned: bucket, origin, place, unpriced, cost, waste and failure. */
export const movedSumsOf = (rows: readonly (readonly unknown[])[]): AddedSums[] =>
  (rows as readonly bigint[][]).map((row) => {
    const [bucketNs = 0n, origin = 0n, place = 0n, unpriced = 0n] = row;
    const [costNano = 0n, wasteNano = 0n, failureNano = 0n] = row.slice(4);
    const sums = { unpriced: Number(unpriced), costNano, wasteNano, failureNano };
    return { bucketNs, origin, place, sums };
  });

/** Of rows of `settled_places.sql`. */
export function placeFactsOf(rows: readonly (readonly DuckDBValue[])[]): SettledPlace[] {
  return rows.map(([key, batchId, batchKey, repeated, startNs, rowsIn, rowsOut]) => ({
    key: key as bigint,
    facts: {
      batchId: String(batchId),
      batchKey: (batchKey ?? null) as bigint | null,
      repeated: stepsOf(repeated ?? null),
      startNs: (startNs ?? null) as bigint | null,
      startQuarter: typeof startNs === 'bigint' ? quarterOf(startNs) : 0,
      rowsIn: typeof rowsIn === 'bigint' ? halfOf(rowsIn) : null,
      rowsOut: typeof rowsOut === 'bigint' ? halfOf(rowsOut) : null,
    },
  }));
}

function stepsOf(list: DuckDBValue): ReadonlySet<string | null> | null {
  if (list === null || typeof list !== 'object' || !('items' in list)) return null;
  return new Set(list.items as string[]);
}
