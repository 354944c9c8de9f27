/** What a row costs by the size of its batch. */
import { z } from 'zod';
import { formatUsd } from '@burnbook/domain/money';
import { DAY_NS, formatTime } from '@burnbook/domain/time';
import { batchSizesSchema, type BatchSizes } from '../contract.js';
import { batchSizes } from '../cost/batchSizes.js';
import { freshness } from './freshness.js';
import { parseQuery, rangeOf, timeParam } from './query.js';
import { route, type RouteRequest } from './route.js';

const batchSizesQuery = {
  pipeline: z.string().min(1, 'must name a pipeline').optional(),
  from: timeParam.optional(),
  to: timeParam.optional(),
};

export const batchSizeRoutes = [
  route({
    path: '/api/costs/batch-size',
    summary: 'Cost per 1,000 rows by the size of the batch',
    query: batchSizesQuery,
    answer: batchSizesSchema,
    handle: sizes,
  }),
];

async function sizes({ api, query }: RouteRequest): Promise<BatchSizes> {
  const { pipeline = null, ...asked } = parseQuery(batchSizesQuery, query);
  const range = rangeOf(asked, { nowNs: api.nowNs(), spanNs: 30n * DAY_NS });
  const told = await batchSizes(api.store, range, pipeline);
  return {
    pipeline,
    from: formatTime(range.fromNs),
    to: formatTime(range.toNs),
    points: told.classes.map(({ p10, median, p90, ...size }) => ({
      rowsFrom: Number(size.rowsFrom),
      rowsTo: Number(size.rowsTo),
      batches: size.batches,
      rows: size.rows,
      usdPer1kRows: {
        p10: formatUsd(p10.nanoPer1kRows),
        median: formatUsd(median.nanoPer1kRows),
        p90: formatUsd(p90.nanoPer1kRows),
      },
      medianBatch: { pipeline: median.pipeline, batchId: median.batchId },
      unpricedBatches: size.unpricedBatches,
    })),
    batches: told.batches,
    batchesWithoutRows: told.withoutRows,
    unfinishedBatches: told.unfinished,
    freshness: await freshness(api),
  };
}
