/**
 * Expected occurrences of scheduled pipelines and what became of them: judged after commits and as time passes, kept
 * whenever a verdict changes, and told to the alert desk.
 */
import type { AlertCondition, AlertSubject } from '@burnbook/domain/alert/alert';
import type { TimeSpan } from '@burnbook/domain/budgetPeriod';
import { verdictOf, type OccurrenceRun, type Reached } from '@burnbook/domain/slo/occurrence';
import { withWeights } from '@burnbook/domain/slo/occurrenceBurn';
import { occurrenceCondition } from '@burnbook/domain/slo/occurrenceConditions';
import type { Schedule } from '@burnbook/domain/slo/schedule';
import { parseScheduleText, scheduleText } from '@burnbook/domain/slo/scheduleText';
import type { Indicator, Severity, Slo } from '@burnbook/domain/slo/slo';
import { formatTime } from '@burnbook/domain/time';
import type { VerdictRow } from '../store/commands/judgeOccurrences.js';
import type { StoreClient } from '../store/storeClient.js';
import { weightOf, type KnownVerdict, type Occurrence } from './occurrence.js';
import {
  OccurrenceCalendar,
  type CalendarEntry,
  type DatedSchedule,
} from './occurrenceCalendar.js';
import { OccurrenceOdds } from './occurrenceOdds.js';
import { OccurrenceRuns } from './occurrenceRuns.js';
import { OccurrenceSums, touches } from './occurrenceSums.js';

export type DeadlineIndicator = Extract<Indicator, { kind: 'deadline' }>;

export interface OccurrenceBookOptions {
  readonly store: StoreClient;
  readonly nowNs: () => bigint;
  /** Reads what `excluded` answers from. */
  readonly load: () => Promise<void>;
  /** Stretches that do not count for a pipeline, with the reason. */
  readonly excluded: (
    pipeline: string,
    span: TimeSpan,
  ) => readonly (TimeSpan & { readonly reason: string })[];
  readonly ownerOf: (pipeline: string) => string | null;
  /** Told of all that stands after each evaluation. @param withdrawn why an alert's subject is no longer watched. */
  readonly onConditions: (
    conditions: readonly AlertCondition[],
    atNs: bigint,
    withdrawn: (subject: AlertSubject) => string | null,
  ) => Promise<void>;
}

const MINUTE_NS = 60_000_000_000n;
const DAY_NS = 86_400_000_000_000n;
/** After a start, what collectors kept for the server may still be on its way. */
const CATCH_UP_NS = 2n * MINUTE_NS;
const AT_RISK = 0.5;
const WATCHED_NS = 400n * DAY_NS;
const TIMEOUT_MS = 60_000;

export class OccurrenceBook {
  readonly #o: OccurrenceBookOptions;
  readonly #runs: OccurrenceRuns;
  readonly #odds: OccurrenceOdds;
  readonly #startedNs: bigint;
  #schedules: ReadonlyMap<string, Schedule> = new Map();
  #slos: readonly Slo[] = [];
  #calendars = new Map<string, OccurrenceCalendar>();
  #known: Map<string, KnownVerdict> | null = null;
  #judged = new Map<string, readonly Occurrence[]>();
  #isDefined = false;
  #isDirty = true;
  #minute: bigint | null = null;
  #revision = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: OccurrenceBookOptions) {
    this.#o = options;
    this.#runs = new OccurrenceRuns(options.store);
    this.#odds = new OccurrenceOdds(options.store);
    this.#startedNs = options.nowNs();
  }

  /** Takes over when pipelines are expected, and the SLOs that count it. */
  define(schedules: ReadonlyMap<string, Schedule>, slos: readonly Slo[]): void {
    this.#schedules = schedules;
    this.#slos = slos.filter(({ indicator }) => indicator.kind === 'deadline');
    this.#isDefined = false;
    this.touched();
  }

  /** Something was committed, or time was taken out of the count. */
  touched(): void {
    this.#isDirty = true;
  }

  /** Rises whenever something was judged anew. */
  get revision(): number {
    return this.#revision;
  }

  /** The next deadline of what is pending; null: nothing is. */
  get nextDueNs(): bigint | null {
    return [...this.#judged.values()]
      .flat()
      .filter(({ verdict }) => verdict === 'pending')
      .map(({ dueNs }) => dueNs)
      .reduce<bigint | null>(
        (first, dueNs) => (first === null || dueNs < first ? dueNs : first),
        null,
      );
  }

  /** Of all pipelines, of each the oldest first. */
  all(): readonly Occurrence[] {
    return [...this.#judged.values()].flat();
  }

  /** Whether one of these pipelines is likely to miss a deadline. */
  deadlineAtRisk(pipelines: readonly string[]): boolean {
    return pipelines.some((pipeline) =>
      this.#judged
        .get(pipeline)
        ?.some(({ verdict, odds }) => verdict === 'pending' && (odds?.value ?? 0) > AT_RISK),
    );
  }

  /** What an SLO of a deadline is judged by. */
  sums({ pipeline, weight }: DeadlineIndicator, excluded: readonly TimeSpan[]): OccurrenceSums {
    const schedule = this.#schedules.get(pipeline) ?? null;
    return new OccurrenceSums(this.#judged.get(pipeline) ?? [], { weight, excluded, schedule });
  }

  /** Judges what changed since the last time. @throws StoreError */
  evaluate(): Promise<void> {
    const turn = this.#turn.then(() => this.#evaluate());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #evaluate(): Promise<void> {
    const nowNs = this.#o.nowNs();
    const minute = nowNs / MINUTE_NS;
    const dueNs = this.nextDueNs;
    const isLater = minute !== this.#minute || (dueNs !== null && nowNs > dueNs);
    if (!this.#isDirty && !isLater) return;
    this.#isDirty = false;
    try {
      await this.#keepSchedules(nowNs);
      await this.#o.load();
      await this.#runs.load(nowNs);
      const known = await this.#loadKnown(nowNs);
      const judged = new Map<string, readonly Occurrence[]>();
      for (const [pipeline, calendar] of this.#calendars) {
        judged.set(pipeline, this.#judge(pipeline, calendar, nowNs));
      }
      await this.#keep(judged, known, nowNs);
      await this.#complete(judged, nowNs);
      this.#judged = judged;
      this.#revision++;
      await this.#tell(nowNs);
      this.#minute = minute;
    } catch (error) {
      this.#isDirty = true;
      throw error;
    }
  }

  async #keepSchedules(nowNs: bigint): Promise<void> {
    if (this.#isDefined) return;
    const schedules = this.#schedules;
    const pipelines = [...schedules.keys()];
    const versions = await this.#o.store.command('defineSchedules', {
      schedules: [...schedules].map(([pipeline, schedule]) => ({
        pipeline,
        definition: scheduleText(schedule),
      })),
      atNs: nowNs,
    });
    const dated = new Map<string, DatedSchedule[]>();
    for (const { pipeline, definition, fromNs } of versions) {
      if (!schedules.has(pipeline)) continue;
      const schedule = definition === null ? null : parseScheduleText(definition);
      dated.set(pipeline, [...(dated.get(pipeline) ?? []), { fromNs, schedule }]);
    }
    this.#calendars = new Map(
      [...dated].map(([pipeline, all]) => [pipeline, new OccurrenceCalendar(all)]),
    );
    this.#runs.define(pipelines);
    if (this.#schedules === schedules) this.#isDefined = true;
  }

  async #loadKnown(nowNs: bigint): Promise<Map<string, KnownVerdict>> {
    if (this.#known) return this.#known;
    const from = nowNs - WATCHED_NS;
    const rows = await this.#o.store.query(
      'occurrence_verdicts',
      { from },
      { timeoutMs: TIMEOUT_MS },
    );
    const known = new Map(
      rows.map((row): [string, KnownVerdict] => [
        keyOf({ pipeline: row['pipeline'] as string, nominalNs: row['nominal_ns'] as bigint }),
        {
          first: row['first_verdict'] as string,
          firstNs: row['first_ns'] as bigint,
          last: row['last_verdict'] as string,
          lastNs: row['last_ns'] as bigint,
        },
      ]),
    );
    this.#known = known;
    return known;
  }

  #judge(pipeline: string, calendar: OccurrenceCalendar, nowNs: bigint): readonly Occurrence[] {
    const matched = calendar.matched(this.#runs.runsOf(pipeline, nowNs), nowNs);
    const [first] = matched;
    if (!first) return [];
    const spans = this.#o.excluded(pipeline, {
      startNs: first.entry.nominalNs,
      endNs: (matched.at(-1) ?? first).entry.dueNs + 1n,
    });
    return matched.map(({ entry, runs }) => {
      const span = spans.find((each) => touches(each, entry));
      const excludedBy = entry.isHoliday ? 'holiday' : (span?.reason ?? null);
      return this.#occurrence(pipeline, { entry, runs, excludedBy }, nowNs);
    });
  }

  #occurrence(
    pipeline: string,
    of: {
      readonly entry: CalendarEntry;
      readonly runs: readonly OccurrenceRun[];
      readonly excludedBy: string | null;
    },
    nowNs: bigint,
  ): Occurrence {
    const { entry, runs, excludedBy } = of;
    const { nominalNs, dueNs } = entry;
    const known = this.#known?.get(keyOf({ pipeline, nominalNs })) ?? null;
    let reached = verdictOf(entry, runs, { nowNs, excludedBy });
    const isCatchingUp = dueNs <= this.#startedNs && nowNs < this.#startedNs + CATCH_UP_NS;
    if (reached.verdict === 'missing' && known === null && isCatchingUp) {
      reached = { ...reached, verdict: 'pending', cause: 'the server was away' };
    }
    const batch = reached.run?.batchId ?? runs.at(-1)?.batchId ?? null;
    const size = batch === null ? null : this.#runs.sizeOf(pipeline, batch);
    return {
      ...reached,
      pipeline,
      nominalNs,
      dueNs,
      runs,
      batch,
      rows: size?.rows ?? null,
      costNano: size?.costNano ?? null,
      eventNs: eventOf(reached, dueNs),
      known,
      weight: 1,
      odds: null,
    };
  }

  /** Stores verdicts that differ from the last one said. */
  async #keep(
    judged: Map<string, readonly Occurrence[]>,
    known: Map<string, KnownVerdict>,
    nowNs: bigint,
  ): Promise<void> {
    const changed = [...judged.values()]
      .flat()
      .filter(({ verdict, known: before }) => verdict !== 'pending' && verdict !== before?.last);
    if (changed.length === 0) return;
    await this.#o.store.command('judgeOccurrences', {
      verdicts: changed.map((each) => verdictRow(each, decidedAt(each, nowNs))),
    });
    for (const each of changed) {
      const { verdict, known: before } = each;
      const lastNs = decidedAt(each, nowNs);
      const first = before ?? { first: verdict, firstNs: lastNs };
      known.set(keyOf(each), { ...first, last: verdict, lastNs });
    }
    for (const [pipeline, all] of judged) {
      judged.set(
        pipeline,
        all.map((each) => ({ ...each, known: known.get(keyOf(each)) ?? null })),
      );
    }
  }

  /** Adds what only all of a pipeline's occurrences tell. */
  async #complete(judged: Map<string, readonly Occurrence[]>, nowNs: bigint): Promise<void> {
    for (const [pipeline, all] of judged) {
      const odds = await this.#odds.of(pipeline, all, nowNs);
      const unit = this.#weightOf(pipeline);
      const weighed = withWeights(all.map((each) => ({ ...each, weight: weightOf(each, unit) })));
      judged.set(
        pipeline,
        weighed.map((each) => ({ ...each, odds: odds.get(each.nominalNs) ?? null })),
      );
    }
  }

  async #tell(nowNs: bigint): Promise<void> {
    const watched = new Set<string>();
    const conditions: AlertCondition[] = [];
    for (const [pipeline, all] of this.#judged) {
      const slos = this.#slosOf(pipeline);
      const watcher = {
        severity: this.#severityOf(pipeline, slos),
        owner: slos[0]?.owner ?? this.#o.ownerOf(pipeline),
        slos: slos.map(({ name }) => name),
      };
      const sinceNs = this.#calendars.get(pipeline)?.knownSinceNs ?? 0n;
      for (const occurrence of all) {
        watched.add(`${pipeline} ${formatTime(occurrence.nominalNs)}`);
        if (occurrence.dueNs < sinceNs) continue;
        const condition = occurrenceCondition(
          {
            ...occurrence,
            failure: firstFailure(occurrence.runs),
            wasMissing: occurrence.known?.first === 'missing',
          },
          watcher,
        );
        if (condition) conditions.push(condition);
      }
    }
    await this.#o.onConditions(conditions, nowNs, ({ pipeline = '', occurrence = '' }) =>
      !this.#schedules.has(pipeline)
        ? 'the pipeline has no schedule any more'
        : watched.has(`${pipeline} ${occurrence}`)
          ? null
          : 'it is too long ago to be watched',
    );
  }

  #severityOf(pipeline: string, slos: readonly Slo[]): Severity {
    const said = this.#schedules.get(pipeline)?.severity;
    if (said !== undefined) return said;
    const areTickets =
      slos.length > 0 && slos.every(({ labels }) => labels['severity'] === 'ticket');
    return areTickets ? 'ticket' : 'page';
  }

  /** What the occurrences of a pipeline weigh: as the first SLO of its deadline says. */
  #weightOf(pipeline: string): DeadlineIndicator['weight'] {
    const [slo] = this.#slosOf(pipeline);
    return slo?.indicator.kind === 'deadline' ? slo.indicator.weight : 'occurrences';
  }

  #slosOf(pipeline: string): readonly Slo[] {
    return this.#slos.filter(
      ({ indicator }) => indicator.kind === 'deadline' && indicator.pipeline === pipeline,
    );
  }
}

const keyOf = ({ pipeline, nominalNs }: Pick<Occurrence, 'pipeline' | 'nominalNs'>): string =>
  `${nominalNs} ${pipeline}`;

/** When a verdict counts: at the landing or the failure, at the latest at the deadline. */
function eventOf({ verdict, landedNs, run }: Reached, dueNs: bigint): bigint {
  const atNs =
    verdict === 'on_time' ? landedNs : verdict === 'failed' ? (run?.endNs ?? null) : null;
  return atNs !== null && atNs < dueNs ? atNs : dueNs;
}

const firstFailure = (runs: readonly OccurrenceRun[]): OccurrenceRun | null =>
  runs
    .filter(({ state }) => state === 'failed' || state === 'cancelled')
    .reduce<OccurrenceRun | null>(
      (first, run) => (first && first.startNs <= run.startNs ? first : run),
      null,
    );

/** Later than the verdict before, also by a clock that was set back. */
const decidedAt = ({ known }: Occurrence, nowNs: bigint): bigint =>
  known && known.lastNs >= nowNs ? known.lastNs + 1n : nowNs;

const verdictRow = (occurrence: Occurrence, decidedNs: bigint): VerdictRow => ({
  pipeline: occurrence.pipeline,
  nominalNs: occurrence.nominalNs,
  dueNs: occurrence.dueNs,
  verdict: occurrence.verdict,
  decidedNs,
  landedNs: occurrence.landedNs,
  batch: occurrence.batch,
  runId: occurrence.run?.runId ?? null,
  rows: occurrence.rows,
  costNano: occurrence.costNano,
  cause: occurrence.cause,
});
