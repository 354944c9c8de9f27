/** What a row costs by the size of its batch. */
import type { QueryRow } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';
import { nanoPer } from './costs.js';
import type { TimeRange } from './timeRange.js';

export interface BatchSizes {
  readonly classes: readonly BatchSizeClass[];
  readonly batches: number;
  readonly withoutRows: number;
  /** A run has not ended: their cost is not all there. */
  readonly unfinished: number;
}

/** Batches of [rowsFrom, rowsTo) rows, and the three of them that stand for their cost per row. */
export interface BatchSizeClass {
  readonly rowsFrom: bigint;
  readonly rowsTo: bigint;
  readonly batches: number;
  readonly rows: number;
  readonly unpricedBatches: number;
  readonly p10: RankedBatch;
  readonly median: RankedBatch;
  readonly p90: RankedBatch;
}

export interface RankedBatch {
  readonly pipeline: string;
  readonly batchId: string;
  readonly nanoPer1kRows: bigint;
}

/** 1, 2, 5, 10, … up to beyond what a number of JSON tells exactly. */
const BOUNDS = Array.from({ length: 16 }, (_, power) => 10n ** BigInt(power)).flatMap((decade) => [
  decade,
  2n * decade,
  5n * decade,
]);

/** @param pipeline null: of all. */
export async function batchSizes(
  store: StoreClient,
  range: TimeRange,
  pipeline: string | null,
): Promise<BatchSizes> {
  const [all = {}, ...rows] = await store.query('batch_sizes', {
    from: range.fromNs,
    to: range.toNs,
    pipeline,
    bounds: BOUNDS,
  });
  return {
    classes: BOUNDS.flatMap((rowsFrom, index) => {
      const of = rows.filter((row) => row['rows_from'] === rowsFrom);
      const [p10, median, p90] = of.map(rankedOf);
      const [first] = of;
      if (!first || !p10 || !median || !p90) return [];
      return [
        {
          rowsFrom,
          rowsTo: BOUNDS[index + 1] ?? 10n * rowsFrom,
          batches: Number(first['batches']),
          rows: Number(first['all_rows']),
          unpricedBatches: Number(first['unpriced_batches']),
          p10,
          median,
          p90,
        },
      ];
    }),
    batches: Number(all['batches'] ?? 0),
    withoutRows: Number(all['without_rows'] ?? 0),
    unfinished: Number(all['unfinished'] ?? 0),
  };
}

const rankedOf = (row: QueryRow): RankedBatch => ({
  pipeline: row['pipeline'] as string,
  batchId: row['batch_id'] as string,
  nanoPer1kRows: nanoPer(row['total'] as bigint, row['told_rows'] as bigint, 1_000n) ?? 0n,
});
