/**
 * Counts of indicators in memory, and which of their changes are not stored yet.
 *
 * The minute at hand still changes with every commit: it lives in memory, and is stored once it is closed.
 */
import type { CountedMinutes } from '../store/commands/countEvents.js';
import type { StoreClient } from '../store/storeClient.js';
import { CountSeries, minus, MINUTE_HOURS, NO_COUNTS, plus, type Counts } from './countSeries.js';
import { minuteOfNs, nsOfMinute } from './eventGroup.js';
import { unpackedCounts } from './packedCounts.js';

export type CountCause = 'counted' | 'late' | 'moved' | 'history';

/** What a minute counts now. */
export interface MinuteCounts {
  readonly indicator: string;
  readonly minute: number;
  readonly counts: Counts;
}

const HOURS_AHEAD = 2;
/** Hours of which single minutes are kept of every indicator. */
const MINUTES_KEPT_HOURS = MINUTE_HOURS - HOURS_AHEAD;
/** What becomes known later than that after its minute has ended came late. */
const LATE_AFTER_MINUTES = 3;
const HOUR = 60;

/** How far back an indicator's counts are kept, and how far by the minute. */
export interface SeriesLength {
  readonly hours: number;
  readonly minuteHours: number;
}

interface Unsaved {
  good: number;
  total: number;
  badOperations: number;
  isHistory: boolean;
}

export class CountLedger {
  readonly #store: StoreClient;
  readonly #series = new Map<string, CountSeries>();
  readonly #unsaved = new Map<string, Map<number, Unsaved>>();
  /** Minutes from here on are in memory one by one. */
  #minutesFrom = 0;

  constructor(store: StoreClient) {
    this.#store = store;
  }

  /** null: it is not counted, or not yet loaded. */
  series(indicator: string): CountSeries | null {
    return this.#series.get(indicator) ?? null;
  }

  /** Moves the rings on; never back: of minutes that fell out of them the store alone knows, whatever a clock says. */
  advance(nowMinute: number): void {
    const minutesFrom = (Math.floor(nowMinute / HOUR) - MINUTES_KEPT_HOURS) * HOUR;
    this.#minutesFrom = Math.max(this.#minutesFrom, minutesFrom);
    for (const series of this.#series.values()) series.reach(Math.floor(nowMinute / HOUR));
  }

  forget(indicators: Iterable<string>): void {
    for (const indicator of indicators) {
      this.#series.delete(indicator);
      this.#unsaved.delete(indicator);
    }
  }

  /** Takes over what is stored of indicators. */
  async load(wanted: ReadonlyMap<string, SeriesLength>, nowMinute: number): Promise<void> {
    if (this.#series.size === 0) this.#minutesFrom = 0;
    this.advance(nowMinute);
    for (const length of new Set([...wanted.values()].map(({ minuteHours }) => minuteHours))) {
      const ours = [...wanted].filter(([, { minuteHours }]) => minuteHours === length);
      await this.#loadAlike(ours, nowMinute);
    }
  }

  /** @param wanted indicators that keep minutes for the same time. */
  async #loadAlike(
    wanted: readonly (readonly [string, SeriesLength])[],
    nowMinute: number,
  ): Promise<void> {
    const nowHour = Math.floor(nowMinute / HOUR);
    const hoursMost = Math.max(...wanted.map(([, { hours }]) => hours));
    // The ring has a little more place than is kept, for clocks that run ahead.
    const minuteHours = (wanted[0]?.[1].minuteHours ?? 0) - HOURS_AHEAD;
    const rows = await this.#store.query(
      'sli_sums',
      {
        indicators: wanted.map(([indicator]) => indicator),
        minutesFrom: nsOfMinute(Math.max(0, nowHour - minuteHours) * HOUR),
        hoursFrom: nsOfMinute(Math.max(0, nowHour - hoursMost) * HOUR),
      },
      { timeoutMs: LOAD_TIMEOUT_MS },
    );
    for (const [indicator, { hours, minuteHours: byMinute }] of wanted) {
      const series = new CountSeries(hours, byMinute);
      series.reach(nowHour);
      this.#series.set(indicator, series);
      this.#unsaved.delete(indicator);
    }
    for (const row of rows) {
      const indicator = row['indicator'] as string;
      const series = this.#series.get(indicator);
      if (!series) continue;
      for (const [minute, counts] of unpackedCounts(row['counts'] as string)) {
        if (minute < (nowHour + HOURS_AHEAD) * HOUR) series.add(minute, counts);
        // Of a time that is not yet, by a clock that was ahead: taken back when its time comes, and counted anew.
        else this.#note(indicator, minute, { ...minus(NO_COUNTS, counts), isHistory: false });
      }
    }
  }

  /** Sets minutes to what they count now. @returns the indicators that changed. */
  async set(minutes: readonly MinuteCounts[], isHistory: boolean): Promise<Set<string>> {
    const stored = await this.#storedOf(minutes);
    const changed = new Set<string>();
    for (const { indicator, minute, counts } of minutes) {
      const series = this.#series.get(indicator);
      if (!series) continue;
      const before =
        minute >= this.#minutesFrom
          ? series.minute(minute)
          : plus(
              stored.get(`${indicator} ${minute}`) ?? NO_COUNTS,
              this.#unsaved.get(indicator)?.get(minute) ?? NO_COUNTS,
            );
      const change = minus(counts, before);
      if (isZero(change)) continue;
      changed.add(indicator);
      series.add(minute, change);
      this.#note(indicator, minute, { ...change, isHistory });
    }
    return changed;
  }

  /** Changes of minutes before `endMinute` that are not stored yet. */
  due(endMinute: number, nowMinute: number): CountedMinutes {
    const due = {
      indicators: [] as string[],
      minutesNs: [] as bigint[],
      good: [] as bigint[],
      total: [] as bigint[],
      badOperations: [] as bigint[],
      causes: [] as string[],
    };
    for (const [indicator, minutes] of this.#unsaved) {
      for (const [minute, change] of minutes) {
        if (minute >= endMinute || isZero(change)) continue;
        due.indicators.push(indicator);
        due.minutesNs.push(nsOfMinute(minute));
        due.good.push(BigInt(change.good));
        due.total.push(BigInt(change.total));
        due.badOperations.push(BigInt(change.badOperations));
        due.causes.push(causeOf(minute, change, nowMinute));
      }
    }
    return due;
  }

  /** What `due` gave for `endMinute` is stored now. */
  saved(endMinute: number): void {
    for (const [indicator, minutes] of this.#unsaved) {
      for (const minute of minutes.keys()) if (minute < endMinute) minutes.delete(minute);
      if (minutes.size === 0) this.#unsaved.delete(indicator);
    }
  }

  /** Whether a minute before `endMinute` waits to be stored. */
  hasDue(endMinute: number): boolean {
    for (const minutes of this.#unsaved.values()) {
      for (const minute of minutes.keys()) if (minute < endMinute) return true;
    }
    return false;
  }

  /** Changes of an indicator that are not stored yet, by minute. */
  unstored(indicator: string): ReadonlyMap<number, Counts> {
    return this.#unsaved.get(indicator) ?? new Map<number, Counts>();
  }

  #note(indicator: string, minute: number, change: Unsaved): void {
    let minutes = this.#unsaved.get(indicator);
    if (!minutes) this.#unsaved.set(indicator, (minutes = new Map()));
    const known = minutes.get(minute);
    minutes.set(minute, known ? { ...plus(known, change), isHistory: change.isHistory } : change);
  }

  /** Stored sums of the minutes that memory has by the hour alone, by `indicator minute`. */
  async #storedOf(minutes: readonly MinuteCounts[]): Promise<ReadonlyMap<string, Counts>> {
    const old = minutes.filter(({ minute }) => minute < this.#minutesFrom);
    if (old.length === 0) return new Map();
    const times = [...new Set(old.map(({ minute }) => minute))];
    const rows = await this.#store.query(
      'sli_minute_sums',
      {
        indicators: [...new Set(old.map(({ indicator }) => indicator))],
        minutes: times.map(nsOfMinute),
        first: nsOfMinute(times.reduce((a, b) => Math.min(a, b))),
        last: nsOfMinute(times.reduce((a, b) => Math.max(a, b))),
      },
      { timeoutMs: LOAD_TIMEOUT_MS },
    );
    return new Map(
      rows.map((row) => [
        `${row['indicator'] as string} ${minuteOfNs(row['minute_ns'] as bigint)}`,
        countsOf(row),
      ]),
    );
  }
}

const LOAD_TIMEOUT_MS = 300_000;

function causeOf(minute: number, change: Unsaved, nowMinute: number): CountCause {
  if (change.isHistory) return 'history';
  if (change.total < 0 || change.good < 0) return 'moved';
  return nowMinute - minute > LATE_AFTER_MINUTES + 1 ? 'late' : 'counted';
}

const countsOf = (row: Readonly<Record<string, unknown>>): Counts => ({
  good: Number(row['good']),
  total: Number(row['total']),
  badOperations: Number(row['bad_operations']),
});

const isZero = ({ good, total, badOperations }: Counts): boolean =>
  good === 0 && total === 0 && badOperations === 0;
