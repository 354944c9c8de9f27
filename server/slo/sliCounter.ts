/**
 * Keeps the counts of all indicators: what commits touched is counted anew from the rows themselves, so that late, moved
 * and repeated spans need no rule of their own, and a crash at any point is made good by counting once more.
 */
import type { Indicator } from '@burnbook/domain/slo/slo';
import type { CountEvents } from '../store/commands/countEvents.js';
import type { StoreClient } from '../store/storeClient.js';
import { CountLedger } from './countLedger.js';
import { NO_COUNTS, type Counts, type CountSeries } from './countSeries.js';
import { minuteOfNs, nsOfMinute } from './eventGroup.js';
import type { CountedIndicator } from './eventMatch.js';
import { HistoryCount, type HistoryPiece, type HistoryProgress } from './historyCount.js';
import { IndicatorIndex } from './indicatorIndex.js';
import { minutePieces, minuteRange, READING_MINUTES_MAX } from './minutePieces.js';
import {
  countRange,
  isOfEvents,
  isRanged,
  type MinuteRange,
  type OnProblem,
} from './rangedCount.js';
import { readTouched, type Touched } from './touchedReader.js';

export interface WantedIndicator {
  readonly definition: Indicator;
  /** Hours that its SLOs look back, and those of them by the minute. */
  readonly hours: number;
  readonly minuteHours: number;
}

export interface SliCounterOptions {
  readonly store: StoreClient;
  readonly nowNs: () => bigint;
}

/** A minute is closed, and its counts are stored, once it ended that long ago. */
const OPEN_MINUTES = 2;
/** Clocks of emitters may run ahead; what is further ahead waits until its time has come. */
const AHEAD_MINUTES_MAX = 60;
/** Notes of open minutes are written anew when there are more. */
const NOTED_MAX = 5_000;
/** SQL may ask for anything: the newest hour is asked again each minute. */
const SQL_AGAIN_MINUTES = 60;
/** What was away for longer than single minutes are kept, stays unknown. */
const CATCH_UP_MINUTES_MAX = 78 * 60;
/** A clock that is set back by less loses nothing. */
const CLOCK_BACK_MINUTES = 60;

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
  /** What is wrong with the SQL of an indicator. */
  readonly #problems = new Map<string, string>();
  #isStarted = false;
  /** By the clock, since all was read. */
  #latestMinute = 0;
  /** The newest commit that was counted, and the minute in which. */
  #counted: { readonly seen: bigint; readonly minute: number } | null = null;

  constructor(options: SliCounterOptions) {
    this.#o = options;
    this.#ledger = new CountLedger(options.store);
    this.#history = new HistoryCount(options.store);
    this.#index = new IndicatorIndex(options.store, new Map());
  }

  /** Which indicators are counted from now on; a new one gets its history piece by piece. */
  define(wanted: ReadonlyMap<string, WantedIndicator>): void {
    for (const id of this.#wanted.keys()) if (!wanted.has(id)) this.#dropped.add(id);
    for (const [id, { hours, minuteHours }] of wanted) {
      this.#dropped.delete(id);
      const known = this.#wanted.get(id);
      // A longer period asks for more than memory has.
      if (!known || known.hours < hours || known.minuteHours < minuteHours) this.#loaded.delete(id);
    }
    this.#wanted = wanted;
    this.#index = new IndicatorIndex(this.#o.store, ofEvents(wanted, [...wanted.keys()]));
  }

  /** null until its stored counts are loaded. */
  series(indicator: string): CountSeries | null {
    return this.#ledger.series(indicator);
  }

  /** Why an indicator cannot be counted; null: it can. */
  problem(indicator: string): string | null {
    return this.#problems.get(indicator) ?? null;
  }

  /** Changes of an indicator that are not stored yet, by minute. */
  unstored(indicator: string): ReadonlyMap<number, Counts> {
    return this.#ledger.unstored(indicator);
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
    return this.#safely(async () => {
      const changed = await this.#load();
      const nowMinute = minuteOfNs(this.#o.nowNs());
      const touched = await readTouched(this.#o.store);
      const isNew = touched !== null && touched.seen !== this.#counted?.seen;
      const isLater = nowMinute !== this.#counted?.minute;
      if (touched && (isNew || isLater)) {
        const times = [...touched.minutes.keys()].filter(
          (minute) => minute <= nowMinute + AHEAD_MINUTES_MAX,
        );
        for (const minutes of minutePieces(times)) {
          addAll(changed, await this.#countMinutes(minutes, touched));
        }
      }
      if (isNew || isLater) addAll(changed, await this.#countRanged(isNew ? touched : null));
      if (this.#mustSave(touched, nowMinute)) await this.#save(touched, null);
      this.#counted = { seen: touched?.seen ?? this.#counted?.seen ?? 0n, minute: nowMinute };
      return changed;
    });
  }

  /** Counts the next piece of the history of new indicators. @returns those whose counts changed. */
  async countHistory(): Promise<Set<string>> {
    return this.#safely(async () => {
      await this.#load();
      const nowMinute = minuteOfNs(this.#o.nowNs());
      const piece = await this.#history.next(nowMinute + AHEAD_MINUTES_MAX);
      if (!piece) return new Set();
      const changed = await this.#countPiece(piece, nowMinute);
      await this.#save(null, piece);
      this.#history.reached(piece);
      return changed;
    });
  }

  /** After a failure memory may be ahead of what is stored, or behind: all of it is read again. */
  async #safely<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  #forget(): void {
    this.#isStarted = false;
    this.#counted = null;
    this.#loaded.clear();
    this.#ledger.forget([...this.#wanted.keys()]);
    this.#history.forget();
  }

  /** @returns the indicators that were loaded. */
  async #load(): Promise<Set<string>> {
    const nowMinute = minuteOfNs(this.#o.nowNs());
    // A clock that was far ahead has emptied what memory had of the present: all of it is read again.
    if (nowMinute < this.#latestMinute - CLOCK_BACK_MINUTES) this.#forget();
    this.#latestMinute = this.#isStarted ? Math.max(this.#latestMinute, nowMinute) : nowMinute;
    const missing = [...this.#wanted].filter(([id]) => !this.#loaded.has(id));
    if (missing.length === 0 && this.#isStarted) {
      this.#ledger.advance(nowMinute);
      return new Set();
    }
    const known = await this.#history.load(missing.map(([id]) => id));
    if (!this.#isStarted) {
      for (const id of known) if (!this.#wanted.has(id)) this.#dropped.add(id);
    }
    await this.#ledger.load(new Map(missing), nowMinute);
    for (const [id] of missing) this.#loaded.add(id);
    this.#isStarted = true;
    return new Set(missing.map(([id]) => id));
  }

  async #countMinutes(minutes: readonly number[], touched: Touched): Promise<Set<string>> {
    const index = this.#index;
    const pipelines = new Set(
      minutes.flatMap((minute) => [...(touched.minutes.get(minute) ?? [])]),
    );
    const indicators = index.touchedBy(pipelines).filter((id) => this.#loaded.has(id));
    if (indicators.length === 0) return new Set();
    const counted = index.count(await index.reader.read(minutes));
    return this.#set(indicators, minutes, { counted, isHistory: false });
  }

  /** @param touched what commits changed since the last time; null: nothing. */
  async #countRanged(touched: Touched | null): Promise<Set<string>> {
    const changed = new Set<string>();
    for (const [id, { definition }] of this.#wanted) {
      if (!isRanged(definition) || !this.#loaded.has(id) || this.#history.progress(id)) continue;
      const before = this.problem(id);
      for (const range of this.#ranges(id, definition, touched)) {
        const counts = await this.#countRange(id, range);
        const minutes = minuteRange(range.from, range.end);
        const counted = new Map([[id, counts]]);
        addAll(changed, await this.#set([id], minutes, { counted, isHistory: false }));
      }
      if (this.problem(id) !== before) changed.add(id);
    }
    return changed;
  }

  async #countRange(id: string, range: MinuteRange): Promise<ReadonlyMap<number, Counts>> {
    const definition = this.#wanted.get(id)?.definition;
    if (!definition) return new Map();
    this.#problems.delete(id);
    const onProblem: OnProblem = ({ message }) => void this.#problems.set(id, message);
    return countRange(this.#o.store, definition, { ...range, onProblem });
  }

  #ranges(id: string, definition: Indicator, touched: Touched | null): MinuteRange[] {
    const nowMinute = minuteOfNs(this.#o.nowNs());
    const known = this.#ledger.series(id)?.lastMinute ?? nowMinute;
    const oldest = nowMinute - CATCH_UP_MINUTES_MAX;
    const again = definition.kind === 'sql' ? SQL_AGAIN_MINUTES : OPEN_MINUTES + 1;
    const from = Math.max(Math.min(known, nowMinute) - again, oldest);
    const ours = [...(touched?.minutes ?? [])].flatMap(([minute, pipelines]) =>
      isTouched(definition, pipelines) && minute <= nowMinute ? [minute] : [],
    );
    // What is fresh at a minute stays so for a while: all after it may change.
    const first = ours.reduce((a, b) => Math.min(a, b), from);
    if (definition.kind === 'freshness') return cut(first, nowMinute + 1);
    const pieces = minutePieces(ours.filter((minute) => minute < from));
    return [
      ...pieces.map((piece) => ({ from: piece[0] ?? from, end: (piece.at(-1) ?? from) + 1 })),
      ...cut(from, nowMinute + 1),
    ];
  }

  async #countPiece(piece: HistoryPiece, nowMinute: number): Promise<Set<string>> {
    const { indicators, fromMinute, endMinute } = piece;
    const index = new IndicatorIndex(this.#o.store, ofEvents(this.#wanted, indicators));
    const minutes = minuteRange(fromMinute, endMinute);
    const counted = new Map<string, ReadonlyMap<number, Counts>>(
      minutes.length > 0 ? index.count(await index.reader.read(minutes)) : [],
    );
    const end = Math.min(endMinute, nowMinute + 1);
    for (const id of indicators) {
      const definition = this.#wanted.get(id)?.definition;
      if (!definition || !isRanged(definition)) continue;
      counted.set(id, await this.#countRange(id, { from: fromMinute, end }));
    }
    return this.#set(indicators, minutes, { counted, isHistory: true });
  }

  #set(
    indicators: readonly string[],
    minutes: readonly number[],
    {
      counted,
      isHistory,
    }: {
      readonly counted: ReadonlyMap<string, ReadonlyMap<number, Counts>>;
      readonly isHistory: boolean;
    },
  ): Promise<Set<string>> {
    const counts = indicators.flatMap((indicator) => {
      const ours = counted.get(indicator);
      return minutes.map((minute) => ({
        indicator,
        minute,
        counts: ours?.get(minute) ?? NO_COUNTS,
      }));
    });
    return this.#ledger.set(counts, isHistory);
  }

  #mustSave(touched: Touched | null, nowMinute: number): boolean {
    const closedBefore = nowMinute - OPEN_MINUTES;
    return (
      this.#dropped.size > 0 ||
      this.#ledger.hasDue(closedBefore) ||
      (touched !== null &&
        (touched.noted > NOTED_MAX ||
          [...touched.minutes.keys()].some((minute) => minute < closedBefore)))
    );
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

function ofEvents(
  wanted: ReadonlyMap<string, WantedIndicator>,
  ids: readonly string[],
): Map<string, CountedIndicator> {
  return new Map(
    ids.flatMap((id) => {
      const definition = wanted.get(id)?.definition;
      return definition && isOfEvents(definition) && !isRanged(definition)
        ? [[id, definition] as const]
        : [];
    }),
  );
}

const isTouched = (definition: Indicator, pipelines: ReadonlySet<string>): boolean =>
  'pipeline' in definition && (definition.pipeline === null || pipelines.has(definition.pipeline));

function cut(from: number, end: number): MinuteRange[] {
  const ranges: MinuteRange[] = [];
  for (let at = from; at < end; at += READING_MINUTES_MAX) {
    ranges.push({ from: at, end: Math.min(at + READING_MINUTES_MAX, end) });
  }
  return ranges;
}

function addAll<T>(set: Set<T>, more: Iterable<T>): void {
  for (const each of more) set.add(each);
}
