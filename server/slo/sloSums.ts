/** What an SLO's windows are judged by: sums of its indicator, of slices where it budgets by them, without excluded time. */
import { NO_EVENTS, type EventSum } from '@burnbook/domain/slo/burnRate';
import type { SumReader } from '@burnbook/domain/slo/errorBudget';
import type { TimeSpan } from '@burnbook/domain/budgetPeriod';
import { minus, type CountSeries } from './countSeries.js';
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
    for (let at = this.#firstAfter(fromNs); at < this.#excluded.length; at++) {
      const { startNs = toNs, endNs = toNs } = this.#excluded[at] ?? {};
      if (startNs >= toNs) break;
      const from = startNs > fromNs ? startNs : fromNs;
      sum = minus(sum, this.#sumOf(from, endNs < toNs ? endNs : toNs));
    }
    return sum;
  }

  /** Index of the first stretch that ends after an instant: a daily one has hundreds, and an evaluation asks for many sums. */
  #firstAfter(ns: bigint): number {
    let [low, high] = [0, this.#excluded.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#excluded[middle]?.endNs ?? ns) <= ns) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #sumOf(fromNs: bigint, toNs: bigint): EventSum {
    return this.#series?.sum(minuteOfNs(fromNs), minuteOfNs(toNs)) ?? NO_EVENTS;
  }
}
