/** What an SLO's windows are judged by: sums of its indicator, of slices where it budgets by them, without excluded time. */
import { NO_EVENTS, type EventSum } from '@burnbook/domain/slo/burnRate';
import type { SumReader } from '@burnbook/domain/slo/errorBudget';
import type { TimeSpan } from '@burnbook/domain/budgetPeriod';
import type { Slo } from '@burnbook/domain/slo/slo';
import { sliceCounts, sliceStart } from '@burnbook/domain/slo/timeslice';
import type { CountSeries } from './countSeries.js';
import { minuteOfNs } from './eventGroup.js';

export class SloSums implements SumReader {
  readonly #series: CountSeries | null;
  readonly #slo: Pick<Slo, 'method' | 'slice'>;
  readonly #excluded: readonly TimeSpan[];

  /** @param excluded stretches that do not count, in order and apart from each other. */
  constructor(
    series: CountSeries | null,
    slo: Pick<Slo, 'method' | 'slice'>,
    excluded: readonly TimeSpan[] = [],
  ) {
    this.#series = series;
    this.#slo = slo;
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
    const { slice } = this.#slo;
    return slice && this.#slo.method !== 'Occurrences'
      ? this.#slices(slice, fromNs, toNs)
      : (this.#series?.sum(minuteOfNs(fromNs), minuteOfNs(toNs)) ?? NO_EVENTS);
  }

  #slices(slice: NonNullable<Slo['slice']>, fromNs: bigint, toNs: bigint): EventSum {
    const sum = { good: 0, total: 0, badOperations: 0 };
    const first = sliceStart(fromNs + slice.lengthNs - 1n, slice.lengthNs);
    for (let atNs = first; atNs < toNs; atNs += slice.lengthNs) {
      const events = this.#series?.sum(minuteOfNs(atNs), minuteOfNs(atNs + slice.lengthNs));
      if (!events) continue;
      const counts = sliceCounts(events, { method: this.#slo.method, target: slice.target });
      sum.good += counts.good;
      sum.total += counts.total;
      if (counts.good < counts.total) sum.badOperations++;
    }
    return sum;
  }
}

const minus = (a: EventSum, b: EventSum): EventSum => ({
  good: a.good - b.good,
  total: a.total - b.total,
  badOperations: a.badOperations - b.badOperations,
});
