/** What an SLO's windows are judged by: sums of its indicator, of slices where it budgets by them, without excluded time. */
import { NO_EVENTS, type EventSum } from '@burnbook/domain/slo/burnRate';
import type { SumReader } from '@burnbook/domain/slo/errorBudget';
import type { TimeSpan } from '@burnbook/domain/budgetPeriod';
import type { CountSeries } from './countSeries.js';
import { minuteOfNs } from './eventGroup.js';

/** Sums of [from, to) in minutes since 1970. */
export type Summed = Pick<CountSeries, 'sum'>;

export class SloSums implements SumReader {
  readonly #series: Summed | null;
  readonly #excluded: readonly TimeSpan[];

  /**
   * @param series of what the SLO is judged by: its events, or its slices.
   * @param excluded stretches that do not count, in order and apart from each other.
   */
  constructor(series: Summed | null, excluded: readonly TimeSpan[] = []) {
    this.#series = series;
    this.#excluded = excluded;
  }

  sum(fromNs: bigint, toNs: bigint): EventSum {
    if (!this.#series || toNs <= fromNs) return NO_EVENTS;
    let sum = this.#sumOf(fromNs, toNs);
    for (const { startNs, endNs } of this.#excluded) {
      const from = startNs > fromNs ? startNs : fromNs;
      const to = endNs < toNs ? endNs : toNs;
      if (from < to) sum = minus(sum, this.#sumOf(from, to));
    }
    return sum;
  }

  #sumOf(fromNs: bigint, toNs: bigint): EventSum {
    return this.#series?.sum(minuteOfNs(fromNs), minuteOfNs(toNs)) ?? NO_EVENTS;
  }
}

const minus = (a: EventSum, b: EventSum): EventSum => ({
  good: a.good - b.good,
  total: a.total - b.total,
  badOperations: a.badOperations - b.badOperations,
});
