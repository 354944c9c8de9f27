/** Costs by one dimension, pipelines, and the overview. */
import { z } from 'zod';
import { formatUsd } from '@burnbook/domain/money';
import { formatTime } from '@burnbook/domain/time';
import {
  costsSchema,
  listOf,
  overviewSchema,
  pipelineSchema,
  type Costs,
  type Overview,
  type Pipeline,
} from '../contract.js';
import { listBatches, nanoPer1kRows, rowsOf, type BatchFacts } from '../cost/batches.js';
import {
  costsBy,
  costSeries,
  costTotal,
  GROUPINGS,
  SERIES_GRAIN_NS,
  type TimeRange,
} from '../cost/costs.js';
import { addCosts, type CostSum } from '../cost/costSum.js';
import { batchCostRule, pipelineEntry, type ApiContext } from './apiContext.js';
import { freshness, newestSpanNs } from './freshness.js';
import { parseQuery, rangeOf, timeParam, zoneParam } from './query.js';
import { route, type RouteRequest } from './route.js';
import { alertsOf, costView, usdOrNull } from './views.js';

const DAY_NS = 86_400_000_000_000n;
const WEEK_NS = 7n * DAY_NS;
const BATCHES_MAX = 4_000;
const RECENT_MAX = 20;
const NEEDS_MAX = 20;
const BUCKETS_MAX = 100n;
/** Steps that people read on an axis, from a quarter of an hour to a week. */
const BUCKETS_NS = [15n, 30n, 60n, 180n, 360n, 720n, 1_440n, 10_080n].map(
  (minutes) => minutes * 60_000_000_000n,
);

const costsQuery = {
  groupBy: z.enum(GROUPINGS).default('pipeline'),
  from: timeParam.optional(),
  to: timeParam.optional(),
  tz: zoneParam,
};
const overviewQuery = { from: timeParam.optional(), to: timeParam.optional(), tz: zoneParam };

export const costRoutes = [
  route({
    path: '/api/costs',
    summary: 'Cost in a range of time by pipeline, model, step, day or team',
    query: costsQuery,
    answer: costsSchema,
    handle: costs,
  }),
  route({
    path: '/api/pipelines',
    summary: 'Pipelines with their cost of all time and their newest batches',
    query: {},
    answer: listOf(pipelineSchema),
    handle: async ({ api, signal }) => ({
      items: await pipelines(api, null, signal),
      nextCursor: null,
    }),
  }),
  route({
    path: '/api/overview',
    summary: 'Everything that the first page shows',
    query: overviewQuery,
    answer: overviewSchema,
    handle: overview,
  }),
];

async function costs({ api, query }: RouteRequest): Promise<Costs> {
  const { groupBy, tz, ...bounds } = parseQuery(costsQuery, query);
  const range = rangeOf(bounds, { nowNs: api.nowNs(), spanNs: 30n * DAY_NS });
  const [groups, total] = await Promise.all([
    costsBy(api.store, range, { groupBy, tz }),
    costTotal(api.store, range),
  ]);
  return {
    groupBy,
    from: formatTime(range.fromNs),
    to: formatTime(range.toNs),
    tz,
    items: groups.map(({ key, cost, calls, tokens }) => ({
      key,
      cost: costView(cost),
      modelCalls: calls,
      tokens,
    })),
    total: costView(total),
    nextCursor: null,
    freshness: await freshness(api),
  };
}

async function overview({ api, query, signal }: RouteRequest): Promise<Overview> {
  const { tz, ...bounds } = parseQuery(overviewQuery, query);
  const range = rangeOf(bounds, { nowNs: api.nowNs(), spanNs: WEEK_NS });
  const before: TimeRange = {
    fromNs: range.fromNs - (range.toNs - range.fromNs),
    toNs: range.fromNs,
  };
  const bucketNs = bucketOf(range);
  const [total, previous, series, both] = await Promise.all([
    costTotal(api.store, range),
    costTotal(api.store, before),
    costSeries(api.store, range, bucketNs),
    batchesIn(api, { fromNs: before.fromNs, toNs: range.toNs }, signal),
  ]);
  const batches = both.filter(({ startNs }) => startNs >= range.fromNs);
  const earlier = both.filter(({ startNs }) => startNs < range.fromNs);
  return {
    from: formatTime(range.fromNs),
    to: formatTime(range.toNs),
    tz,
    empty: (await newestSpanNs(api)) === null,
    total: costView(total),
    previous: costView(previous),
    usdPer1kRows: usdOrNull(perRows(batches)),
    previousUsdPer1kRows: usdOrNull(perRows(earlier)),
    batches: batches.filter(({ shared }) => !shared).length,
    previousBatches: earlier.filter(({ shared }) => !shared).length,
    series: series.map((point) => ({
      bucket: formatTime(point.bucketNs),
      series: point.series,
      usd: formatUsd(point.costNano),
      lines: point.lines,
      unpriced: point.unpriced,
    })),
    bucketMs: Number(bucketNs / 1_000_000n),
    needsYou: needsYou(api, batches),
    pipelines: pipelinesOf(api, batches),
    freshness: await freshness(api),
  };
}

function needsYou(api: ApiContext, batches: readonly BatchFacts[]): Overview['needsYou'] {
  return batches
    .flatMap((batch) =>
      alertsOf(batch, batchCostRule(api)).map((alert) => ({
        ...alert,
        pipeline: batch.pipeline,
        batchId: batch.batchId,
        owner: pipelineEntry(api, batch.pipeline).owner,
        since: formatTime(batch.endNs ?? batch.startNs),
        severity: 'ticket' as const,
      })),
    )
    .slice(0, NEEDS_MAX);
}

async function batchesIn(
  api: ApiContext,
  range: TimeRange | null,
  signal: AbortSignal,
): Promise<readonly BatchFacts[]> {
  const { batches } = await listBatches(
    api.store,
    {
      pipeline: null,
      batchId: null,
      fromNs: range?.fromNs ?? null,
      toNs: range?.toNs ?? null,
      sort: 'startedAt',
      descending: true,
      limit: BATCHES_MAX,
      offset: 0,
    },
    { nowNs: api.nowNs(), signal },
  );
  return batches;
}

async function pipelines(
  api: ApiContext,
  range: TimeRange | null,
  signal: AbortSignal,
): Promise<Pipeline[]> {
  return pipelinesOf(api, await batchesIn(api, range, signal));
}

/** @param batches newest first. */
function pipelinesOf(api: ApiContext, batches: readonly BatchFacts[]): Pipeline[] {
  const groups = new Map<string, BatchFacts[]>();
  for (const batch of batches) {
    const group = groups.get(batch.pipeline);
    if (group) group.push(batch);
    else groups.set(batch.pipeline, [batch]);
  }
  return [...groups]
    .flatMap(([pipeline, all]) => {
      const own = all.filter(({ shared }) => !shared);
      const newest = own[0] ?? all[0];
      if (!newest) return [];
      const cost = addCosts(all.map((batch) => batch.cost));
      const view: Pipeline = {
        pipeline,
        ...pipelineEntry(api, pipeline),
        batches: own.length,
        runs: new Set(all.flatMap((batch) => batch.runs.map(({ runId }) => runId))).size,
        lastState: newest.state,
        lastBatchId: newest.batchId,
        lastStartedAt: formatTime(newest.startNs),
        cost: costView(cost),
        usdPer1kRows: usdOrNull(perRows(all)),
        recent: own
          .slice(0, RECENT_MAX)
          .toReversed()
          .map((batch) => ({
            batchId: batch.batchId,
            startedAt: formatTime(batch.startNs),
            totalUsd: formatUsd(batch.cost.total),
            state: batch.state,
          })),
      };
      return [{ view, cost }];
    })
    .toSorted(
      (a, b) => Number(b.cost.total - a.cost.total > 0n) - Number(b.cost.total - a.cost.total < 0n),
    )
    .map(({ view }) => view);
}

/** Cost per 1,000 rows over the batches that tell rows; null when none does or one of them is unpriced. */
function perRows(batches: readonly BatchFacts[]): bigint | null {
  const told = batches.filter((batch) => (rowsOf(batch) ?? 0) > 0);
  const cost: CostSum = addCosts(told.map((batch) => batch.cost));
  return nanoPer1kRows(
    cost,
    told.reduce((sum, batch) => sum + (rowsOf(batch) ?? 0), 0),
  );
}

function bucketOf({ fromNs, toNs }: TimeRange): bigint {
  const span = toNs - fromNs;
  const widest = BUCKETS_NS.at(-1) ?? SERIES_GRAIN_NS;
  return BUCKETS_NS.find((bucket) => span / bucket <= BUCKETS_MAX) ?? widest;
}
