/** The trail of restatements: begun, moved from state to state, and how far each has come. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { StoreError } from '../protocol.js';
import type { SqlTexts } from '../sqlTexts.js';
import type { CommandContext } from './command.js';
import { parseTallies, type Tally } from './tally.js';

export interface RestatementScope {
  readonly fromNs: bigint;
  /** Exclusive. */
  readonly toNs: bigint;
  /** null: of every pipeline. */
  readonly pipeline: string | null;
  readonly kind: 'model' | 'compute' | 'all';
}

export interface NewRestatement extends RestatementScope {
  readonly createdNs: bigint;
  readonly actor: string;
  readonly why: string;
  readonly linesTotal: number;
}

/** @returns its number, from 1. */
export async function beginRestatement(
  { connection, sql }: CommandContext,
  asked: NewRestatement,
): Promise<number> {
  const result = await connection.runAndReadAll(sql.get('insert_restatement'), {
    created: asked.createdNs,
    actor: asked.actor,
    why: asked.why,
    from: asked.fromNs,
    to: asked.toNs,
    pipeline: asked.pipeline,
    kind: asked.kind,
    linesTotal: BigInt(asked.linesTotal),
  });
  return Number(result.getRows()[0]?.[0]);
}

export type RestatementMove =
  | { readonly restatement: number; readonly to: 'applied' | 'undone'; readonly nowNs: bigint }
  | {
      readonly restatement: number;
      readonly to: 'undoing';
      readonly actor: string;
      readonly why: string;
    };

export async function moveRestatement(
  { connection, sql }: CommandContext,
  move: RestatementMove,
): Promise<void> {
  const { restatement, to } = move;
  await connection.run(sql.get('move_restatement'), {
    restatement,
    state: to,
    now: 'nowNs' in move ? move.nowNs : null,
    actor: 'actor' in move ? move.actor : null,
    why: 'why' in move ? move.why : null,
  });
}

export interface Progress {
  readonly state: string;
  readonly doneNs: bigint;
  readonly undoDoneNs: bigint;
  readonly tallies: readonly Tally[];
}

/** @throws StoreError `refused` when there is no such restatement. */
export async function readProgress(
  connection: DuckDBConnection,
  sql: SqlTexts,
  restatement: number,
): Promise<Progress> {
  const result = await connection.runAndReadAll(sql.get('restatement_progress'), { restatement });
  const [row] = result.getRowObjects();
  if (!row) throw new StoreError('refused', `there is no restatement ${restatement}`);
  return {
    state: String(row['state']),
    doneNs: row['done_ns'] as bigint,
    undoDoneNs: row['undo_done_ns'] as bigint,
    tallies: parseTallies(String(row['tallies'])),
  };
}
