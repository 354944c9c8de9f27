/** Batches, their detail and their bill. */
import { z } from 'zod';
import {
  alertSchema,
  costSumSchema,
  count,
  evidenceSchema,
  freshnessSchema,
  outcomeSchema,
  runStateSchema,
  time,
  unpricedSchema,
  usd,
} from './common.js';
import { countedInsteadSchema, exclusionReasonSchema } from './exclusion.js';

export const batchSchema = z.object({
  pipeline: z.string(),
  batchId: z.string(),
  /** True when this row holds the cost of a run above its several batches, shared by them and not split. */
  shared: z.boolean(),
  state: runStateSchema,
  /** False until all its runs ended: the bill may still grow. */
  final: z.boolean(),
  runs: count,
  startedAt: time,
  endedAt: time.nullable(),
  durationMs: z.number().nullable(),
  rowsIn: count.nullable(),
  rowsOut: count.nullable(),
  rowsFailed: count.nullable(),
  cost: costSumSchema,
  /** A lower bound while `cost.unpricedCalls` is not 0; null: the batch tells no rows. */
  usdPer1kRows: usd.nullable(),
  /** totalUsd per row over the median of the pipeline's 8 batches before; null without history. */
  costRatio: z.number().nullable(),
  alerts: z.array(alertSchema),
});
export type Batch = z.infer<typeof batchSchema>;

export const profileSchema = z.object({
  wallMs: z.number().nullable(),
  cpuUserS: z.number().nullable(),
  cpuSystemS: z.number().nullable(),
  memoryGbSeconds: z.number().nullable(),
  memoryPeakBytes: z.number().nullable(),
  gcS: z.number().nullable(),
  eventLoopUtilization: z.number().nullable(),
  rowsIn: z.number().nullable(),
  rowsOut: z.number().nullable(),
  rowsFailed: z.number().nullable(),
  bytesIn: z.number().nullable(),
  bytesOut: z.number().nullable(),
  queueWaitMs: z.number().nullable(),
});
export type Profile = z.infer<typeof profileSchema>;

export const runSchema = z.object({
  runId: z.string(),
  state: runStateSchema,
  kind: z.enum(['scheduled', 'backfill', 'manual', 'gameday']).nullable(),
  startedAt: time,
  endedAt: time.nullable(),
  evidence: evidenceSchema,
});

export const attemptSchema = z.object({
  runId: z.string(),
  step: z.string().nullable(),
  /** All attempts at one thing share it. */
  operation: z.string(),
  name: z.string(),
  number: count,
  outcome: outcomeSchema,
  errorClass: z.string().nullable(),
  backoffMs: z.number().nullable(),
  startedAt: time,
  endedAt: time,
  durationMs: z.number(),
  /** Cost of the lines under this attempt, those of attempts nested in it included; null: nothing priced. */
  costUsd: usd.nullable(),
  retryWaste: z.boolean(),
  evidence: evidenceSchema,
});
export type Attempt = z.infer<typeof attemptSchema>;

export const stepSchema = z.object({
  runId: z.string(),
  step: z.string(),
  /** `running` when only spans inside it have arrived so far. */
  state: z.enum(['running', 'succeeded', 'failed', 'cancelled', 'lost']),
  startedAt: time,
  endedAt: time.nullable(),
  /** Times that the step ran in this run. */
  executions: count,
  profile: profileSchema,
  cost: costSumSchema,
  modelCalls: count,
  tokens: count,
  attempts: count,
  failedAttempts: count,
  evidence: evidenceSchema.nullable(),
});
export type Step = z.infer<typeof stepSchema>;

export const batchDetailSchema = batchSchema.extend({
  owner: z.string().nullable(),
  team: z.string().nullable(),
  runList: z.array(runSchema),
  steps: z.array(stepSchema),
  /** At most 500, the costliest operations' first; `attemptsTotal` says how many there are. */
  attempts: z.array(attemptSchema),
  attemptsTotal: count,
  profile: profileSchema,
  /** The median of the pipeline's 8 batches before this one, for comparison. */
  median: z
    .object({
      batches: count,
      totalUsd: usd,
      usdPer1kRows: usd.nullable(),
      durationMs: z.number().nullable(),
    })
    .nullable(),
  freshness: freshnessSchema,
});
export type BatchDetail = z.infer<typeof batchDetailSchema>;

export const usageSchema = z.object({
  inputTokens: z.number().nullable(),
  outputTokens: z.number().nullable(),
  cacheReadTokens: z.number().nullable(),
  cacheWriteTokens: z.number().nullable(),
  cacheWrite1hTokens: z.number().nullable(),
  reasoningTokens: z.number().nullable(),
  audioInputTokens: z.number().nullable(),
  audioOutputTokens: z.number().nullable(),
  audioCacheReadTokens: z.number().nullable(),
  imageInputTokens: z.number().nullable(),
  imageOutputTokens: z.number().nullable(),
  imageCacheReadTokens: z.number().nullable(),
  cpuS: z.number().nullable(),
  memoryGbS: z.number().nullable(),
});
export type UsageView = z.infer<typeof usageSchema>;

export const billLineSchema = z.object({
  kind: z.enum(['compute', 'model']),
  runId: z.string(),
  step: z.string().nullable(),
  /** Number of the innermost enclosing attempt, from 1. */
  attempt: z.number().int().nullable(),
  outcome: outcomeSchema,
  name: z.string(),
  startedAt: time,
  provider: z.string().nullable(),
  model: z.string().nullable(),
  tier: z.string().nullable(),
  usage: usageSchema,
  /** price × usage; null: no price is known. */
  listCostUsd: usd.nullable(),
  /** What the emitter itself said. Never part of the total. */
  reportedCostUsd: usd.nullable(),
  /** Reported minus list cost; null unless both are known. */
  reportedDifferenceUsd: usd.nullable(),
  /** Why what the emitter said is not a cost in US dollars. */
  reportedCostNote: z.string().nullable(),
  /** How the price came about: unit prices with their source; null when unpriced. */
  price: z.object({ id: z.string(), text: z.string(), source: z.string() }).nullable(),
  unpricedReason: z.string().nullable(),
  retryWaste: z.boolean(),
  /** True when no attempt of its operation won. */
  failureCost: z.boolean(),
  /** Why the line is not part of the total; null: it is. */
  excluded: z.string().nullable(),
  /** The same as a word, and what counts in the line's place; null: it is part of the total. */
  exclusion: z
    .object({
      reason: exclusionReasonSchema,
      /** null: nothing that counts is stored, or there are too many lines to look for it. */
      countedInstead: countedInsteadSchema.nullable(),
    })
    .nullable(),
  /** The `tag.*` attributes that hold for the line. */
  tags: z.record(z.string(), z.string()),
  /** The hold of money that the line is paid from. */
  reservationId: z.string().nullable(),
  /** The line belongs to a run with several batches: shown, not part of this batch's total. */
  shared: z.boolean(),
  evidence: evidenceSchema,
});
export type BillLine = z.infer<typeof billLineSchema>;

export const billSchema = z.object({
  pipeline: z.string(),
  batchId: z.string(),
  currency: z.literal('USD'),
  totalUsd: usd,
  cost: costSumSchema,
  final: z.boolean(),
  state: runStateSchema,
  unpriced: unpricedSchema,
  /** True when an emitter sampled: the bill is a lower bound. */
  sampled: z.boolean(),
  /** Cost of the batch's runs above their several batches, not in the total. */
  sharedUsd: usd,
  /** The counted calls with both a list and a reported cost, summed up; null when there are none. */
  reported: z
    .object({ calls: count, listCostUsd: usd, reportedCostUsd: usd, differenceUsd: usd })
    .nullable(),
  lines: z.array(billLineSchema),
  linesTotal: count,
  nextCursor: z.string().nullable(),
  /** Sum by step and kind, for a first view. */
  byStep: z.array(
    z.object({
      step: z.string().nullable(),
      kind: z.enum(['compute', 'model']),
      lines: count,
      cost: costSumSchema,
    }),
  ),
  freshness: freshnessSchema,
});
export type Bill = z.infer<typeof billSchema>;
