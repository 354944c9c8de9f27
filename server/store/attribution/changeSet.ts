/** What one transaction writes, besides minute counts. */
import type { IngestBatch } from '../ingestBatch.js';
import type { ActivityRow, AttemptRow, DataNoteRow, LineRow } from '../rows.js';
import type { SourceRow } from './sourceTable.js';

export interface TraceHint {
  readonly hi: bigint;
  readonly lo: bigint;
  readonly firstNs: bigint;
  readonly lastNs: bigint;
}

export interface AcceptedBatch {
  readonly batch: IngestBatch;
  /** Indices of the spans to store: those never seen before. */
  readonly spans: Uint32Array;
  /** Source number by index into `batch.sources`. */
  readonly sourceIds: Int32Array;
}

/** `remove` holds the rows as they stand, since sums must give back what they added. */
export interface RowChanges<T> {
  readonly remove: T[];
  readonly add: T[];
}

export interface ChangeSet {
  readonly accepted: AcceptedBatch[];
  readonly sources: SourceRow[];
  readonly hints: TraceHint[];
  readonly lines: RowChanges<LineRow>;
  readonly activities: RowChanges<ActivityRow>;
  readonly attempts: RowChanges<AttemptRow>;
  readonly notes: RowChanges<DataNoteRow>;
  spansAccepted: number;
  spansDuplicate: number;
  /** The same by the hour of their arrival, UTC nanoseconds. */
  readonly resent: Map<bigint, number>;
  /** Pipelines whose rows changed. */
  readonly pipelines: Set<string>;
}

export const emptyChangeSet = (): ChangeSet => ({
  accepted: [],
  sources: [],
  hints: [],
  lines: { remove: [], add: [] },
  activities: { remove: [], add: [] },
  attempts: { remove: [], add: [] },
  notes: { remove: [], add: [] },
  spansAccepted: 0,
  spansDuplicate: 0,
  resent: new Map(),
  pipelines: new Set(),
});
