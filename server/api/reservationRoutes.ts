/** Reservations: hold money before it is spent, settle, renew, give back; and hard limits set aside. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { formatUsd, parseUsd } from '@burnbook/domain/money';
import { RESERVATION_STATES } from '@burnbook/domain/reservation';
import { formatTime, NS_PER_SECOND } from '@burnbook/domain/time';
import { NO_USAGE } from '@burnbook/domain/usage';
import {
  breakGlassSchema,
  breakGlassViewSchema,
  grantSchema,
  listOf,
  renewSchema,
  reservationRowSchema,
  reservationSchema,
  reserveSchema,
  settleSchema,
  type BreakGlassRequest,
  type GrantView,
  type Renew,
  type ReservationRow,
  type ReservationView,
  type Reserve,
  type Settle,
} from '../contract.js';
import type { ChangeResult } from '../store/reservations/holdOps.js';
import type { StoredHold } from '../store/reservations/holdBook.js';
import { holdOf } from '../store/reservations/holdRow.js';
import type { ApiContext } from './apiContext.js';
import { ApiError } from './problem.js';
import { cursorOf, limitParam, offsetOf, parseQuery } from './query.js';
import { grantView, overText, reservationView } from './reservationViews.js';
import { route, type RouteRequest } from './route.js';

/** Held, or settled and waiting for telemetry; and what is neither. */
const STAGES = ['open', 'ended'] as const;
const listQuery = {
  state: z
    .enum([...RESERVATION_STATES, ...STAGES])
    .optional()
    .meta({ description: 'A state; or open: something may still count against budgets; or ended' }),
  pipeline: z.string().min(1).max(256).optional(),
  budget: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .meta({ description: 'Of the hard budgets that it was held in when it was granted' }),
  limit: limitParam(50, 500),
  cursor: z.string().max(100).optional(),
};
const endQuery = { reason: z.string().trim().min(1).max(1_000).optional() };

export const reservationRoutes = [
  route({
    method: 'post',
    path: '/api/reservations',
    summary:
      'Hold an amount in every hard budget that matches, or in none: 409 names the one that refuses',
    query: {},
    body: reserveSchema,
    status: 201,
    answer: grantSchema,
    handle: (request) => reserve(request, null),
  }),
  route({
    method: 'post',
    path: '/api/budgets/:id/reservations',
    summary: 'Hold an amount in this hard budget alone',
    query: {},
    body: reserveSchema,
    status: 201,
    answer: grantSchema,
    handle: (request) => reserve(request, request.part('id')),
  }),
  route({
    path: '/api/reservations',
    summary: 'Reservations, newest first',
    query: listQuery,
    answer: listOf(reservationRowSchema),
    handle: reservations,
  }),
  route({
    path: '/api/reservations/:id',
    summary: 'A reservation as it stands',
    query: {},
    answer: reservationRowSchema,
    handle: reservation,
  }),
  route({
    method: 'post',
    path: '/api/reservations/:id/settle',
    summary: 'Tell what it cost in the end; again with the same figure changes nothing',
    query: {},
    body: settleSchema,
    answer: reservationSchema,
    handle: async ({ api, part, body }) => {
      const id = part('id');
      const actualNano = parseUsd((body as Settle).actualUsd);
      return changed(id, await api.store.hold('settle', { atNs: api.nowNs(), id, actualNano }));
    },
  }),
  route({
    method: 'post',
    path: '/api/reservations/:id/renew',
    summary: 'Let it last until so long from now',
    query: {},
    body: renewSchema,
    answer: reservationSchema,
    handle: async ({ api, part, body }) => {
      const id = part('id');
      const ttlNs = BigInt((body as Renew).ttlSeconds) * NS_PER_SECOND;
      return changed(id, await api.store.hold('renew', { atNs: api.nowNs(), id, ttlNs }));
    },
  }),
  route({
    method: 'delete',
    path: '/api/reservations/:id',
    summary: 'Give back what is held; with a reason, by a person: audited',
    query: endQuery,
    answer: reservationSchema,
    handle: release,
  }),
  route({
    method: 'post',
    path: '/api/budgets/:id/break-glass',
    summary: 'Set a hard limit aside for at most a day: every reservation is granted; audited',
    query: {},
    body: breakGlassSchema,
    status: 201,
    answer: breakGlassViewSchema,
    handle: (request) => breakGlass(request, request.body as BreakGlassRequest),
  }),
  route({
    method: 'delete',
    path: '/api/budgets/:id/break-glass',
    summary: 'Put a hard limit in force again; audited',
    query: endQuery,
    answer: breakGlassViewSchema,
    handle: (request) => {
      const { reason } = parseQuery(endQuery, request.query);
      return breakGlass(request, { untilSeconds: 0, reason: reason ?? 'over' });
    },
  }),
];

async function reserve(
  { api, body, signal }: RouteRequest,
  budget: string | null,
): Promise<GrantView> {
  const request = body as Reserve;
  const { idempotencyKey, pipeline, batch, model, provider, team, environment, tags } = request;
  const atNs = api.nowNs();
  const quote = quoteOf(api, request, atNs);
  const op = {
    atNs,
    id: `rsv-${sha256(idempotencyKey).slice(0, 32)}`,
    ttlNs: BigInt(request.ttlSeconds) * NS_PER_SECOND,
    idempotencyKey,
    fingerprint: fingerprintOf(request, budget),
    amountNano: quote.amountNano,
    origin: {
      pipeline,
      model: model ?? null,
      provider: provider?.toLowerCase().trim() ?? null,
      team: team ?? null,
      environment: environment ?? null,
      tags: tags ?? {},
    },
    batch: batch ?? null,
    onlyBudget: budget,
  };
  const result = await api.store.hold('reserve', op, signal);
  switch (result.kind) {
    case 'granted':
      return grantView(result.grant);
    case 'refused': {
      api.refused();
      const { budget: blocker, leftNano, resetsNs } = result;
      const left = formatUsd(leftNano);
      const resetsAt = resetsNs === null ? null : formatTime(resetsNs);
      const asked = formatUsd(quote.amountNano ?? 0n);
      throw new ApiError(
        409,
        `the hard limit of budget ${JSON.stringify(blocker)} leaves $${left}, not $${asked}; ${resetsAt === null ? 'time alone will not change that' : `there is room again at ${resetsAt} if nothing more is spent`}`,
        undefined,
        { budget: blocker, leftUsd: left, resetsAt },
      );
    }
    case 'unpriced':
      throw new ApiError(
        422,
        `${quote.unpriced ?? 'it has no price'}: the hard limit of budget ${JSON.stringify(result.budget)} denies what has no price (unpriced: deny)`,
        'model',
        { budget: result.budget },
      );
    case 'keyReused':
      throw new ApiError(
        422,
        'idempotencyKey: was used for another request; each request needs a key of its own',
        'idempotencyKey',
      );
    case 'noBudget':
      throw new ApiError(
        404,
        `there is no budget ${JSON.stringify(budget)} in force with a hard limit`,
        'id',
      );
  }
}

interface Quote {
  /** null: there is no price. */
  readonly amountNano: bigint | null;
  /** Why there is none. */
  readonly unpriced?: string;
}

/** What is asked for in nano-USD. Spend of a model without a price would never be seen: an amount does not heal that. */
function quoteOf(api: ApiContext, { amountUsd, tokens, ...request }: Reserve, atNs: bigint): Quote {
  const { model, provider, tier = 'standard' } = request;
  const amountNano = amountUsd === undefined ? null : parseUsd(amountUsd);
  if (model === undefined) return { amountNano };
  const usage = {
    ...NO_USAGE,
    inputTokens: tokens?.input ?? 0,
    outputTokens: tokens?.output ?? 0,
    cacheReadTokens: tokens?.cacheRead ?? null,
    cacheWriteTokens: tokens?.cacheWrite ?? null,
    cacheWrite1hTokens: tokens?.cacheWrite1h ?? null,
    audioInputTokens: tokens?.audioInput ?? null,
    audioOutputTokens: tokens?.audioOutput ?? null,
  };
  const call = { provider: provider?.toLowerCase().trim() ?? null, model, tier };
  const quote = api.quote(call, usage, atNs);
  if ('unpriced' in quote) {
    if (quote.unpriced.startsWith('impossible usage')) {
      throw new ApiError(400, `tokens: ${quote.unpriced}`, 'tokens');
    }
    return { amountNano: null, unpriced: quote.unpriced };
  }
  return { amountNano: amountNano ?? quote.costNanoUsd };
}

async function release({ api, part, query, actor }: RouteRequest): Promise<ReservationView> {
  const id = part('id');
  const { reason } = parseQuery(endQuery, query);
  const atNs = api.nowNs();
  const view = changed(id, await api.store.hold('release', { atNs, id }));
  if (reason !== undefined) {
    const action = 'reservation.release';
    const subject = `reservation ${id}`;
    await api.store.command('recordAudit', { atNs, actor, action, subject, reason });
  }
  return view;
}

async function reservations({ api, query }: RouteRequest) {
  const { state, pipeline, budget, limit, cursor } = parseQuery(listQuery, query);
  const offset = offsetOf(cursor);
  // What time has ended is written first.
  await api.store.hold('store', { atNs: api.nowNs() });
  const rows = await api.store.query('reservations', {
    state: state ?? '',
    pipeline: pipeline ?? '',
    budget: budget ?? '',
    limit: limit + 1,
    offset,
  });
  return {
    items: rows.slice(0, limit).map((row) => rowView(holdOf(row))),
    nextCursor: rows.length > limit ? cursorOf(offset + limit) : null,
  };
}

async function reservation({ api, part }: RouteRequest): Promise<ReservationRow> {
  const id = part('id');
  await api.store.hold('store', { atNs: api.nowNs() });
  const [row] = await api.store.query('reservation_by_id', { id });
  if (!row) throw noReservation(id);
  return rowView(holdOf(row));
}

const rowView = ({ reservation: stored, grant }: StoredHold): ReservationRow => ({
  ...reservationView(stored),
  budgets: grant.budgets.map(({ id }) => id),
});

function changed(id: string, result: ChangeResult): ReservationView {
  if (result.kind === 'unknown') throw noReservation(id);
  const view = reservationView(result.reservation);
  if (result.kind === 'done') return view;
  throw new ApiError(409, overText(view), undefined, { state: view.state });
}

async function breakGlass(
  { api, part, actor }: RouteRequest,
  { untilSeconds, reason }: BreakGlassRequest,
): Promise<z.infer<typeof breakGlassViewSchema>> {
  const id = part('id');
  const atNs = api.nowNs();
  const untilNs = atNs + BigInt(untilSeconds) * NS_PER_SECOND;
  const op = { budget: id, atNs, untilNs, actor, reason };
  if (!(await api.store.hold('breakGlass', op))) {
    throw new ApiError(404, `there is no budget ${JSON.stringify(id)} with a hard limit`, 'id');
  }
  return { from: formatTime(atNs), until: formatTime(untilNs), by: actor, reason };
}

const noReservation = (id: string): ApiError =>
  new ApiError(404, `there is no reservation ${JSON.stringify(id)}`, 'id');

/** Equal for requests that mean the same: the order of members does not count. */
function fingerprintOf(request: Reserve, budget: string | null): string {
  const sorted = (value: unknown): unknown =>
    typeof value === 'object' && value !== null
      ? Object.entries(value)
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, member]) => [name, sorted(member)])
      : value;
  return sha256(JSON.stringify([budget, sorted(request)])).slice(0, 32);
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
