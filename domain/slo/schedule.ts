/**
 * When a pipeline is expected. Clock changes: a local time that clocks skip runs at the next instant, one that they show
 * twice runs once, the first time; so every expected day has its occurrence, and none has two for one.
 */
import { dayAt, localDay, offsetNs, startOfDayNs } from '../timeZone.js';
import type { Cron } from './cron.js';
import { localToNs } from './localTime.js';
import { DAY_NS, MINUTE_NS } from './minutes.js';

export interface Schedule {
  readonly cron: Cron;
  readonly timeZone: string;
  /** So long after its nominal time an occurrence is late. */
  readonly deadlineNs: bigint;
  /** Days of the zone on which nothing is expected. */
  readonly holidays: ReadonlySet<number>;
}

export interface ExpectedOccurrence {
  readonly nominalNs: bigint;
  readonly dueNs: bigint;
}

/** A schedule can leave out as much: a 29th of February, and holidays on it. */
const SEARCH_DAYS = 366 * 9;

/** Occurrences with a nominal time in [fromNs, toNs), oldest first. */
export function occurrencesBetween(
  schedule: Schedule,
  fromNs: bigint,
  toNs: bigint,
): ExpectedOccurrence[] {
  const { timeZone } = schedule;
  const found: ExpectedOccurrence[] = [];
  if (toNs <= fromNs) return found;
  // A skipped time moves ahead, over midnight where clocks skip that.
  const last = dayAt(timeZone, toNs);
  for (let day = localDay(timeZone, fromNs) - 1; day <= last; day++) {
    for (const occurrence of occurrencesOf(schedule, day)) {
      const { nominalNs } = occurrence;
      if (nominalNs < fromNs || nominalNs >= toNs) continue;
      if (found.at(-1)?.nominalNs !== nominalNs) found.push(occurrence);
    }
  }
  return found;
}

/** The first occurrence after an instant; null: holidays leave none within nine years. */
export function nextOccurrence(schedule: Schedule, afterNs: bigint): ExpectedOccurrence | null {
  const first = localDay(schedule.timeZone, afterNs) - 1;
  for (let day = first; day < first + SEARCH_DAYS; day++) {
    const found = occurrencesOf(schedule, day).find(({ nominalNs }) => nominalNs > afterNs);
    if (found) return found;
  }
  return null;
}

/** The newest occurrences up to an instant, that one included, oldest first. */
export function lastOccurrences(
  schedule: Schedule,
  atNs: bigint,
  count: number,
): ExpectedOccurrence[] {
  const found: ExpectedOccurrence[] = [];
  const first = dayAt(schedule.timeZone, atNs) + 1;
  for (let day = first; day > first - SEARCH_DAYS && found.length < count; day--) {
    for (const occurrence of occurrencesOf(schedule, day).toReversed()) {
      if (occurrence.nominalNs > atNs || found.length >= count) continue;
      if (found.at(-1)?.nominalNs !== occurrence.nominalNs) found.push(occurrence);
    }
  }
  return found.toReversed();
}

/** Of one of the zone's days; a day that the zone left out has its own at the instant at which it was. */
function occurrencesOf(
  { cron, timeZone, deadlineNs, holidays }: Schedule,
  day: number,
): ExpectedOccurrence[] {
  if (!cron.matchesDay(day) || holidays.has(day)) return [];
  const startNs = startOfDayNs(timeZone, day);
  const isPlain = hasOneOffset(timeZone, day);
  const nominals = cron.minutes.map((minute) =>
    isPlain ? startNs + BigInt(minute) * MINUTE_NS : localToNs(timeZone, { day, minute }),
  );
  return nominals
    .filter((nominalNs, index) => nominalNs !== nominals[index - 1])
    .map((nominalNs) => ({ nominalNs, dueNs: nominalNs + deadlineNs }));
}

function hasOneOffset(timeZone: string, day: number): boolean {
  const startNs = startOfDayNs(timeZone, day);
  const endNs = startOfDayNs(timeZone, day + 1);
  return (
    endNs - startNs === DAY_NS && offsetNs(timeZone, startNs) === offsetNs(timeZone, endNs - 1n)
  );
}
