/** What a row costs by the size of its batch. */
import { z } from 'zod';
import { count, freshnessSchema, time, usd } from './common.js';

export const batchSizesSchema = z.object({
  /** null: of all pipelines. */
  pipeline: z.string().nullable(),
  from: time,
  to: time,
  /** Smallest batches first; a size that no batch has is left out. */
  points: z.array(
    z.object({
      /** Batches of [rowsFrom, rowsTo) rows in (else out); the steps are 1, 2, 5, 10, 20, 50, … */
      rowsFrom: count,
      rowsTo: count,
      batches: count,
      rows: count,
      /** Of the batches' cost per 1,000 rows: the nearest rank, so that each is what a batch cost. */
      usdPer1kRows: z.object({ p10: usd, median: usd, p90: usd }),
      /** The batch that stands at the median, the earliest of equals. */
      medianBatch: z.object({ pipeline: z.string(), batchId: z.string() }),
      /** Batches with something unpriced: with any, the costs are lower bounds. */
      unpricedBatches: count,
    }),
  ),
  /** Batches that began in the range, those in no point too. */
  batches: count,
  /** In no point: they tell no rows, or none above zero. */
  batchesWithoutRows: count,
  /** In no point: a run has not ended, so that their cost is not all there. */
  unfinishedBatches: count,
  freshness: freshnessSchema,
});
export type BatchSizes = z.infer<typeof batchSizesSchema>;
