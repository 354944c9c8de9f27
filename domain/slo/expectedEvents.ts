/** How many events are still to come: from the schedule, else from what the same weekdays had. */
import { daysOf, lengthNs, type TimeSpan } from '../budgetPeriod.js';
import { dayAt, weekdayOf } from '../timeZone.js';

/** What an evaluation knows of events that it has not seen. */
export interface ExpectedEvents {
  /** The first minute that ever had an event; null: there never was one. */
  readonly sinceNs: bigint | null;
  /** Events that [from, to) has or will have, as a float; null: nothing tells. */
  between(fromNs: bigint, toNs: bigint): number | null;
}

/** Events of one of the zone's days, as `daysOf` gives them. */
export interface DayCount extends TimeSpan {
  readonly total: number;
}

/** Older weeks say more about how the pipelines were than about how they are. */
const WEEKS_MAX = 8;

/**
 * By the median of the same weekdays, spread evenly over each day; a weekday that was never seen by the median of all
 * days; before the first whole day by the rate so far.
 */
export function expectedByWeekday({
  timeZone,
  days,
  sinceNs,
  rate,
}: {
  readonly timeZone: string;
  /** Whole days with and without events, oldest first, from the first that had some. */
  readonly days: readonly DayCount[];
  readonly sinceNs: bigint | null;
  /** Where the rate so far is measured. */
  readonly rate: (TimeSpan & { readonly total: number }) | null;
}): ExpectedEvents {
  const recent = days.slice(-7 * WEEKS_MAX);
  const all = median(recent.map(({ total }) => total));
  const byWeekday = Array.from({ length: 7 }, (_, weekday) =>
    median(
      recent
        .filter(({ startNs }) => weekdayOf(dayAt(timeZone, startNs)) === weekday)
        .map(({ total }) => total),
    ),
  );
  const perNs =
    rate && rate.endNs > rate.startNs ? rate.total / Number(rate.endNs - rate.startNs) : null;
  return {
    sinceNs,
    between(fromNs, toNs) {
      if (toNs <= fromNs) return 0;
      if (all === null) return perNs === null ? null : perNs * Number(toNs - fromNs);
      let sum = 0;
      for (const day of daysOf(timeZone, fromNs, toNs)) {
        const expected = byWeekday[weekdayOf(dayAt(timeZone, day.startNs))] ?? all;
        sum += (expected * overlapNs(day, fromNs, toNs)) / Number(lengthNs(day));
      }
      return sum;
    },
  };
}

/** By a schedule: so many events at each of its instants. */
export function expectedBySchedule({
  nominalsNs,
  perOccurrence,
  sinceNs,
}: {
  /** The schedule's instants in [from, to). */
  readonly nominalsNs: (fromNs: bigint, toNs: bigint) => readonly bigint[];
  readonly perOccurrence: number;
  readonly sinceNs: bigint | null;
}): ExpectedEvents {
  return {
    sinceNs,
    between: (fromNs, toNs) =>
      toNs <= fromNs ? 0 : nominalsNs(fromNs, toNs).length * perOccurrence,
  };
}

/** @returns null of nothing; of an even number the mean of the middle two. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)];
  if (upper === undefined) return null;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

function overlapNs(day: TimeSpan, fromNs: bigint, toNs: bigint): number {
  const startNs = day.startNs > fromNs ? day.startNs : fromNs;
  const endNs = day.endNs < toNs ? day.endNs : toNs;
  return endNs > startNs ? Number(endNs - startNs) : 0;
}
