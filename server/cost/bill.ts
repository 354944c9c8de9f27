/** The bill of one batch: sums, lines with their evidence, and the prices they are pinned to. */
import type { QueryParams, QueryRow } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';
import type { BatchFacts } from './batches.js';
import { countedInstead, type CountedLine } from './exclusions.js';
import { addCosts, costSumOf, NO_COST, type CostSum } from './costSum.js';
import { priceText } from './priceText.js';

export interface BillStep {
  readonly step: string | null;
  readonly kind: 'compute' | 'model';
  readonly lines: number;
  readonly cost: CostSum;
}

export interface BillPrice {
  readonly id: string;
  /** For people: `$0.15 in · $0.6 out per M tokens`. */
  readonly text: string;
  readonly source: string;
}

/** Calls with both a list and a reported cost. */
export interface ReportedSum {
  readonly calls: number;
  readonly listNano: bigint;
  readonly reportedNano: bigint;
}

export interface BillFacts {
  readonly cost: CostSum;
  readonly reported: ReportedSum;
  readonly sharedNano: bigint;
  readonly steps: readonly BillStep[];
  /** Rows of `bill_lines.sql`. */
  readonly lines: readonly QueryRow[];
  readonly linesTotal: number;
  readonly unpriced: readonly QueryRow[];
  readonly prices: ReadonlyMap<string, BillPrice>;
  /** By `spanName` of an excluded line: what counts in its place. */
  readonly countedInstead: ReadonlyMap<string, readonly CountedLine[]>;
}

/** Excluded lines of a page that are explained: each asks for spans of its trace. */
const EXPLAINED_MAX = 100;

export async function readBill(
  store: StoreClient,
  batch: Pick<BatchFacts, 'pipeline' | 'batchId' | 'runs' | 'shared'>,
  page: { readonly limit: number; readonly offset: number },
): Promise<BillFacts> {
  const key: QueryParams = { pipeline: batch.pipeline, batch: batch.batchId };
  const runIds = batch.runs.map(({ runId }) => runId);
  const [sums, lines, unpriced] = await Promise.all([
    store.query('bill_sums', { ...key, runIds }),
    store.query('bill_lines', { ...key, runIds, ...page }),
    store.query('unpriced_models', key),
  ]);
  const ids = [
    ...new Set(lines.flatMap((row) => (row['price_id'] ? [row['price_id'] as string] : []))),
  ];
  const own = sums.filter((row) => batch.shared || row['shared'] !== true);
  const shared = sums.filter((row) => !batch.shared && row['shared'] === true);
  return {
    cost: addCosts(own.map(costSumOf)),
    reported: addReported(own),
    sharedNano: addCosts(shared.map(costSumOf)).total,
    steps: own.map((row) => ({
      step: (row['step'] ?? null) as string | null,
      kind: row['kind'] as 'compute' | 'model',
      lines: Number(row['lines']),
      cost: costSumOf(row),
    })),
    lines,
    linesTotal: Number(lines[0]?.['matching'] ?? 0),
    unpriced,
    prices: await readPrices(store, ids),
    countedInstead: await countedInstead(
      store,
      lines.filter((line) => line['excluded'] !== null).slice(0, EXPLAINED_MAX),
    ),
  };
}

const addReported = (rows: readonly QueryRow[]): ReportedSum =>
  rows.reduce<ReportedSum>(
    (sum, row) => ({
      calls: sum.calls + Number(row['reported_calls']),
      listNano: sum.listNano + (row['reported_list'] as bigint),
      reportedNano: sum.reportedNano + (row['reported'] as bigint),
    }),
    { calls: 0, listNano: 0n, reportedNano: 0n },
  );

/** Cost by run and step of a batch, keyed by `JSON.stringify([runId, step])`. */
export async function readStepSums(
  store: StoreClient,
  batch: Pick<BatchFacts, 'pipeline' | 'batchId'>,
): Promise<ReadonlyMap<string, { cost: CostSum; calls: number; tokens: number }>> {
  const rows = await store.query('step_sums', { pipeline: batch.pipeline, batch: batch.batchId });
  return new Map(
    rows.map((row) => [
      JSON.stringify([row['run_id'], row['step'] ?? null]),
      { cost: costSumOf(row), calls: Number(row['calls']), tokens: Number(row['tokens']) },
    ]),
  );
}

export const NO_STEP_SUM = { cost: NO_COST, calls: 0, tokens: 0 };

async function readPrices(
  store: StoreClient,
  ids: readonly string[],
): Promise<ReadonlyMap<string, BillPrice>> {
  if (ids.length === 0) return new Map();
  const rows = await store.query('prices_by_id', { ids });
  return new Map(
    rows.map((row) => {
      const id = row['price_id'] as string;
      return [id, { id, text: priceText(row['units'] as string), source: row['source'] as string }];
    }),
  );
}
