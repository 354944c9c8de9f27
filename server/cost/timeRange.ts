/** A range of time, the one that it is compared with, and how queries take both. */
import { offsetNs } from '@burnbook/domain/timeZone';
import type { QueryParams } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';

export interface TimeRange {
  readonly fromNs: bigint;
  /** Exclusive. */
  readonly toNs: bigint;
}

/** A quarter of an hour, the grain of `cost_rollup`: days of any zone are sums of whole ones. */
export const GRAIN_NS = 900_000_000_000n;

/** The bounds of `cost_facts`. */
export function factBounds({ fromNs, toNs }: TimeRange): QueryParams {
  const firstWhole = ((fromNs + GRAIN_NS - 1n) / GRAIN_NS) * GRAIN_NS;
  const endWhole = (toNs / GRAIN_NS) * GRAIN_NS;
  const hasWhole = firstWhole < endWhole;
  return {
    from: fromNs,
    firstWhole: hasWhole ? firstWhole : toNs,
    endWhole: hasWhole ? endWhole : toNs,
    to: toNs,
  };
}

export type CompareMode = 'previous' | 'week' | 'month';

export interface Comparison extends TimeRange {
  readonly mode: CompareMode;
  /** What the wall clock of this range is ahead of that one, microseconds: a day then is called as the day now. */
  readonly shiftUs: bigint;
}

/**
 * `previous`: as long, directly before. `week`, `month`: the same wall clock a week or a calendar month before, in `tz`;
 * the 31st of a month after a shorter one is that one's last day.
 */
export async function comparisonOf(
  store: StoreClient,
  range: TimeRange,
  { mode, tz }: { readonly mode: CompareMode; readonly tz: string },
): Promise<Comparison> {
  if (mode === 'previous') return previousOf(range, tz);
  const [row] = await store.query('comparison', {
    from: range.fromNs,
    to: range.toNs,
    mode,
    tz,
  });
  if (!row) throw new Error('comparison.sql gave no row');
  return {
    mode,
    fromNs: row['from_ns'] as bigint,
    toNs: row['to_ns'] as bigint,
    shiftUs: row['shift_us'] as bigint,
  };
}

/** Nothing to ask the calendar but what the clock shows at both beginnings. */
function previousOf({ fromNs, toNs }: TimeRange, tz: string): Comparison {
  const startNs = fromNs - (toNs - fromNs);
  const wallUs = (ns: bigint): bigint => (ns + offsetNs(tz, ns)) / 1_000n;
  return {
    mode: 'previous',
    fromNs: startNs < 0n ? 0n : startNs,
    toNs: fromNs < 0n ? 0n : fromNs,
    shiftUs: wallUs(fromNs) - wallUs(startNs),
  };
}
