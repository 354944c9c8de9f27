/** Reservations: money held in hard budgets before it is spent. */
import { z } from 'zod';
import { count, time, usd } from './common.js';

const SECONDS_MAX = 86_400;
const text = z.string().min(1).max(256);
const tokens = z.number().int('must be a whole number of tokens').min(0).max(1e12).optional();

/** Nine places before the point: the sum of many still fits into 64 bits. */
const amount = z
  .string({ error: 'must be a decimal number of US dollars as text, such as "2.50"' })
  .regex(
    /^\d{1,9}(\.\d{1,9})?$/,
    'must be an amount of US dollars, 0 or more, with at most 9 digits before and 9 after the point',
  );

const ttlSeconds = z
  .number({ error: 'must be a number of seconds' })
  .int('must be a whole number of seconds')
  .min(1, `must be from 1 to ${SECONDS_MAX} seconds`)
  .max(SECONDS_MAX, `must be from 1 to ${SECONDS_MAX} seconds`);

/** What the spend will say of itself decides the budgets: what is left out matches no scope that names it. */
export const reserveSchema = z
  .strictObject({
    amountUsd: amount
      .refine((said) => /[1-9]/.test(said), 'must be above 0')
      .optional()
      .meta({ description: 'US dollars, exact decimal; or tokens of a model' }),
    currency: z
      .literal('USD', { error: 'amounts are in US dollars: convert them before you ask' })
      .optional(),
    /** Inclusive, as everywhere: cached and audio tokens are parts of `input` or `output`. */
    tokens: z
      .strictObject({
        input: tokens,
        output: tokens,
        cacheRead: tokens,
        cacheWrite: tokens,
        cacheWrite1h: tokens,
        audioInput: tokens,
        audioOutput: tokens,
      })
      .optional(),
    tier: text.optional().meta({ description: 'Of the price of tokens; standard unless said' }),
    ttlSeconds,
    /** The same key with the same body is the same reservation, for ever. */
    idempotencyKey: z.string().min(1).max(200),
    pipeline: text,
    batch: text.optional(),
    model: text.optional(),
    provider: text.optional(),
    team: text.optional(),
    environment: text.optional(),
    tags: z
      .record(z.string().min(1).max(64), text)
      .refine((tags) => Object.keys(tags).length <= 16, 'must be at most 16')
      .optional(),
  })
  .superRefine((request, context) => {
    const fault = (field: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (request.amountUsd === undefined && request.tokens === undefined) {
      fault('amountUsd', 'is needed, or tokens of a model');
    }
    if (request.amountUsd !== undefined && request.tokens !== undefined) {
      fault('tokens', 'must be left out where amountUsd is said');
    }
    if (request.tokens !== undefined && !Object.values(request.tokens).some(Boolean)) {
      fault('tokens', 'must say how many of at least one kind');
    }
    if (request.tokens !== undefined && request.model === undefined) {
      fault('model', 'is needed for the price of tokens');
    }
  });
export type Reserve = z.infer<typeof reserveSchema>;

export const settleSchema = z.strictObject({
  actualUsd: amount.meta({ description: 'What it cost in the end, 0 or more' }),
});
export type Settle = z.infer<typeof settleSchema>;

export const renewSchema = z.strictObject({ ttlSeconds });
export type Renew = z.infer<typeof renewSchema>;

/** The answer to a reservation; each repeat of the request gets the same. */
export const grantSchema = z.object({
  /** Goes on the spans of what it pays for, as `burnbook.reservation.id`. */
  id: z.string(),
  state: z.literal('held'),
  /** null: it has no price, and holds nothing. */
  amountUsd: usd.nullable(),
  createdAt: time,
  expiresAt: time,
  /** The hard budgets that it is held in. */
  budgets: z.array(
    z.object({
      id: z.string(),
      /** After this reservation. */
      leftUsd: usd,
      /** null: it is rolling. */
      resetsAt: time.nullable(),
      /** Its limit was set aside when this was granted. */
      breakGlass: z.boolean(),
    }),
  ),
});
export type GrantView = z.infer<typeof grantSchema>;

export const reservationSchema = z.object({
  id: z.string(),
  /**
   * `held`; `settled`: its actual cost is known; `released`: given back; `expired`: its time ran out before it was settled;
   * `unreconciled`: 15 minutes after it was settled telemetry had not accounted for all of it.
   */
  state: z.enum(['held', 'settled', 'released', 'expired', 'unreconciled']),
  amountUsd: usd.nullable(),
  /** As settled; null: it was not. */
  actualUsd: usd.nullable(),
  /** What spans with its id cost so far, also after its end. */
  telemetryUsd: usd,
  /** What still counts against budgets besides spend. */
  heldUsd: usd,
  /** What was given back at its end although no telemetry accounts for it; null: it is open. */
  unreconciledUsd: usd.nullable(),
  createdAt: time,
  expiresAt: time,
  settledAt: time.nullable(),
  /** Since when nothing is held. */
  endedAt: time.nullable(),
  idempotencyKey: z.string(),
  pipeline: z.string().nullable(),
  batch: z.string().nullable(),
  model: z.string().nullable(),
  provider: z.string().nullable(),
  team: z.string().nullable(),
  environment: z.string().nullable(),
  tags: z.record(z.string(), z.string()),
  /** The one budget that it was asked for; null: all that match. */
  budget: z.string().nullable(),
});
export type ReservationView = z.infer<typeof reservationSchema>;

export const reservationRowSchema = reservationSchema.extend({
  /** The hard budgets that it was held in when it was granted. */
  budgets: z.array(z.string()),
});
export type ReservationRow = z.infer<typeof reservationRowSchema>;

export const breakGlassSchema = z.strictObject({
  untilSeconds: ttlSeconds.meta({ description: 'From now, at most a day' }),
  reason: z.string().trim().min(1).max(1_000),
});
export type BreakGlassRequest = z.infer<typeof breakGlassSchema>;

/** A hard limit set aside by hand. */
export const breakGlassViewSchema = z.object({
  from: time,
  until: time,
  by: z.string(),
  reason: z.string(),
});

/** Of a budget with a hard limit. */
export const budgetHoldsSchema = z.object({
  heldUsd: usd,
  /** Open reservations. */
  reservations: count,
  /** What a reservation can get now: amount less spend less holds, 0 when that is below. */
  availableUsd: usd,
  breakGlass: breakGlassViewSchema.nullable(),
});
