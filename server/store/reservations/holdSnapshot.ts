/** What decisions on holds start from, read between two commits. A structured clone: no classes. */
import type { CostBudget } from '@burnbook/domain/costBudget';
import type { BreakGlass } from './hardBudget.js';
import type { StoredHold, StoredSpend } from './holdBook.js';

export interface HoldSnapshotRequest {
  /** Those with a hard limit. */
  readonly budgets: readonly CostBudget[];
  readonly atNs: bigint;
  /** Whether the open holds are wanted too. */
  readonly withHolds: boolean;
}

export interface HoldSnapshot {
  /** Of the newest change of spend that it has. */
  readonly number: number;
  /** Those that have not ended; none where they are not wanted. */
  readonly open: readonly StoredHold[];
  /** By budget. */
  readonly breakGlasses: ReadonlyMap<string, BreakGlass>;
  readonly spend: readonly StoredSpend[];
}

/** What the first of them needs to know of those before. */
export interface HoldStart {
  /** Number of the newest change of a reservation that the database has. */
  readonly seq: bigint;
  /** `hash64` of the ids of all reservations. */
  readonly ids: BigUint64Array;
}
