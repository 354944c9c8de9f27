/** Periods of cost budgets: calendar ones in a time zone, and rolling windows. Instants are UTC nanoseconds. */
import { DAY_NS, HOUR_NS } from './time.js';
import { dayAt, startOfDayNs, weekdayOf } from './timeZone.js';

export const PERIOD_UNITS = ['day', 'week', 'month', 'quarter'] as const;
export type PeriodUnit = (typeof PERIOD_UNITS)[number];

export type BudgetPeriod =
  | {
      readonly kind: 'calendar';
      readonly unit: PeriodUnit;
      /** Month that quarters count from, 1 to 12. */
      readonly fiscalYearStart: number;
    }
  | { readonly kind: 'rolling'; readonly durationNs: bigint };

/** Half open: `endNs` is the next span's `startNs`. */
export interface TimeSpan {
  readonly startNs: bigint;
  readonly endNs: bigint;
}

const NS_PER_UNIT = { h: HOUR_NS, d: DAY_NS, w: 7n * DAY_NS };
const ROLLING_MIN_NS = NS_PER_UNIT.h;
const ROLLING_MAX_NS = 400n * NS_PER_UNIT.d;
/** 5 %: before it the share spent says nothing about the rest of the period. */
const TELLING_SHARE = 0.05;

/** `7d`, `24h`, `4w`. @returns nanoseconds, or null when it is no length from an hour to 400 days. */
export function parseRolling(text: string): bigint | null {
  const match = /^(\d{1,5})([hdw])$/.exec(text);
  if (!match) return null;
  const durationNs = BigInt(match[1] ?? 0) * NS_PER_UNIT[match[2] as keyof typeof NS_PER_UNIT];
  return durationNs >= ROLLING_MIN_NS && durationNs <= ROLLING_MAX_NS ? durationNs : null;
}

/** The shortest text that `parseRolling` reads back. */
export function formatRolling(durationNs: bigint): string {
  const unit = durationNs % NS_PER_UNIT.d === 0n ? 'd' : 'h';
  return `${durationNs / NS_PER_UNIT[unit]}${unit}`;
}

/** The period that an instant is in; of a rolling one the window that ends there. */
export function periodAt(period: BudgetPeriod, timeZone: string, atNs: bigint): TimeSpan {
  if (period.kind === 'rolling') return { startNs: atNs - period.durationNs, endNs: atNs };
  const first = firstDay(period, dayAt(timeZone, atNs));
  return {
    startNs: startOfDayNs(timeZone, first),
    endNs: startOfDayNs(timeZone, nextFirstDay(period, first)),
  };
}

/** The calendar period before a span of the same period; of a rolling one the window before. */
export function periodBefore(period: BudgetPeriod, timeZone: string, span: TimeSpan): TimeSpan {
  return periodAt(period, timeZone, period.kind === 'rolling' ? span.startNs : span.startNs - 1n);
}

/** The calendar period after a span of the same period; of a rolling one the window after. */
export function periodAfter(period: BudgetPeriod, timeZone: string, span: TimeSpan): TimeSpan {
  return periodAt(
    period,
    timeZone,
    period.kind === 'rolling' ? span.endNs + period.durationNs : span.endNs,
  );
}

/** Length of a span in nanoseconds. */
export const lengthNs = ({ startNs, endNs }: TimeSpan): bigint => endNs - startNs;

/** How much of a span has passed, 0 to 1. */
export function elapsedShare(span: TimeSpan, nowNs: bigint): number {
  if (nowNs <= span.startNs) return 0;
  if (nowNs >= span.endNs) return 1;
  return Number(nowNs - span.startNs) / Number(lengthNs(span));
}

/** Whether enough of a period has passed to tell a rate from it. */
export const isTelling = (elapsed: number): boolean => elapsed >= TELLING_SHARE;

/** The zone's days that overlap [from, to), whole, oldest first; a day that the zone left out is not there. */
export function daysOf(timeZone: string, fromNs: bigint, toNs: bigint): TimeSpan[] {
  const days: TimeSpan[] = [];
  let day = dayAt(timeZone, fromNs);
  let startNs = startOfDayNs(timeZone, day);
  while (startNs < toNs) {
    const endNs = startOfDayNs(timeZone, ++day);
    if (endNs > startNs) days.push({ startNs, endNs });
    startNs = endNs;
  }
  return days;
}

type CalendarPeriod = BudgetPeriod & { readonly kind: 'calendar' };

function firstDay({ unit, fiscalYearStart }: CalendarPeriod, day: number): number {
  if (unit === 'day') return day;
  if (unit === 'week') return day - weekdayOf(day);
  const month = monthOf(day);
  if (unit === 'month') return firstDayOfMonth(month);
  return firstDayOfMonth(month - ((((month - (fiscalYearStart - 1)) % 3) + 3) % 3));
}

function nextFirstDay({ unit }: CalendarPeriod, first: number): number {
  if (unit === 'day') return first + 1;
  if (unit === 'week') return first + 7;
  return firstDayOfMonth(monthOf(first) + (unit === 'month' ? 1 : 3));
}

/** Months since January of the year 0. */
function monthOf(day: number): number {
  const date = new Date(day * 86_400_000);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function firstDayOfMonth(month: number): number {
  return Date.UTC(Math.floor(month / 12), month % 12, 1) / 86_400_000;
}
