/** Prices: the ledger of what was known when, what has none, and restatements of stored costs. */
import { z } from 'zod';
import { count, listOf, time, usd } from './common.js';

/** A decimal with up to fifteen places: prices of single tokens and milliseconds are small. */
const decimal = z.string().regex(/^-?\d+(\.\d{1,15})?$/);

/** What a unit price is for: a class of tokens, a second of the model's time, a request or an image. */
export const priceRowSchema = z.object({
  provider: z.string(),
  /** The catalogue's model, or the pattern of prices.yaml: a name, or a prefix with `*` at its end. */
  model: z.string(),
  /** standard, batch, flex, priority … */
  tier: z.string(),
  /** input, cacheRead, cacheWrite, cacheWrite1h, output, audioInput, …, second, request, image; or multiplier. */
  unit: z.string(),
  /** The price holds for calls with more input tokens than this; 0: for all, up to the next threshold. */
  aboveTokens: count,
  /** Price of a million units; null for a multiplier. */
  usdPerMillion: decimal.nullable(),
  /** Of a tier that costs a part of the standard price; null for a price. */
  multiplier: decimal.nullable(),
  /** Holds from then on; null: always did. */
  validFrom: time.nullable(),
  /** Holds until then, exclusive; null: no end is known. */
  validTo: time.nullable(),
  /** Where a price changes with the hour: UTC, `HH:MM:SS`, half-open. */
  dailyFrom: z.string().nullable(),
  dailyTo: z.string().nullable(),
  /** When Burnbook learned of it. */
  knownAt: time,
  /** When Burnbook learned otherwise; null: still holds to be true. */
  knownUntil: time.nullable(),
  origin: z.enum(['catalogue', 'prices.yaml', 'published']),
  source: z.string(),
  /** Day on which somebody looked at the source; null: not told. */
  checkedOn: z.string().nullable(),
  /** The version that bill lines are pinned to; null for a multiplier. */
  priceId: z.string().nullable(),
});
export type PriceRow = z.infer<typeof priceRowSchema>;

/** The one price of a call, as the rules give it now. */
export const appliedPriceSchema = z.object({
  priceId: z.string().nullable(),
  provider: z.string().nullable(),
  model: z.string().nullable(),
  tier: z.string(),
  /** `$0.15 in · $0.6 out per M tokens`; null when there is no price. */
  text: z.string().nullable(),
  source: z.string().nullable(),
  checkedOn: z.string().nullable(),
  /** Why there is none, and what to do; null when there is one. */
  unpricedReason: z.string().nullable(),
});
export type AppliedPrice = z.infer<typeof appliedPriceSchema>;

export const pricesSchema = z.object({
  at: time,
  knownAt: time,
  items: z.array(priceRowSchema),
  total: count,
  nextCursor: z.string().nullable(),
  /** Asked for with `model`: which price a call at `at` that arrives now would get; else null. */
  applies: appliedPriceSchema.nullable(),
});
export type Prices = z.infer<typeof pricesSchema>;

export const unpricedGroupSchema = z.object({
  kind: z.enum(['model', 'compute']),
  /** Of compute: null. */
  provider: z.string().nullable(),
  model: z.string().nullable(),
  tier: z.string().nullable(),
  /** Of compute: whose rate is missing. */
  pipeline: z.string().nullable(),
  calls: count,
  tokens: count,
  firstSeen: time,
  lastSeen: time,
  reason: z.string(),
  /** True when a price added now would price them with `burnbook reprice`. */
  priceable: z.boolean(),
  help: z.object({
    text: z.string(),
    /** The file to edit; null when no price can help. */
    file: z.enum(['prices.yaml', 'pipelines.yaml']).nullable(),
    /** Ready to paste, with `FILL IN` in place of the figures. */
    yaml: z.string().nullable(),
  }),
});
export type UnpricedGroup = z.infer<typeof unpricedGroupSchema>;
export const unpricedListSchema = listOf(unpricedGroupSchema).extend({
  from: time,
  to: time,
  calls: count,
});
export type UnpricedList = z.infer<typeof unpricedListSchema>;

/** Which lines a restatement is about. */
export const repriceScopeSchema = z.strictObject({
  from: z.string().min(1),
  /** Exclusive. */
  to: z.string().min(1),
  pipeline: z.string().min(1).max(1_000).optional(),
  /** Model calls, compute, or both. */
  kind: z.enum(['model', 'compute', 'all']).default('model'),
});
export const repriceBodySchema = repriceScopeSchema.extend({
  why: z.string().trim().min(1, 'say why: it stands in the audit trail').max(2_000),
});
export const undoBodySchema = z.strictObject({ why: z.string().trim().max(2_000).default('') });

/** Counted lines by what happens to them; excluded lines are restated too but add to no sum. */
const repriceCounts = {
  lines: count,
  /** Another price than before. */
  changed: count,
  newlyPriced: count,
  newlyUnpriced: count,
  unchanged: count,
  oldUsd: usd,
  newUsd: usd,
  differenceUsd: usd,
};
export const repriceGroupSchema = z.object({
  kind: z.enum(['model', 'compute']),
  provider: z.string().nullable(),
  model: z.string().nullable(),
  tier: z.string().nullable(),
  ...repriceCounts,
  /** Why lines lose their price or stay without, one of the reasons; null: all are priced. */
  unpricedReason: z.string().nullable(),
});
export type RepriceGroup = z.infer<typeof repriceGroupSchema>;

const scope = {
  from: time,
  to: time,
  pipeline: z.string().nullable(),
  kind: z.enum(['model', 'compute', 'all']),
};
export const repricePreviewSchema = z.object({
  ...scope,
  ...repriceCounts,
  /** Largest difference first. */
  items: z.array(repriceGroupSchema),
});
export type RepricePreview = z.infer<typeof repricePreviewSchema>;

/**
 * `applying` and `undoing`: under way. `interrupted`: stopped in the middle; every line stands as either its old or its
 * new cost, all sums hold, and it can be resumed or undone.
 */
export const restatementStateSchema = z.enum([
  'applying',
  'applied',
  'undoing',
  'undone',
  'interrupted',
]);
export const restatementSchema = z.object({
  id: z.string(),
  ...scope,
  state: restatementStateSchema,
  /** True while it works on it; a restatement that is not under way waits for nobody. */
  underWay: z.boolean(),
  linesDone: count,
  linesTotal: count,
  ...repriceCounts,
  createdAt: time,
  actor: z.string(),
  why: z.string(),
  finishedAt: time.nullable(),
  undoneAt: time.nullable(),
  undoneBy: z.string().nullable(),
  undoneWhy: z.string().nullable(),
  /** Lines that the undo restored. */
  linesRestored: count,
  /** Lines that the undo left alone since their cost had changed otherwise. */
  linesKept: count,
});
export type Restatement = z.infer<typeof restatementSchema>;
export const restatementDetailSchema = restatementSchema.extend({
  items: z.array(repriceGroupSchema),
});
export type RestatementDetail = z.infer<typeof restatementDetailSchema>;
export const restatementListSchema = listOf(restatementSchema);

/** SSE `/api/events`: event `restatement`, after every chunk and at the end. */
export const restatementEventSchema = z.object({
  id: z.string(),
  /** Lines that this piece of work has done, of those that it has to do. */
  linesDone: count,
  linesTotal: count,
  ended: z.boolean(),
});
export type RestatementEvent = z.infer<typeof restatementEventSchema>;
