/** Costs by dimensions, over time, and what changed. */
import { z } from 'zod';
import { DAY_NS, formatTime } from '@burnbook/domain/time';
import { formatUsd } from '@burnbook/domain/money';
import type { Bars } from '@burnbook/domain/waterfall';
import {
  costSeriesSchema,
  costsSchema,
  waterfallSchema,
  type CostGroup as CostGroupView,
  type Costs,
  type CostSeries,
  type UnitCosts,
  type Waterfall as WaterfallView,
} from '../contract.js';
import { costChange } from '../cost/costChange.js';
import { TIME_DIMENSIONS, type TimeUnit } from '../cost/costDimension.js';
import { costPeriods, PERIODS_MAX } from '../cost/costPeriods.js';
import { costsBy, nanoPer, type CostGroup, type Measures } from '../cost/costs.js';
import { compareParam, comparisonFor, costParams, dimensionsOf, filterOf } from './costParams.js';
import { comparisonOf, type Comparison, type TimeRange } from '../cost/timeRange.js';
import { freshness } from './freshness.js';
import { ApiError } from './problem.js';
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

const seriesQuery = {
  ...costParams,
  groupBy: z.string().default('model').meta({ description: 'One dimension; not a period' }),
  bucket: z
    .enum(TIME_DIMENSIONS)
    .optional()
    .meta({ description: 'By itself: hours up to two days, then days up to 100' }),
};
const waterfallQuery = { ...costParams, compare: compareParam.default('previous') };

export const costsRoutes = [
  route({
    path: '/api/costs',
    summary: 'Cost in a range of time by one or two dimensions',
    query: costsQuery,
    answer: costsSchema,
    handle: costs,
  }),
  route({
    path: '/api/costs/series',
    summary: 'Cost over time by one dimension: the five dearest groups, and the rest as one',
    query: seriesQuery,
    answer: costSeriesSchema,
    handle: series,
  }),
  route({
    path: '/api/costs/waterfall',
    summary: 'What changed: the difference to an earlier range, split into factors that add up',
    query: waterfallQuery,
    answer: waterfallSchema,
    handle: change,
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
    compare: comparison && comparisonView(comparison),
    items: groups.map(groupView),
    itemsTotal: matching,
    total: totalCost,
    totals: { cost: totalCost, ...totals },
    nextCursor: offset + groups.length < matching ? cursorOf(offset + groups.length) : null,
    freshness: await freshness(api),
  };
}

async function series({ api, query }: RouteRequest): Promise<CostSeries> {
  const { groupBy, tz, filter: filterText, ...asked } = parseQuery(seriesQuery, query);
  const range = rangeOf(asked, { nowNs: api.nowNs(), spanNs: 30n * DAY_NS });
  const [dimension, more] = dimensionsOf(groupBy);
  if (!dimension || more || dimension.type === 'time') {
    throw new ApiError(400, 'groupBy: must be one dimension that is no period', 'groupBy');
  }
  const filter = filterOf(filterText);
  const bucket = asked.bucket ?? usualBucket(range);
  const told = await costPeriods(api.store, { range, filter, tz }, { dimension, unit: bucket });
  if (!told) {
    const most = `the range has more than ${PERIODS_MAX} of them`;
    throw new ApiError(400, `bucket: ${bucket} is too fine, ${most}`, 'bucket');
  }
  return {
    groupBy,
    filter: filterText,
    from: formatTime(range.fromNs),
    to: formatTime(range.toNs),
    tz,
    bucket,
    series: told.series.map(({ name, key, isOther, points }) => ({
      name,
      key,
      isOther,
      totalUsd: formatUsd(points.reduce((sum, { cost }) => sum + cost.total, 0n)),
    })),
    points: told.series.flatMap(({ name, points }) =>
      points.map(({ bucketNs, cost, lines }) => ({
        bucket: formatTime(bucketNs),
        series: name,
        usd: formatUsd(cost.total),
        lines,
        unpriced: cost.unpriced,
      })),
    ),
    buckets: told.buckets.map((each) => ({
      from: formatTime(each.fromNs),
      to: formatTime(each.toNs),
    })),
    total: costView(told.total),
    freshness: await freshness(api),
  };
}

function usualBucket({ fromNs, toNs }: TimeRange): TimeUnit {
  const days = (toNs - fromNs) / DAY_NS;
  return days < 2n ? 'hour' : days <= 100n ? 'day' : days <= 700n ? 'week' : 'month';
}

async function change({ api, query }: RouteRequest): Promise<WaterfallView> {
  const { tz, filter: filterText, compare, ...asked } = parseQuery(waterfallQuery, query);
  const range = rangeOf(asked, { nowNs: api.nowNs(), spanNs: 30n * DAY_NS });
  const filter = filterOf(filterText);
  const comparison = await comparisonOf(api.store, range, { mode: compare, tz });
  const told = await costChange(api.store, { range, filter, tz }, comparison);
  const { waterfall, before, after } = told;
  return {
    filter: filterText,
    from: formatTime(range.fromNs),
    to: formatTime(range.toNs),
    tz,
    compare: comparisonView(comparison),
    beforeUsd: formatUsd(waterfall.beforeNano),
    afterUsd: formatUsd(waterfall.afterNano),
    deltaUsd: formatUsd(waterfall.afterNano - waterfall.beforeNano),
    bars: barsView(waterfall.bars),
    models: waterfall.models.map(({ model, beforeNano, afterNano, bars }) => ({
      ...(told.names.get(model ?? '') ?? { provider: null, model: null }),
      isRest: model === null,
      beforeUsd: formatUsd(beforeNano),
      afterUsd: formatUsd(afterNano),
      bars: barsView(bars),
    })),
    volumeIn: waterfall.volumeIn,
    rowsBefore: before.rows === null ? null : Number(before.rows),
    rowsAfter: after.rows === null ? null : Number(after.rows),
    unpricedBefore: before.unpriced,
    unpricedAfter: after.unpriced,
    freshness: await freshness(api),
  };
}

const barsView = (bars: Bars): WaterfallView['bars'] => ({
  volumeUsd: formatUsd(bars.volume),
  tokensPerRowUsd: formatUsd(bars.tokensPerRow),
  mixUsd: formatUsd(bars.mix),
  priceUsd: formatUsd(bars.price),
  retriesUsd: formatUsd(bars.retries),
  newUsd: formatUsd(bars.new),
  goneUsd: formatUsd(bars.gone),
  computeUsd: formatUsd(bars.compute),
});

const comparisonView = ({ mode, fromNs, toNs }: Comparison) => ({
  mode,
  from: formatTime(fromNs),
  to: formatTime(toNs),
});

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
