/** Costs by one or two dimensions, over time, and what changed between two periods. */
import { z } from 'zod';
import { costSumSchema, count, freshnessSchema, time, usd } from './common.js';

const rangeShape = { from: time, to: time, tz: z.string() };
/** A group's value in one dimension: a name, a period's start in `tz`, or null where the lines have none. */
const key = z.string().nullable();

/** Money per unit of work, rounded half-even to the nano-dollar. */
export const unitCostsSchema = z.object({
  /** Rows in (else out) of the batches that began in the group and tell them; null when none does. */
  rows: count.nullable(),
  /** Rows out of these batches: records that came through. */
  recordsOut: count.nullable(),
  /** What the group's lines of the batches that tell rows cost, per 1,000 of these. */
  usdPer1kRows: usd.nullable(),
  usdPer1kRecordsOut: usd.nullable(),
  /** Cost of the model calls per million tokens, in and out. */
  usdPerMillionTokens: usd.nullable(),
  /** True while something in the group is unpriced: each of these is a lower bound. */
  atLeast: z.boolean(),
  /** Why a unit cost is null; null where it is not. */
  unknown: z.object({
    rows: z.enum(['noBatchTellsRows']).nullable(),
    recordsOut: z.enum(['noBatchTellsRows']).nullable(),
    tokens: z.enum(['noTokens']).nullable(),
  }),
});
export type UnitCosts = z.infer<typeof unitCostsSchema>;

const measures = {
  cost: costSumSchema,
  modelCalls: count,
  tokens: count,
};

/** The same in the period of comparison. */
const compared = {
  previous: z.object(measures).nullable(),
  /** Total less that of the period of comparison; null without one. */
  deltaUsd: usd.nullable(),
  /** deltaUsd in percent of the period of comparison, to two places; null without one, or where it cost nothing. */
  deltaPercent: z.number().nullable(),
};

export const costGroupSchema = z.object({
  /** The first dimension's value. */
  key,
  /** One value for each dimension, in their order. */
  keys: z.array(key),
  ...measures,
  units: unitCostsSchema,
  ...compared,
});
export type CostGroup = z.infer<typeof costGroupSchema>;

export const compareModeSchema = z.enum(['previous', 'week', 'month']);

/** The range that another is compared with; null: with none. */
const comparison = z.object({ mode: compareModeSchema, from: time, to: time }).nullable();

export const costsSchema = z.object({
  /** As asked: dimensions with commas between. */
  groupBy: z.string(),
  dimensions: z.array(z.string()),
  /** As asked; empty: everything. */
  filter: z.string(),
  ...rangeShape,
  compare: comparison,
  items: z.array(costGroupSchema),
  /** Groups on all pages. */
  itemsTotal: count,
  /** Of all groups on all pages: exactly their sum. */
  total: costSumSchema,
  totals: z.object({ ...measures, units: unitCostsSchema, ...compared }),
  nextCursor: z.string().nullable(),
  freshness: freshnessSchema,
});
export type Costs = z.infer<typeof costsSchema>;

export const costSeriesSchema = z.object({
  groupBy: z.string(),
  filter: z.string(),
  ...rangeShape,
  bucket: z.enum(['hour', 'day', 'week', 'month']),
  /** The dearest groups first, `(other)` last where there are more: at most six. */
  series: z.array(
    z.object({
      /** What `points` and `previous` call it: the key, `(none)`, `(other)`; unique. */
      name: z.string(),
      key,
      isOther: z.boolean(),
      totalUsd: usd,
    }),
  ),
  /** One for each bucket and series that has lines. `unpriced` lines are not in `usd`. */
  points: z.array(
    z.object({
      /** When the bucket begins in `tz`; the first one may begin before `from`. */
      bucket: time,
      series: z.string(),
      usd,
      lines: count,
      unpriced: count,
    }),
  ),
  /** Every bucket of the range, empty ones too: the axis. */
  buckets: z.array(z.object({ from: time, to: time })),
  total: costSumSchema,
  freshness: freshnessSchema,
});
export type CostSeries = z.infer<typeof costSeriesSchema>;

/** Nano-exact shares of a change; they add up to it. */
const barsSchema = z.object({
  /** More rows (or calls, see `volumeIn`). */
  volumeUsd: usd,
  tokensPerRowUsd: usd,
  /** Work moved between models that were used in both periods. */
  mixUsd: usd,
  /** Dollars per token as it came out: unit prices, classes of tokens, tiers. */
  priceUsd: usd,
  /** Money lost on attempts that did not win. */
  retriesUsd: usd,
  /** Models used in the later period alone. */
  newUsd: usd,
  /** Models used in the earlier period alone. */
  goneUsd: usd,
  computeUsd: usd,
});

export const waterfallSchema = z.object({
  filter: z.string(),
  ...rangeShape,
  compare: z.object({ mode: compareModeSchema, from: time, to: time }),
  beforeUsd: usd,
  afterUsd: usd,
  deltaUsd: usd,
  bars: barsSchema,
  /** By model, dearest first, at most 51; the rest beyond is one, with `isRest`. Compute is in `bars` alone. */
  models: z.array(
    z.object({
      provider: z.string().nullable(),
      model: z.string().nullable(),
      isRest: z.boolean(),
      beforeUsd: usd,
      afterUsd: usd,
      bars: barsSchema,
    }),
  ),
  /** `calls` where one of the periods tells no rows: then `tokensPerRowUsd` is tokens per call. */
  volumeIn: z.enum(['rows', 'calls']),
  rowsBefore: count.nullable(),
  rowsAfter: count.nullable(),
  /** Lines without a price: their tokens are known, their cost is not, so that a change of them shows as price. */
  unpricedBefore: count,
  unpricedAfter: count,
  freshness: freshnessSchema,
});
export type Waterfall = z.infer<typeof waterfallSchema>;
