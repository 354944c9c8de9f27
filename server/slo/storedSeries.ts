/** Counts of an indicator over any range by the minute, for looks back: from the store, or counted where they never were. */
import type { Indicator } from '@burnbook/domain/slo/slo';
import type { StoreClient } from '../store/storeClient.js';
import { CountSeries, type Counts } from './countSeries.js';
import { minuteOfNs, nsOfMinute } from './eventGroup.js';
import { IndicatorIndex } from './indicatorIndex.js';
import { minuteRange, READING_MINUTES_MAX } from './minutePieces.js';
import {
  countRange,
  isOfEvents,
  isRanged,
  type MinuteRange,
  type OnProblem,
} from './rangedCount.js';

const HOUR = 60;
const TIMEOUT_MS = 30_000;

export interface LookBack {
  readonly store: StoreClient;
  readonly range: MinuteRange;
  readonly signal: AbortSignal;
}

/** @param unstored changes by minute that only memory has. */
export async function storedSeries(
  indicator: string,
  { store, range, signal }: LookBack,
  unstored: ReadonlyMap<number, Counts>,
): Promise<CountSeries> {
  const rows = await store.query(
    'sli_stored',
    { indicator, from: nsOfMinute(range.from), to: nsOfMinute(range.end) },
    { timeoutMs: TIMEOUT_MS, signal },
  );
  const series = emptySeries(range);
  for (const row of rows) {
    series.add(minuteOfNs(row['minute_ns'] as bigint), {
      good: Number(row['good']),
      total: Number(row['total']),
      badOperations: Number(row['bad_operations']),
    });
  }
  for (const [minute, counts] of unstored) {
    if (minute >= range.from && minute < range.end) series.add(minute, counts);
  }
  return series;
}

/** Counted from what is stored of the events themselves. */
export async function countedSeries(
  definition: Indicator,
  { store, range, signal }: LookBack,
): Promise<CountSeries> {
  const series = emptySeries(range);
  for (let from = range.from; from < range.end; from += READING_MINUTES_MAX) {
    signal.throwIfAborted();
    const piece = { from, end: Math.min(from + READING_MINUTES_MAX, range.end) };
    for (const [minute, counts] of await countPiece(store, definition, piece)) {
      series.add(minute, counts);
    }
  }
  return series;
}

async function countPiece(store: StoreClient, definition: Indicator, range: MinuteRange) {
  if (isRanged(definition) || !isOfEvents(definition)) {
    const onProblem: OnProblem = (problem) => {
      throw problem;
    };
    return countRange(store, definition, { ...range, onProblem });
  }
  const index = new IndicatorIndex(store, new Map([['', definition]]));
  const readings = await index.reader.read(minuteRange(range.from, range.end));
  return index.count(readings).get('') ?? [];
}

/** With place for every minute of a range. */
export function emptySeries({ from, end }: MinuteRange): CountSeries {
  const hours = Math.ceil(end / HOUR) - Math.floor(from / HOUR) + 1;
  const series = new CountSeries(hours, hours);
  series.reach(Math.ceil(end / HOUR));
  return series;
}
