/** Batches: what each cost, how it stands, how it compares with the ones before it. */
import { batchState, isFinal, type RunState } from '@burnbook/domain/run';
import type { QueryRow } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';
import { runList, type BatchRun } from '../store/batchRuns.js';
import { costSumOf, type CostSum } from './costSum.js';

export type BatchSort = 'startedAt' | 'cost' | 'usdPer1kRows' | 'duration';

export interface BatchFilter {
  readonly pipeline: string | null;
  readonly batchId: string | null;
  readonly fromNs: bigint | null;
  readonly toNs: bigint | null;
  readonly sort: BatchSort;
  readonly descending: boolean;
  readonly limit: number;
  /** The last batch of the page before; null: from the beginning. */
  readonly after: BatchPlace | null;
}

/** Where a batch stands in a list. */
export interface BatchPlace {
  /** What the list is sorted by. */
  readonly value: number;
  readonly pipeline: string;
  readonly batchId: string;
  readonly shared: boolean;
}

export interface BatchFacts {
  readonly pipeline: string;
  readonly batchId: string;
  /** The row of a run's cost above several batches. */
  readonly shared: boolean;
  readonly state: RunState;
  readonly final: boolean;
  readonly startNs: bigint;
  /** null while a run goes on. */
  readonly endNs: bigint | null;
  readonly receivedNs: bigint;
  readonly runs: readonly BatchRun[];
  readonly rowsIn: number | null;
  readonly rowsOut: number | null;
  readonly rowsFailed: number | null;
  readonly cost: CostSum;
  /** Medians of the up to eight batches before it in its pipeline; null where there is none. */
  readonly before: {
    readonly batches: number;
    readonly totalNano: bigint;
    readonly nanoPerRow: number | null;
    readonly durationNs: number | null;
  } | null;
  /** Cost per row over the median before it; null without history, rows or a full price. */
  readonly costRatio: number | null;
}

export interface BatchPage {
  readonly batches: readonly BatchFacts[];
  /** Where the next page begins; null: this is the last. */
  readonly next: BatchPlace | null;
}

export async function listBatches(
  store: StoreClient,
  filter: BatchFilter,
  options: { readonly nowNs: bigint; readonly signal?: AbortSignal },
): Promise<BatchPage> {
  const rows = await store.query(
    'batches',
    {
      pipeline: filter.pipeline,
      batch: filter.batchId,
      from: filter.fromNs,
      to: filter.toNs,
      sort: filter.sort,
      descending: filter.descending,
      limit: filter.limit,
      after_value: filter.after?.value ?? null,
      after_pipeline: filter.after?.pipeline ?? null,
      after_batch: filter.after?.batchId ?? null,
      after_shared: filter.after?.shared ?? null,
    },
    options.signal ? { signal: options.signal } : {},
  );
  const batches = rows.map((row) => batchFacts(row, options.nowNs));
  const last = batches.at(-1);
  const hasMore = Number(rows[0]?.['matching'] ?? 0) > rows.length;
  return {
    batches,
    next:
      last && hasMore
        ? {
            value: Number(rows.at(-1)?.['sort_value']),
            pipeline: last.pipeline,
            batchId: last.batchId,
            shared: last.shared,
          }
        : null,
  };
}

/** The rows that a cost is divided by: what came in, else what went out. */
export const rowsOf = (batch: Pick<BatchFacts, 'rowsIn' | 'rowsOut'>): number | null =>
  batch.rowsIn ?? batch.rowsOut;

/** Nano-USD per 1,000 rows, rounded down; null without rows. A lower bound while something is unpriced. */
export function nanoPer1kRows(totalNano: bigint, rows: number | bigint | null): bigint | null {
  if (rows === null || BigInt(rows) === 0n) return null;
  return (totalNano * 1000n) / BigInt(rows);
}

function batchFacts(row: QueryRow, nowNs: bigint): BatchFacts {
  const runs = runList(row['run_list'], nowNs);
  const states = runs.map(({ state }) => state);
  const final = states.every(isFinal);
  const cost = costSumOf(row);
  const perRow = numberOf(row['nano_per_row']);
  const medianPerRow = numberOf(row['median_nano_per_row']);
  const batches = Number(row['batches_before']);
  return {
    pipeline: row['pipeline'] as string,
    batchId: row['batch_id'] as string,
    shared: row['shared'] as boolean,
    state: batchState(states),
    final,
    startNs: row['start_ns'] as bigint,
    endNs: final ? ((row['end_ns'] ?? null) as bigint | null) : null,
    receivedNs: row['received_ns'] as bigint,
    runs,
    rowsIn: numberOf(row['rows_in']),
    rowsOut: numberOf(row['rows_out']),
    rowsFailed: numberOf(row['rows_failed']),
    cost,
    before:
      batches > 0
        ? {
            batches,
            totalNano: BigInt(Math.round(numberOf(row['median_total']) ?? 0)),
            nanoPerRow: medianPerRow,
            durationNs: numberOf(row['median_duration_ns']),
          }
        : null,
    costRatio: perRow !== null && medianPerRow ? perRow / medianPerRow : null,
  };
}

const numberOf = (value: unknown): number | null =>
  value === null || value === undefined ? null : Number(value);
