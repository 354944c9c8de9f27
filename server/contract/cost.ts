/** Pipelines and the overview. */
import { z } from 'zod';
import {
  alertSchema,
  costSumSchema,
  count,
  freshnessSchema,
  runStateSchema,
  time,
  usd,
} from './common.js';

export const pipelineSchema = z.object({
  pipeline: z.string(),
  owner: z.string().nullable(),
  team: z.string().nullable(),
  batches: count,
  runs: count,
  lastState: runStateSchema,
  lastBatchId: z.string(),
  lastStartedAt: time,
  cost: costSumSchema,
  /** Cost per 1,000 rows out of the pipeline's batches that report rows; null when none does. */
  usdPer1kRows: usd.nullable(),
  /** The newest batches' totals, oldest first, at most 20: a sparkline. */
  recent: z.array(
    z.object({ batchId: z.string(), startedAt: time, totalUsd: usd, state: runStateSchema }),
  ),
});
export type Pipeline = z.infer<typeof pipelineSchema>;

/** Everything that the first page shows, from one query set, so that its numbers and its chart cannot differ. */
export const overviewSchema = z.object({
  from: time,
  to: time,
  tz: z.string(),
  /** True until the first span ever arrives. */
  empty: z.boolean(),
  total: costSumSchema,
  previous: costSumSchema,
  usdPer1kRows: usd.nullable(),
  previousUsdPer1kRows: usd.nullable(),
  batches: count,
  previousBatches: count,
  /** Spend a bucket and model ('compute' for compute), five series and '(other)'; `unpriced` lines are not in `usd`. */
  series: z.array(
    z.object({ bucket: time, series: z.string(), usd, lines: count, unpriced: count }),
  ),
  bucketMs: z.number(),
  needsYou: z.array(
    alertSchema.extend({
      /** Of the alert desk; null: it stands on the budget's or the batch's own page. */
      alertId: z.string().nullable(),
      incidentId: z.string().nullable(),
      /** Null where the alert is about none. */
      pipeline: z.string().nullable(),
      batchId: z.string().nullable(),
      /** Of a cost budget; null where the alert is a batch's. */
      budget: z.string().nullable(),
      /** When the budget, of money or of errors, is spent; null: not in sight, or no budget. */
      emptyAt: time.nullable(),
      owner: z.string().nullable(),
      since: time,
      severity: z.enum(['page', 'ticket']),
      /** What the runbook is to be filled with. */
      place: z.record(z.string(), z.string()),
    }),
  ),
  /** The tile "budget left": what is left in all budgets and which of them is the worst; null: there is none. */
  budgetLeft: z
    .object({
      budgets: count,
      /** Of the budget with the greatest share spent. */
      worst: z.object({
        id: z.string(),
        state: z.enum(['ok', 'increasing', 'critical', 'unknown', 'noData', 'inactive']),
        amountUsd: usd,
        leftUsd: usd,
        overrunUsd: usd,
        share: z.number(),
        elapsed: z.number().nullable(),
        /** True while something in scope has no price: less may be left. */
        atLeast: z.boolean(),
        emptyState: z.enum(['empty', 'empties', 'lasts', 'unknown']),
        emptyAt: time.nullable(),
        /** As of when; while telemetry comes in a few seconds behind the rest of the page. */
        asOf: time,
      }),
    })
    .nullable(),
  pipelines: z.array(pipelineSchema),
  freshness: freshnessSchema,
});
export type Overview = z.infer<typeof overviewSchema>;
