/** What was received and not counted, with the reason and what counts in its place. */
import { z } from 'zod';
import { count, evidenceSchema, freshnessSchema, time, usd } from './common.js';

/**
 * `repeatedBelow`: a span sums up what spans below it tell one by one. `duplicateResponse`: a span that started earlier
 * has the same response id: a replay from a cache, or two instrumentations of one call.
 */
export const exclusionReasonSchema = z.enum(['repeatedBelow', 'duplicateResponse']);

/** The lines that count in the place of an excluded one. */
export const countedInsteadSchema = z.object({
  /** At most five of them, earliest first. */
  lines: z.array(
    z.object({
      pipeline: z.string(),
      batchId: z.string(),
      evidence: evidenceSchema,
      tokens: count,
      costUsd: usd.nullable(),
    }),
  ),
  linesTotal: count,
  /** Of all of them. They need not be what the excluded line said: the difference is the emitter's. */
  tokens: count,
});
export type CountedInstead = z.infer<typeof countedInsteadSchema>;

export const exclusionSchema = z.object({
  reason: exclusionReasonSchema,
  pipeline: z.string(),
  batchId: z.string(),
  runId: z.string(),
  step: z.string().nullable(),
  startedAt: time,
  name: z.string(),
  provider: z.string().nullable(),
  model: z.string().nullable(),
  inputTokens: count.nullable(),
  outputTokens: count.nullable(),
  /** What it would have cost; null: no price is known. */
  wouldBeUsd: usd.nullable(),
  evidence: evidenceSchema,
  /** null: nothing that counts is stored there. */
  countedInstead: countedInsteadSchema.nullable(),
});
export type Exclusion = z.infer<typeof exclusionSchema>;

const tokensOf = { lines: count, inputTokens: count, outputTokens: count };

export const exclusionsSchema = z.object({
  from: time,
  to: time,
  items: z.array(exclusionSchema),
  itemsTotal: count,
  byReason: z.array(
    z.object({
      reason: exclusionReasonSchema,
      ...tokensOf,
      wouldBeUsd: usd,
      /** Lines without a price: not in `wouldBeUsd`. */
      unpriced: count,
    }),
  ),
  /** Tokens of model calls in the range, as received: counted + excluded = received. */
  received: z.object(tokensOf),
  counted: z.object(tokensOf),
  excluded: z.object(tokensOf),
  /** Spans that came again with the id of a stored one, by time of arrival: dropped whole, never a line. */
  resentSpans: count,
  /** Kinds of double counting that cannot happen yet, because the telemetry is not received. */
  notReceived: z.array(z.enum(['metrics'])),
  nextCursor: z.string().nullable(),
  freshness: freshnessSchema,
});
export type Exclusions = z.infer<typeof exclusionsSchema>;
