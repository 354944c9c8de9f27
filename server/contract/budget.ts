/** Cost budgets: definitions, how they stand, their past, their edits; and the audit log. */
import { z } from 'zod';
import { alertSchema, count, freshnessSchema, time, usd } from './common.js';
import { budgetHoldsSchema } from './reservation.js';

/** One entry of `budgets.yaml`, with every default written out. */
export const budgetDefinitionSchema = z.object({
  id: z.string(),
  /** pipeline, model, provider, team, environment, tag.x; several narrow; empty: everything. A value may end in `*`. */
  scope: z.record(z.string(), z.string()),
  period: z.union([
    z.enum(['day', 'week', 'month', 'quarter']),
    /** `7d`, `24h`, `4w` */
    z.object({ rolling: z.string() }),
  ]),
  timeZone: z.string(),
  /** Month that quarters count from. */
  fiscalYearStart: z.number().int(),
  amountUsd: usd,
  hardLimit: z.boolean(),
  /** Percent of the amount. */
  thresholds: z.array(z.number().int()),
  forecastOver: z.number().int().nullable(),
  unpriced: z.enum(['deny', 'allow']),
  /** First and last day in force, YYYY-MM-DD in `timeZone`. */
  from: z.string().nullable(),
  to: z.string().nullable(),
  owner: z.string().nullable(),
  runbook: z.string().nullable(),
});
export type BudgetDefinition = z.infer<typeof budgetDefinitionSchema>;

/** An alert of a budget, firing or past. */
export const budgetAlertSchema = alertSchema.extend({
  id: z.string(),
  /** `refusal`: a hard limit refused a reservation. */
  kind: z.enum(['threshold', 'forecast', 'burn', 'refusal']),
  /** Of a threshold or a forecast, else null. */
  percent: z.number().int().nullable(),
  severity: z.enum(['page', 'ticket']),
  owner: z.string().nullable(),
  state: z.enum(['firing', 'resolved']),
  raisedAt: time,
  resolvedAt: time.nullable(),
  /** Why it was closed: `period reset`, `back under`, `budget changed`, `budget removed`, `budget not in force`. */
  reason: z.string().nullable(),
  periodStart: time,
});
export type BudgetAlertView = z.infer<typeof budgetAlertSchema>;

export const budgetSchema = z.object({
  id: z.string(),
  /** Of the definition, from 1; each edit makes one. */
  version: count,
  definition: budgetDefinitionSchema,
  /**
   * `ok`; `increasing`: an alert stands or the forecast is over; `critical`: spent; `unknown`: something in scope has no
   * price, so that the spend is a lower bound; `noData`: nothing in scope was seen; `inactive`: not in force.
   */
  state: z.enum(['ok', 'increasing', 'critical', 'unknown', 'noData', 'inactive']),
  period: z.object({
    kind: z.enum(['calendar', 'rolling']),
    start: time,
    /** When a calendar period resets; of a rolling one now. */
    end: time,
  }),
  amountUsd: usd,
  spentUsd: usd,
  /** What is left, 0 once it is spent. */
  leftUsd: usd,
  /** Spent above the amount. */
  overrunUsd: usd,
  /** Spent over amount, 0.71 is 71 %. */
  share: z.number(),
  /** Part of the period that has passed, 0 to 1; null: a rolling period has no such tick. */
  elapsed: z.number().nullable(),
  /** True while something in scope has no price: the true spend is at least `spentUsd`. */
  atLeast: z.boolean(),
  /** Lines in scope and period without a price. */
  unpricedCalls: count,
  burn: z.object({
    /** (spend of the window / amount) × (period / window): 1 spends exactly the amount in a period. */
    window: z.number(),
    windowHours: z.number(),
    windowUsd: usd,
    /** The most that the same window held at the same time of the week in the four weeks before; null: unknown. */
    usualUsd: usd.nullable(),
    /** Share spent over share elapsed; null before 5 % has elapsed, and of a rolling period. */
    period: z.number().nullable(),
  }),
  /** At the period's end; null: too early to tell, or rolling. */
  forecast: z
    .object({
      /** `weekday`: mean of each weekday, from four weeks of history on; `runRate`: as so far, without an interval. */
      method: z.enum(['weekday', 'runRate']),
      usd,
      /** Of an interval that holds the outcome in 8 of 10 cases; null: the history is too short for one. */
      lowUsd: usd.nullable(),
      highUsd: usd.nullable(),
      /** Forecast over amount. */
      share: z.number(),
    })
    .nullable(),
  /** `empties`: at `emptyAt`; `lasts`: not before the period ends (rolling: within its length); `empty`: spent. */
  emptyState: z.enum(['empty', 'empties', 'lasts', 'unknown']),
  emptyAt: time.nullable(),
  /** Scheduled changes of price that the forecast has stepped in. */
  priceChanges: z.array(
    z.object({
      provider: z.string(),
      model: z.string(),
      at: time,
      /** New price over today's, for the tokens of the last four weeks. */
      ratio: z.number(),
      /** Part of the budget's spend of the last four weeks that it concerns. */
      share: z.number(),
    }),
  ),
  /** What reservations hold and can get; null: its limit is not hard. */
  holds: budgetHoldsSchema.nullable(),
  /** Those that fire now. */
  alerts: z.array(budgetAlertSchema),
  owner: z.string().nullable(),
  asOf: time,
});
export type Budget = z.infer<typeof budgetSchema>;

export const budgetsSchema = z.object({
  items: z.array(budgetSchema),
  nextCursor: z.null(),
  /** Whether the API may change definitions (`--config-writable`); else edits answer 409 with the diff to apply. */
  writable: z.boolean(),
  freshness: freshnessSchema,
});
export type Budgets = z.infer<typeof budgetsSchema>;

export const budgetVersionSchema = z.object({
  version: count,
  /** null: the budget was removed. */
  definition: budgetDefinitionSchema.nullable(),
  from: time,
  actor: z.string(),
  reason: z.string().nullable(),
});
export type BudgetVersion = z.infer<typeof budgetVersionSchema>;

export const budgetDetailSchema = budgetSchema.extend({
  /** Newest first. */
  versions: z.array(budgetVersionSchema),
  /** The newest 100, firing and past, newest first. */
  alertHistory: z.array(budgetAlertSchema),
  writable: z.boolean(),
  freshness: freshnessSchema,
});
export type BudgetDetail = z.infer<typeof budgetDetailSchema>;

export const budgetHistorySchema = z.object({
  id: z.string(),
  timeZone: z.string(),
  /** Newest first; the first is the current one. Of a rolling budget the windows that follow one another back from now. */
  periods: z.array(
    z.object({
      start: time,
      end: time,
      /** The definition in force at its end, or now. */
      version: count,
      amountUsd: usd,
      spentUsd: usd,
      share: z.number(),
      unpricedCalls: count,
      /** What was known when it was closed, three days after its end; null: it is open, or was before the budget. */
      closed: z.object({ at: time, spentUsd: usd, unpricedCalls: count }).nullable(),
      /** `spentUsd` less what was known at its closing: late spend, restatements; null where it is not closed. */
      adjustmentUsd: usd.nullable(),
    }),
  ),
  /** Days in `timeZone` of the current period so far (rolling: of its length), oldest first. */
  days: z.array(z.object({ start: time, end: time, spentUsd: usd, unpricedCalls: count })),
  /** What is expected of the rest of the period, oldest first; the first may be the rest of today. */
  expected: z.array(z.object({ start: time, end: time, usd })),
  freshness: freshnessSchema,
});
export type BudgetHistory = z.infer<typeof budgetHistorySchema>;

/** What a new or changed budget is given as: as in `budgets.yaml`, defaults left out or not. */
export const budgetEditSchema = z.strictObject({
  budget: z.record(z.string(), z.unknown()),
  /** The version that the editor saw: 409 when there is a newer one. */
  version: count.optional(),
  reason: z.string().trim().min(1).max(1_000).optional(),
});
export type BudgetEdit = z.infer<typeof budgetEditSchema>;

export const budgetEditedSchema = z.object({ id: z.string(), version: count });
export type BudgetEdited = z.infer<typeof budgetEditedSchema>;

export const auditEntrySchema = z.object({
  at: time,
  actor: z.string(),
  /** `budget.create`, `budget.edit`, `budget.delete`, `budget.breakGlass`, `budget.endBreakGlass`, `reservation.release` */
  action: z.string(),
  subject: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  reason: z.string().nullable(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
