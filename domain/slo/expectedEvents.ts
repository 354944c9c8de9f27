/** How many events are still to come: from the schedule, else from what the same weekdays had. */
import type { TimeSpan } from '../budgetPeriod.js';
import { DAY_NS } from '../time.js';
import { dayAt, startOfDayNs, weekdayOf } from '../timeZone.js';

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
/** So near, walking from day to day is cheaper than asking the zone. */
const NEAR_NS = 8n * DAY_NS;

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
  /** Days that were asked for, by number: a walk to the end of a period asks for the same ones again and again. */
  const known = new Map<number, TimeSpan & { readonly total: number }>();
  const dayOf = (day: number): TimeSpan & { readonly total: number } => {
    let found = known.get(day);
    if (!found) {
      found = {
        startNs: startOfDayNs(timeZone, day),
        endNs: startOfDayNs(timeZone, day + 1),
        total: byWeekday[weekdayOf(day)] ?? all ?? 0,
      };
      known.set(day, found);
    }
    return found;
  };
  /** The day of the last question's end: the next one mostly begins there. */
  let near = sinceNs === null ? null : dayAt(timeZone, sinceNs);
  return {
    sinceNs,
    between(fromNs, toNs) {
      if (toNs <= fromNs) return 0;
      if (all === null) return perNs === null ? null : perNs * Number(toNs - fromNs);
      let day = near !== null && isNear(dayOf(near), fromNs) ? near : dayAt(timeZone, fromNs);
      while (dayOf(day).startNs > fromNs) day--;
      while (dayOf(day).endNs <= fromNs) day++;
      let sum = 0;
      for (; dayOf(day).startNs < toNs; day++) {
        const { startNs, endNs, total } = dayOf(day);
        if (endNs === startNs) continue;
        const ns = overlapNs({ startNs, endNs }, fromNs, toNs);
        sum += (total * ns) / Number(endNs - startNs);
      }
      near = day - 1;
      return sum;
    },
  };
}

const isNear = ({ startNs }: TimeSpan, ns: bigint): boolean =>
  ns - startNs < NEAR_NS && startNs - ns < NEAR_NS;

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
