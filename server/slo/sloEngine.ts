/**
 * The SLOs in force: counts their events, judges how they stand, keeps versions and snapshots, and reports conditions.
 *
 * Every answer about SLOs comes from here, so that a page and the alert about it never disagree.
 */
import type { AlertCondition } from '@burnbook/domain/alert/alert';
import { alertNames } from '@burnbook/domain/alertNames';
import type { TimeSpan } from '@burnbook/domain/budgetPeriod';
import { sloConditions } from '@burnbook/domain/slo/conditions';
import { burnTicket } from '@burnbook/domain/slo/occurrenceConditions';
import type { OccurrenceStatus } from '@burnbook/domain/slo/occurrenceBurn';
import { evaluateSlo, type SloInput, type SloStatus } from '@burnbook/domain/slo/evaluate';
import { errorBudget } from '@burnbook/domain/slo/errorBudget';
import { lengthOf, mergeSpans } from '@burnbook/domain/slo/exclusion';
import { minuteEnd, minuteOf } from '@burnbook/domain/slo/minutes';
import type { StandingPair } from '@burnbook/domain/slo/pairStatus';
import type { Slo } from '@burnbook/domain/slo/slo';
import { NS_PER_SECOND } from '@burnbook/domain/time';
import type { DefinedSlo } from '../store/commands/defineSlos.js';
import { StoreError } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';
import { CoverageBook, SERVER, type Schedules } from './coverageBook.js';
import type { ExcludedTime, SloReport } from './sloReport.js';
import { MINUTE_HOURS, type Counts, type CountSeries } from './countSeries.js';
import { minuteOfNs, nsOfMinute } from './eventGroup.js';
import type { OccurrenceBook } from './occurrenceBook.js';
import { isCounted, isOfServer } from './rangedCount.js';
import type { ServerMeter } from './serverMeter.js';
import { SliCounter, type WantedIndicator } from './sliCounter.js';
import { canonicalSlo } from './sloDefinition.js';
import { expectedEvents, hoursOf } from './sloExpected.js';
import { hasSlices, SliceBook } from './sliceSeries.js';
import { SloKeeper } from './sloKeeper.js';
import { SloSums } from './sloSums.js';
import { telemetryGaps } from './telemetryGaps.js';

/** Who changed definitions, and why. */
export interface SloEdit {
  readonly actor: string;
  readonly reason: string | null;
}

export interface SloDefinitions {
  readonly slos: readonly Slo[];
  /** As they were written, by the name of the SLO. */
  readonly texts: ReadonlyMap<string, string>;
  /** When pipelines are expected. */
  readonly schedules: Schedules;
}

export interface SloEngineOptions {
  readonly store: StoreClient;
  readonly nowNs: () => bigint;
  /** Told of all that SLOs see now, after each evaluation. @returns false: tell me once more, soon. */
  readonly onConditions: (conditions: readonly AlertCondition[], atNs: bigint) => Promise<boolean>;
  readonly meter: ServerMeter;
  /** What SLOs of deadlines are judged by. */
  readonly occurrences: OccurrenceBook;
  /** Stretches that do not count for an SLO, in order and apart from each other. */
  readonly excluded: (slo: Slo) => readonly TimeSpan[];
  /** Told of failures that the next evaluation makes up for. */
  readonly report: (error: unknown) => void;
}

/** An evaluation is as good as new for so long, where nothing has changed. */
const EVALUATED_FOR_NS = 30_000_000_000n;

export class SloEngine {
  readonly #o: SloEngineOptions;
  readonly #counter: SliCounter;
  readonly #coverage: CoverageBook;
  readonly #keeper: SloKeeper;
  readonly #slices = new SliceBook();
  readonly #listeners = new Set<(names: readonly string[]) => void>();
  #slos: readonly Slo[] = [];
  #texts: ReadonlyMap<string, string> = new Map();
  #edit: SloEdit | null = null;
  #versions: ReadonlyMap<string, DefinedSlo> = new Map();
  #reports = new Map<string, SloReport>();
  #standing = new Map<string, readonly StandingPair[]>();
  #isDirty = true;
  #isUntold = false;
  #countedMinute: number | null = null;
  #occurrencesRevision = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: SloEngineOptions) {
    this.#o = options;
    this.#counter = new SliCounter(options);
    this.#coverage = new CoverageBook(options.store);
    this.#keeper = new SloKeeper(options.store);
  }

  /** Takes over definitions; the store learns of them with the next evaluation. */
  define({ slos, texts, schedules }: SloDefinitions, edit: SloEdit): void {
    this.#coverage.define(schedules);
    this.#o.occurrences.define(schedules, slos);
    this.#slos = slos;
    this.#texts = texts;
    this.#edit = edit;
    this.#reports = new Map();
    this.#slices.clear();
    const wanted = new Map<string, WantedIndicator>();
    for (const slo of slos) {
      if (!isCounted(slo.indicator)) continue;
      const known = wanted.get(slo.indicatorId);
      const hours = hoursOf(slo);
      // Slices are shorter than the hours that memory keeps of older events.
      const minuteHours = hasSlices(slo) ? hours : MINUTE_HOURS;
      wanted.set(slo.indicatorId, {
        definition: slo.indicator,
        hours: Math.max(hours, known?.hours ?? 0),
        minuteHours: Math.max(minuteHours, known?.minuteHours ?? 0),
      });
    }
    this.#counter.define(wanted);
    this.touched();
  }

  /** When something will be due of which nothing is known to have landed; null: nothing is ahead. */
  get nextDueNs(): bigint | null {
    return this.#o.occurrences.nextDueNs;
  }

  /** Something was committed. */
  touched(): void {
    this.#isDirty = true;
    this.#o.occurrences.touched();
  }

  /** Other time counts now: all are judged anew. */
  exclusionsChanged(): void {
    this.#reports = new Map();
  }

  /** Whether there is something to tell soon, though nothing changes. */
  get isUntold(): boolean {
    return this.#isUntold;
  }

  /** How all SLOs stood at the last evaluation. */
  statuses(): readonly SloReport[] {
    return this.#slos.flatMap(({ name }) => this.#reports.get(name) ?? []);
  }

  /** Counts and judges what changed, and all that is older than half a minute. @throws StoreError */
  evaluate(): Promise<readonly SloReport[]> {
    const turn = this.#turn.then(() => this.#evaluate());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Counts the next piece of new indicators' history. @returns whether there is more. */
  countHistory(): Promise<boolean> {
    const turn = this.#turn.then(async () => {
      const changed = await this.#counter.countHistory();
      for (const { name, indicatorId } of this.#slos) {
        if (changed.has(indicatorId)) this.#reports.delete(name);
      }
      return this.#counter.hasHistory;
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#turn;
  }

  /** @returns stops the telling of SLOs that came to stand otherwise. */
  listen(listener: (names: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** null: there is no such SLO. */
  find(name: string): Slo | null {
    return this.#slos.find((slo) => slo.name === name) ?? null;
  }

  /** Share of the time in which something of a pipeline was open or due that telemetry covers; null: nothing was. */
  coverageOf(pipeline: string, { fromNs, toNs }: { fromNs: bigint; toNs: bigint }): number | null {
    return this.#coverage.reader([pipeline], toNs).coverage(fromNs, toNs);
  }

  /** Counts of an indicator in memory; null: it is not counted. */
  series(indicatorId: string): CountSeries | null {
    return this.#counter.series(indicatorId);
  }

  /** Whether an indicator's counts are kept, its past included. */
  isCounted(indicatorId: string): boolean {
    return this.series(indicatorId) !== null && this.#counter.progress(indicatorId) === null;
  }

  /** Stretches that do not count for an SLO. */
  excludedOf(slo: Slo): readonly TimeSpan[] {
    return this.#o.excluded(slo);
  }

  /** Changes of an indicator that are not stored yet, by minute. */
  unstored(indicatorId: string): ReadonlyMap<number, Counts> {
    return this.#counter.unstored(indicatorId);
  }

  /** How an SLO was written; '' where that is not known. */
  textOf(name: string): string {
    return this.#texts.get(name) ?? '';
  }

  /** What an SLO is judged by as of now, for other windows than its own. */
  inputOf(
    slo: Slo,
    nowNs: bigint,
    excluded: readonly TimeSpan[] = this.#o.excluded(slo),
  ): Omit<SloInput, 'before'> {
    if (slo.indicator.kind === 'deadline') {
      const sums = this.#o.occurrences.sums(slo.indicator, excluded);
      const { expected, recentFromNs } = sums;
      return {
        nowNs,
        sums,
        expected,
        coverage: sums,
        ...(recentFromNs === null ? {} : { recentFromNs: minuteOf(recentFromNs) }),
      };
    }
    const series = this.#slices.of(slo, this.#counter.series(slo.indicatorId));
    const sums = new SloSums(series, excluded);
    const first = series?.firstMinute ?? null;
    const sinceNs = first === null ? null : nsOfMinute(first);
    return {
      nowNs,
      sums,
      expected: expectedEvents(slo, { nowNs, sums, sinceNs }),
      coverage: this.#coverage.reader(isOfServer(slo.indicator) ? [SERVER] : slo.pipelines, nowNs),
    };
  }

  async #evaluate(): Promise<readonly SloReport[]> {
    await this.#keepDefinitions();
    const nowNs = this.#o.nowNs();
    await this.#o.meter.flush();
    await this.#judgeOccurrences();
    const isLater = this.#countedMinute !== minuteOfNs(nowNs);
    if (this.#isDirty || isLater) await this.#count(nowNs);
    const standing = await this.#keeper.load(nowNs);
    if (standing) this.#standing = new Map(standing);
    const old = this.#slos.filter(({ name }) => {
      const known = this.#reports.get(name);
      return !known || isOld(known.status, nowNs);
    });
    for (const slo of old) this.#reports.set(slo.name, this.#judge(slo, nowNs));
    if (old.length > 0 || this.#isUntold) await this.#tell(nowNs);
    return this.statuses();
  }

  async #judgeOccurrences(): Promise<void> {
    const { occurrences } = this.#o;
    try {
      await occurrences.evaluate();
    } catch (error) {
      // Without the store nothing can be judged; what else may be wrong there does not hold up the other SLOs.
      if (error instanceof StoreError) throw error;
      this.#o.report(error);
    }
    if (this.#occurrencesRevision === occurrences.revision) return;
    this.#occurrencesRevision = occurrences.revision;
    for (const { name, indicator } of this.#slos) {
      if (indicator.kind === 'deadline') this.#reports.delete(name);
    }
  }

  async #count(nowNs: bigint): Promise<void> {
    this.#isDirty = false;
    try {
      const changed = await this.#counter.count();
      const covered = await this.#coverage.load(nowNs);
      for (const { name, indicatorId, pipelines } of this.#slos) {
        const isCoveredAnew =
          covered.size > 0 &&
          (pipelines.length === 0 || pipelines.some((each) => covered.has(each)));
        if (changed.has(indicatorId) || isCoveredAnew) this.#reports.delete(name);
      }
      this.#countedMinute = minuteOfNs(nowNs);
    } catch (error) {
      this.#isDirty = true;
      throw error;
    }
  }

  /** Hands on what the reports say; what fails is told again with the next evaluation. */
  async #tell(nowNs: bigint): Promise<void> {
    this.#isUntold = true;
    const reports = this.statuses();
    try {
      const isTold = await this.#o.onConditions(
        [
          ...reports.flatMap(({ slo, status, occurrences }) => [
            ...sloConditions(slo, status, alertNamed),
            ...(occurrences ? burnTicket(slo, occurrences, nowNs) : []),
          ]),
          ...telemetryGaps(reports, this.#coverage, nowNs),
        ],
        nowNs,
      );
      const changed = await this.#keeper.keep(reports, nowNs);
      if (changed.length > 0) for (const listener of this.#listeners) listener(changed);
      this.#isUntold = !isTold;
    } catch (error) {
      this.#o.report(error);
    }
  }

  #judge(slo: Slo, nowNs: bigint): SloReport {
    const before = this.#standing.get(slo.name) ?? [];
    const status = evaluateSlo(slo, { ...this.inputOf(slo, nowNs), before });
    this.#standing.set(
      slo.name,
      status.pairs.flatMap(({ name, holds, sinceNs, frozenSinceNs }) =>
        holds ? [{ name, sinceNs: sinceNs ?? nowNs, frozenSinceNs }] : [],
      ),
    );
    const version = this.#versions.get(slo.name);
    const occurrences = this.#occurrencesOf(slo, status);
    return {
      slo,
      version: version?.version ?? 1,
      versionFromNs: version?.fromNs ?? nowNs,
      // What burns is critical, as with the windows of other SLOs.
      status:
        occurrences?.isTicket && status.state === 'ok' ? { ...status, state: 'critical' } : status,
      occurrences,
      excluded: this.#excludedTime(slo, status),
      history: this.#counter.progress(slo.indicatorId),
      problem: this.#counter.problem(slo.indicatorId),
    };
  }

  #excludedTime(slo: Slo, { atNs, budget, period }: SloStatus): ExcludedTime | null {
    const span = { startNs: budget.period.startNs, endNs: atNs };
    const spans = mergeSpans(this.#o.excluded(slo), span);
    if (spans.length === 0) return null;
    const input = this.inputOf(slo, atNs, []);
    const all = input.sums.sum(period.fromNs, period.toNs);
    return {
      seconds: Number(lengthOf(spans) / NS_PER_SECOND),
      counts: { good: all.good - period.good, total: all.total - period.total },
      leftWithout: errorBudget(slo, input).left,
    };
  }

  /** Counts of an SLO's indicator, from one minute to another, that are in excluded time. */
  excludedCounts(
    slo: Slo,
    { from, to }: { readonly from: number; readonly to: number },
  ): ExcludedTime['counts'] {
    const span = { startNs: nsOfMinute(from), endNs: nsOfMinute(to) };
    const series = this.#counter.series(slo.indicatorId);
    const counts = { good: 0, total: 0 };
    for (const { startNs, endNs } of mergeSpans(this.#o.excluded(slo), span)) {
      const sum = series?.sum(minuteOfNs(startNs), minuteOfNs(endNs));
      counts.good += sum?.good ?? 0;
      counts.total += sum?.total ?? 0;
    }
    return counts;
  }

  #occurrencesOf(slo: Slo, { atNs, budget }: SloStatus): OccurrenceStatus | null {
    if (slo.indicator.kind !== 'deadline') return null;
    const { targetPpb } = slo;
    const target = { targetPpb, fromNs: budget.period.startNs, nowNs: atNs };
    return this.#o.occurrences.sums(slo.indicator, this.#o.excluded(slo)).status(target);
  }

  async #keepDefinitions(): Promise<void> {
    const edit = this.#edit;
    if (!edit) return;
    const slos = this.#slos.map((slo) => ({ name: slo.name, definition: canonicalSlo(slo) }));
    const defined = await this.#o.store.command('defineSlos', {
      slos,
      atNs: this.#o.nowNs(),
      ...edit,
    });
    this.#versions = new Map(defined.map((each) => [each.name, each]));
    if (this.#edit === edit) this.#edit = null;
  }
}

const alertNamed = (runbook: string) => alertNames.find((name) => name === runbook) ?? null;

const isOld = ({ atNs }: SloStatus, nowNs: bigint): boolean =>
  nowNs - atNs >= EVALUATED_FOR_NS || nowNs < atNs || minuteEnd(atNs) !== minuteEnd(nowNs);
