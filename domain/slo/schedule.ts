/**
 * When a pipeline is expected. Clock changes: a local time that clocks skip runs at the next instant, one that they show
 * twice runs once, the first time; so every expected day has its occurrence, and none has two for one.
 */
import { DAY_NS, MINUTE_NS } from '../time.js';
import { dayAt, localDay, offsetNs, startOfDayNs } from '../timeZone.js';
import type { Cron } from './cron.js';
import { localToNs } from './localTime.js';
import type { BatchNaming, ExpectedOccurrence } from './occurrence.js';
import type { Severity } from './slo.js';

export interface Schedule {
  readonly cron: Cron;
  readonly timeZone: string;
  /** So long after its nominal time an occurrence is late. */
  readonly deadlineNs: bigint;
  /** Days of the zone on which nothing is expected. */
  readonly holidays: ReadonlySet<number>;
  /** How its batches are named; after their nominal time unless said. */
  readonly naming?: BatchNaming;
  /** Of alerts about its occurrences; a page unless this or an SLO of its deadline says otherwise. */
  readonly severity?: Severity;
}

/** A schedule can leave out as much: a 29th of February, and holidays on it. */
const SEARCH_DAYS = 366 * 9;
const SEARCH_NS = BigInt(SEARCH_DAYS) * DAY_NS;

/** Nominal times in [fromNs, toNs), oldest first. */
export function nominalTimes(schedule: Schedule, fromNs: bigint, toNs: bigint): bigint[] {
  const found: bigint[] = [];
  if (toNs <= fromNs) return found;
  const last = dayAt(schedule.timeZone, toNs);
  // A skipped time moves ahead, over midnight where clocks skip that.
  for (let day = localDay(schedule.timeZone, fromNs) - 1; day <= last; day++) {
    for (const nominalNs of timesOf(schedule, day)) {
      if (nominalNs >= fromNs && nominalNs < toNs && found.at(-1) !== nominalNs) {
        found.push(nominalNs);
      }
    }
  }
  return found;
}

/** The first nominal time after an instant; null: holidays leave none within nine years. */
export function nextNominal(schedule: Schedule, afterNs: bigint): bigint | null {
  const first = localDay(schedule.timeZone, afterNs) - 1;
  for (let day = first; day < first + SEARCH_DAYS; day++) {
    const found = timesOf(schedule, day).find((nominalNs) => nominalNs > afterNs);
    if (found !== undefined) return found;
  }
  return null;
}

/** The newest nominal times before an instant, oldest first. */
export function nominalsBefore(schedule: Schedule, beforeNs: bigint, count: number): bigint[] {
  const found: bigint[] = [];
  const first = dayAt(schedule.timeZone, beforeNs) + 1;
  for (let day = first; day > first - SEARCH_DAYS && found.length < count; day--) {
    for (const nominalNs of timesOf(schedule, day).toReversed()) {
      if (nominalNs >= beforeNs || found.length >= count) continue;
      if (found.at(-1) !== nominalNs) found.push(nominalNs);
    }
  }
  return found.toReversed();
}

/** Occurrences with a nominal time in [fromNs, toNs), oldest first. */
export function occurrencesBetween(
  schedule: Schedule,
  fromNs: bigint,
  toNs: bigint,
): ExpectedOccurrence[] {
  const nominals = nominalTimes(schedule, fromNs, toNs);
  const [first] = nominals;
  const last = nominals.at(-1);
  if (first === undefined || last === undefined) return [];
  const before = nominalsBefore(schedule, first, 1)[0] ?? first - SEARCH_NS;
  const after = nextNominal(schedule, last) ?? last + SEARCH_NS;
  return nominals.map((nominalNs, index) => ({
    nominalNs,
    dueNs: nominalNs + schedule.deadlineNs,
    nextNs: nominals[index + 1] ?? after,
    previousNs: nominals[index - 1] ?? before,
  }));
}

/** Of one of the zone's days, ascending; those of a day that the zone left out are all when it was left out. */
function timesOf({ cron, timeZone, holidays }: Schedule, day: number): bigint[] {
  if (!cron.matchesDay(day) || holidays.has(day)) return [];
  const startNs = startOfDayNs(timeZone, day);
  const isPlain = hasOneOffset(timeZone, day);
  const times = cron.minutes.map((minute) =>
    isPlain ? startNs + BigInt(minute) * MINUTE_NS : localToNs(timeZone, { day, minute }),
  );
  return times.filter((ns, index) => ns !== times[index - 1]);
}

function hasOneOffset(timeZone: string, day: number): boolean {
  const startNs = startOfDayNs(timeZone, day);
  const endNs = startOfDayNs(timeZone, day + 1);
  return (
    endNs - startNs === DAY_NS && offsetNs(timeZone, startNs) === offsetNs(timeZone, endNs - 1n)
  );
}
