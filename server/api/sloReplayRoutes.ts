/** Replay: what a proposed SLO or policy would have told of the past, beside the one that stands. */
import type { z } from 'zod';
import type { AwayTime } from '@burnbook/domain/slo/away';
import type { CoverageReader } from '@burnbook/domain/slo/coverage';
import { isOfRange, type WeighedPast } from '@burnbook/domain/slo/deadlineReplay';
import { median } from '@burnbook/domain/slo/expectedEvents';
import type { Schedule } from '@burnbook/domain/slo/schedule';
import type { Severity, Slo } from '@burnbook/domain/slo/slo';
import { DAY_NS, formatTime, HOUR_NS, NS_PER_MS, NS_PER_SECOND } from '@burnbook/domain/time';
import { knownPipelines } from '../config/config.js';
import { proposedSlo } from '../config/proposedSlo.js';
import { proposedSchedule } from '../config/schedules.js';
import { ConfigError } from '../config/yamlFile.js';
import { replayRequestSchema, replaySchema, type Replay } from '../contract.js';
import { CoverageBook, HOURS_KEPT, SERVER } from '../slo/coverageBook.js';
import type { CountSeries } from '../slo/countSeries.js';
import { addPasts, deadlinePast, PAST_OCCURRENCES_MAX } from '../slo/deadlinePast.js';
import { minuteOfNs, nsOfMinute } from '../slo/eventGroup.js';
import type { DeadlineIndicator } from '../slo/occurrenceBook.js';
import type { DatedSchedule } from '../slo/occurrenceCalendar.js';
import { isOfServer } from '../slo/rangedCount.js';
import { serverAway } from '../slo/serverAway.js';
import { expectedEvents } from '../slo/sloExpected.js';
import { replayOccurrences, replaySlo, type ReplayedSlo } from '../slo/sloReplay.js';
import { hasSlices, slicesOf } from '../slo/sliceSeries.js';
import { SloSums } from '../slo/sloSums.js';
import { countedSeries, emptySeries, storedSeries } from '../slo/storedSeries.js';
import { StoreError } from '../store/protocol.js';
import type { ApiContext } from './apiContext.js';
import { ApiError } from './problem.js';
import { timeOf } from './query.js';
import { route, type RouteRequest } from './route.js';
import { rounded, roundedOrNull } from './sloViews.js';
import { timeOrNull } from './views.js';

const REPLAY_MAX_NS = 92n * DAY_NS;
const SERIES_MAX = 500;
const OCCURRENCES_TOLD_MAX = 1_000;
const AWAY_TOLD_MAX = 200;

export const sloReplayRoutes = [
  route({
    method: 'post',
    path: '/api/slos/replay',
    summary:
      'Try a proposed SLO, policy or schedule on stored history: what it would have told, missed, and told too late',
    query: {},
    body: replayRequestSchema,
    answer: replaySchema,
    handle: replay,
  }),
];

type ReplayRequest = z.infer<typeof replayRequestSchema>;

interface PastOf {
  readonly fromNs: bigint;
  readonly toNs: bigint;
  readonly nowNs: bigint;
  readonly signal: AbortSignal;
  readonly away: AwayTime;
}

/** What is replayed: an SLO, and of one of a deadline when its pipeline was expected. */
interface Replayed {
  readonly what: Replay['runs'][number]['what'];
  readonly slo: Slo;
  /** null: as it was at each time. */
  readonly schedule: Schedule | null;
}

interface Told {
  readonly run: Replay['runs'][number];
  readonly series: CountSeries;
}

async function replay({ api, body, signal }: RouteRequest): Promise<Replay> {
  const request = replayRequestSchema.parse(body);
  const past = rangeOfReplay(request, api.nowNs(), signal);
  await api.slos.evaluate();
  const range: PastOf = { ...past, away: await serverAway(api.store, past) };
  const standing = request.slo === undefined ? null : api.slos.find(request.slo);
  if (request.slo !== undefined && !standing) {
    throw new ApiError(400, `slo: there is no SLO ${JSON.stringify(request.slo)}`, 'slo');
  }
  const replayed = await whatIsReplayed(api, request, standing);
  const runs: Replay['runs'] = [];
  let series: CountSeries | null = null;
  for (const each of replayed) {
    const { slo } = each;
    const told =
      slo.indicator.kind === 'deadline'
        ? await replayedDeadline(api, { ...each, indicator: slo.indicator }, range)
        : await replayedWindows(api, each, range);
    series ??= told.series;
    runs.push(told.run);
  }
  return {
    runs,
    series: series ? pointsOf(series, range) : [],
    away: awayView(range),
  };
}

function rangeOfReplay(
  { from, to }: ReplayRequest,
  nowNs: bigint,
  signal: AbortSignal,
): Omit<PastOf, 'away'> {
  const fromNs = timeOf('from', from, nowNs);
  const toNs = timeOf('to', to, nowNs);
  if (fromNs >= toNs) throw new ApiError(400, 'from: must be before to', 'from');
  if (toNs - fromNs > REPLAY_MAX_NS) {
    throw new ApiError(400, 'from: a replay is of at most 92 days', 'from');
  }
  const range = { fromNs, toNs: toNs < nowNs ? toNs : nowNs, nowNs, signal };
  if (range.fromNs >= range.toNs) throw new ApiError(400, 'from: must be in the past', 'from');
  return range;
}

async function whatIsReplayed(
  api: ApiContext,
  { yaml, slo, schedule: said }: ReplayRequest,
  named: Slo | null,
): Promise<readonly Replayed[]> {
  if (yaml === undefined && !named) {
    throw new ApiError(400, 'yaml: say an SLO, or the name of one', 'yaml');
  }
  const schedule =
    said === undefined
      ? null
      : await asked('schedule', () =>
          proposedSchedule(said, {
            folder: api.configFolder,
            pipelines: api.config().pipelines.pipelines ?? [],
          }),
        );
  const proposed =
    yaml === undefined
      ? named
      : await asked('yaml', () =>
          proposedSlo(
            {
              yaml,
              slo: slo ?? null,
              standing: api.config().slos?.files ?? [],
              isScheduleProposed: schedule !== null,
            },
            { pipelines: knownPipelines(api.config().pipelines) },
          ),
        );
  const isProposed = yaml !== undefined || schedule !== null;
  const standing = named ?? api.slos.find(proposed?.name ?? '');
  if (schedule && proposed?.indicator.kind !== 'deadline') {
    throw new ApiError(400, 'schedule: only an SLO of a deadline goes by one', 'schedule');
  }
  return [
    ...(proposed && isProposed ? [{ what: 'proposed' as const, slo: proposed, schedule }] : []),
    ...(standing ? [{ what: 'standing' as const, slo: standing, schedule: null }] : []),
  ];
}

async function asked<Read>(field: string, read: () => Read | Promise<Read>): Promise<Read> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ConfigError) throw new ApiError(400, `${field}: ${error.message}`, field);
    throw error;
  }
}

async function replayedWindows(
  api: ApiContext,
  { what, slo }: Replayed,
  range: PastOf,
): Promise<Told> {
  const series = await seriesFor(api, slo, range);
  const sums = new SloSums(
    hasSlices(slo) ? slicesOf(slo, series) : series,
    api.slos.excludedOf(slo),
  );
  const { fromNs, toNs } = range;
  const sinceNs = series.firstMinute === null ? null : nsOfMinute(series.firstMinute);
  const told = await replaySlo(
    slo,
    {
      sums,
      coverage: await coverageFor(api, slo, range),
      expected: expectedEvents(slo, { nowNs: toNs, sums, sinceNs }),
      away: range.away,
    },
    { fromNs, toNs, signal: range.signal },
  );
  return { series, run: { what, ...replayView(told), expected: null } };
}

/** As the evaluation has it, and of the same kind where it does not reach. */
async function coverageFor(
  api: ApiContext,
  slo: Slo,
  { fromNs, nowNs }: PastOf,
): Promise<CoverageReader> {
  const hours = Number((nowNs - fromNs + longestNs(slo)) / HOUR_NS) + 1;
  if (hours <= HOURS_KEPT) return api.slos.inputOf(slo, nowNs).coverage;
  const book = new CoverageBook(api.store, hours);
  book.define(api.config().schedules ?? new Map());
  await book.load(nowNs);
  return book.reader(isOfServer(slo.indicator) ? [SERVER] : slo.pipelines, nowNs);
}

const longestNs = ({ policies }: Slo): bigint =>
  policies
    .flatMap(({ pairs }) => pairs.map(({ longNs }) => longNs))
    .reduce((a, b) => (a > b ? a : b), 0n);

/** Counts of the range, and of the longest window before it. */
async function seriesFor(
  api: ApiContext,
  slo: Slo,
  { fromNs, toNs, signal }: PastOf,
): Promise<CountSeries> {
  const range = {
    from: Math.max(0, minuteOfNs(fromNs - longestNs(slo))),
    end: minuteOfNs(toNs) + 1,
  };
  const look = { store: api.store, range, signal };
  if (api.slos.isCounted(slo.indicatorId)) {
    return storedSeries(slo.indicatorId, look, api.slos.unstored(slo.indicatorId));
  }
  try {
    return await countedSeries(slo.indicator, look);
  } catch (error) {
    const isItsSql = error instanceof StoreError && slo.indicator.kind === 'sql';
    if (!isItsSql || (error.reason !== 'error' && error.reason !== 'refused')) throw error;
    throw new ApiError(400, `yaml: its SQL cannot be run: ${error.message}`, 'yaml');
  }
}

async function replayedDeadline(
  api: ApiContext,
  {
    what,
    slo,
    schedule,
    indicator: { pipeline, weight },
  }: Replayed & { readonly indicator: DeadlineIndicator },
  range: PastOf,
): Promise<Told> {
  const dated = api.occurrences.schedulesOf(pipeline);
  if (dated.length === 0 && (await isUnheard(api, pipeline))) {
    const detail = `yaml: nothing is stored of a pipeline ${JSON.stringify(pipeline)}`;
    throw new ApiError(400, detail, 'yaml');
  }
  const subject = { slo: slo.name, service: slo.service, pipelines: [pipeline] };
  const pasts = await deadlinePast(
    api.store,
    {
      pipeline,
      weight,
      targetPpb: slo.targetPpb,
      schedules: schedule ? proposedFrom(schedule, { dated, ...range }) : dated,
      excluded: (span) =>
        api.exclusions
          .spansOf(subject, span)
          .map(({ startNs, endNs, exclusion }) => ({ startNs, endNs, reason: exclusion.reason })),
    },
    range,
  );
  if (!pasts) {
    const detail = `from: the schedule expects more than ${PAST_OCCURRENCES_MAX} occurrences until to`;
    throw new ApiError(400, detail, 'from');
  }
  const series = emptySeries({
    from: Math.max(0, minuteOfNs(range.fromNs)),
    end: minuteOfNs(range.toNs) + 1,
  });
  addPasts(series, pasts);
  const severity = severityOf(api, slo, schedule ?? dated.at(-1)?.schedule ?? null);
  const told = replayOccurrences(slo, pasts, { ...range, sums: new SloSums(series), severity });
  const own = pasts.filter((past) => isOfRange(past, range));
  return { series, run: { what, ...replayView(told), expected: expectedView(own) } };
}

/** Whether nothing of a pipeline was ever received: a replay of it would be of nothing. */
async function isUnheard(api: ApiContext, pipeline: string): Promise<boolean> {
  const [row] = await api.store.query('telemetry_age', { pipeline });
  return (row?.['received_ns'] ?? null) === null;
}

/** A proposed schedule is expected since the standing one is, or since the pipeline's first run. */
function proposedFrom(
  schedule: Schedule,
  { dated, toNs }: { readonly dated: readonly DatedSchedule[]; readonly toNs: bigint },
): readonly DatedSchedule[] {
  const fromNs = dated[0]?.fromNs ?? toNs;
  return [{ fromNs: fromNs < toNs ? fromNs : toNs, schedule }];
}

/** As the schedule says; else a ticket where every SLO of the deadline says so, this one in place of its namesake. */
function severityOf(api: ApiContext, slo: Slo, schedule: Schedule | null): Severity {
  const [pipeline] = slo.pipelines;
  const standing = pipeline === undefined ? undefined : api.config().schedules?.get(pipeline);
  const said = schedule?.severity ?? standing?.severity;
  if (said !== undefined) return said;
  const others = (api.config().slos?.slos ?? []).filter(
    ({ name, indicator }) =>
      name !== slo.name && indicator.kind === 'deadline' && indicator.pipeline === pipeline,
  );
  return [slo, ...others].every(({ labels }) => labels['severity'] === 'ticket')
    ? 'ticket'
    : 'page';
}

function expectedView(pasts: readonly WeighedPast[]): Replay['runs'][number]['expected'] {
  const verdicts: NonNullable<Replay['runs'][number]['expected']>['verdicts'] = {};
  for (const { reached } of pasts) {
    verdicts[reached.verdict] = (verdicts[reached.verdict] ?? 0) + 1;
  }
  const told = pasts.slice(-OCCURRENCES_TOLD_MAX);
  return {
    verdicts,
    occurrences: told.map(({ nominalNs, dueNs, reached, known }) => ({
      nominal: formatTime(nominalNs),
      due: formatTime(dueNs),
      verdict: reached.verdict,
      known: known.map(({ atNs, verdict, cause }) => ({ at: formatTime(atNs), verdict, cause })),
    })),
    leftOut: pasts.length - told.length,
  };
}

function replayView({
  fires,
  misses,
  budgetLeft,
}: ReplayedSlo): Omit<Replay['runs'][number], 'what' | 'expected'> {
  const lateMs = median(fires.flatMap(({ latenessNs }) => msOf(latenessNs) ?? []));
  return {
    fires: fires.map(
      ({ fromNs, toNs, latenessNs, unseenNs, budgetBurnt, occurrenceNs, ...fire }) => ({
        ...fire,
        occurrence: timeOrNull(occurrenceNs),
        from: formatTime(fromNs),
        to: timeOrNull(toNs),
        budgetBurnt: roundedOrNull(budgetBurnt),
        latenessSeconds: secondsOf(latenessNs),
        unseenSeconds: Number(unseenNs / NS_PER_SECOND),
      }),
    ),
    pages: fires.filter(({ severity }) => severity === 'page').length,
    tickets: fires.filter(({ severity }) => severity === 'ticket').length,
    misses: misses.map(({ fromNs, toNs, budgetBurnt, occurrenceNs }) => ({
      from: formatTime(fromNs),
      to: formatTime(toNs),
      budgetBurnt: rounded(budgetBurnt),
      occurrence: timeOrNull(occurrenceNs),
    })),
    medianLatenessSeconds: lateMs === null ? null : lateMs / 1_000,
    noise: fires.filter(({ noise }) => noise).length,
    budgetLeft: roundedOrNull(budgetLeft),
  };
}

const awayView = ({ fromNs, toNs, away }: PastOf): Replay['away'] =>
  away.stretches
    .filter(({ startNs, endNs }) => endNs > fromNs && startNs < toNs)
    .slice(-AWAY_TOLD_MAX)
    .map(({ startNs, endNs }) => ({
      from: formatTime(startNs > fromNs ? startNs : fromNs),
      to: formatTime(endNs < toNs ? endNs : toNs),
    }));

/** To the millisecond: a deadline has passed a nanosecond later. */
const msOf = (ns: bigint | null): number | null => (ns === null ? null : Number(ns / NS_PER_MS));

const secondsOf = (ns: bigint | null): number | null => {
  const ms = msOf(ns);
  return ms === null ? null : ms / 1_000;
};

function pointsOf(series: CountSeries, { fromNs, toNs }: PastOf): Replay['series'] {
  const [from, end] = [minuteOfNs(fromNs), minuteOfNs(toNs) + 1];
  const step = Math.max(1, Math.ceil((end - from) / SERIES_MAX));
  return Array.from({ length: Math.ceil((end - from) / step) }, (_, index) => {
    const at = from + index * step;
    const { good, total } = series.sum(at, Math.min(at + step, end));
    return { at: formatTime(nsOfMinute(at)), good, total };
  });
}
