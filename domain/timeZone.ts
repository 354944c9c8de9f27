/**
 * Days of an IANA time zone, by the runtime's own tables. A day is a whole number: days since 1970-01-01.
 *
 * A day begins at the first instant at which the zone's clocks show it or a later one. So days follow one another
 * without a gap also where a clock skips midnight (Africa/Cairo in spring), shows it twice (Asia/Beirut in autumn) or
 * leaves a day out (Pacific/Apia, 2011-12-30): that day is empty, and the one before ends where the next begins.
 */
import { DAY_NS, NS_PER_MS } from './time.js';

const DAY_MS = 86_400_000;
/** No zone was ever further from UTC. */
const OFFSET_MAX_MS = 16 * 3_600_000;
/** Zones come from files and from queries: more than all that exist would be a fault elsewhere. */
const ZONES_MAX = 1_000;

/** Each costs three questions to the runtime, and forecasts ask for the same days again and again. */
const STARTS_MAX = 20_000;

/** By zone and day. */
const starts = new Map<string, Map<number, bigint>>();
let startsKept = 0;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Local minus UTC, nanoseconds, at an instant. @throws RangeError when the runtime does not know the zone. */
export function offsetNs(timeZone: string, atNs: bigint): bigint {
  return BigInt(offsetMs(timeZone, floorMs(atNs))) * NS_PER_MS;
}

/** The day that clocks show at an instant. */
export function localDay(timeZone: string, atNs: bigint): number {
  const ms = floorMs(atNs);
  return Math.floor((ms + offsetMs(timeZone, ms)) / DAY_MS);
}

/** The first instant of a day, UTC nanoseconds. */
export function startOfDayNs(timeZone: string, day: number): bigint {
  const known = starts.get(timeZone)?.get(day);
  if (known !== undefined) return known;
  const startNs = firstInstantNs(timeZone, day);
  if (startsKept >= STARTS_MAX) {
    starts.clear();
    startsKept = 0;
  }
  const ofZone = starts.get(timeZone) ?? new Map<number, bigint>();
  starts.set(timeZone, ofZone.set(day, startNs));
  startsKept++;
  return startNs;
}

/** The day that an instant belongs to: the last that has begun, also while clocks show the one before once more. */
export function dayAt(timeZone: string, atNs: bigint): number {
  // A day before that of UTC has begun in every zone; the starts are known where asking the runtime is slow.
  let day = Math.floor(floorMs(atNs) / DAY_MS) - 1;
  while (startOfDayNs(timeZone, day + 1) <= atNs) day++;
  return day;
}

/** The instant at which clocks show the same time some days before or after; in a gap, as far behind it. */
export function sameTimeNs(timeZone: string, atNs: bigint, days: number): bigint {
  const moved = atNs + BigInt(days) * DAY_NS;
  return moved + offsetNs(timeZone, atNs) - offsetNs(timeZone, moved);
}

/** `2026-11-22` as a day, or null when it is no date. */
export function parseDay(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(ms) && formatDay(ms / DAY_MS) === text ? ms / DAY_MS : null;
}

export function formatDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** 0 for Monday to 6 for Sunday. */
export function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

function firstInstantNs(timeZone: string, day: number): bigint {
  const localMs = day * DAY_MS;
  const earliestMs = localMs - OFFSET_MAX_MS;
  const latestMs = localMs + OFFSET_MAX_MS;
  const before = offsetMs(timeZone, earliestMs);
  const after = offsetMs(timeZone, latestMs);
  if (before === after) return BigInt(localMs - before) * NS_PER_MS;
  const changeMs = changeBetween(timeZone, earliestMs, latestMs);
  const asBefore = localMs - before;
  if (asBefore < changeMs) return BigInt(asBefore) * NS_PER_MS;
  return BigInt(Math.max(changeMs, localMs - after)) * NS_PER_MS;
}

/** The instant of the one change of offset between two instants, to the millisecond. */
function changeBetween(timeZone: string, fromMs: number, toMs: number): number {
  const before = offsetMs(timeZone, fromMs);
  let unchanged = fromMs;
  let changed = toMs;
  while (changed - unchanged > 1) {
    const middle = Math.floor((unchanged + changed) / 2);
    if (offsetMs(timeZone, middle) === before) unchanged = middle;
    else changed = middle;
  }
  return changed;
}

function offsetMs(timeZone: string, ms: number): number {
  const text = formatOf(timeZone).format(ms);
  const match = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(text);
  if (!match) throw new RangeError(`no offset of ${timeZone} in ${JSON.stringify(text)}`);
  const [, sign = '+', hours = '0', minutes = '0', seconds = '0'] = match;
  const magnitude = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000;
  return sign === '-' ? -magnitude : magnitude;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    if (formats.size >= ZONES_MAX) formats.clear();
    formats.set(timeZone, format);
  }
  return format;
}

function floorMs(ns: bigint): number {
  const ms = ns / NS_PER_MS;
  return Number(ns % NS_PER_MS < 0n ? ms - 1n : ms);
}
