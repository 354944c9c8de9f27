/** OpenSLO's lengths of time: whole numbers, each with a letter. */
import { formatLength, parseLength } from '@burnbook/domain/slo/minutes';
import { DAY_NS, HOUR_NS } from '@burnbook/domain/time';
import type { SloWindow } from '@burnbook/domain/slo/slo';
import { calendarProblem } from '@burnbook/domain/slo/sloWindow';
import type { Place } from './objects.js';
import type { SpecOf } from './schema.js';

const ROLLING_MIN_NS = HOUR_NS;
const ROLLING_MAX_NS = 400n * DAY_NS;
const CALENDAR_COUNT_MAX = 400;

type CalendarUnit = (SloWindow & { kind: 'calendar' })['unit'];

/** Calendars have no minutes, so that `1m`, as OpenSLO's own examples have it, can only be a month there. */
const CALENDAR_UNITS: Readonly<Record<string, CalendarUnit>> = {
  d: 'day',
  w: 'week',
  M: 'month',
  m: 'month',
  Q: 'quarter',
  Y: 'year',
};

/** A fixed length, such as `5m`, `1h`, `28d`; null, told as a fault, when the text is none. */
export function readLength(said: string, place: Place): bigint | null {
  const lengthNs = parseLength(said);
  if (lengthNs !== null) return lengthNs;
  place.refuse(
    /^\d+[MQY]$/.test(said)
      ? `${said} has no fixed length: say it in days, such as 30d`
      : /^\d+s$/.test(said)
        ? `${said}: events are counted by whole minutes, such as 1m or 1h30m`
        : `${JSON.stringify(said)} is no length of time, such as 5m, 1h30m, 28d or 4w`,
  );
  return null;
}

export function readWindow(
  { duration, isRolling, calendar }: SpecOf<'SLO'>['timeWindow'][number],
  place: Place,
): SloWindow | null {
  if (calendar && isRolling === true) {
    place.at('isRolling').refuse('a window is rolling or has a calendar, not both');
    return null;
  }
  if (!calendar && isRolling !== true) {
    place.refuse('say isRolling: true, or a calendar with startTime and timeZone');
    return null;
  }
  return calendar
    ? readCalendar(duration, calendar, place)
    : readRolling(duration, place.at('duration'));
}

function readRolling(duration: string, place: Place): SloWindow | null {
  const durationNs = readLength(duration, place);
  if (durationNs === null) return null;
  if (durationNs < ROLLING_MIN_NS || durationNs > ROLLING_MAX_NS) {
    place.refuse(`must be from ${formatLength(ROLLING_MIN_NS)} to ${formatLength(ROLLING_MAX_NS)}`);
    return null;
  }
  return { kind: 'rolling', durationNs };
}

function readCalendar(
  duration: string,
  { startTime, timeZone }: { readonly startTime: string; readonly timeZone: string },
  place: Place,
): SloWindow | null {
  const problem = calendarProblem(startTime, timeZone);
  if (problem) {
    place.at('calendar', problem.key).refuse(problem.why);
    return null;
  }
  const match = /^([1-9]\d{0,2})([a-zA-Z])$/.exec(duration);
  const unit = CALENDAR_UNITS[match?.[2] ?? ''];
  const count = Number(match?.[1]);
  if (!unit || count > CALENDAR_COUNT_MAX) {
    place
      .at('duration')
      .refuse(
        `${JSON.stringify(duration)} is not supported for a calendar: whole days, weeks, months, quarters or years, such as 1w, 1M, 1Q, 1Y`,
      );
    return null;
  }
  return { kind: 'calendar', unit, count, startTime, timeZone };
}
