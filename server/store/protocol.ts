/** What the server's process and the store's process say to each other over the fork's channel. */
import type { ComputeRate } from '@burnbook/domain/price';
import type { IngestGroup } from './ingestBatch.js';
import type { HoldSnapshotRequest } from './reservations/holdSnapshot.js';
import type { Spent } from './reservations/holdSpend.js';

export interface StoreOpenOptions {
  readonly file: string;
  readonly tempDirectory: string;
  readonly memoryLimit: string;
  readonly threads: number;
  readonly lockWaitMs: number;
  readonly arenaNodesMax: number;
  /** How long batches that commits touched wait until they are summed up, ms. */
  readonly settleAfterMs: number;
  /** Additive rows of a table between two merges. */
  readonly unmergedRowsMax: number;
  /** Rows of the sums of costs that are kept in memory: about 80 bytes each. */
  readonly cubeRowsMax: number;
}

/** Values that a query takes: DuckDB scalars, or a list of texts or integers. */
export type QueryValue =
  string | number | bigint | boolean | null | readonly string[] | readonly bigint[];
export type QueryParams = Readonly<Record<string, QueryValue>>;
export type QueryRow = Readonly<Record<string, unknown>>;

export interface RatesMessage {
  readonly fallback: ComputeRate | null;
  readonly byPipeline: readonly (readonly [pipeline: string, rate: ComputeRate])[];
  readonly knownAtNs: bigint;
}

export type ToStore =
  | { readonly type: 'open'; readonly options: StoreOpenOptions }
  | { readonly type: 'rates'; readonly rates: RatesMessage }
  | { readonly type: 'ingest'; readonly id: number; readonly group: IngestGroup }
  | {
      readonly type: 'query';
      readonly id: number;
      readonly name: string;
      readonly params: QueryParams;
      readonly timeoutMs: number;
    }
  | {
      readonly type: 'sql';
      readonly id: number;
      readonly sql: string;
      /** null: only whether it is allowed. */
      readonly range: { readonly fromNs: bigint; readonly toNs: bigint } | null;
      readonly timeoutMs: number;
    }
  | {
      readonly type: 'command';
      readonly id: number;
      readonly name: string;
      readonly payload: unknown;
    }
  | { readonly type: 'holdStart'; readonly id: number }
  | { readonly type: 'holdFind'; readonly id: number; readonly reservation: string }
  /** From now on what is spent in these budgets is told. */
  | { readonly type: 'holds'; readonly id: number; readonly request: HoldSnapshotRequest }
  /** Into a folder that is there and empty. */
  | { readonly type: 'backup'; readonly id: number; readonly folder: string }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'close' };

export interface CommitReport {
  readonly spansAccepted: number;
  readonly spansDuplicate: number;
  /** Pipelines whose rows changed, at most 50. */
  readonly pipelines: readonly string[];
}

export type FromStore =
  | { readonly type: 'opened' }
  /** What an operator should know of. */
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'openFailed'; readonly message: string; readonly locked: boolean }
  /** Before anything else is written. */
  | { readonly type: 'spent'; readonly spent: Spent }
  | { readonly type: 'committed'; readonly id: number; readonly report: CommitReport }
  | { readonly type: 'done'; readonly id: number; readonly result: unknown }
  | { readonly type: 'rows'; readonly id: number; readonly rows: readonly QueryRow[] }
  | {
      readonly type: 'failed';
      readonly id: number;
      readonly reason: StoreFailure;
      readonly message: string;
    };

/**
 * `timeout`: the query took too long. `busy`: too many wait. `error`: DuckDB refused. `unavailable`: no process.
 * `refused`: what was asked stands against what is stored; the message says what.
 */
export type StoreFailure = 'timeout' | 'cancelled' | 'busy' | 'error' | 'unavailable' | 'refused';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly reason: StoreFailure;
  /** The store never heard of it: nothing has happened. */
  readonly isUnheard: boolean;

  constructor(reason: StoreFailure, message: string, { isUnheard = false } = {}) {
    super(message);
    this.reason = reason;
    this.isUnheard = isUnheard;
  }
}
