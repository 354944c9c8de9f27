/** SLOs: how they stand, and one of them in detail. */
import { z } from 'zod';
import { errorBudget } from '@burnbook/domain/slo/errorBudget';
import { inUnit } from '@burnbook/domain/slo/eventUnit';
import { falsePagesPerMonth } from '@burnbook/domain/slo/falsePages';
import { windowSum } from '@burnbook/domain/slo/pairStatus';
import type { Slo, SloWindow } from '@burnbook/domain/slo/slo';
import { formatSloWindow, nominalLengthNs } from '@burnbook/domain/slo/sloWindow';
import { DAY_NS, formatTime } from '@burnbook/domain/time';
import { formatSpanId, formatTraceId } from '@burnbook/domain/traceId';
import { scheduleYaml } from '../config/schedules.js';
import { sloDetailSchema, slosSchema, type SloDetail, type Slos } from '../contract.js';
import { definitionYaml, canonicalSlo } from '../slo/sloDefinition.js';
import { badEvents, whatDiffers } from '../slo/sloFailures.js';
import type { SloReport } from '../slo/sloReport.js';
import type { ApiContext } from './apiContext.js';
import { freshness } from './freshness.js';
import { ApiError } from './problem.js';
import { cursorOf, limitParam, offsetOf, parseQuery, rangeOf, timeParam } from './query.js';
import { route, type RouteRequest } from './route.js';
import { alertsBySlo, pairViews, rounded, sloView, windowView } from './sloViews.js';
import { textOrNull } from './views.js';

const SLOS_MAX = 1_000;
const listQuery = { limit: limitParam(SLOS_MAX, SLOS_MAX), cursor: z.string().max(100).optional() };
/** Bad events are looked at of a day, unless said: of more the newest are what matters. */
const detailQuery = { from: timeParam.optional(), to: timeParam.optional() };
const LOOK_BACK_NS = DAY_NS;
const LOOK_BACK_MAX_NS = 31n * DAY_NS;

export const sloRoutes = [
  route({
    path: '/api/slos',
    summary: 'SLOs and how they stand now, the one whose budget is empty first at the top',
    query: listQuery,
    answer: slosSchema,
    handle: slos,
  }),
  route({
    path: '/api/slos/:name',
    summary: 'An SLO with its windows, its versions, and what its bad events have in common',
    query: detailQuery,
    answer: sloDetailSchema,
    handle: slo,
  }),
];

async function slos({ api, query }: RouteRequest): Promise<Slos> {
  const { limit, cursor } = parseQuery(listQuery, query);
  const offset = offsetOf(cursor);
  const [reports, alerts] = [await api.slos.evaluate(), await alertsBySlo(api)];
  const sorted = reports.toSorted(byTimeToEmpty);
  return {
    items: sorted.slice(offset, offset + limit).map((report) => sloView(report, alerts)),
    nextCursor: sorted.length > offset + limit ? cursorOf(offset + limit) : null,
    ...(await freshness(api)),
  };
}

async function slo({ api, part, query }: RouteRequest): Promise<SloDetail> {
  const report = await reportOf(api, part('name'));
  const nowNs = api.nowNs();
  const range = rangeOf(parseQuery(detailQuery, query), { nowNs, spanNs: LOOK_BACK_NS });
  if (range.toNs - range.fromNs > LOOK_BACK_MAX_NS) {
    throw new ApiError(400, 'from: bad events are looked at of at most 31 days', 'from');
  }
  const [differs, bad, versions, alerts] = await Promise.all([
    whatDiffers(api.store, report.slo, range),
    badEvents(api.store, report.slo, range),
    api.store.query('slo_versions', { name: report.slo.name }),
    alertsBySlo(api),
  ]);
  return {
    slo: sloView(report, alerts),
    definition: {
      yaml: api.slos.textOf(report.slo.name) || definitionYaml(canonicalSlo(report.slo)),
      file: report.slo.file,
      line: report.slo.line,
      schedule:
        report.slo.indicator.kind === 'deadline'
          ? scheduleYaml(api.config().pipelines.pipelines ?? [], report.slo.indicator.pipeline)
          : null,
    },
    pairs: pairViews(report),
    other: otherWindow(api, report),
    differs: differs.map(({ ratio, ...each }) => ({
      ...each,
      ratio: ratio === null ? null : rounded(ratio),
    })),
    badEvents: bad.map(({ atNs, evidence, ...event }) => ({
      at: formatTime(atNs),
      ...event,
      evidence: evidence && {
        traceId: formatTraceId(evidence.traceHi, evidence.traceLo),
        spanId: formatSpanId(evidence.spanId),
      },
    })),
    falsePagesPerMonth: falsePages(api, report),
    versions: versions.map((row) => ({
      version: Number(row['version']),
      from: formatTime(row['from_ns'] as bigint),
      actor: row['actor'] as string,
      reason: textOrNull(row['reason']),
      removed: row['definition'] === null,
    })),
    ...(await freshness(api)),
  };
}

/** @throws ApiError 404 */
export async function reportOf(api: ApiContext, name: string): Promise<SloReport> {
  const reports = await api.slos.evaluate();
  const report = reports.find((each) => each.slo.name === name);
  if (!report) throw new ApiError(404, `there is no SLO ${JSON.stringify(name)}`, 'name');
  return report;
}

/** The same events by the other kind of window: a month of the calendar, or as long a rolling one. */
function otherWindow(api: ApiContext, { slo: own, status }: SloReport): SloDetail['other'] {
  const window: SloWindow =
    own.window.kind === 'calendar'
      ? { kind: 'rolling', durationNs: nominalLengthNs(own.window) }
      : { kind: 'calendar', unit: 'month', count: 1, startTime: '2026-01-01', timeZone: 'UTC' };
  const other: Slo = { ...own, window };
  const input = api.slos.inputOf(other, status.atNs);
  const budget = errorBudget(other, input);
  const toNs = status.period.toNs;
  const period = windowSum(other, { fromNs: budget.period.startNs, toNs }, input);
  return {
    window: formatSloWindow(window),
    windowKind: window.kind,
    period: windowView(own, period),
    budgetLeft: budget.left === null ? null : rounded(budget.left),
  };
}

const falsePagesKnown = new Map<string, number>();
const FALSE_PAGES_KNOWN_MAX = 5_000;
const SIMULATED_MONTHS = 6;

/** Simulated once for a rate of events to two digits: it takes 50 ms. */
function falsePages(
  api: ApiContext,
  { slo: own, status: { atNs, period } }: SloReport,
): number | null {
  if (period.total === 0 || own.indicator.kind === 'deadline') return null;
  // A young history has its traffic in a part of the period.
  const sinceNs = api.slos.inputOf(own, atNs).expected.sinceNs ?? period.fromNs;
  const fromNs = sinceNs > period.fromNs ? sinceNs : period.fromNs;
  const hours = Number(period.toNs - fromNs) / 3.6e12;
  const eventsPerHour = Number((inUnit(own, period.total) / hours).toPrecision(2));
  const pairs = own.policies.flatMap((policy) => policy.pairs);
  const lengths = pairs.map(({ severity, longNs, shortNs, factor, op = 'gt' }) =>
    [severity, longNs, shortNs, op, factor].join(' '),
  );
  const key = [own.targetPpb, own.method, eventsPerHour, ...lengths].join('\n');
  const known = falsePagesKnown.get(key);
  if (known !== undefined) return known;
  const { targetPpb } = own;
  // Slices that are partly bad burn less than whole ones: as many whole ones are at least as noisy.
  const method = own.method === 'RatioTimeslices' ? 'Timeslices' : own.method;
  const input = { targetPpb, method, eventsPerHour, pairs, seed: 1, months: SIMULATED_MONTHS };
  const pages = rounded(falsePagesPerMonth(input));
  if (falsePagesKnown.size >= FALSE_PAGES_KNOWN_MAX) falsePagesKnown.clear();
  falsePagesKnown.set(key, pages);
  return pages;
}

/** What is empty or will be first; then what has least left. */
function byTimeToEmpty({ slo: a, status: x }: SloReport, { slo: b, status: y }: SloReport): number {
  const [first, second] = [x.budget.emptyAtNs, y.budget.emptyAtNs];
  if (first !== second) {
    if (first === null || second === null) return first === null ? 1 : -1;
    return first < second ? -1 : 1;
  }
  return (x.budget.left ?? 2) - (y.budget.left ?? 2) || (a.name < b.name ? -1 : 1);
}
