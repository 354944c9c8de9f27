/** Money lost on attempts that did not win, by cause, and what another retry policy would have made of them. */
import { z } from 'zod';
import { count, freshnessSchema, time, usd } from './common.js';

/** Why an attempt lost. `stepRerun`: a later run did the step again; `unknown`: the emitter does not say. */
export const wasteCauseSchema = z.enum([
  'rateLimited',
  'timeout',
  'server',
  'network',
  'invalidRequest',
  'invalidOutput',
  'cancelled',
  'stepRerun',
  'other',
  'unknown',
]);
export type WasteCause = z.infer<typeof wasteCauseSchema>;

const wasted = {
  /** Cost of what lost where another attempt (or a later run) won. */
  retryWasteUsd: usd,
  /** Cost of what lost where none won. */
  failureCostUsd: usd,
  /** Attempts that lost, those that cost nothing too. Steps run again: the steps. */
  attempts: count,
  /** Operations that they belong to. */
  operations: count,
  /** Calls that failed without telling their usage: whether they were billed is unknown, and not in the dollars. */
  unknownBilling: count,
};

export const wasteSchema = z.object({
  groupBy: z.string(),
  dimensions: z.array(z.string()),
  filter: z.string(),
  from: time,
  to: time,
  items: z.array(
    z.object({
      cause: wasteCauseSchema,
      /** The second dimension's value; null without one, and where it is not known. */
      key: z.string().nullable(),
      ...wasted,
    }),
  ),
  itemsTotal: count,
  total: z.object(wasted),
  /**
   * Operations by the attempts that they took: `succeeded` with the last of them, or not at all. null: attempts do not
   * tell what the filter asks.
   */
  byAttempts: z.array(z.object({ attempts: count, succeeded: count, failed: count })).nullable(),
  nextCursor: z.string().nullable(),
  freshness: freshnessSchema,
});
export type Waste = z.infer<typeof wasteSchema>;

/** The stored attempts of the range, replayed under another policy. What never happened stays unknown. */
export const whatIfSchema = z.object({
  from: time,
  to: time,
  filter: z.string(),
  policy: z.object({
    attemptsMax: count.nullable(),
    timeoutMs: count.nullable(),
    backoffBaseMs: count.nullable(),
    backoffMaxMs: count.nullable(),
  }),
  recorded: z.object({
    operations: count,
    attempts: count,
    succeeded: count,
    failed: count,
    costUsd: usd,
    retryWasteUsd: usd,
    failureCostUsd: usd,
  }),
  /** Operations; the five add up to `recorded.operations`. */
  outcome: z.object({
    /** Succeeded then and now. */
    succeeded: count,
    /** Succeeded, with an attempt that the policy does not allow. */
    successesLost: count,
    failed: count,
    /** Would go on with an attempt that never happened, or stand on such a thing. */
    unknown: count,
    /** Nested in an attempt that is not made. */
    notStarted: count,
  }),
  attemptsNotMade: count,
  /** Attempts that the policy would add: their outcome and cost are unknown. */
  attemptsUnknown: count,
  /** Attempts that the time-out would have cut: what that saves of their cost is unknown, and not in `savedUsd`. */
  attemptsCut: count,
  cutCostUsd: usd,
  /** Cost of the attempts not made. */
  savedUsd: usd,
  /** Attempts not made whose cost is not known: the saving is at least `savedUsd`. */
  savedUnknownAttempts: count,
  /** Sum over the operations whose end is known, negative: faster. */
  latencyChangeMs: z.number(),
  latencyOperations: count,
  /** True: there were more operations than are replayed at once; the earliest were. */
  truncated: z.boolean(),
  freshness: freshnessSchema,
});
export type WhatIf = z.infer<typeof whatIfSchema>;
