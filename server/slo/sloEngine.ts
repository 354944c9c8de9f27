/**
 * The SLOs in force: counts their events, judges how they stand, keeps versions and snapshots, and reports conditions.
 *
 * Every answer about SLOs comes from here, so that a page and the alert about it never disagree.
 */
import type { AlertCondition } from '@burnbook/domain/alert/alert';
import { evaluateSlo, type SloStatus } from '@burnbook/domain/slo/evaluate';
import { minuteEnd } from '@burnbook/domain/slo/minutes';
import type { StandingPair } from '@burnbook/domain/slo/pairStatus';
import type { Slo } from '@burnbook/domain/slo/slo';
import { nominalLengthNs } from '@burnbook/domain/slo/sloWindow';
import type { DefinedSlo } from '../store/commands/defineSlos.js';
import type { StoreClient } from '../store/storeClient.js';
import { nsOfMinute } from './eventGroup.js';
import type { CountedIndicator } from './eventMatch.js';
import type { HistoryProgress } from './historyCount.js';
import { SliCounter, type WantedIndicator } from './sliCounter.js';
import { canonicalSlo } from './sloDefinition.js';
import { expectedEvents, EXPECTED_DAYS } from './sloExpected.js';
import { SloSums } from './sloSums.js';

/** Who changed definitions, and why. */
export interface SloEdit {
  readonly actor: string;
  readonly reason: string | null;
}

export interface SloReport {
  readonly slo: Slo;
  readonly version: number;
  /** When this version came into force. */
  readonly versionFromNs: bigint;
  readonly status: SloStatus;
  /** How much of its indicator's past is counted; null: all of it. */
  readonly history: HistoryProgress | null;
}

export interface SloEngineOptions {
  readonly store: StoreClient;
  readonly nowNs: () => bigint;
  /** Told of all that SLOs see now, after each evaluation. */
  readonly onConditions: (conditions: readonly AlertCondition[], atNs: bigint) => Promise<void>;
}

const HOUR_NS = 3_600_000_000_000n;
/** Hours beyond the period that are looked at: the window of what rolls off, months and quarters longer than most. */
const HOURS_MORE = 72;
/** An evaluation is as good as new for so long, where nothing has changed. */
const EVALUATED_FOR_NS = 30_000_000_000n;

export class SloEngine {
  readonly #o: SloEngineOptions;
  readonly #counter: SliCounter;
  #slos: readonly Slo[] = [];
  #edit: SloEdit | null = null;
  #versions: ReadonlyMap<string, DefinedSlo> = new Map();
  #reports = new Map<string, SloReport>();
  #standing = new Map<string, readonly StandingPair[]>();
  #isDirty = true;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: SloEngineOptions) {
    this.#o = options;
    this.#counter = new SliCounter(options);
  }

  /** Takes over definitions; the store learns of them with the next evaluation. */
  define(slos: readonly Slo[], edit: SloEdit): void {
    this.#slos = slos;
    this.#edit = edit;
    this.#reports = new Map();
    const wanted = new Map<string, WantedIndicator>();
    for (const slo of slos) {
      if (!isCounted(slo.indicator)) continue;
      const hours = Math.max(
        hoursOf(slo),
        wanted.get(slo.indicatorId)?.hours ?? 0,
        Number(EXPECTED_DAYS) * 24 + HOURS_MORE,
      );
      wanted.set(slo.indicatorId, { definition: slo.indicator, hours });
    }
    this.#counter.define(wanted);
    this.touched();
  }

  /** Something was committed. */
  touched(): void {
    this.#isDirty = true;
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

  async #evaluate(): Promise<readonly SloReport[]> {
    await this.#keepDefinitions();
    if (this.#isDirty) {
      this.#isDirty = false;
      try {
        const changed = await this.#counter.count();
        for (const { name, indicatorId } of this.#slos) {
          if (changed.has(indicatorId)) this.#reports.delete(name);
        }
      } catch (error) {
        this.#isDirty = true;
        throw error;
      }
    }
    const nowNs = this.#o.nowNs();
    let isNew = false;
    for (const slo of this.#slos) {
      const known = this.#reports.get(slo.name);
      if (known && !isOld(known.status, nowNs)) continue;
      this.#reports.set(slo.name, this.#judge(slo, nowNs));
      isNew = true;
    }
    if (isNew) await this.#o.onConditions([], nowNs);
    return this.statuses();
  }

  #judge(slo: Slo, nowNs: bigint): SloReport {
    const series = this.#counter.series(slo.indicatorId);
    const sums = new SloSums(series, slo);
    const first = series?.firstMinute ?? null;
    const sinceNs = first === null ? null : nsOfMinute(first);
    const status = evaluateSlo(slo, {
      nowNs,
      sums,
      expected: expectedEvents(slo, { nowNs, sums, sinceNs }),
      coverage: { coverage: () => null },
      before: this.#standing.get(slo.name) ?? [],
    });
    this.#standing.set(
      slo.name,
      status.pairs.flatMap(({ name, holds, sinceNs: since, frozenSinceNs }) =>
        holds ? [{ name, sinceNs: since ?? nowNs, frozenSinceNs }] : [],
      ),
    );
    const version = this.#versions.get(slo.name);
    return {
      slo,
      version: version?.version ?? 1,
      versionFromNs: version?.fromNs ?? nowNs,
      status,
      history: this.#counter.progress(slo.indicatorId),
    };
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

const isCounted = (indicator: Slo['indicator']): indicator is CountedIndicator =>
  indicator.kind === 'ratio' || indicator.kind === 'threshold';

function hoursOf(slo: Slo): number {
  const periodNs = nominalLengthNs(slo.window);
  return Number((periodNs + HOUR_NS - 1n) / HOUR_NS) + HOURS_MORE;
}

const isOld = ({ atNs }: SloStatus, nowNs: bigint): boolean =>
  nowNs - atNs >= EVALUATED_FOR_NS || nowNs < atNs || minuteEnd(atNs) !== minuteEnd(nowNs);
