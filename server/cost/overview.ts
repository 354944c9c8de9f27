/** Pipelines and the batches that need somebody, in one question. */
import type { RunState } from '@burnbook/domain/run';
import { batchState } from '@burnbook/domain/run';
import type { StoreClient } from '../store/storeClient.js';
import { BATCHES_BEFORE_MIN, type BatchCostRule } from './batchCostAlert.js';
import { runList } from '../store/batchRuns.js';
import { addCosts, costSumOf, NO_COST, type CostSum } from './costSum.js';
import { GRAIN_NS, type TimeRange } from './timeRange.js';

export interface PipelineFacts {
  readonly pipeline: string;
  /** Rows of shared cost are no batches. */
  readonly batches: number;
  readonly runs: number;
  readonly cost: CostSum;
  readonly told: ToldRows;
  /** Of the time before. */
  readonly before: { readonly batches: number; readonly told: ToldRows };
  /** Newest first; none where only the time before has any. */
  readonly recent: readonly RecentBatch[];
}

/** Batches that tell how many rows they had, and what they cost. */
export interface ToldRows {
  readonly totalNano: bigint;
  readonly rows: bigint;
}

export interface RecentBatch {
  readonly batchId: string;
  readonly shared: boolean;
  readonly startNs: bigint;
  readonly totalNano: bigint;
  readonly state: RunState;
}

/** A batch that cost more than the usual; see `BatchCostRule`. */
export interface DearBatch {
  readonly pipeline: string;
  readonly batchId: string;
  readonly sinceNs: bigint;
  readonly totalNano: bigint;
  /** Cost per row over the usual. */
  readonly ratio: number;
}

export interface OverviewFacts {
  /** Dearest first. */
  readonly pipelines: readonly PipelineFacts[];
  /** Newest first. */
  readonly dear: readonly DearBatch[];
}

/** A batch list of a pipeline is drawn as a line of so many points. */
const RECENT_MAX = 20;
const ALERTS_MAX = 20;

/** @param ranges batches that start in `range`, beside those that start in the time from `beforeNs` up to it. */
export async function readOverview(
  store: StoreClient,
  ranges: { readonly range: TimeRange; readonly beforeNs: bigint },
  options: {
    readonly rule: BatchCostRule;
    readonly nowNs: bigint;
    readonly signal: AbortSignal;
  },
): Promise<OverviewFacts> {
  const { rule, nowNs, signal } = options;
  const rows = await store.query(
    'overview',
    {
      from: ranges.range.fromNs,
      to: ranges.range.toNs,
      before: ranges.beforeNs,
      recent: BigInt(RECENT_MAX),
      alerts: BigInt(ALERTS_MAX),
      batchesMin: BigInt(BATCHES_BEFORE_MIN),
      costMin: rule.costMinNano,
      ratioMax: rule.ratioMax,
    },
    { signal },
  );
  const parsed = rows.map((row) => ({
    kind: row['kind'] as 'pipeline' | 'alert',
    pipeline: row['pipeline'] as string,
    facts: JSON.parse(row['facts'] as string) as Facts,
  }));
  return {
    pipelines: parsed.flatMap(({ kind, pipeline, facts }) =>
      kind === 'pipeline' ? [pipelineFacts(pipeline, facts, nowNs)] : [],
    ),
    dear: parsed.flatMap(({ kind, pipeline, facts }) =>
      kind === 'alert' ? [dearBatch(pipeline, facts)] : [],
    ),
  };
}

/** Whole numbers as text. */
type Facts = Readonly<Record<string, unknown>>;

function pipelineFacts(pipeline: string, facts: Facts, nowNs: bigint): PipelineFacts {
  return {
    pipeline,
    batches: Number(facts['batches']),
    runs: Number(facts['runs']),
    cost: facts['total'] === null ? NO_COST : costOf(facts),
    told: { totalNano: big(facts['told_total']), rows: big(facts['told_rows']) },
    before: {
      batches: Number(facts['batches_before']),
      told: { totalNano: big(facts['told_total_before']), rows: big(facts['told_rows_before']) },
    },
    recent: recentBatches(facts['recent'] as string | null, nowNs),
  };
}

const costOf = (facts: Facts): CostSum => ({
  total: big(facts['total']),
  compute: big(facts['compute']),
  model: big(facts['model_cost']),
  waste: big(facts['waste']),
  failure: big(facts['failure']),
  unpriced: Number(facts['unpriced']),
});

function recentBatches(json: string | null, nowNs: bigint): RecentBatch[] {
  if (json === null) return [];
  return (JSON.parse(json) as Facts[]).map((batch) => ({
    batchId: batch['batch_id'] as string,
    shared: batch['shared'] as boolean,
    startNs: big(batch['start_ns']),
    totalNano: big(batch['total']),
    state: batchState(runList(batch['run_list'], nowNs).map(({ state }) => state)),
  }));
}

const dearBatch = (pipeline: string, facts: Facts): DearBatch => ({
  pipeline,
  batchId: facts['batch_id'] as string,
  sinceNs: big(facts['since_ns']),
  totalNano: big(facts['total']),
  ratio: facts['ratio'] as number,
});

const big = (text: unknown): bigint => (text === null ? 0n : BigInt(text as string));

export interface SeriesPoint {
  readonly bucketNs: bigint;
  readonly series: string;
  readonly costNano: bigint;
  readonly lines: number;
  /** Lines without a price. */
  readonly unpriced: number;
}

export interface OverviewCosts {
  readonly total: CostSum;
  readonly previous: CostSum;
  /** Present range, in order of time; buckets without a line are left out. */
  readonly series: readonly SeriesPoint[];
}

/** @param bucketNs a multiple of the grain; the last bucket ends with the quarter of an hour that the range ends in. */
export async function readOverviewCosts(
  store: StoreClient,
  ranges: { readonly range: TimeRange; readonly beforeNs: bigint },
  options: { readonly bucketNs: bigint; readonly signal: AbortSignal },
): Promise<OverviewCosts> {
  const { range, beforeNs } = ranges;
  const { bucketNs, signal } = options;
  const end = ((range.toNs + GRAIN_NS - 1n) / GRAIN_NS) * GRAIN_NS;
  const buckets = (end - range.fromNs + bucketNs - 1n) / bucketNs;
  const rows = await store.query(
    'overview_costs',
    {
      before: beforeNs,
      from: range.fromNs,
      to: range.toNs,
      origin: end - buckets * bucketNs,
      bucket: bucketNs,
    },
    { signal },
  );
  const present = rows.filter((row) => row['bucket_ns'] !== null);
  return {
    total: addCosts(present.map(costSumOf)),
    previous: addCosts(rows.filter((row) => row['bucket_ns'] === null).map(costSumOf)),
    series: present.map((row) => ({
      bucketNs: row['bucket_ns'] as bigint,
      series: row['series'] as string,
      costNano: row['total'] as bigint,
      lines: Number(row['lines']),
      unpriced: Number(row['unpriced']),
    })),
  };
}
