/**
 * Five cron fields as Vixie cron reads them: lists, ranges, steps, names, `@daily` and its like; where both the day of the
 * month and the day of the week are restricted, either is enough. Source: crontab(5).
 */
import { weekdayOf } from '../timeZone.js';

/** Which minutes of which days; every list ascending and not empty. */
export interface Cron {
  /** As it was written. */
  readonly text: string;
  /** Minutes since midnight by the clock. */
  readonly minutes: readonly number[];
  matchesDay(day: number): boolean;
}

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const MINUTE: Field = { name: 'minute', min: 0, max: 59, names: [] };
const HOUR: Field = { name: 'hour', min: 0, max: 23, names: [] };
const DAY: Field = { name: 'day of the month', min: 1, max: 31, names: [] };
const MONTH: Field = { name: 'month', min: 1, max: 12, names: MONTHS };
/** 7 is Sunday too. */
const WEEKDAY: Field = { name: 'day of the week', min: 0, max: 7, names: WEEKDAYS };

const SHORTHANDS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** Long enough that the 29th of February comes by, also where a century leaves it out. */
const EVER_DAYS = 366 * 9;
const SOME_DAY = 20_454;

/** @throws RangeError that says which field is wrong, and why. */
export function parseCron(text: string): Cron {
  const said = text.trim();
  const full = said.startsWith('@') ? SHORTHANDS[said.toLowerCase()] : said;
  if (full === undefined) {
    throw new RangeError(
      `${said} is not supported; there are ${Object.keys(SHORTHANDS).join(', ')}`,
    );
  }
  const fields = full.split(/\s+/);
  if (fields.length !== 5) {
    throw new RangeError(
      `must have five fields (minute, hour, day of the month, month, day of the week), not ${fields.length}`,
    );
  }
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  const minutesOfHour = values(minute, MINUTE);
  const hours = values(hour, HOUR);
  const days = new Set(values(day, DAY));
  const months = new Set(values(month, MONTH));
  const weekdays = new Set(values(weekday, WEEKDAY).map((value) => value % 7));
  const either = !day.startsWith('*') && !weekday.startsWith('*');
  const cron: Cron = {
    text: said,
    minutes: hours.flatMap((h) => minutesOfHour.map((m) => h * 60 + m)),
    matchesDay(number) {
      const date = new Date(number * 86_400_000);
      if (!months.has(date.getUTCMonth() + 1)) return false;
      const onDay = days.has(date.getUTCDate());
      const onWeekday = weekdays.has((weekdayOf(number) + 1) % 7);
      return either ? onDay || onWeekday : onDay && onWeekday;
    },
  };
  if (
    !Array.from({ length: EVER_DAYS }, (_, i) => SOME_DAY + i).some((number) =>
      cron.matchesDay(number),
    )
  ) {
    throw new RangeError('never comes: no month has such a day');
  }
  return cron;
}

function values(text: string, field: Field): number[] {
  const found = new Set(text.split(',').flatMap((part) => range(part, field)));
  return [...found].toSorted((a, b) => a - b);
}

function range(part: string, field: Field): number[] {
  const match = /^(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d+))?$/i.exec(part);
  const [, from = '', to, said] = match ?? [];
  const wrong = (why: string) => new RangeError(`${field.name}: ${JSON.stringify(part)} ${why}`);
  if (!match || (from === '*' && to !== undefined)) throw wrong('is not supported');
  if (said !== undefined && from !== '*' && to === undefined) {
    throw wrong(`has a step without a range: write ${from}-${field.max}/${said}`);
  }
  const step = Number(said ?? 1);
  if (step < 1 || step > field.max) throw wrong('has no such step');
  const first = from === '*' ? field.min : valueOf(from, field);
  const last = from === '*' ? field.max : to === undefined ? first : valueOf(to, field);
  if (first === null || last === null) throw wrong(`must be from ${field.min} to ${field.max}`);
  if (last < first) throw wrong('ends before it begins');
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => first + i * step);
}

function valueOf(text: string, { min, max, names }: Field): number | null {
  const index = names.indexOf(text.toLowerCase());
  if (index >= 0) return min + index;
  const value = /^\d+$/.test(text) ? Number(text) : -1;
  return value >= min && value <= max ? value : null;
}
