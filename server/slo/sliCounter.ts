/**
 * Keeps the counts of all indicators: what commits touched is counted anew from the rows themselves, so that late, moved
 * and repeated spans need no rule of their own, and a crash at any point is made good by counting once more.
 */
import type { CountEvents } from '../store/commands/countEvents.js';
import type { StoreClient } from '../store/storeClient.js';
import { CountLedger, type MinuteCounts } from './countLedger.js';
import { NO_COUNTS, type CountSeries } from './countSeries.js';
import { minuteOfNs, nsOfMinute, MINUTE_NS } from './eventGroup.js';
import type { CountedIndicator } from './eventMatch.js';
import { HistoryCount, type HistoryProgress } from './historyCount.js';
import { IndicatorIndex } from './indicatorIndex.js';

export interface WantedIndicator {
  readonly definition: CountedIndicator;
  /** Hours that its SLOs look back. */
  readonly hours: number;
}

export interface SliCounterOptions {
  readonly store: StoreClient;
  readonly nowNs: () => bigint;
}

/** A minute is closed, and its counts are stored, once it ended that long ago. */
const OPEN_MINUTES = 2;
/** Clocks of emitters may run ahead; what is further ahead waits until its time has come. */
const AHEAD_MINUTES_MAX = 60;
/** Minutes of one reading: together at most so far apart. */
const READING_MINUTES_MAX = 360;
const GAP_MINUTES_MAX = 60;
/** Notes of open minutes are written anew when there are more. */
const NOTED_MAX = 5_000;

interface Touched {
  readonly seen: bigint;
  readonly noted: number;
  /** Minute → pipelines. */
  readonly minutes: Map<number, Set<string>>;
}

export class SliCounter {
  readonly #o: SliCounterOptions;
  readonly #ledger: CountLedger;
  readonly #history: HistoryCount;
  #wanted: ReadonlyMap<string, WantedIndicator> = new Map();
  #index: IndicatorIndex;
  /** Indicators whose stored counts are in memory. */
  readonly #loaded = new Set<string>();
  /** Indicators that were counted by this or an earlier definition and are not any more. */
  readonly #dropped = new Set<string>();
  #started = false;

  constructor(options: SliCounterOptions) {
    this.#o = options;
    this.#ledger = new CountLedger(options.store);
    this.#history = new HistoryCount(options.store);
    this.#index = new IndicatorIndex(options.store, new Map());
  }

  /** Which indicators are counted from now on; a new one gets its history piece by piece. */
  define(wanted: ReadonlyMap<string, WantedIndicator>): void {
    for (const id of this.#wanted.keys()) if (!wanted.has(id)) this.#dropped.add(id);
    for (const [id, { hours }] of wanted) {
      this.#dropped.delete(id);
      // A longer period asks for more than memory has.
      if ((this.#wanted.get(id)?.hours ?? 0) < hours) this.#loaded.delete(id);
    }
    this.#wanted = wanted;
    this.#index = new IndicatorIndex(
      this.#o.store,
      new Map([...wanted].map(([id, { definition }]) => [id, definition])),
    );
  }

  /** null until its stored counts are loaded. */
  series(indicator: string): CountSeries | null {
    return this.#ledger.series(indicator);
  }

  /** How far the history of an indicator is counted; null: all of it. */
  progress(indicator: string): HistoryProgress | null {
    return this.#history.progress(indicator);
  }

  get hasHistory(): boolean {
    return this.#history.isUnderWay;
  }

  /**
   * Counts what was touched since the last time. Never call it again before its promise has settled.
   * @returns the indicators whose counts changed.
   */
  async count(): Promise<Set<string>> {
    try {
      const changed = await this.#load();
      for (const id of await this.#countTouched()) changed.add(id);
      return changed;
    } catch (error) {
      this.#forgetAll();
      throw error;
    }
  }

  /** Counts the next piece of the history of new indicators. @returns those whose counts changed. */
  async countHistory(): Promise<Set<string>> {
    try {
      await this.#load();
      const nowMinute = minuteOfNs(this.#o.nowNs());
      const piece = await this.#history.next(nowMinute + AHEAD_MINUTES_MAX);
      if (!piece) return new Set();
      const minutes = range(piece.fromMinute, piece.endMinute);
      const index = new IndicatorIndex(
        this.#o.store,
        new Map(
          piece.indicators.flatMap((id) => {
            const definition = this.#wanted.get(id)?.definition;
            return definition ? [[id, definition] as const] : [];
          }),
        ),
      );
      const counted = index.count(minutes.length > 0 ? await index.reader.read(minutes) : []);
      const changed = await this.#ledger.set(
        piece.indicators.flatMap((indicator) =>
          minutes.map((minute) => ({
            indicator,
            minute,
            counts: counted.get(indicator)?.get(minute) ?? NO_COUNTS,
          })),
        ),
        true,
      );
      await this.#save(null, piece);
      this.#history.reached(piece);
      return changed;
    } catch (error) {
      this.#forgetAll();
      throw error;
    }
  }

  /** What memory holds may be ahead of what is stored, or behind: all of it is read again. */
  #forgetAll(): void {
    this.#started = false;
    this.#loaded.clear();
    this.#ledger.forget([...this.#wanted.keys()]);
    this.#history.forget();
  }

  /** @returns the indicators that were loaded. */
  async #load(): Promise<Set<string>> {
    const nowMinute = minuteOfNs(this.#o.nowNs());
    const missing = [...this.#wanted].filter(([id]) => !this.#loaded.has(id));
    if (missing.length === 0 && this.#started) {
      this.#ledger.advance(nowMinute);
      return new Set();
    }
    const known = await this.#history.load(missing.map(([id]) => id));
    if (!this.#started) {
      for (const id of known) if (!this.#wanted.has(id)) this.#dropped.add(id);
    }
    await this.#ledger.load(new Map(missing.map(([id, { hours }]) => [id, hours])), nowMinute);
    for (const [id] of missing) this.#loaded.add(id);
    this.#started = true;
    return new Set(missing.map(([id]) => id));
  }

  async #countTouched(): Promise<Set<string>> {
    const nowMinute = minuteOfNs(this.#o.nowNs());
    const touched = await this.#touched();
    const changed = new Set<string>();
    if (touched) {
      const times = [...touched.minutes.keys()].filter(
        (minute) => minute <= nowMinute + AHEAD_MINUTES_MAX,
      );
      for (const minutes of clusters(times)) {
        for (const id of await this.#countMinutes(minutes, touched)) changed.add(id);
      }
    }
    const closedBefore = nowMinute - OPEN_MINUTES;
    const isDue =
      this.#dropped.size > 0 ||
      this.#ledger.hasDue(closedBefore) ||
      (touched !== null &&
        (touched.noted > NOTED_MAX ||
          [...touched.minutes.keys()].some((minute) => minute < closedBefore)));
    if (isDue) await this.#save(touched, null);
    return changed;
  }

  async #countMinutes(minutes: readonly number[], touched: Touched): Promise<Set<string>> {
    const index = this.#index;
    const pipelines = new Set(
      minutes.flatMap((minute) => [...(touched.minutes.get(minute) ?? [])]),
    );
    const indicators = index.touchedBy(pipelines).filter((id) => this.#loaded.has(id));
    if (indicators.length === 0) return new Set();
    const counted = index.count(await index.reader.read(minutes));
    const counts = indicators.flatMap((indicator) =>
      minutes.map((minute): MinuteCounts => ({
        indicator,
        minute,
        counts: counted.get(indicator)?.get(minute) ?? NO_COUNTS,
      })),
    );
    return this.#ledger.set(counts, false);
  }

  /** What commits noted, and what else it changes; null: nothing is noted. */
  async #touched(): Promise<Touched | null> {
    const rows = await this.#o.store.query('uncounted');
    const [head] = rows;
    if (!head) return null;
    const minutes = new Map<number, Set<string>>();
    const note = (pipeline: string, minute: number): void => {
      const known = minutes.get(minute);
      if (known) known.add(pipeline);
      else minutes.set(minute, new Set([pipeline]));
    };
    for (const row of rows) {
      note(row['pipeline'] as string, minuteOfNs(row['minute_ns'] as bigint));
    }
    const lost = rows.filter((row) => row['operation_key'] !== null || row['run_id'] !== null);
    for (const times of clusters([...minutes.keys()])) {
      const ours = lost.filter((row) => {
        const minute = minuteOfNs(row['minute_ns'] as bigint);
        return minute >= (times[0] ?? 0) && minute <= (times.at(-1) ?? 0);
      });
      const runs = ours.filter((row) => row['run_id'] !== null);
      const found = await this.#o.store.query('sli_touched', {
        minutes: times.map(nsOfMinute),
        first: nsOfMinute(times[0] ?? 0),
        last: nsOfMinute(times.at(-1) ?? 0) + MINUTE_NS,
        operations: ours.flatMap((row) => (row['operation_key'] as bigint | null) ?? []),
        runs: runs.map((row) => row['run_id'] as string),
        runPipelines: runs.map((row) => row['pipeline'] as string),
      });
      for (const row of found) {
        note(row['pipeline'] as string, minuteOfNs(row['minute_ns'] as bigint));
      }
    }
    return { seen: head['seen'] as bigint, noted: Number(head['noted']), minutes };
  }

  /** One transaction: counts of closed minutes, and that they need no counting any more. */
  async #save(touched: Touched | null, reached: CountEvents['reached']): Promise<void> {
    const atNs = this.#o.nowNs();
    const nowMinute = minuteOfNs(atNs);
    const closedBefore = nowMinute - OPEN_MINUTES;
    const open = [...(touched?.minutes ?? [])].filter(([minute]) => minute >= closedBefore);
    const dropped = [...this.#dropped];
    await this.#o.store.command('countEvents', {
      counted: this.#ledger.due(closedBefore, nowMinute),
      noted: touched && {
        seen: touched.seen,
        pipelines: open.flatMap(([, pipelines]) => [...pipelines]),
        minutesNs: open.flatMap(([minute, pipelines]) =>
          Array.from(pipelines, () => nsOfMinute(minute)),
        ),
      },
      reached,
      dropped,
      atNs,
    });
    this.#ledger.saved(closedBefore);
    this.#ledger.forget(dropped);
    for (const id of dropped) {
      this.#dropped.delete(id);
      this.#loaded.delete(id);
      this.#history.drop(id);
    }
  }
}

/** Minutes in order, cut where the next is far away or a piece is long. */
function clusters(minutes: readonly number[]): number[][] {
  const pieces: number[][] = [];
  for (const minute of minutes.toSorted((a, b) => a - b)) {
    const piece = pieces.at(-1);
    const last = piece?.at(-1);
    if (
      piece &&
      last !== undefined &&
      minute - last <= GAP_MINUTES_MAX &&
      minute - (piece[0] ?? 0) < READING_MINUTES_MAX
    ) {
      piece.push(minute);
    } else pieces.push([minute]);
  }
  return pieces;
}

const range = (from: number, end: number): number[] =>
  Array.from({ length: Math.max(0, end - from) }, (_, index) => from + index);
