/** How the error budgets of SLOs burned. */
import { inUnit } from '@burnbook/domain/slo/eventUnit';
import { formatLength } from '@burnbook/domain/slo/minutes';
import type { SloInput } from '@burnbook/domain/slo/evaluate';
import type { SumReader } from '@burnbook/domain/slo/errorBudget';
import type { Slo } from '@burnbook/domain/slo/slo';
import { nominalLengthNs } from '@burnbook/domain/slo/sloWindow';
import { formatTime } from '@burnbook/domain/time';
import { sloBurnSchema, type SloBurn } from '../contract.js';
import { EdgeLog, edgeSums } from '../slo/edgeSums.js';
import { burnTimes, sloBurn, type BurnPoint, type BurnRange } from '../slo/sloBurn.js';
import { slicesOf, hasSlices } from '../slo/sliceSeries.js';
import { SloSums } from '../slo/sloSums.js';
import { storedSeries } from '../slo/storedSeries.js';
import type { ApiContext } from './apiContext.js';
import { freshness } from './freshness.js';
import { parseQuery, rangeOf, timeParam } from './query.js';
import { route, type RouteRequest } from './route.js';
import { reportOf } from './sloRoutes.js';
import { roundedOrNull } from './sloViews.js';

const burnQuery = { from: timeParam.optional(), to: timeParam.optional() };
const ALERTS_MAX = 500;

export const sloPastRoutes = [
  route({
    path: '/api/slos/:name/burn',
    summary: 'How the error budget of an SLO burned, in at most 500 points',
    query: burnQuery,
    answer: sloBurnSchema,
    handle: burn,
  }),
];

async function burn({ api, part, query, signal }: RouteRequest): Promise<SloBurn> {
  const { slo, status } = await reportOf(api, part('name'));
  const nowNs = api.nowNs();
  const spanNs = nominalLengthNs(slo.window);
  const { fromNs, toNs } = rangeOf(parseQuery(burnQuery, query), { nowNs, spanNs });
  const endNs = toNs < nowNs ? toNs : nowNs;
  const pairs = slo.policies.flatMap((policy) => policy.pairs);
  const input = api.slos.inputOf(slo, status.atNs);
  const points =
    endNs > fromNs
      ? await pointsOf(api, slo, { input, signal, range: { fromNs, toNs: endNs } })
      : [];
  return {
    pairs: pairs.map(({ severity, longNs, shortNs, factor, op = 'gt' as const }) => ({
      severity,
      long: formatLength(longNs),
      short: formatLength(shortNs),
      factor,
      op,
    })),
    points: points.map(({ atNs, good, total, coverage, budgetLeft, pace, burnRates }) => ({
      at: formatTime(atNs),
      good: inUnit(slo, good),
      total: inUnit(slo, total),
      coverage: roundedOrNull(coverage),
      budgetLeft: roundedOrNull(budgetLeft),
      pace: roundedOrNull(pace),
      burnRates: burnRates.map(roundedOrNull),
    })),
    annotations: await annotations(api, slo.name, { fromNs, toNs }),
    ...(await freshness(api)),
  };
}

/**
 * The newest point is judged by what the status is judged by, so that a page's figure and its chart agree; those before it
 * by sums that are exact to the minute however old they are.
 */
async function pointsOf(
  api: ApiContext,
  slo: Slo,
  look: {
    readonly input: Omit<SloInput, 'before'>;
    readonly signal: AbortSignal;
    readonly range: { readonly fromNs: bigint; readonly toNs: bigint };
  },
): Promise<BurnPoint[]> {
  const { input, range } = look;
  const times = burnTimes(range);
  const sinceNs = times[0] ?? range.fromNs;
  const isLive = range.toNs >= input.nowNs;
  const past = { times: isLive ? times.slice(0, -1) : times, sinceNs };
  const sums = await pastSums(api, slo, { ...look, past });
  return [
    ...sloBurn(slo, { ...input, sums }, past),
    ...(isLive ? sloBurn(slo, input, { times: times.slice(-2), sinceNs }) : []),
  ];
}

/** Of points that have passed. */
async function pastSums(
  api: ApiContext,
  slo: Slo,
  {
    input,
    signal,
    past,
  }: {
    readonly input: Omit<SloInput, 'before'>;
    readonly signal: AbortSignal;
    readonly past: BurnRange;
  },
): Promise<SumReader> {
  const { store } = api;
  const { indicatorId } = slo;
  const series = api.slos.series(indicatorId);
  if (!series) return input.sums;
  const excluded = api.slos.excludedOf(slo);
  const log = new EdgeLog();
  sloBurn(slo, { ...input, sums: new SloSums(log, excluded) }, past);
  const { edges } = log;
  if (edges.size === 0) return input.sums;
  const unstored = () => api.slos.unstored(indicatorId);
  if (!hasSlices(slo)) {
    const sums = await edgeSums(edges, { store, indicatorId, series, unstored, signal });
    return new SloSums(sums, excluded);
  }
  const from = Math.max(
    0,
    [...edges].reduce((a, b) => Math.min(a, b)),
  );
  // Of slices memory has every minute.
  if (series.hasMinute(from)) return input.sums;
  const range = { from, end: [...edges].reduce((a, b) => Math.max(a, b)) + 1 };
  const stored = await storedSeries(indicatorId, { store, range, signal }, unstored());
  return new SloSums(slicesOf(slo, stored), excluded);
}

async function annotations(
  api: ApiContext,
  name: string,
  { fromNs, toNs }: { readonly fromNs: bigint; readonly toNs: bigint },
): Promise<SloBurn['annotations']> {
  const [versions, alerts] = await Promise.all([
    api.store.query('slo_versions', { name }),
    api.store.query('slo_alert_times', { name, from: fromNs, to: toNs, limit: ALERTS_MAX }),
  ]);
  const ours = versions.filter((row) => {
    const atNs = row['from_ns'] as bigint;
    return atNs >= fromNs && atNs <= toNs;
  });
  const all = [
    ...ours.map((row) => ({
      atNs: row['from_ns'] as bigint,
      kind: 'version' as const,
      text: `version ${String(row['version'])} by ${String(row['actor'])}`,
    })),
    ...alerts.map((row) => ({
      atNs: row['at_ns'] as bigint,
      kind: 'alert' as const,
      text: row['summary'] as string,
    })),
  ];
  return all
    .toSorted((a, b) => (a.atNs < b.atNs ? -1 : 1))
    .map(({ atNs, ...annotation }) => ({ at: formatTime(atNs), ...annotation }));
}
