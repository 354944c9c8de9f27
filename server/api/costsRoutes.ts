/** Costs by dimensions, over time, and what changed. */
import { z } from 'zod';
import { formatTime } from '@burnbook/domain/time';
import {
  costsSchema,
  type CostGroup as CostGroupView,
  type Costs,
  type UnitCosts,
} from '../contract.js';
import { costsBy, nanoPer, readsLines, type CostGroup, type Measures } from '../cost/costs.js';
import {
  boundLines,
  compareParam,
  comparisonFor,
  costParams,
  DAY_NS,
  dimensionsOf,
  filterOf,
} from './costParams.js';
import { freshness } from './freshness.js';
import { cursorOf, limitParam, offsetOf, parseQuery, rangeOf } from './query.js';
import { route, type RouteRequest } from './route.js';
import { costView, usdOrNull } from './views.js';

const costsQuery = {
  groupBy: z.string().default('pipeline').meta({
    description:
      'One or two, with a comma between: pipeline, run, batch, step, model, provider, team, environment, attempt, kind, tag.NAME, hour, day, week, month',
  }),
  ...costParams,
  compare: compareParam.optional(),
  sort: z.enum(['total', 'delta', 'key']).optional().meta({
    description:
      'Dearest or most risen first, or by name; by name where a period is asked for, else by total',
  }),
  limit: limitParam(200, 1_000),
  cursor: z.string().optional(),
};

export const costsRoutes = [
  route({
    path: '/api/costs',
    summary: 'Cost in a range of time by one or two dimensions',
    query: costsQuery,
    answer: costsSchema,
    handle: costs,
  }),
];

async function costs({ api, query, signal }: RouteRequest): Promise<Costs> {
  const {
    groupBy,
    tz,
    filter: filterText,
    compare,
    limit,
    ...asked
  } = parseQuery(costsQuery, query);
  const range = rangeOf(asked, { nowNs: api.nowNs(), spanNs: 30n * DAY_NS });
  const dimensions = dimensionsOf(groupBy);
  const filter = filterOf(filterText);
  const offset = offsetOf(asked.cursor);
  const comparison = await comparisonFor(api.store, range, { compare, tz });
  boundLines(readsLines({ dimensions, filter }), [range, comparison]);
  const byTime = dimensions.some(({ type }) => type === 'time');
  const { groups, matching, total } = await costsBy(api.store, {
    range,
    filter,
    tz,
    dimensions,
    comparison,
    sort: asked.sort ?? (byTime ? 'key' : 'total'),
    limit,
    offset,
    signal,
  });
  const { key: _, keys: __, cost: totalCost, ...totals } = groupView(total);
  return {
    groupBy,
    dimensions: dimensions.map(({ name }) => name),
    filter: filterText,
    from: formatTime(range.fromNs),
    to: formatTime(range.toNs),
    tz,
    compare: comparison && {
      mode: comparison.mode,
      from: formatTime(comparison.fromNs),
      to: formatTime(comparison.toNs),
    },
    items: groups.map(groupView),
    itemsTotal: matching,
    total: totalCost,
    totals: { cost: totalCost, ...totals },
    nextCursor: offset + groups.length < matching ? cursorOf(offset + groups.length) : null,
    freshness: await freshness(api),
  };
}

function groupView(group: CostGroup): CostGroupView {
  const { previous } = group;
  const deltaNano = previous && group.cost.total - previous.cost.total;
  return {
    key: group.keys[0] ?? null,
    keys: [...group.keys],
    ...measuresView(group),
    units: unitsView(group),
    previous: previous && measuresView(previous),
    deltaUsd: usdOrNull(deltaNano),
    deltaPercent: previous && percentOf(deltaNano ?? 0n, previous.cost.total),
  };
}

const measuresView = ({ cost, calls, tokens }: Measures) => ({
  cost: costView(cost),
  modelCalls: calls,
  tokens,
});

function unitsView({ units, cost, tokens }: CostGroup): UnitCosts {
  const perRows = nanoPer(units.rowsCostNano, units.rows, 1_000n);
  const perRecords = nanoPer(units.recordsOutCostNano, units.recordsOut, 1_000n);
  const perTokens = nanoPer(cost.model, BigInt(tokens), 1_000_000n);
  return {
    rows: units.rows === null ? null : Number(units.rows),
    recordsOut: units.recordsOut === null ? null : Number(units.recordsOut),
    usdPer1kRows: usdOrNull(perRows),
    usdPer1kRecordsOut: usdOrNull(perRecords),
    usdPerMillionTokens: usdOrNull(perTokens),
    atLeast: cost.unpriced > 0,
    unknown: {
      rows: perRows === null ? 'noBatchTellsRows' : null,
      recordsOut: perRecords === null ? 'noBatchTellsRows' : null,
      tokens: perTokens === null ? 'noTokens' : null,
    },
  };
}

/** To two places; null of nothing. */
function percentOf(deltaNano: bigint, ofNano: bigint): number | null {
  return ofNano === 0n ? null : Number((deltaNano * 10_000n) / ofNano) / 100;
}
