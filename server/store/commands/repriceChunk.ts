/**
 * Restates the costs of a stretch of time, in one transaction: lines, their sums (−old +new) and the record of what they
 * cost before. Each chunk stands for itself: what stops in between leaves lines with their old or their new cost, and
 * sums that hold.
 */
import type { DuckDBResult } from '@duckdb/node-api';
import { storedPrice } from '@burnbook/domain/price';
import { movedSumsOf, type AddedSums } from '../cube/storedSums.js';
import { TableAppender, type ColumnType } from '../tableAppender.js';
import type { CommandContext } from './command.js';
import type { RestatedCost } from '../attribution/attributor.js';
import type { RestatedSpend } from '../reservations/holdSpend.js';
import {
  repriceLines,
  type ChangedLine,
  type ChunkPrices,
  type LineChunk,
  type Repriced,
} from './repriceLines.js';
import { readProgress, type RestatementScope } from './restatements.js';
import { talliesText, type Tally } from './tally.js';

export interface PreviewChunk extends RestatementScope {
  readonly prices: ChunkPrices;
}

export interface RestateChunk extends PreviewChunk {
  readonly restatement: number;
  readonly nowNs: bigint;
}

export interface ChunkReport {
  readonly lines: number;
  readonly tallies: readonly Tally[];
  /** Whose costs changed, at most 50. */
  readonly pipelines: readonly string[];
}

/** A command's result, and the lines whose cost memory must take over. */
export interface Restated<Result> {
  readonly result: Result;
  readonly lines: Iterable<RestatedCost>;
  readonly spend: readonly RestatedSpend[];
  /** What it added to the sums of costs. */
  readonly moved: readonly AddedSums[];
}

const CHUNK_PRICES: ColumnType[] = ['text', 'text', 'text', 'text', 'i64', 'i32', 'i32'];
const RESTATED = [
  'kind',
  'trace_hi',
  'trace_lo',
  'span_id',
  'new_cost',
  'new_price_id',
  'new_reason',
];
const RESTATING: ColumnType[] = ['i64', 'i64', 'text', 'text'];

/** What the chunk would cost, without writing anything. */
export async function previewChunk(
  context: CommandContext,
  { prices, ...scope }: PreviewChunk,
): Promise<Omit<ChunkReport, 'pipelines'>> {
  const { lines, tallies } = await reprice(context, scope, prices);
  return { lines, tallies };
}

export async function restateChunk(
  context: CommandContext,
  { restatement, nowNs, prices, ...scope }: RestateChunk,
): Promise<Restated<ChunkReport>> {
  const { connection, sql } = context;
  const progress = await readProgress(connection, sql, restatement);
  // It was committed, and only the answer got lost.
  if (progress.doneNs >= scope.toNs) {
    return { result: { lines: 0, tallies: [], pipelines: [] }, lines: [], spend: [], moved: [] };
  }
  const repriced = await reprice(context, scope, prices);
  await fillRestating(context, repriced.changed);
  const applied = await applyRestating(context, scope, restatement);
  for (const price of repriced.prices.values()) {
    await connection.run(sql.get('insert_price_version'), { ...storedPrice(price), known: nowNs });
  }
  await connection.run(sql.get('advance_restatement'), {
    restatement,
    done: scope.toNs,
    tallies: talliesText([...progress.tallies, ...repriced.tallies]),
  });
  const { lines, tallies } = repriced;
  return { ...applied, result: { lines, tallies, pipelines: applied.pipelines } };
}

export interface UndoChunk {
  readonly restatement: number;
  readonly fromNs: bigint;
  /** Exclusive. */
  readonly toNs: bigint;
}

export interface UndoReport {
  readonly restored: number;
  /** Lines that cost something else by now than what the restatement made of them. */
  readonly kept: number;
  /** Whose costs changed, at most 50. */
  readonly pipelines: readonly string[];
}

/** Gives the lines of a stretch of time back what they cost before, wherever they belong by now. */
export async function undoChunk(
  context: CommandContext,
  { restatement, fromNs, toNs }: UndoChunk,
): Promise<Restated<UndoReport>> {
  const { connection, sql } = context;
  const progress = await readProgress(connection, sql, restatement);
  if (progress.undoDoneNs >= toNs) {
    return { result: { restored: 0, kept: 0, pipelines: [] }, lines: [], spend: [], moved: [] };
  }
  const range = { from: fromNs, to: toNs };
  await connection.run(sql.get('create_restating'));
  await connection.run(sql.get('fill_restating_from_undone'), { ...range, restatement });
  const counted = await connection.runAndReadAll(sql.get('count_restated'), {
    ...range,
    restatement,
  });
  const recorded = Number(counted.getRows()[0]?.[0] ?? 0);
  const filled = await connection.runAndReadAll(sql.get('count_restating'));
  const restored = Number(filled.getRows()[0]?.[0] ?? 0);
  const applied = await applyRestating(context, { fromNs, toNs }, null);
  const kept = recorded - restored;
  await connection.run(sql.get('advance_undo'), {
    restatement,
    done: toNs,
    restored: BigInt(restored),
    kept: BigInt(kept),
  });
  return { ...applied, result: { restored, kept, pipelines: applied.pipelines } };
}

/** Prices the lines of a stretch of time again, in memory. */
async function reprice(
  { connection, sql }: CommandContext,
  { fromNs, toNs, pipeline, kind }: RestatementScope,
  prices: ChunkPrices,
): Promise<Repriced> {
  await connection.run(sql.get('create_chunk_prices'));
  const table = new TableAppender(connection, 'chunk_prices', CHUNK_PRICES);
  for (const key of prices.keys) {
    table.text(key.provider).text(key.model).text(key.requestModel).text(key.tier);
    table.big(key.grain).number(key.answer).number(key.group).endRow();
  }
  await table.finish();
  const result = await connection.run(sql.get('reprice_lines'), {
    from: fromNs,
    to: toNs,
    pipeline,
    kind,
  });
  const chunks = await lineChunks(result);
  await connection.run(sql.get('drop_chunk_prices'));
  return repriceLines(chunks, prices);
}

async function lineChunks(result: DuckDBResult): Promise<LineChunk[]> {
  const places = new Map(result.columnNames().map((name, index) => [name, index]));
  const chunks = await result.fetchAllChunks();
  return chunks.map((chunk) => ({
    rows: chunk.rowCount,
    vector: (column) => {
      const place = places.get(column);
      if (place === undefined) throw new Error(`there is no column ${column}`);
      return chunk.getColumnVector(place);
    },
  }));
}

async function fillRestating(
  { connection, sql }: CommandContext,
  lines: readonly ChangedLine[],
): Promise<void> {
  await connection.run(sql.get('create_restating'));
  const table = new TableAppender(connection, 'restating', RESTATING);
  for (const { rowId, after } of lines) {
    table.big(rowId).big(after.costNanoUsd).text(after.priceId).text(after.unpricedReason).endRow();
  }
  await table.finish();
}

/**
 * Moves sums and lines to the new costs of `restating`.
 * @param record number of the restatement that keeps what they cost before; null: none does.
 */
async function applyRestating(
  { connection, sql }: CommandContext,
  { fromNs, toNs }: { readonly fromNs: bigint; readonly toNs: bigint },
  record: number | null,
): Promise<Omit<Restated<never>, 'result'> & { readonly pipelines: string[] }> {
  const range = { from: fromNs, to: toNs };
  await connection.run(sql.get('create_restating_result'), range);
  if (record !== null) {
    await connection.run(sql.get('insert_restated_lines'), { restatement: record });
  }
  const moved = await connection.runAndReadAll(sql.get('restate_rollup'));
  await connection.run(sql.get('restate_lines'), range);
  await connection.run(sql.get('restate_unsettled'));
  await connection.run(sql.get('restate_tries'));
  const pipelines = await connection.runAndReadAll(sql.get('restated_pipelines'));
  const restated = await lineChunks(await connection.run(sql.get('read_restated')));
  const spend = await connection.runAndReadAll(sql.get('restated_spend'));
  await connection.run(sql.get('drop_restating'));
  return {
    pipelines: pipelines.getRows().map(([pipeline]) => String(pipeline)),
    lines: restatedCosts(restated),
    moved: movedSumsOf(moved.getRows()),
    spend: spend.getRowObjects().map((row): RestatedSpend => ({
      pipeline: row['pipeline'] as string,
      provider: row['provider'] as string | null,
      model: row['model'] as string | null,
      team: row['team'] as string | null,
      environment: row['environment'] as string | null,
      tags: row['tags'] as string | null,
      reservation: row['reservation_id'] as string | null,
      bucketNs: row['bucket_ns'] as bigint,
      nano: row['nano'] as bigint,
    })),
  };
}

/** Read one by one after the COMMIT, from what DuckDB gave. */
function* restatedCosts(chunks: readonly LineChunk[]): Generator<RestatedCost> {
  for (const { rows, vector } of chunks) {
    const [kind, traceHi, traceLo, spanId, cost, priceId, reason] = RESTATED.map(vector);
    for (let row = 0; row < rows; row++) {
      yield {
        kind: kind?.getItem(row) === 'model' ? 'model' : 'compute',
        traceHi: traceHi?.getItem(row) as bigint,
        traceLo: traceLo?.getItem(row) as bigint,
        spanId: spanId?.getItem(row) as bigint,
        after: {
          costNanoUsd: cost?.getItem(row) as bigint | null,
          priceId: priceId?.getItem(row) as string | null,
          unpricedReason: reason?.getItem(row) as string | null,
        },
      };
    }
  }
}
