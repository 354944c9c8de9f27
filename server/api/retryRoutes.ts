/** What retries cost, and what another policy would have made of them. */
import { z } from 'zod';
import { formatUsd } from '@burnbook/domain/money';
import { DAY_NS, formatTime } from '@burnbook/domain/time';
import {
  wasteSchema,
  whatIfSchema,
  type Waste,
  type WasteCause,
  type WhatIf,
} from '../contract.js';
import type { CostDimension } from '../cost/costDimension.js';
import type { CostFilter } from '../cost/costFilter.js';
import { ATTEMPT_DIMENSIONS, isToldByAttempts, wasteBy, type WasteSums } from '../cost/waste.js';
import { whatIf } from '../cost/whatIf.js';
import { costParams, dimensionsOf, filterOf } from './costParams.js';
import { freshness } from './freshness.js';
import { ApiError } from './problem.js';
import { cursorOf, limitParam, offsetOf, parseQuery, rangeOf } from './query.js';
import { route, type RouteRequest } from './route.js';

const { from, to, filter } = costParams;
const wasteQuery = {
  groupBy: z.string().default('cause,model').meta({
    description: 'cause, or cause and one dimension of costs that is no period: cause,step',
  }),
  from,
  to,
  filter,
  limit: limitParam(200, 1_000),
  cursor: z.string().optional(),
};
const whole = (min: number, max: number) =>
  z.coerce
    .number({ error: 'must be a number' })
    .int('must be a whole number')
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`)
    .optional();
const DAY_MS = 86_400_000;
const whatIfQuery = {
  from,
  to,
  filter: filter.meta({ description: 'As of costs, by pipeline, run and step alone' }),
  attemptsMax: whole(1, 1_000),
  timeoutMs: whole(1, DAY_MS),
  backoffBaseMs: whole(0, DAY_MS),
  backoffMaxMs: whole(0, DAY_MS),
};

export const retryRoutes = [
  route({
    path: '/api/retries/waste',
    summary: 'Money and attempts lost, by cause and one more dimension',
    query: wasteQuery,
    answer: wasteSchema,
    handle: waste,
  }),
  route({
    path: '/api/retries/what-if',
    summary: 'The stored attempts replayed under another retry policy',
    query: whatIfQuery,
    answer: whatIfSchema,
    handle: replayed,
  }),
];

async function waste({ api, query }: RouteRequest): Promise<Waste> {
  const { groupBy, filter: filterText, limit, ...asked } = parseQuery(wasteQuery, query);
  const range = rangeOf(asked, { nowNs: api.nowNs(), spanNs: 30n * DAY_NS });
  const dimension = besideCause(groupBy);
  const offset = offsetOf(asked.cursor);
  const scope = { range, filter: filterOf(filterText), tz: 'UTC' };
  const { groups, groupsTotal, total, byAttempts } = await wasteBy(api.store, scope, {
    dimension,
    limit,
    offset,
  });
  return {
    groupBy,
    dimensions: ['cause', ...(dimension ? [dimension.name] : [])],
    filter: filterText,
    from: formatTime(range.fromNs),
    to: formatTime(range.toNs),
    items: groups.map(({ cause, key, ...sums }) => ({
      cause: causeView(cause),
      key,
      ...sumsView(sums),
    })),
    itemsTotal: groupsTotal,
    total: sumsView(total),
    byAttempts: byAttempts && [...byAttempts],
    nextCursor: offset + groups.length < groupsTotal ? cursorOf(offset + groups.length) : null,
    freshness: await freshness(api),
  };
}

function besideCause(groupBy: string): CostDimension | null {
  const beside = /^\s*cause\s*(?:,(.*))?$/s.exec(groupBy);
  if (!beside) throw new ApiError(400, 'groupBy: must begin with cause', 'groupBy');
  const [, text] = beside;
  if (text === undefined) return null;
  const [dimension, more] = dimensionsOf(text);
  if (!dimension || more || dimension.type === 'time') {
    throw new ApiError(400, 'groupBy: takes one dimension beside cause, and no period', 'groupBy');
  }
  return dimension;
}

/** `rate_limited` → `rateLimited`. */
const causeView = (cause: string): WasteCause =>
  cause.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()) as WasteCause;

const sumsView = (sums: WasteSums) => ({
  retryWasteUsd: formatUsd(sums.wasteNano),
  failureCostUsd: formatUsd(sums.failureNano),
  attempts: sums.attempts,
  operations: sums.operations,
  unknownBilling: sums.unknownBilling,
});

async function replayed({ api, query }: RouteRequest): Promise<WhatIf> {
  const { filter: filterText, ...asked } = parseQuery(whatIfQuery, query);
  const range = rangeOf(asked, { nowNs: api.nowNs(), spanNs: 30n * DAY_NS });
  const policy = {
    attemptsMax: asked.attemptsMax ?? null,
    timeoutMs: asked.timeoutMs ?? null,
    backoffBaseMs: asked.backoffBaseMs ?? null,
    backoffMaxMs: asked.backoffMaxMs ?? null,
  };
  const told = await whatIf(
    api.store,
    { range, filter: ofAttempts(filterOf(filterText)), tz: 'UTC' },
    policy,
  );
  const { recorded, replay } = told;
  return {
    from: formatTime(told.range.fromNs),
    to: formatTime(told.range.toNs),
    filter: filterText,
    policy,
    recorded: {
      operations: recorded.operations,
      attempts: recorded.attempts,
      succeeded: recorded.succeeded,
      failed: recorded.operations - recorded.succeeded,
      costUsd: formatUsd(recorded.costNano),
      retryWasteUsd: formatUsd(recorded.wasteNano),
      failureCostUsd: formatUsd(recorded.failureNano),
    },
    outcome: { ...replay.outcomes },
    attemptsNotMade: replay.attemptsNotMade,
    attemptsUnknown: replay.attemptsUnknown,
    attemptsCut: replay.attemptsCut,
    cutCostUsd: formatUsd(replay.cutCostNano),
    savedUsd: formatUsd(replay.savedNano),
    savedUnknownAttempts: replay.savedUnknownAttempts,
    latencyChangeMs: Number(replay.latencyChangeNs) / 1e6,
    latencyOperations: replay.latencyOperations,
    truncated: told.truncated,
    freshness: await freshness(api),
  };
}

/** @throws ApiError 400 when the filter asks for what only lines tell. */
function ofAttempts(filter: CostFilter): CostFilter {
  if (isToldByAttempts(filter)) return filter;
  const told = ATTEMPT_DIMENSIONS.join(', ');
  throw new ApiError(400, `filter: attempts are told apart by ${told} alone`, 'filter');
}
