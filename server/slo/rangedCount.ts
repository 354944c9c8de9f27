/** Counts of indicators that no single event tells: how fresh something is, what SQL says, what the server did itself. */
import type { Indicator } from '@burnbook/domain/slo/slo';
import { MINUTE_NS } from '@burnbook/domain/time';
import { StoreError } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';
import type { Counts } from './countSeries.js';
import { minuteOfNs, nsOfMinute } from './eventGroup.js';
import type { CountedIndicator } from './eventMatch.js';
import { IndicatorIndex } from './indicatorIndex.js';

/** Minutes [from, end). */
export interface MinuteRange {
  readonly from: number;
  readonly end: number;
}

type FreshnessIndicator = Extract<Indicator, { kind: 'freshness' }>;

/** Told of SQL that could not be counted. */
export type OnProblem = (problem: StoreError) => void;

const SQL_TIMEOUT_MS = 10_000;
/** Asked again it would end the same way. */
const NOT_PASSING: ReadonlySet<string> = new Set(['refused', 'timeout', 'error']);
const GOOD: Counts = { good: 1, total: 1, badOperations: 0 };
/** Where an alert needs two bad things to be more than an accident, each stale minute is one. */
const STALE: Counts = { good: 0, total: 1, badOperations: 1 };

/** Whether an indicator is counted by stretches of time and not by what commits touched. */
export const isRanged = (indicator: Indicator): boolean =>
  indicator.kind === 'freshness' || indicator.kind === 'sql' || isOfServer(indicator);

/** Whether it counts what the server did itself. */
export function isOfServer(indicator: Indicator): boolean {
  if (indicator.kind === 'ratio') return indicator.total.events === 'server';
  return indicator.kind === 'threshold' && indicator.events.events === 'server';
}

/** Whether an indicator is counted at all, here. */
export const isCounted = (indicator: Indicator): boolean => indicator.kind !== 'deadline';

export const isOfEvents = (indicator: Indicator): indicator is CountedIndicator =>
  indicator.kind === 'ratio' || indicator.kind === 'threshold';

/** Counts by minute; what is not there has none. SQL that fails counts nothing: unknown is not good. */
export async function countRange(
  store: StoreClient,
  indicator: Indicator,
  { onProblem, ...range }: MinuteRange & { readonly onProblem: OnProblem },
): Promise<ReadonlyMap<number, Counts>> {
  if (range.end <= range.from) return new Map();
  if (indicator.kind === 'freshness') return countFreshness(store, indicator, range);
  if (indicator.kind === 'sql') return countSql(store, { sql: indicator.sql, onProblem }, range);
  if (!isOfEvents(indicator)) return new Map();
  const index = new IndicatorIndex(store, new Map([['', indicator]]));
  const minutes = Array.from({ length: range.end - range.from }, (_, step) => range.from + step);
  return index.count(await index.reader.read(minutes)).get('') ?? new Map<number, Counts>();
}

/** A minute is good when, at its end, the newest success is not older than the indicator allows. */
async function countFreshness(
  store: StoreClient,
  indicator: FreshnessIndicator,
  { from, end }: MinuteRange,
): Promise<Map<number, Counts>> {
  const counts = new Map<number, Counts>();
  const { ageMaxNs } = indicator;
  const { first: firstQuery, all, of } = successesOf(indicator);
  const [first] = await store.query(firstQuery, of);
  const firstNs = (first?.['end_ns'] ?? null) as bigint | null;
  if (firstNs === null) return counts;
  const rows = await store.query(all, {
    ...of,
    from: nsOfMinute(from) - ageMaxNs,
    to: nsOfMinute(end),
  });
  const ends = rows.map((row) => row['end_ns'] as bigint).toSorted((a, b) => (a < b ? -1 : 1));
  let next = 0;
  let newestNs: bigint | null = null;
  for (let minute = Math.max(from, minuteOfNs(firstNs)); minute < end; minute++) {
    const endNs = nsOfMinute(minute) + MINUTE_NS;
    for (let at = ends[next]; at !== undefined && at < endNs; at = ends[++next]) newestNs = at;
    counts.set(minute, newestNs !== null && endNs - newestNs <= ageMaxNs ? GOOD : STALE);
  }
  return counts;
}

/** Which queries tell of what must be fresh: a dataset that was written, by whichever pipeline, or a pipeline's own runs. */
function successesOf({ pipeline, dataset }: FreshnessIndicator): {
  readonly first: string;
  readonly all: string;
  readonly of: Readonly<Record<string, string>>;
} {
  return dataset === null
    ? { first: 'sli_first_success', all: 'sli_successes', of: { pipeline: pipeline ?? '' } }
    : { first: 'sli_first_write', all: 'sli_writes', of: { dataset } };
}

async function countSql(
  store: StoreClient,
  { sql, onProblem }: { readonly sql: string; readonly onProblem: OnProblem },
  { from, end }: MinuteRange,
): Promise<Map<number, Counts>> {
  const range = { fromNs: nsOfMinute(from), toNs: nsOfMinute(end) };
  const counts = new Map<number, Counts>();
  let rows;
  try {
    rows = await store.sql(sql, range, SQL_TIMEOUT_MS);
  } catch (error) {
    if (!(error instanceof StoreError) || !NOT_PASSING.has(error.reason)) throw error;
    onProblem(error);
    return counts;
  }
  for (const row of rows) {
    const at = row['at_ns'] as bigint | null;
    const [good, total] = [Number(row['good'] ?? 0), Number(row['total'] ?? 0)];
    const isSound =
      at !== null &&
      Number.isSafeInteger(total) &&
      good >= 0 &&
      total >= good &&
      at >= range.fromNs;
    if (!isSound || at >= range.toNs) continue;
    const minute = minuteOfNs(at);
    const known = counts.get(minute);
    counts.set(minute, {
      good: (known?.good ?? 0) + good,
      total: (known?.total ?? 0) + total,
      badOperations: (known?.badOperations ?? 0) + total - good,
    });
  }
  return counts;
}
