/** The past of SLOs: how budgets burned, what was known then, and what a policy would have told. */
import { z } from 'zod';
import { DAY_NS, formatLength } from '@burnbook/domain/slo/minutes';
import type { SloInput } from '@burnbook/domain/slo/evaluate';
import type { SumReader } from '@burnbook/domain/slo/errorBudget';
import type { Slo } from '@burnbook/domain/slo/slo';
import { nominalLengthNs } from '@burnbook/domain/slo/sloWindow';
import { formatTime } from '@burnbook/domain/time';
import { knownPipelines } from '../config/config.js';
import { readSlos } from '../config/slosFile.js';
import { ConfigError } from '../config/yamlFile.js';
import {
  replayRequestSchema,
  replaySchema,
  sloBurnSchema,
  type Replay,
  type SloBurn,
} from '../contract.js';
import type { CountSeries } from '../slo/countSeries.js';
import { minuteOfNs, nsOfMinute } from '../slo/eventGroup.js';
import { sloBurn } from '../slo/sloBurn.js';
import { replaySlo, type ReplayedSlo } from '../slo/sloReplay.js';
import { slicesOf, hasSlices } from '../slo/sliceSeries.js';
import { SloSums } from '../slo/sloSums.js';
import { countedSeries, storedSeries } from '../slo/storedSeries.js';
import type { ApiContext } from './apiContext.js';
import { freshness } from './freshness.js';
import { ApiError } from './problem.js';
import { parseQuery, rangeOf, timeOf, timeParam } from './query.js';
import { route, type RouteRequest } from './route.js';
import { reportOf } from './sloRoutes.js';
import { rounded, roundedOrNull } from './sloViews.js';

const burnQuery = { from: timeParam.optional(), to: timeParam.optional() };
const REPLAY_MAX_NS = 92n * DAY_NS;
const ALERTS_MAX = 500;
const SERIES_MAX = 500;

export const sloPastRoutes = [
  route({
    path: '/api/slos/:name/burn',
    summary: 'How the error budget of an SLO burned, in at most 500 points',
    query: burnQuery,
    answer: sloBurnSchema,
    handle: burn,
  }),
  route({
    method: 'post',
    path: '/api/slos/replay',
    summary:
      'Try a proposed SLO or policy on stored history: what it would have told, missed, and told too late',
    query: {},
    body: replayRequestSchema,
    answer: replaySchema,
    handle: replay,
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
      good,
      total,
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

async function replay({ api, body, signal }: RouteRequest): Promise<Replay> {
  const request = replayRequestSchema.parse(body);
  const nowNs = api.nowNs();
  const fromNs = timeOf('from', request.from, nowNs);
  const toNs = timeOf('to', request.to, nowNs);
  if (fromNs >= toNs) throw new ApiError(400, 'from: must be before to', 'from');
  if (toNs - fromNs > REPLAY_MAX_NS) {
    throw new ApiError(400, 'from: a replay is of at most 92 days', 'from');
  }
  const range = { fromNs, toNs: toNs < nowNs ? toNs : nowNs, signal };
  if (range.fromNs >= range.toNs) throw new ApiError(400, 'from: must be in the past', 'from');
  await api.slos.evaluate();
  const proposed = proposedSlo(api, request);
  const standing = api.slos.find(request.slo ?? proposed?.name ?? '');
  if (request.slo !== undefined && !standing) {
    throw new ApiError(400, `slo: there is no SLO ${JSON.stringify(request.slo)}`, 'slo');
  }
  if ((proposed ?? standing)?.indicator.kind === 'deadline') {
    const detail = 'an SLO of a deadline has no windows to replay: /api/occurrences has its past';
    throw new ApiError(400, detail, request.slo === undefined ? 'yaml' : 'slo');
  }
  const runs: Replay['runs'] = [];
  let series: CountSeries | null = null;
  for (const [what, slo] of [
    ['proposed', proposed],
    ['standing', standing],
  ] as const) {
    if (!slo) continue;
    const counts = await seriesFor(api, slo, range);
    series ??= counts;
    const sums = new SloSums(
      hasSlices(slo) ? slicesOf(slo, counts) : counts,
      api.slos.excludedOf(slo),
    );
    runs.push({ what, ...replayView(await replaySlo(slo, sums, range)) });
  }
  return { runs, series: series ? pointsOf(series, range) : [] };
}

function proposedSlo(
  api: ApiContext,
  { yaml, slo }: z.infer<typeof replayRequestSchema>,
): Slo | null {
  if (yaml === undefined) {
    if (slo === undefined) throw new ApiError(400, 'yaml: say an SLO, or the name of one', 'yaml');
    return null;
  }
  try {
    const pipelines = knownPipelines(api.config().pipelines);
    const { slos } = readSlos([{ file: 'proposed', text: yaml }], { pipelines });
    const [first] = slos;
    if (!first || slos.length > 1) {
      throw new ApiError(400, `yaml: must define one SLO, not ${slos.length}`, 'yaml');
    }
    if (first.indicator.kind === 'deadline') {
      throw new ApiError(400, 'yaml: a deadline has no windows to replay', 'yaml');
    }
    return first;
  } catch (error) {
    if (error instanceof ConfigError) throw new ApiError(400, `yaml: ${error.message}`, 'yaml');
    throw error;
  }
}

/** Counts of the range, and of the longest window before it. */
function seriesFor(
  api: ApiContext,
  slo: Slo,
  {
    fromNs,
    toNs,
    signal,
  }: { readonly fromNs: bigint; readonly toNs: bigint; readonly signal: AbortSignal },
): Promise<CountSeries> {
  const longs = slo.policies.flatMap(({ pairs }) => pairs.map(({ longNs }) => longNs));
  const beforeNs = longs.reduce((a, b) => (a > b ? a : b), 0n);
  const range = {
    from: Math.max(0, minuteOfNs(fromNs - beforeNs)),
    end: minuteOfNs(toNs) + 1,
  };
  const look = { store: api.store, range, signal };
  return api.slos.isCounted(slo.indicatorId)
    ? storedSeries(slo.indicatorId, look, api.slos.unstored(slo.indicatorId))
    : countedSeries(slo.indicator, look);
}

function replayView({
  fires,
  misses,
  budgetLeft,
}: ReplayedSlo): Omit<Replay['runs'][number], 'what'> {
  const late = fires
    .flatMap(({ latenessNs }) => (latenessNs === null ? [] : [Number(latenessNs) / 1e9]))
    .toSorted((a, b) => a - b);
  return {
    fires: fires.map(({ fromNs, toNs, latenessNs, budgetBurnt, ...fire }) => ({
      ...fire,
      from: formatTime(fromNs),
      to: toNs === null ? null : formatTime(toNs),
      budgetBurnt: roundedOrNull(budgetBurnt),
      latenessSeconds: latenessNs === null ? null : Number(latenessNs) / 1e9,
    })),
    pages: fires.filter(({ severity }) => severity === 'page').length,
    tickets: fires.filter(({ severity }) => severity === 'ticket').length,
    misses: misses.map(({ fromNs, toNs, budgetBurnt }) => ({
      from: formatTime(fromNs),
      to: formatTime(toNs),
      budgetBurnt: rounded(budgetBurnt),
    })),
    medianLatenessSeconds: late[Math.floor(late.length / 2)] ?? null,
    noise: fires.filter(({ noise }) => noise).length,
    budgetLeft: roundedOrNull(budgetLeft),
  };
}

function pointsOf(
  series: CountSeries,
  { fromNs, toNs }: { readonly fromNs: bigint; readonly toNs: bigint },
): Replay['series'] {
  const [from, end] = [minuteOfNs(fromNs), minuteOfNs(toNs) + 1];
  const step = Math.max(1, Math.ceil((end - from) / SERIES_MAX));
  return Array.from({ length: Math.ceil((end - from) / step) }, (_, index) => {
    const at = from + index * step;
    const { good, total } = series.sum(at, Math.min(at + step, end));
    return { at: formatTime(nsOfMinute(at)), good, total };
  });
}
