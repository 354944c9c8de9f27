/** Prices as they are known, and what has none. */
import { z } from 'zod';
import { DAY_NS, formatTime } from '@burnbook/domain/time';
import { pricesSchema, unpricedListSchema, type Prices, type UnpricedList } from '../contract.js';
import { appliedPrice, listPrices } from '../cost/prices.js';
import { listUnpriced } from '../cost/unpriced.js';
import { costParams, filterOf } from './costParams.js';
import { cursorOf, limitParam, offsetOf, parseQuery, rangeOf, timeOf, timeParam } from './query.js';
import { route, type RouteRequest } from './route.js';

const name = z.string().min(1).max(1_000);
const pricesQuery = {
  provider: name.optional(),
  model: name.optional().meta({ description: 'A model, as an emitter or the ledger names it' }),
  tier: name.optional(),
  at: timeParam.optional().meta({ description: 'Only what is valid then; none: whenever' }),
  knownAt: timeParam.optional().meta({ description: 'As it was known then; none: as it is now' }),
  limit: limitParam(200, 1_000),
  cursor: z.string().optional(),
};
const unpricedQuery = {
  from: timeParam.optional(),
  to: timeParam.optional(),
  filter: costParams.filter,
  pipeline: name.optional().meta({ description: 'The same as filter=pipeline:…' }),
  limit: limitParam(100, 1_000),
  cursor: z.string().optional(),
};
const UNPRICED_SPAN_NS = 30n * DAY_NS;
/** Calls come with times a little ahead. */
const AHEAD_NS = 600_000_000_000n;

export const priceRoutes = [
  route({
    path: '/api/prices',
    summary: 'The ledger of unit prices: when each is valid, and since when it is known',
    query: pricesQuery,
    answer: pricesSchema,
    handle: prices,
  }),
  route({
    path: '/api/unpriced',
    summary: 'Calls and compute without a price, with the entry that would give them one',
    query: unpricedQuery,
    answer: unpricedListSchema,
    handle: unpriced,
  }),
];

async function prices({ api, query }: RouteRequest): Promise<Prices> {
  const asked = parseQuery(pricesQuery, query);
  // First: what is still being recorded will be known a moment from now.
  await api.ledger.settled();
  const nowNs = api.nowNs();
  const atNs = asked.at === undefined ? null : timeOf('at', asked.at, nowNs);
  const knownAtNs = asked.knownAt === undefined ? nowNs : timeOf('knownAt', asked.knownAt, nowNs);
  const { provider = null, model = null, tier = null } = asked;
  const offset = offsetOf(asked.cursor);
  const call = model === null ? null : { provider, model, tier: tier ?? 'standard' };
  const applies = call && appliedPrice(api.prices, call, atNs ?? nowNs);
  const found = call && appliedPrice(api.prices, { ...call, tier: 'standard' }, atNs ?? nowNs);
  const { items, total } = await listPrices(
    api.store,
    { provider, model, tier, atNs, knownAtNs, limit: asked.limit, offset },
    { provider: found?.provider ?? null, model: found?.model ?? null },
  );
  const next = offset + items.length;
  return {
    at: formatTime(atNs ?? nowNs),
    knownAt: formatTime(knownAtNs),
    items,
    total,
    nextCursor: items.length > 0 && next < total ? cursorOf(next) : null,
    applies,
  };
}

async function unpriced({ api, query, signal }: RouteRequest): Promise<UnpricedList> {
  const asked = parseQuery(unpricedQuery, query);
  const nowNs = api.nowNs();
  const range = rangeOf(asked, { nowNs: nowNs + AHEAD_NS, spanNs: UNPRICED_SPAN_NS });
  const offset = offsetOf(asked.cursor);
  signal.throwIfAborted();
  const { items, total, calls } = await listUnpriced(
    api.store,
    { range, filter: filterOf(asked.filter) },
    {
      pipeline: asked.pipeline ?? null,
      limit: asked.limit,
      offset,
    },
  );
  const next = offset + items.length;
  return {
    from: formatTime(range.fromNs),
    to: formatTime(range.toNs),
    calls,
    items,
    nextCursor: items.length > 0 && next < total ? cursorOf(next) : null,
  };
}
