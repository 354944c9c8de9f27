/** What decisions on holds start from, read between two commits. A structured clone: no classes. */
import type { BreakGlass } from './hardBudget.js';
import type { StoredHold, StoredSpend } from './holdBook.js';

export interface HoldSnapshot {
  /** Of the newest commit that it has. */
  readonly number: number;
  /** Those that have not ended. */
  readonly open: readonly StoredHold[];
  /** By budget. */
  readonly breakGlasses: ReadonlyMap<string, BreakGlass>;
  readonly spend: readonly StoredSpend[];
}
