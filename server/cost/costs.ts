/** Sums of cost over a range of time. */
import type { QueryParams } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';
import { costSumOf, NO_COST, type CostSum } from './costSum.js';

export const GROUPINGS = ['pipeline', 'model', 'step', 'day', 'team'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export interface TimeRange {
  readonly fromNs: bigint;
  /** Exclusive. */
  readonly toNs: bigint;
}

export interface CostGroup {
  readonly key: string | null;
  readonly cost: CostSum;
  readonly calls: number;
  readonly tokens: number;
}

const GROUPS_MAX = 1_000;

export async function costsBy(
  store: StoreClient,
  range: TimeRange,
  grouping: { readonly groupBy: Grouping; readonly tz: string },
): Promise<CostGroup[]> {
  const rows = await store.query('costs', { ...bounds(range), ...grouping, limit: GROUPS_MAX });
  return rows.map((row) => ({
    key: (row['key'] ?? null) as string | null,
    cost: costSumOf(row),
    calls: Number(row['calls']),
    tokens: Number(row['tokens']),
  }));
}

export async function costTotal(store: StoreClient, range: TimeRange): Promise<CostSum> {
  const [row] = await store.query('cost_total', bounds(range));
  return row ? costSumOf(row) : NO_COST;
}

export interface SeriesPoint {
  readonly bucketNs: bigint;
  readonly series: string;
  readonly costNano: bigint;
  readonly lines: number;
  /** Lines without a price. */
  readonly unpriced: number;
}

/** A quarter of an hour: buckets of a series are whole multiples of it. */
export const SERIES_GRAIN_NS = 900_000_000_000n;

const bounds = ({ fromNs, toNs }: TimeRange): QueryParams => ({ from: fromNs, to: toNs });
