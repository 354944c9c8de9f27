/** The period that an error budget is for: rolling, or by the calendar of a time zone from a time of its own. */
import type { TimeSpan } from '../budgetPeriod.js';
import { DAY_NS, isTimeZone } from '../time.js';
import { dayAt } from '../timeZone.js';
import { localToNs, parseLocal, type LocalTime } from './localTime.js';
import { formatLength, minuteEnd } from './minutes.js';
import type { SloWindow } from './slo.js';

type CalendarWindow = SloWindow & { readonly kind: 'calendar' };
type CalendarUnit = CalendarWindow['unit'];

const NOMINAL_DAYS: Readonly<Record<CalendarUnit, bigint>> = {
  day: 1n,
  week: 7n,
  month: 30n,
  quarter: 90n,
  year: 365n,
};

/** How long a period is on the whole; what windows and factors are derived from. */
export const nominalLengthNs = (window: SloWindow): bigint =>
  window.kind === 'rolling'
    ? window.durationNs
    : BigInt(window.count) * NOMINAL_DAYS[window.unit] * DAY_NS;

/** The period at an instant; of a rolling window the one that ends with the minute that the instant is in. */
export function sloPeriodAt(window: SloWindow, nowNs: bigint): TimeSpan {
  if (window.kind === 'rolling') {
    const endNs = minuteEnd(nowNs);
    return { startNs: endNs - window.durationNs, endNs };
  }
  const start = startOf(window);
  let index = guess(window, start, nowNs);
  while (boundary(window, start, index) > nowNs) index--;
  while (boundary(window, start, index + 1) <= nowNs) index++;
  return {
    startNs: boundary(window, start, index),
    endNs: boundary(window, start, index + 1),
  };
}

/** `28d`, `month Europe/Berlin`, `2 weeks Europe/Berlin` */
export function formatSloWindow(window: SloWindow): string {
  if (window.kind === 'rolling') return formatLength(window.durationNs);
  const length = window.count === 1 ? window.unit : `${window.count} ${window.unit}s`;
  return `${length} ${window.timeZone}`;
}

/** What is wrong with a calendar window, and where; null: nothing. */
export function calendarProblem(
  startTime: string,
  timeZone: string,
): { readonly key: 'startTime' | 'timeZone'; readonly why: string } | null {
  if (!isTimeZone(timeZone)) {
    return { key: 'timeZone', why: 'must be an IANA time zone, such as Europe/Berlin' };
  }
  return parseLocal(startTime)
    ? null
    : { key: 'startTime', why: 'must be a time such as 2026-01-01 00:00:00' };
}

function startOf(window: CalendarWindow): LocalTime {
  const start = parseLocal(window.startTime);
  if (!start) throw new RangeError(`${JSON.stringify(window.startTime)} is no local time`);
  return start;
}

/** A period near the instant; the caller corrects it. */
function guess(window: CalendarWindow, start: LocalTime, nowNs: bigint): number {
  const days = dayAt(window.timeZone, nowNs) - start.day;
  return Math.floor(days / Number(BigInt(window.count) * NOMINAL_DAYS[window.unit]));
}

/** Where the period with this number begins. Months that are shorter than the day asked for begin it on their last. */
function boundary(window: CalendarWindow, start: LocalTime, index: number): bigint {
  const units = index * window.count;
  const { timeZone } = window;
  if (window.unit === 'day') return localToNs(timeZone, { ...start, day: start.day + units });
  if (window.unit === 'week') return localToNs(timeZone, { ...start, day: start.day + 7 * units });
  const months = { month: 1, quarter: 3, year: 12 }[window.unit] * units;
  return localToNs(timeZone, { ...start, day: plusMonths(start.day, months) });
}

function plusMonths(day: number, months: number): number {
  const date = new Date(day * 86_400_000);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth() + months;
  const lastOfMonth = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(date.getUTCDate(), lastOfMonth)) / 86_400_000;
}
