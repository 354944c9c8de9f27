/**
 * Rows that the store derives from spans. Ids and times are bigint; money is nano-USD.
 */
import type { CallRecord } from './ingestBatch.js';

export interface SpanKey {
  readonly traceHi: bigint;
  readonly traceLo: bigint;
  readonly spanId: bigint;
  readonly startNs: bigint;
}

/** Whose work a row is. */
export interface Owner {
  readonly pipeline: string;
  readonly runId: string;
  readonly batch: string | null;
  readonly step: string | null;
  readonly team: string | null;
  readonly environment: string | null;
}

/** A model call as its line keeps it. */
export type CallFacts = Omit<CallRecord, 'span' | 'responseId'>;

export interface LineKey extends SpanKey {
  readonly kind: 'model' | 'compute';
}

export interface LineRow extends LineKey, Owner {
  readonly receivedNs: bigint;
  readonly name: string;
  readonly failed: boolean;
  readonly attempt: number | null;
  readonly attemptKey: bigint | null;
  readonly call: CallFacts | null;
  readonly responseKey: bigint | null;
  readonly cpuNs: bigint | null;
  readonly gbNs: bigint | null;
  readonly costNanoUsd: bigint | null;
  readonly priceId: string | null;
  readonly unpricedReason: string | null;
  readonly excluded: string | null;
}

export interface ActivityRow extends SpanKey, Owner {
  readonly endNs: bigint;
  readonly receivedNs: bigint;
  readonly name: string;
  readonly failed: boolean;
  readonly isRun: boolean;
  readonly isBatch: boolean;
  readonly isStep: boolean;
  readonly rooted: boolean;
  readonly facts: ActivityFacts;
  readonly sampled: boolean;
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

export interface AttemptRow extends SpanKey {
  readonly endNs: bigint;
  readonly name: string;
  readonly pipeline: string;
  readonly runId: string;
  readonly batch: string | null;
  readonly step: string | null;
  readonly operationKey: bigint;
  readonly attemptKey: bigint;
  readonly outerAttemptKey: bigint | null;
  readonly number: number;
  readonly outcome: string;
  readonly errorClass: string | null;
  readonly backoffMs: number | null;
}
