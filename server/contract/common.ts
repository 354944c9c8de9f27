/** What many answers share: money, times, states, evidence, problems. */
import { z } from 'zod';

export const usd = z
  .string()
  .regex(/^-?\d+(\.\d{1,9})?$/)
  .meta({ description: 'US dollars, exact decimal' });
export const time = z.string().meta({ description: 'RFC 3339, UTC', format: 'date-time' });
export const count = z.number().int().nonnegative();

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

/** `name` is the alert's and its runbook's; `summary` one sentence with the figures. */
export const alertSchema = z.object({
  name: z.string(),
  summary: z.string(),
  runbook: z.string(),
  /** What it is about, and the figures of the sentence: for pages that say it in another language. */
  subject: z.record(z.string(), z.string()),
  figures: z.record(z.string(), z.string()),
});
export type Alert = z.infer<typeof alertSchema>;

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
  /** What is stored is demo data alone: faults may be made in it. */
  demoData: z.boolean(),
  detail: z.string().optional(),
});
