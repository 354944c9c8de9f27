/** What an SLO of a deadline is judged by: occurrences as events, without excluded time. */
import type { TimeSpan } from '@burnbook/domain/budgetPeriod';
import type { EventSum } from '@burnbook/domain/slo/burnRate';
import type { CoverageReader } from '@burnbook/domain/slo/coverage';
import type { SumReader } from '@burnbook/domain/slo/errorBudget';
import {
  expectedBySchedule,
  median,
  type ExpectedEvents,
} from '@burnbook/domain/slo/expectedEvents';
import {
  isBad,
  occurrenceStatus,
  withWeights,
  type OccurrenceStatus,
} from '@burnbook/domain/slo/occurrenceBurn';
import { nominalTimes, type Schedule } from '@burnbook/domain/slo/schedule';
import type { OccurrenceWeight } from '@burnbook/domain/slo/slo';
import { weightOf, type Occurrence } from './occurrence.js';

interface Weighed {
  readonly nominalNs: bigint;
  readonly dueNs: bigint;
  readonly verdict: Occurrence['verdict'];
  readonly eventNs: bigint;
  /** A whole number. */
  readonly weight: number;
}

const RECENT = 8;

export class OccurrenceSums implements SumReader, CoverageReader {
  readonly #all: readonly Weighed[];
  readonly #schedule: Schedule | null;

  /** @param occurrences oldest first. */
  constructor(
    occurrences: readonly Occurrence[],
    {
      weight,
      excluded,
      schedule,
    }: {
      readonly weight: OccurrenceWeight;
      /** Stretches that do not count for the SLO. */
      readonly excluded: readonly TimeSpan[];
      readonly schedule: Schedule | null;
    },
  ) {
    this.#schedule = schedule;
    const judged = occurrences.map((each) => ({
      nominalNs: each.nominalNs,
      dueNs: each.dueNs,
      eventNs: each.eventNs,
      verdict: excluded.some((span) => touches(span, each)) ? ('excluded' as const) : each.verdict,
      weight: weightOf(each, weight),
    }));
    this.#all = withWeights(judged).map((each, index) => ({
      ...each,
      eventNs: judged[index]?.eventNs ?? each.dueNs,
      weight: Math.round(each.weight),
    }));
  }

  sum(fromNs: bigint, toNs: bigint): EventSum {
    let [good, total, badOperations] = [0, 0, 0];
    for (const { verdict, eventNs, weight } of this.#all) {
      if (eventNs < fromNs || eventNs >= toNs || !isDecided(verdict)) continue;
      total += weight;
      if (isBad(verdict)) badOperations++;
      else good += weight;
    }
    return { good, total, badOperations };
  }

  coverage(fromNs: bigint, toNs: bigint): number | null {
    let [due, decided] = [0, 0];
    for (const { verdict, eventNs } of this.#all) {
      if (eventNs < fromNs || eventNs >= toNs) continue;
      if (verdict === 'excluded' || verdict === 'pending') continue;
      due++;
      if (isDecided(verdict)) decided++;
    }
    return due === 0 ? null : decided / due;
  }

  /** What the schedule has ahead, each as heavy as the last ones were. */
  get expected(): ExpectedEvents {
    const schedule = this.#schedule;
    const last = this.#decided.slice(-RECENT).map(({ weight }) => weight);
    return expectedBySchedule({
      nominalsNs: (fromNs, toNs) =>
        schedule
          ? nominalTimes(schedule, fromNs - schedule.deadlineNs, toNs - schedule.deadlineNs)
          : [],
      perOccurrence: median(last) ?? 1,
      sinceNs: this.#decided[0]?.eventNs ?? null,
    });
  }

  /** Where the last eight that are decided begin; null: none is. */
  get recentFromNs(): bigint | null {
    return this.#decided
      .slice(-RECENT)
      .map(({ eventNs }) => eventNs)
      .reduce<bigint | null>((first, ns) => (first === null || ns < first ? ns : first), null);
  }

  status(target: Parameters<typeof occurrenceStatus>[1]): OccurrenceStatus {
    return occurrenceStatus(this.#all, target);
  }

  get #decided(): readonly Weighed[] {
    return this.#all.filter(({ verdict }) => isDecided(verdict));
  }
}

/** Whether a stretch takes an occurrence out: it touches the time in which it was to happen. */
export const touches = (
  { startNs, endNs }: TimeSpan,
  { nominalNs, dueNs }: Pick<Occurrence, 'nominalNs' | 'dueNs'>,
): boolean => startNs <= dueNs && endNs > nominalNs;

const isDecided = (verdict: Occurrence['verdict']): boolean =>
  verdict === 'on_time' || isBad(verdict);
