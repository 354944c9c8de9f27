/** The parts of an RRULE (RFC 5545, 3.3.10), each checked: what is not understood is refused by name. */

export class RecurrenceError extends Error {
  override readonly name = 'RecurrenceError';
}

export interface RecurrenceParts {
  /** As the library takes them. */
  readonly rule: {
    readonly freq: number;
    readonly interval: number;
    readonly count?: number;
    readonly wkst?: number;
    readonly weekdays?: readonly { readonly day: number; readonly nth: number | null }[];
    readonly bymonth?: number[];
    readonly bymonthday?: number[];
    readonly bysetpos?: number[];
    readonly byhour?: number[];
    readonly byminute?: number[];
  };
  /** The last instant at which one may begin; of the zone's clocks unless it is UTC. null: none. */
  readonly untilMs: { readonly ms: number; readonly isUtc: boolean } | null;
}

/** The library's numbers. */
const FREQUENCIES: Readonly<Record<string, number>> = {
  YEARLY: 0,
  MONTHLY: 1,
  WEEKLY: 2,
  DAILY: 3,
  HOURLY: 4,
};
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const LISTS = {
  BYMONTH: [1, 12],
  BYMONTHDAY: [-31, 31],
  BYSETPOS: [-366, 366],
  BYHOUR: [0, 23],
  BYMINUTE: [0, 59],
} as const;
const KEYS = [...['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'WKST', 'BYDAY'], ...Object.keys(LISTS)];
const INTERVAL_MAX = 1_000;
const COUNT_MAX = 100_000;
const A_DAY_MAX = 48;
const DAY_MS = 86_400_000;
/** The days that each month can have. */
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** @throws RecurrenceError, in the words of a form. */
export function readRecurrence(text: string): RecurrenceParts {
  const parts = partsOf(text);
  const freq = FREQUENCIES[parts.get('FREQ') ?? ''];
  if (freq === undefined) {
    throw new RecurrenceError(`FREQ must be ${Object.keys(FREQUENCIES).join(', ')}`);
  }
  if (parts.has('COUNT') && parts.has('UNTIL')) {
    throw new RecurrenceError('say COUNT or UNTIL, not both');
  }
  const by = [...parts.keys()].filter((key) => key.startsWith('BY'));
  if (freq === FREQUENCIES['HOURLY'] && by.length > 0) {
    throw new RecurrenceError(`HOURLY takes no ${by.join(', ')}: write DAILY with BYHOUR`);
  }
  const list = (key: keyof typeof LISTS): number[] | undefined => numbersOf(parts, key);
  const [months, days] = [list('BYMONTH'), list('BYMONTHDAY')];
  refuseNever(months, days);
  const [hours, minutes] = [list('BYHOUR'), list('BYMINUTE')];
  if ((hours?.length ?? 1) * (minutes?.length ?? 1) > A_DAY_MAX) {
    throw new RecurrenceError(`BYHOUR and BYMINUTE: at most ${A_DAY_MAX} times a day`);
  }
  const setPositions = list('BYSETPOS');
  const weekdays = weekdaysOf(parts, freq);
  const count = numberOf(parts, 'COUNT', COUNT_MAX);
  const wkst = parts.has('WKST') ? weekdayNumber('WKST', parts.get('WKST') ?? '') : undefined;
  return {
    rule: {
      freq,
      interval: numberOf(parts, 'INTERVAL', INTERVAL_MAX) ?? 1,
      ...(count === undefined ? {} : { count }),
      ...(wkst === undefined ? {} : { wkst }),
      ...(weekdays === undefined ? {} : { weekdays }),
      ...(months === undefined ? {} : { bymonth: months }),
      ...(days === undefined ? {} : { bymonthday: days }),
      ...(setPositions === undefined ? {} : { bysetpos: setPositions }),
      ...(hours === undefined ? {} : { byhour: hours }),
      ...(minutes === undefined ? {} : { byminute: minutes }),
    },
    untilMs: untilOf(parts.get('UNTIL')),
  };
}

function partsOf(text: string): ReadonlyMap<string, string> {
  if (/[\r\n]|DTSTART/i.test(text.trim())) {
    throw new RecurrenceError('must be one RRULE without DTSTART: it begins with `from`');
  }
  const parts = new Map<string, string>();
  const said = text
    .trim()
    .toUpperCase()
    .replace(/^RRULE:/, '')
    .replace(/;$/, '');
  for (const part of said.split(';')) {
    const [key = '', value, ...more] = part.split('=');
    if (!KEYS.includes(key)) {
      throw new RecurrenceError(
        `${key || 'nothing'} is not supported; there are ${KEYS.join(', ')}`,
      );
    }
    if (!value || more.length > 0) throw new RecurrenceError(`${key} must have one value`);
    if (parts.has(key)) throw new RecurrenceError(`${key} stands there twice`);
    parts.set(key, value);
  }
  return parts;
}

function numberOf(
  parts: ReadonlyMap<string, string>,
  key: 'INTERVAL' | 'COUNT',
  max: number,
): number | undefined {
  const text = parts.get(key);
  if (text === undefined) return undefined;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= max) return value;
  throw new RecurrenceError(`${key} must be a whole number from 1 to ${max}`);
}

function numbersOf(
  parts: ReadonlyMap<string, string>,
  key: keyof typeof LISTS,
): number[] | undefined {
  const [min, max] = LISTS[key];
  return parts
    .get(key)
    ?.split(',')
    .map((text) => {
      const value = /^[+-]?\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= min && value <= max && (min >= 0 || value !== 0)) return value;
      throw new RecurrenceError(`${key} must be numbers from ${min} to ${max}, not ${text}`);
    });
}

function weekdaysOf(parts: ReadonlyMap<string, string>, freq: number) {
  return parts
    .get('BYDAY')
    ?.split(',')
    .map((text) => {
      const [, nth, name = ''] = /^([+-]?\d{1,2})?([A-Z]{2})$/.exec(text) ?? [];
      const day = weekdayNumber('BYDAY', name);
      if (nth === undefined) return { day, nth: null };
      if (freq > 1 || Number(nth) === 0 || Math.abs(Number(nth)) > 53) {
        throw new RecurrenceError(`BYDAY: ${text} is for MONTHLY and YEARLY, from 1 to 53`);
      }
      return { day, nth: Number(nth) };
    });
}

function weekdayNumber(key: string, name: string): number {
  const day = WEEKDAYS.indexOf(name);
  if (day < 0) throw new RecurrenceError(`${key} must be of ${WEEKDAYS.join(', ')}`);
  return day;
}

function refuseNever(months: readonly number[] = [], days: readonly number[] = []): void {
  if (months.length === 0 || days.length === 0) return;
  const comes = months.some((month) =>
    days.some((day) => Math.abs(day) <= (MONTH_DAYS[month - 1] ?? 0)),
  );
  if (!comes) throw new RecurrenceError('never comes: no such month has such a day');
}

/** A day alone is meant as a whole. */
function untilOf(text: string | undefined): RecurrenceParts['untilMs'] {
  if (text === undefined) return null;
  const [, year, month, day, hour, minute, second, zone] =
    /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/.exec(text) ?? [];
  const date = `${year}-${month}-${day}`;
  const ms = Date.parse(`${date}T${hour ?? '00'}:${minute ?? '00'}:${second ?? '00'}Z`);
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== date) {
    throw new RecurrenceError(
      'UNTIL must be a day such as 20261231, or a time such as 20261231T220000Z',
    );
  }
  return { ms: hour === undefined ? ms + DAY_MS - 1 : ms, isUtc: zone === 'Z' };
}
