/**
 * Expected occurrences of scheduled pipelines and what became of them: judged after commits and as time passes, kept
 * whenever a verdict changes, and told to the alert desk.
 */
import type { AlertCondition, AlertSubject } from '@burnbook/domain/alert/alert';
import type { TimeSpan } from '@burnbook/domain/budgetPeriod';
import { isFinal } from '@burnbook/domain/run';
import { CATCH_UP_NS } from '@burnbook/domain/slo/away';
import { verdictOf, type OccurrenceRun } from '@burnbook/domain/slo/occurrence';
import { withWeights } from '@burnbook/domain/slo/occurrenceBurn';
import { firstFailure, occurrenceCondition } from '@burnbook/domain/slo/occurrenceConditions';
import { policyDestinations } from '@burnbook/domain/slo/policyDestinations';
import type { Schedule } from '@burnbook/domain/slo/schedule';
import { parseScheduleText, scheduleText } from '@burnbook/domain/slo/scheduleText';
import type { Indicator, Severity, Slo } from '@burnbook/domain/slo/slo';
import { formatTime, MINUTE_NS } from '@burnbook/domain/time';
import type { StoreClient } from '../store/storeClient.js';
import { eventOf, weightOf, type Occurrence } from './occurrence.js';
import {
  OccurrenceCalendar,
  type CalendarEntry,
  type DatedSchedule,
} from './occurrenceCalendar.js';
import { OccurrenceOdds } from './occurrenceOdds.js';
import { OccurrenceRuns } from './occurrenceRuns.js';
import { OccurrenceSums, touches } from './occurrenceSums.js';
import { OccurrenceVerdicts } from './occurrenceVerdicts.js';

export type DeadlineIndicator = Extract<Indicator, { kind: 'deadline' }>;

export interface OccurrenceBookOptions {
  readonly store: StoreClient;
  readonly nowNs: () => bigint;
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

const AT_RISK = 0.5;

export class OccurrenceBook {
  readonly #o: OccurrenceBookOptions;
  readonly #runs: OccurrenceRuns;
  readonly #odds: OccurrenceOdds;
  readonly #verdicts: OccurrenceVerdicts;
  readonly #startedNs: bigint;
  #schedules: ReadonlyMap<string, Schedule> = new Map();
  #slos: readonly Slo[] = [];
  #calendars = new Map<string, OccurrenceCalendar>();
  #dated: ReadonlyMap<string, readonly DatedSchedule[]> = new Map();
  #judged = new Map<string, readonly Occurrence[]>();
  #isDefined = false;
  #isDirty = true;
  /** What was judged before says nothing any more. */
  #isStale = true;
  #minute: bigint | null = null;
  #revision = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: OccurrenceBookOptions) {
    this.#o = options;
    this.#runs = new OccurrenceRuns(options.store);
    this.#odds = new OccurrenceOdds(options.store);
    this.#verdicts = new OccurrenceVerdicts(options.store);
    this.#startedNs = options.nowNs();
  }

  /** Takes over when pipelines are expected, and the SLOs that count it. */
  define(schedules: ReadonlyMap<string, Schedule>, slos: readonly Slo[]): void {
    this.#schedules = schedules;
    this.#slos = slos.filter(({ indicator }) => indicator.kind === 'deadline');
    this.#isDefined = false;
    this.#isStale = true;
    this.touched();
  }

  /** Something was committed. */
  touched(): void {
    this.#isDirty = true;
  }

  /** Time was taken out of the count, or put back. */
  excludedAnew(): void {
    this.#isStale = true;
    this.touched();
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

  /** The schedules that a pipeline ever had, oldest first; empty: it has none now. */
  schedulesOf(pipeline: string): readonly DatedSchedule[] {
    return this.#dated.get(pipeline) ?? [];
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
    const isStale = this.#isStale;
    this.#isDirty = false;
    this.#isStale = false;
    try {
      await this.#keepSchedules(nowNs);
      const touched = await this.#runs.load(nowNs);
      await this.#verdicts.load(nowNs);
      const judged = new Map<string, readonly Occurrence[]>();
      for (const [pipeline, calendar] of this.#calendars) {
        const before = this.#judged.get(pipeline);
        const stands =
          before && !isStale && !touched.has(pipeline) && calendar.isCurrent(nowNs)
            ? before.every(isSettled)
            : false;
        judged.set(pipeline, before && stands ? before : this.#judge(pipeline, calendar, nowNs));
      }
      await this.#verdicts.keep([...judged.values()].flat(), nowNs);
      await this.#complete(judged, nowNs);
      this.#judged = judged;
      this.#revision++;
      await this.#tell(nowNs);
      this.#minute = minute;
    } catch (error) {
      this.#isDirty = true;
      this.#isStale = true;
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
    this.#dated = dated;
    this.#calendars = new Map(
      [...dated].map(([pipeline, all]) => [pipeline, new OccurrenceCalendar(all)]),
    );
    this.#runs.define(pipelines);
    if (this.#schedules === schedules) this.#isDefined = true;
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
    const known = this.#verdicts.of({ pipeline, nominalNs });
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
      unpriced: size?.unpriced ?? 0,
      eventNs: eventOf(reached, dueNs),
      known,
      weight: 1,
      odds: null,
    };
  }

  /** Adds what only all of a pipeline's occurrences tell. */
  async #complete(judged: Map<string, readonly Occurrence[]>, nowNs: bigint): Promise<void> {
    for (const [pipeline, all] of judged) {
      const odds = await this.#odds.of(pipeline, all, nowNs);
      const unit = this.#weightOf(pipeline);
      const weighed = withWeights(all.map((each) => ({ ...each, weight: weightOf(each, unit) })));
      judged.set(
        pipeline,
        weighed.map((each) => ({
          ...each,
          known: this.#verdicts.of(each),
          odds: odds.get(each.nominalNs) ?? null,
        })),
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
        ...policyDestinations(slos, null),
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

/** Time alone changes nothing of it. */
const isSettled = ({ verdict, runs }: Occurrence): boolean =>
  verdict !== 'pending' && runs.every(({ state }) => isFinal(state));
