/** Cost over time: a series for each of the dearest groups, by periods of the calendar. */
import type { StoreClient } from '../store/storeClient.js';
import type { CostDimension, TimeUnit } from './costDimension.js';
import { dimensionParams, isOfOrigins, type CostScope } from './costs.js';
import { addCosts, costSumOf, type CostSum } from './costSum.js';
import { factBounds, type TimeRange } from './timeRange.js';

export interface Series {
  /** Unique among the series. */
  readonly name: string;
  readonly key: string | null;
  readonly isOther: boolean;
  readonly points: readonly {
    readonly bucketNs: bigint;
    readonly cost: CostSum;
    readonly lines: number;
  }[];
}

export interface CostPeriods {
  readonly series: readonly Series[];
  /** Every period that the range touches. */
  readonly buckets: readonly TimeRange[];
  readonly total: CostSum;
}

/** A chart shows no more. */
export const PERIODS_MAX = 2_000;

/** @returns null when the range has more than `PERIODS_MAX` such periods. */
export async function costPeriods(
  store: StoreClient,
  scope: CostScope,
  { dimension, unit }: { readonly dimension: CostDimension; readonly unit: TimeUnit },
): Promise<CostPeriods | null> {
  const { range, filter, tz } = scope;
  const starts = await store.query('periods', {
    from: range.fromNs,
    to: range.toNs,
    unit,
    tz,
    max: PERIODS_MAX,
  });
  if (starts.length > PERIODS_MAX) return null;
  const { dimension1 = null, pointer1 = null } = dimensionParams([dimension]);
  const name = isOfOrigins({ dimensions: [dimension], filter })
    ? 'cost_periods_of_origins'
    : 'cost_periods';
  const rows = await store.query(name, {
    ...factBounds(range),
    ...filter.params,
    dimension1,
    pointer1,
    unit,
    tz,
  });
  const ranks = [...new Set(rows.map((row) => Number(row['rank'])))];
  const series = ranks.map((rank): Series => {
    const own = rows.filter((row) => Number(row['rank']) === rank);
    const key = (own[0]?.['key'] ?? null) as string | null;
    const isOther = rank > SERIES_MAX;
    return {
      name: nameOf(key, isOther),
      key,
      isOther,
      points: own.map((row) => ({
        bucketNs: row['bucket_ns'] as bigint,
        cost: costSumOf(row),
        lines: Number(row['lines']),
      })),
    };
  });
  return {
    series,
    buckets: starts.map((row) => ({
      fromNs: row['start_ns'] as bigint,
      toNs: (row['end_ns'] ?? range.toNs) as bigint,
    })),
    total: addCosts(series.flatMap(({ points }) => points.map(({ cost }) => cost))),
  };
}

/** `rank` of the rest in `cost_periods.sql`, less one. */
const SERIES_MAX = 5;
const NONE = '(none)';
const OTHER = '(other)';

function nameOf(key: string | null, isOther: boolean): string {
  if (isOther) return OTHER;
  if (key === null) return NONE;
  return key === NONE || key === OTHER ? JSON.stringify(key) : key;
}
