/** Pipelines, and the overview. */
import { formatUsd } from '@burnbook/domain/money';
import { DAY_NS, formatTime, MINUTE_NS } from '@burnbook/domain/time';
import {
  listOf,
  overviewSchema,
  pipelineSchema,
  type Overview,
  type Pipeline,
} from '../contract.js';
import { nanoPer1kRows } from '../cost/batches.js';
import {
  readOverview,
  readOverviewCosts,
  type PipelineFacts,
  type ToldRows,
} from '../cost/overview.js';
import { GRAIN_NS, type TimeRange } from '../cost/timeRange.js';
import { deskNeeds, mutingsOf } from './alertViews.js';
import { batchCostRule, pipelineEntry, type ApiContext } from './apiContext.js';
import { budgetLeft, budgetNeeds } from './budgetViews.js';
import { freshness, newestSpanNs } from './freshness.js';
import { parseQuery, rangeOf, timeParam, zoneParam } from './query.js';
import { route, type RouteRequest } from './route.js';
import { costView, dearBatchAlert, usdOrNull } from './views.js';

const WEEK_NS = 7n * DAY_NS;
/** Telemetry may be a little ahead of the clock. */
const YEAR_NS = 366n * DAY_NS;
const BUCKETS_MAX = 100n;
/** Steps that people read on an axis, from a quarter of an hour to a week. */
const BUCKETS_NS = [15n, 30n, 60n, 180n, 360n, 720n, 1_440n, 10_080n].map(
  (minutes) => minutes * MINUTE_NS,
);

const overviewQuery = { from: timeParam.optional(), to: timeParam.optional(), tz: zoneParam };

export const costRoutes = [
  route({
    path: '/api/pipelines',
    summary: 'Pipelines with their cost of all time and their newest batches',
    query: {},
    answer: listOf(pipelineSchema),
    handle: pipelines,
  }),
  route({
    path: '/api/overview',
    summary: 'Everything that the first page shows',
    query: overviewQuery,
    answer: overviewSchema,
    handle: overview,
  }),
];

async function overview({ api, query, signal }: RouteRequest): Promise<Overview> {
  const { tz, ...bounds } = parseQuery(overviewQuery, query);
  const range = rangeOf(bounds, { nowNs: api.nowNs(), spanNs: WEEK_NS });
  const bucketNs = bucketOf(range);
  const ranges = { range, beforeNs: range.fromNs - (range.toNs - range.fromNs) };
  const [{ total, previous, series }, facts, budgets, desk] = await Promise.all([
    readOverviewCosts(api.store, ranges, { bucketNs, signal }),
    readOverview(api.store, ranges, { rule: batchCostRule(api), nowNs: api.nowNs(), signal }),
    api.budgets.latest(),
    api.desk.state(),
  ]);
  const sum = (count: (pipeline: PipelineFacts) => number): number =>
    facts.pipelines.reduce((all, pipeline) => all + count(pipeline), 0);
  return {
    from: formatTime(range.fromNs),
    to: formatTime(range.toNs),
    tz,
    empty: (await newestSpanNs(api)) === null,
    total: costView(total),
    previous: costView(previous),
    usdPer1kRows: perRows(facts.pipelines.map(({ told }) => told)),
    previousUsdPer1kRows: perRows(facts.pipelines.map((pipeline) => pipeline.before.told)),
    batches: sum(({ batches }) => batches),
    previousBatches: sum((pipeline) => pipeline.before.batches),
    series: series.map((point) => ({
      bucket: formatTime(point.bucketNs),
      series: point.series,
      usd: formatUsd(point.costNano),
      lines: point.lines,
      unpriced: point.unpriced,
    })),
    bucketMs: Number(bucketNs / 1_000_000n),
    needsYou: [
      ...deskNeeds(desk, mutingsOf(api, desk)),
      ...budgetNeeds(budgets),
      ...facts.dear.map((batch) => ({
        ...dearBatchAlert(batch),
        alertId: null,
        incidentId: null,
        pipeline: batch.pipeline,
        batchId: batch.batchId,
        budget: null,
        emptyAt: null,
        owner: pipelineEntry(api, batch.pipeline).owner,
        since: formatTime(batch.sinceNs),
        severity: 'ticket' as const,
        place: { pipeline: batch.pipeline, batch: batch.batchId },
      })),
    ],
    budgetLeft: budgetLeft(budgets),
    pipelines: pipelineViews(api, facts.pipelines),
    freshness: await freshness(api),
  };
}

async function pipelines({ api, signal }: RouteRequest) {
  const everything: TimeRange = { fromNs: 0n, toNs: api.nowNs() + YEAR_NS };
  const facts = await readOverview(
    api.store,
    { range: everything, beforeNs: 0n },
    { rule: batchCostRule(api), nowNs: api.nowNs(), signal },
  );
  return { items: pipelineViews(api, facts.pipelines), nextCursor: null };
}

function pipelineViews(api: ApiContext, all: readonly PipelineFacts[]): Pipeline[] {
  return all.flatMap((facts) => {
    const { pipeline, recent } = facts;
    const batches = recent.filter(({ shared }) => !shared);
    const newest = batches[0] ?? recent[0];
    if (!newest) return [];
    return [
      {
        pipeline,
        ...pipelineEntry(api, pipeline),
        batches: facts.batches,
        runs: facts.runs,
        lastState: newest.state,
        lastBatchId: newest.batchId,
        lastStartedAt: formatTime(newest.startNs),
        cost: costView(facts.cost),
        usdPer1kRows: perRows([facts.told]),
        recent: batches.toReversed().map((batch) => ({
          batchId: batch.batchId,
          startedAt: formatTime(batch.startNs),
          totalUsd: formatUsd(batch.totalNano),
          state: batch.state,
        })),
      },
    ];
  });
}

/** Cost per 1,000 rows over the batches that tell rows; null when none does. A lower bound while one is unpriced. */
function perRows(told: readonly ToldRows[]): string | null {
  const totalNano = told.reduce((sum, part) => sum + part.totalNano, 0n);
  const rows = told.reduce((sum, part) => sum + part.rows, 0n);
  return usdOrNull(nanoPer1kRows(totalNano, rows));
}

function bucketOf({ fromNs, toNs }: TimeRange): bigint {
  const span = toNs - fromNs;
  const widest = BUCKETS_NS.at(-1) ?? GRAIN_NS;
  return BUCKETS_NS.find((bucket) => span / bucket <= BUCKETS_MAX) ?? widest;
}
