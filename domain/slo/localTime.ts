/** Wall clock times of a time zone: which instant they mean, also where clocks change. */
import { DAY_NS, MINUTE_NS } from '../time.js';
import { offsetNs, parseDay } from '../timeZone.js';

/** A day (days since 1970-01-01) and what clocks show on it. */
export interface LocalTime {
  readonly day: number;
  readonly minute: number;
}

/** No clock was ever set by more at once, but where a day was left out. */
const CHANGE_MAX_NS = DAY_NS;

/** `2026-01-01 12:00:00`, `2026-01-01T12:00:00Z` (the Z is left aside: the zone is said beside it), `2026-01-01`; whole minutes. */
export function parseLocal(text: string): LocalTime | null {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2})(?::00(?:\.0+)?)?Z?)?$/.exec(
    text.trim(),
  );
  if (!match) return null;
  const [, date = '', hours = '0', minutes = '0'] = match;
  const day = parseDay(date);
  if (day === null || Number(hours) > 23 || Number(minutes) > 59) return null;
  return { day, minute: Number(hours) * 60 + Number(minutes) };
}

/**
 * The instant of a wall clock time: one that clocks skip is the instant at which they skip it, one that they show
 * twice is the first.
 */
export function localToNs(timeZone: string, { day, minute }: LocalTime): bigint {
  const wallNs = BigInt(day) * DAY_NS + BigInt(minute) * MINUTE_NS;
  const before = offsetNs(timeZone, wallNs - CHANGE_MAX_NS);
  const after = offsetNs(timeZone, wallNs + CHANGE_MAX_NS);
  const asBefore = wallNs - before;
  if (before === after || offsetNs(timeZone, asBefore) === before) return asBefore;
  const asAfter = wallNs - after;
  if (offsetNs(timeZone, asAfter) === after) return asAfter;
  return changeNs(timeZone, asAfter, asBefore);
}

/** The first minute in (fromNs, toNs] with another offset than at `fromNs`. */
function changeNs(timeZone: string, fromNs: bigint, toNs: bigint): bigint {
  const first = offsetNs(timeZone, fromNs);
  let low = 0n;
  let high = (toNs - fromNs) / MINUTE_NS;
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (offsetNs(timeZone, fromNs + middle * MINUTE_NS) === first) low = middle;
    else high = middle;
  }
  return fromNs + high * MINUTE_NS;
}
