/**
 * Rows that the store derives from spans. Ids and times are bigint; money is nano-USD.
 */
import type { Identity } from '@burnbook/domain/attribution';
import type { CheckOutcome } from '@burnbook/domain/semconv';
import type { CallRecord } from './ingestBatch.js';

export interface SpanKey {
  readonly traceHi: bigint;
  readonly traceLo: bigint;
  readonly spanId: bigint;
  readonly startNs: bigint;
}

/** Whose work a row is: an `Identity`, as far as rows keep it. Rows of one place share the object. */
export type Owner = Pick<
  Identity,
  'pipeline' | 'run' | 'batch' | 'step' | 'team' | 'environment' | 'tags' | 'reservation'
>;

/** A model call as its line keeps it. */
export type CallFacts = Omit<CallRecord, 'span' | 'responseId'>;

/** What a row takes from its span: the span's own words, that never change. Rows of one span share the object. */
export interface SpanFacts extends SpanKey {
  readonly endNs: bigint;
  readonly receivedNs: bigint;
  readonly name: string;
  readonly failed: boolean;
  readonly sampled: boolean;
  /** The time that its run or batch is of, as it says itself. */
  readonly nominalTime: string | null;
  readonly activity: ActivityFacts;
  /** null: it says nothing of data. */
  readonly data: DataFacts | null;
  readonly call: CallFacts | null;
  readonly responseKey: bigint | null;
  /** Nanoseconds; null: the span tells no compute. */
  readonly cpuNs: bigint | null;
  readonly gbNs: bigint | null;
}

export interface LineRow {
  readonly kind: 'model' | 'compute';
  readonly span: SpanFacts;
  readonly owner: Owner;
  readonly attempt: number | null;
  readonly attemptKey: bigint | null;
  readonly costNanoUsd: bigint | null;
  readonly priceId: string | null;
  readonly unpricedReason: string | null;
  readonly excluded: string | null;
}

export interface ActivityRow {
  readonly span: SpanFacts;
  readonly owner: Owner;
  readonly isRun: boolean;
  readonly isBatch: boolean;
  readonly isStep: boolean;
  readonly rooted: boolean;
}

export interface AttemptRow {
  readonly span: SpanFacts;
  readonly owner: Owner;
  readonly operationKey: bigint;
  readonly attemptKey: bigint;
  readonly outerAttemptKey: bigint | null;
  readonly number: number;
  readonly outcome: string;
}

/** What a span says of data, and whose work that was. */
export interface DataNoteRow {
  readonly span: SpanFacts;
  readonly owner: Owner;
}

/** A quality check, a dataset that was written, or both. */
export interface DataFacts {
  readonly check: {
    readonly name: string;
    readonly outcome: CheckOutcome;
    readonly rows: number | null;
    readonly rowsFailed: number | null;
  } | null;
  readonly dataset: string | null;
}

/** What a span says of the run, step or event that it is; null where it does not. */
export interface ActivityFacts {
  readonly event: string | null;
  readonly runKind: string | null;
  readonly runOutcome: string | null;
  readonly attemptOutcome: string | null;
  readonly errorClass: string | null;
  readonly backoffMs: number | null;
  readonly rowsIn: number | null;
  readonly rowsOut: number | null;
  readonly rowsFailed: number | null;
  readonly bytesIn: number | null;
  readonly bytesOut: number | null;
  readonly queueWaitNs: number | null;
  readonly cpuUserNs: number | null;
  readonly cpuSystemNs: number | null;
  readonly gbNs: number | null;
  readonly peakBytes: number | null;
  readonly gcNs: number | null;
  /** 0 to 1. */
  readonly eventLoopUtilization: number | null;
  readonly droppedSpans: number | null;
}
