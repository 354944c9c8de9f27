/** A change of the store that is not telemetry: it runs in a transaction of the one writer's queue. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { SqlTexts } from '../sqlTexts.js';

export interface CommandContext {
  /** The writer's connection, inside a transaction: what the command writes is committed when it resolves. */
  readonly connection: DuckDBConnection;
  readonly sql: SqlTexts;
}

/** @throws StoreError `refused` to undo all of it and tell the caller why. */
export type Command<Payload, Result> = (
  context: CommandContext,
  payload: Payload,
) => Promise<Result>;
