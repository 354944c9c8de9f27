/**
 * Dollars at stake: what the bad events behind an alert of an SLO cost. Measured when the alert begins to fire and now and
 * then while it does, within a time limit: a page must not wait for a figure.
 */
import type { AlertCondition } from '@burnbook/domain/alert/alert';
import { alertKey } from '@burnbook/domain/alert/standingAlert';
import {
  noStake,
  stakeOfLines,
  withStake,
  type Stake,
  type StakeOf,
} from '@burnbook/domain/alert/stake';
import type { TimeSpan } from '@burnbook/domain/budgetPeriod';
import { formatLength } from '@burnbook/domain/slo/minutes';
import { isBad } from '@burnbook/domain/slo/occurrenceBurn';
import type { EventKind, Slo } from '@burnbook/domain/slo/slo';
import { jsonRows } from '../store/commands/jsonRows.js';
import type { StoreClient } from '../store/storeClient.js';
import { minuteOfNs, nsOfMinute, type EventGroup } from './eventGroup.js';
import { eventMatch, type CountedIndicator } from './eventMatch.js';
import { EventReader } from './eventReader.js';
import { minuteRange } from './minutePieces.js';
import type { Occurrence } from './occurrence.js';
import { touches } from './occurrenceSums.js';
import { isOfEvents, isOfServer } from './rangedCount.js';
import type { SloReport } from './sloReport.js';

export interface SloStakesOptions {
  readonly store: StoreClient;
  readonly reports: () => readonly SloReport[];
  readonly occurrences: () => readonly Occurrence[];
  /** Stretches that do not count for an SLO. */
  readonly excluded: (slo: Slo) => readonly TimeSpan[];
}

interface Measured {
  readonly stake: Stake;
  readonly severity: AlertCondition['severity'];
  readonly atNs: bigint;
  /** Failed ones since it was known last. */
  readonly tries: number;
}

const STAKE_OF: Readonly<Record<Exclude<EventKind, 'server'>, StakeOf>> = {
  attempts: 'bad attempts',
  operations: 'bad operations',
  modelCalls: 'bad model calls',
  runs: 'bad runs',
  rows: 'runs with bad rows',
  qualityChecks: 'runs with failed checks',
};
const NOT_MEASURED: StakeOf = 'not measured in time';
/** What the store could not tell in time is asked so often before it rests. */
const TRIES_MAX = 3;
/** What burns on costs more; so often it is measured again. */
const AGAIN_NS = 600_000_000_000n;
const QUERY_TIMEOUT_MS = 1_000;
/** Of one evaluation: what is left goes without until the next one, seconds later. */
const TIME_MAX_MS = 1_500;
/** More kinds of bad events than that are not added up. */
const GROUPS_MAX = 5_000;

export class SloStakes {
  readonly #o: SloStakesOptions;
  #measured = new Map<string, Measured>();
  #left = 0;

  constructor(options: SloStakesOptions) {
    this.#o = options;
  }

  /** Whether conditions of the last evaluation went without a figure that the next one may find. */
  get isIncomplete(): boolean {
    return this.#left > 0;
  }

  /** The same conditions, those that fire with what is at stake. */
  async measured(
    conditions: readonly AlertCondition[],
    atNs: bigint,
  ): Promise<readonly AlertCondition[]> {
    const before = this.#measured;
    const now = new Map<string, Measured>();
    const endMs = performance.now() + TIME_MAX_MS;
    // What begins to fire is told in this very turn, and who gets up for a page wants to know first.
    const rank = (condition: AlertCondition): number =>
      (before.has(alertKey(condition)) ? 2 : 0) + (condition.severity === 'page' ? 0 : 1);
    const inOrder = conditions.toSorted((a, b) => rank(a) - rank(b));
    let left = 0;
    for (const condition of inOrder) {
      const key = alertKey(condition);
      const known = before.get(key);
      if (known && isFresh(known, condition, atNs)) now.set(key, known);
      else if (performance.now() <= endMs) {
        const stake = await this.#measure(condition);
        const tries = stake.of === NOT_MEASURED ? (known?.tries ?? 0) + 1 : 0;
        now.set(key, { stake, severity: condition.severity, atNs, tries });
      } else {
        left++;
        if (known) now.set(key, known);
      }
    }
    this.#left =
      left + [...now.values()].filter(({ tries }) => tries > 0 && tries < TRIES_MAX).length;
    this.#measured = now;
    return conditions.map((condition) => {
      const stake = now.get(alertKey(condition))?.stake ?? noStake(NOT_MEASURED);
      return { ...condition, details: withStake(condition.details, stake) };
    });
  }

  async #measure({ subject }: AlertCondition): Promise<Stake> {
    const report = this.#o.reports().find(({ slo }) => slo.name === subject.slo);
    if (!report) return noStake('events without a cost');
    const { slo, status, occurrences } = report;
    if (slo.indicator.kind === 'deadline') return this.#ofBatches(slo, occurrences?.of ?? 0);
    if (!isOfEvents(slo.indicator) || isOfServer(slo.indicator))
      return noStake('events without a cost');
    const pair = status.pairs.find(({ name }) => name === subject.pair)?.pair;
    const range = pair
      ? { fromNs: status.period.toNs - pair.longNs, toNs: status.period.toNs }
      : { fromNs: status.period.fromNs, toNs: status.period.toNs };
    try {
      return await this.#ofEvents(slo, slo.indicator, {
        ...range,
        window: pair ? formatLength(pair.longNs) : null,
      });
    } catch {
      // The store was too slow or away: an alert without the figure is better than a late one.
      return noStake(NOT_MEASURED);
    }
  }

  async #ofEvents(
    slo: Slo,
    indicator: CountedIndicator,
    {
      fromNs,
      toNs,
      window,
    }: { readonly fromNs: bigint; readonly toNs: bigint; readonly window: string | null },
  ): Promise<Stake> {
    const match = eventMatch(indicator);
    if (match.kind === 'server') return noStake('events without a cost');
    const minutes = this.#countedMinutes(slo, minuteOfNs(fromNs), minuteOfNs(toNs));
    const [first, last] = [minutes[0], minutes.at(-1)];
    if (first === undefined || last === undefined) return noStake('no cost is known');
    const reader = new EventReader(this.#o.store, [match]);
    const readings = await reader.read(minutes, { byMinute: false, timeoutMs: QUERY_TIMEOUT_MS });
    const bad = readings.flatMap(({ groups, limits }) =>
      groups
        .filter((group) => group.kind === match.kind && match.isValid(group))
        .filter((group) => !match.isGood(group, limits)),
    );
    if (bad.length > GROUPS_MAX) return noStake(NOT_MEASURED);
    const [row] = await this.#o.store.query(
      'slo_stake',
      {
        kind: match.kind,
        value: match.value?.name ?? '',
        limits: match.value?.limits ?? [],
        by: match.by,
        minutes: minutes.map(nsOfMinute),
        first: nsOfMinute(first),
        last: nsOfMinute(last + 1),
        groups: jsonRows(bad.map(groupRow)),
      },
      { timeoutMs: QUERY_TIMEOUT_MS },
    );
    const sum = {
      lines: Number(row?.['lines'] ?? 0),
      unpriced: Number(row?.['unpriced'] ?? 0),
      nano: (row?.['cost'] ?? 0n) as bigint,
    };
    return stakeOfLines(sum, { of: STAKE_OF[match.kind], window });
  }

  /** What has been spent on those of the last occurrences that went wrong. */
  #ofBatches(slo: Slo, last: number): Stake {
    const { indicator } = slo;
    const excluded = this.#o.excluded(slo);
    const bad = this.#o
      .occurrences()
      .filter((each) => indicator.kind === 'deadline' && each.pipeline === indicator.pipeline)
      .filter(({ verdict }) => verdict === 'on_time' || isBad(verdict))
      .filter((each) => !excluded.some((span) => touches(span, each)))
      .slice(-last)
      .filter(({ verdict }) => isBad(verdict));
    const costs = bad.flatMap(({ costNano }) => costNano ?? []);
    if (costs.length === 0) return noStake('no run was seen');
    return {
      nano: costs.reduce((sum, cost) => sum + cost, 0n),
      of: 'bad batches',
      window: null,
      unpriced: bad.reduce((sum, { unpriced }) => sum + unpriced, 0),
    };
  }

  #countedMinutes(slo: Slo, from: number, end: number): number[] {
    const spans = this.#o
      .excluded(slo)
      .map(({ startNs, endNs }) => ({ from: minuteOfNs(startNs), end: minuteOfNs(endNs) }))
      .filter((span) => span.end > from && span.from < end);
    const minutes = minuteRange(from, end);
    return spans.length === 0
      ? minutes
      : minutes.filter((minute) => !spans.some((span) => minute >= span.from && minute < span.end));
  }
}

const isFresh = (
  { severity, atNs, tries }: Measured,
  condition: AlertCondition,
  nowNs: bigint,
): boolean =>
  severity === condition.severity &&
  nowNs >= atNs &&
  nowNs - atNs < AGAIN_NS &&
  (tries === 0 || tries >= TRIES_MAX);

const groupRow = ({ pipeline, attributes, rank }: EventGroup): object => ({
  ...Object.fromEntries(ATTRIBUTES.map((name) => [name, attributes[name] ?? null])),
  pipeline,
  rank,
});
const ATTRIBUTES = [
  'outcome',
  'errorClass',
  'run',
  'batch',
  'step',
  'name',
  'runKind',
  'team',
  'environment',
  'provider',
  'model',
  'operation',
  'tags',
] as const;
