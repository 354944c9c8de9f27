/**
 * What the API says, once: the zod schemas that validate, document (OpenAPI) and type every answer.
 *
 * The web imports the types alone. Money is a decimal string of US dollars with up to nine places, exact. Times are
 * RFC 3339 in UTC. 64-bit integers beyond 2^53 are strings. `null` means unknown, never zero.
 */
import { z } from 'zod';

const usd = z
  .string()
  .regex(/^-?\d+(\.\d{1,9})?$/)
  .meta({ description: 'US dollars, exact decimal' });
const time = z.string().meta({ description: 'RFC 3339, UTC', format: 'date-time' });
const count = z.number().int().nonnegative();

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().optional(),
  /** The query parameter, path part or body field at fault. */
  field: z.string().optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** How a run or batch stands. `open`: a foreign run whose root has not arrived; `lost`: no sign of life for 2 min. */
export const runStateSchema = z.enum([
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'lost',
  'open',
]);
export type RunState = z.infer<typeof runStateSchema>;

export const outcomeSchema = z.enum(['succeeded', 'failed', 'cancelled']).nullable();

/** What a sum of money leaves out. `calls` model calls have no known price: the true total is at least the sum. */
export const unpricedSchema = z.object({
  calls: count,
  /** Compute lines without a rate. */
  computeLines: count,
  models: z.array(
    z.object({ provider: z.string().nullable(), model: z.string().nullable(), calls: count }),
  ),
});

/** Money of a group, every part a sum of whole lines. */
export const costSumSchema = z.object({
  totalUsd: usd,
  computeUsd: usd,
  modelUsd: usd,
  /** Part of the total spent on attempts (or earlier runs) that lost where another won. */
  retryWasteUsd: usd,
  /** Part of the total spent on operations of which no attempt won. */
  failureCostUsd: usd,
  /** Lines without a known price, calls and compute: with any, the true total is at least `totalUsd`. */
  unpricedCalls: count,
});
export type CostSum = z.infer<typeof costSumSchema>;

export const evidenceSchema = z.object({ traceId: z.string(), spanId: z.string() });
export type Evidence = z.infer<typeof evidenceSchema>;

export const freshnessSchema = z.object({
  /** When the store answered. */
  asOf: time,
  /** When the newest telemetry behind this answer was committed; null when there is none. */
  dataUntil: time.nullable(),
});

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

/** `name` is the alert's and its runbook's; `summary` one sentence with the figures. */
export const alertSchema = z.object({ name: z.string(), summary: z.string(), runbook: z.string() });

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
  /** How the price came about: unit prices with their source; null when unpriced. */
  price: z.object({ id: z.string(), text: z.string(), source: z.string() }).nullable(),
  unpricedReason: z.string().nullable(),
  retryWaste: z.boolean(),
  /** True when no attempt of its operation won. */
  failureCost: z.boolean(),
  /** Why the line is not part of the total; null: it is. */
  excluded: z.string().nullable(),
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

export const costGroupSchema = z.object({
  /** The group's value: a name, a day as YYYY-MM-DD in `tz`, or null where the lines have none. */
  key: z.string().nullable(),
  cost: costSumSchema,
  modelCalls: count,
  tokens: count,
});
export const costsSchema = z.object({
  groupBy: z.enum(['pipeline', 'model', 'step', 'day', 'team']),
  from: time,
  to: time,
  tz: z.string(),
  items: z.array(costGroupSchema),
  total: costSumSchema,
  nextCursor: z.null(),
  freshness: freshnessSchema,
});
export type Costs = z.infer<typeof costsSchema>;

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
      pipeline: z.string(),
      batchId: z.string(),
      owner: z.string().nullable(),
      since: time,
      severity: z.enum(['page', 'ticket']),
    }),
  ),
  pipelines: z.array(pipelineSchema),
  freshness: freshnessSchema,
});
export type Overview = z.infer<typeof overviewSchema>;

export const spanSchema = z.object({
  spanId: z.string(),
  parentSpanId: z.string().nullable(),
  name: z.string(),
  kind: z.enum(['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']),
  status: z.enum(['unset', 'ok', 'error']),
  serviceName: z.string(),
  startedAt: time,
  endedAt: time,
  durationNs: z.string(),
  /** 'arrival' when the emitter's start time could not be true; the original is in `attributes`' extra. */
  timeFrom: z.enum(['emitter', 'arrival']),
  attributes: z.record(z.string(), z.unknown()),
  resource: z.record(z.string(), z.unknown()),
  events: z.array(z.unknown()),
  links: z.array(z.unknown()),
  extra: z.record(z.string(), z.unknown()),
  /** Lines of the bill that this span proves. */
  costUsd: usd.nullable(),
});
export type SpanView = z.infer<typeof spanSchema>;
export const traceSchema = z.object({
  traceId: z.string(),
  /** In order of start, at most 2,000; `spansTotal` says how many there are. */
  spans: z.array(spanSchema),
  spansTotal: count,
  batches: z.array(z.object({ pipeline: z.string(), batchId: z.string() })),
});
export type Trace = z.infer<typeof traceSchema>;

export const runbookHeadSchema = z.object({
  name: z.string(),
  title: z.string(),
  severity: z.enum(['page', 'ticket']),
  owner: z.string(),
  reviewed: z.string().nullable(),
  tested: z.string().nullable(),
});
export const runbookSchema = runbookHeadSchema.extend({
  /** Sanitised HTML; each `<figure data-panel="…" data-params="…">` is the place of a live panel. */
  html: z.string(),
  /** sha-256 of the source, first 12 hex digits: the revision. */
  revision: z.string(),
  panels: z.array(
    z.object({ id: z.string(), panel: z.string(), params: z.record(z.string(), z.string()) }),
  ),
});
export type Runbook = z.infer<typeof runbookSchema>;
export type RunbookHead = z.infer<typeof runbookHeadSchema>;

/** A page of things. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** SSE `/api/events`: event `commit`, at most one a second. */
export const commitEventSchema = z.object({
  at: time,
  spans: count,
  /** Pipelines whose bills changed, at most 50. */
  pipelines: z.array(z.string()),
});
export type CommitEvent = z.infer<typeof commitEventSchema>;

export const healthSchema = z.object({
  status: z.enum(['ok', 'unavailable']),
  version: z.string(),
  detail: z.string().optional(),
});
