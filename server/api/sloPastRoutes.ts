/** How the error budgets of SLOs burned. */
import { inUnit } from '@burnbook/domain/slo/eventUnit';
import { formatLength } from '@burnbook/domain/slo/minutes';
import type { SloInput } from '@burnbook/domain/slo/evaluate';
import type { SumReader } from '@burnbook/domain/slo/errorBudget';
import type { Slo } from '@burnbook/domain/slo/slo';
import { nominalLengthNs } from '@burnbook/domain/slo/sloWindow';
import { formatTime } from '@burnbook/domain/time';
import { sloBurnSchema, type SloBurn } from '../contract.js';
import { minuteOfNs } from '../slo/eventGroup.js';
import { sloBurn } from '../slo/sloBurn.js';
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
  const sums = await sumsFor(api, slo, { fromNs, toNs, signal, sums: input.sums });
  const points = endNs > fromNs ? sloBurn(slo, { ...input, sums }, { fromNs, toNs: endNs }) : [];
  return {
    pairs: pairs.map(({ severity, longNs, shortNs, factor }) => ({
      severity,
      long: formatLength(longNs),
      short: formatLength(shortNs),
      factor,
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

/** From memory, as long as it reaches a period before the range; else from the store. */
async function sumsFor(
  api: ApiContext,
  slo: Slo,
  range: {
    readonly fromNs: bigint;
    readonly toNs: bigint;
    readonly signal: AbortSignal;
    readonly sums: SumReader;
  },
): Promise<SloInput['sums']> {
  const series = api.slos.series(slo.indicatorId);
  const neededFrom = minuteOfNs(range.fromNs - nominalLengthNs(slo.window));
  const newest = series?.newestHour ?? null;
  if (!series || newest === null) return range.sums;
  if (
    neededFrom >= (newest - series.hoursMax + 1) * 60 ||
    neededFrom >= (series.firstMinute ?? 0)
  ) {
    return range.sums;
  }
  const look = {
    store: api.store,
    range: { from: Math.max(0, neededFrom), end: minuteOfNs(range.toNs) + 1 },
    signal: range.signal,
  };
  const stored = await storedSeries(slo.indicatorId, look, api.slos.unstored(slo.indicatorId));
  return new SloSums(hasSlices(slo) ? slicesOf(slo, stored) : stored, api.slos.excludedOf(slo));
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
