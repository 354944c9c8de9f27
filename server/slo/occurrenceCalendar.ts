/** What a pipeline's schedules expected: each for the time that it was in force. */
import {
  nextNominal,
  nominalsBefore,
  nominalTimes,
  occurrencesBetween,
  type Schedule,
} from '@burnbook/domain/slo/schedule';
import {
  matchRuns,
  type ExpectedOccurrence,
  type OccurrenceRun,
} from '@burnbook/domain/slo/occurrence';
import { DAY_NS } from '@burnbook/domain/time';

/** A schedule and since when it was in force; null: none. */
export interface DatedSchedule {
  readonly fromNs: bigint;
  readonly schedule: Schedule | null;
}

export interface CalendarEntry extends ExpectedOccurrence {
  readonly isHoliday: boolean;
  /** It began before the pipeline was first seen: it is there only where a run of its own shows that it was expected. */
  readonly needsRun: boolean;
}

interface Segment {
  readonly schedule: Schedule;
  readonly occurrences: readonly ExpectedOccurrence[];
  readonly entries: readonly CalendarEntry[];
}

const WATCHED_NS = 400n * DAY_NS;
const OCCURRENCES_MAX = 2_000;

export class OccurrenceCalendar {
  readonly #versions: readonly DatedSchedule[];
  readonly #occurrencesMax: number;
  #firstSeenNs: bigint | null = null;
  #segments: readonly Segment[] = [];
  #builtNs: bigint | null = null;
  #nextNs: bigint | null = null;

  /**
   * @param versions oldest first.
   * @param occurrencesMax the newest are told.
   */
  constructor(versions: readonly DatedSchedule[], occurrencesMax = OCCURRENCES_MAX) {
    this.#versions = versions;
    this.#occurrencesMax = occurrencesMax;
  }

  /** The schedule in force; null: there is none. */
  get current(): Schedule | null {
    return this.#versions.at(-1)?.schedule ?? null;
  }

  /** Since when there has been a schedule: what was due before is history and alerts nobody. */
  get knownSinceNs(): bigint {
    return this.#versions[0]?.fromNs ?? 0n;
  }

  /** Whether nothing more has come to be expected since it was asked last. */
  isCurrent(nowNs: bigint): boolean {
    return (
      this.#builtNs !== null &&
      nowNs >= this.#builtNs &&
      (this.#nextNs === null || nowNs < this.#nextNs)
    );
  }

  /** Occurrences whose nominal time has come, oldest first, with their runs in any order. */
  matched(
    runs: readonly OccurrenceRun[],
    nowNs: bigint,
  ): { readonly entry: CalendarEntry; readonly runs: readonly OccurrenceRun[] }[] {
    this.#build(firstSeen(runs), nowNs);
    let left = runs;
    return this.#segments
      .flatMap(({ schedule, occurrences, entries }) => {
        const { timeZone, naming = 'nominal' } = schedule;
        const found = matchRuns(occurrences, left, { timeZone, naming });
        const taken = new Set([...found.values()].flat());
        left = left.filter((run) => !taken.has(run));
        return entries
          .map((entry) => ({
            entry,
            runs: entry.isHoliday ? [] : (found.get(entry.nominalNs) ?? []),
          }))
          .filter(({ entry, runs: own }) => !entry.needsRun || own.length > 0)
          .toReversed();
      })
      .toReversed();
  }

  /** Newest segment first; built again when the next occurrence has come, or an earlier run. */
  #build(firstSeenNs: bigint | null, nowNs: bigint): void {
    if (this.#firstSeenNs === firstSeenNs && this.isCurrent(nowNs)) return;
    this.#firstSeenNs = firstSeenNs;
    const segments: Segment[] = [];
    let room = this.#occurrencesMax;
    let endNs = nowNs + 1n;
    for (const [index, { fromNs, schedule }] of [...this.#versions.entries()].toReversed()) {
      if (room <= 0) break;
      if (schedule) {
        const seenNs = index === 0 ? this.#firstSeenNs : null;
        const segment = segmentOf(schedule, { fromNs, endNs, seenNs, room, nowNs });
        room -= segment.entries.length;
        segments.push(segment);
      }
      if (fromNs < endNs) endNs = fromNs;
    }
    this.#segments = segments;
    this.#builtNs = nowNs;
    const { current } = this;
    this.#nextNs = current && nextNominal({ ...current, holidays: new Set() }, nowNs);
  }
}

/** A pipeline was expected from its first scheduled run on, also where its schedule was told later. */
const firstSeen = (runs: readonly OccurrenceRun[]): bigint | null =>
  runs
    .filter(({ kind }) => kind === null || kind === 'scheduled')
    .reduce<bigint | null>(
      (first, { startNs }) => (first === null || startNs < first ? startNs : first),
      null,
    );

function segmentOf(
  schedule: Schedule,
  at: {
    readonly fromNs: bigint;
    readonly endNs: bigint;
    readonly seenNs: bigint | null;
    readonly room: number;
    readonly nowNs: bigint;
  },
): Segment {
  const { endNs, seenNs, room, nowNs } = at;
  const isSeenBefore = seenNs !== null && seenNs < at.fromNs;
  // The run that was seen first began after the nominal time that it is of.
  const before = isSeenBefore ? nominalsBefore(schedule, seenNs + 1n, 1)[0] : undefined;
  const sureNs = isSeenBefore ? seenNs : at.fromNs;
  const [oldest] = nominalsBefore(schedule, endNs, room);
  const starts = [before ?? sureNs, oldest ?? endNs, nowNs - WATCHED_NS];
  const fromNs = starts.reduce((a, b) => (a > b ? a : b));
  const occurrences = occurrencesBetween(schedule, fromNs, endNs);
  const entries = occurrences.map((each): CalendarEntry => ({
    ...each,
    isHoliday: false,
    needsRun: each.nominalNs < sureNs,
  }));
  return { schedule, occurrences, entries: withHolidays(schedule, entries, { fromNs, endNs }) };
}

function withHolidays(
  schedule: Schedule,
  entries: readonly CalendarEntry[],
  { fromNs, endNs }: { readonly fromNs: bigint; readonly endNs: bigint },
): readonly CalendarEntry[] {
  if (schedule.holidays.size === 0) return entries;
  const expected = new Set(entries.map(({ nominalNs }) => nominalNs));
  const left = nominalTimes({ ...schedule, holidays: new Set() }, fromNs, endNs)
    .filter((nominalNs) => !expected.has(nominalNs))
    .map((nominalNs): CalendarEntry => ({
      nominalNs,
      dueNs: nominalNs + schedule.deadlineNs,
      nextNs: nominalNs,
      previousNs: nominalNs,
      isHoliday: true,
      needsRun: false,
    }));
  return [...entries, ...left].sort(
    (a, b) => Number(a.nominalNs > b.nominalNs) - Number(a.nominalNs < b.nominalNs),
  );
}
