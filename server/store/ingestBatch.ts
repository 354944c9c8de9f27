/**
 * What the ingest hands to the store: checked, timed and priced spans as columns.
 */
import type { StoredPrice } from '@burnbook/domain/price';
import type { FactColumns, RareParts, SpanSource } from '@burnbook/domain/spanBatch';
import type { Usage } from '@burnbook/domain/usage';

/** Columns as in `SpanBatch`, with event times settled. */
export interface IngestBatch {
  readonly length: number;
  /** Arrival, UTC nanoseconds. */
  readonly receivedNs: bigint;
  readonly traceHi: BigUint64Array;
  readonly traceLo: BigUint64Array;
  readonly spanId: BigUint64Array;
  readonly parentId: BigUint64Array;
  readonly startNs: BigInt64Array;
  /** Never negative. */
  readonly durationNs: BigInt64Array;
  /** See `TIME_FROM`. */
  readonly timeFrom: Uint8Array;
  readonly kind: Uint8Array;
  readonly status: Uint8Array;
  readonly name: Uint32Array;
  readonly source: Uint32Array;
  readonly attrs: Uint8Array;
  readonly attrsEnd: Uint32Array;
  readonly rare: readonly RareParts[];
  readonly facts: FactColumns;
  readonly strings: readonly string[];
  readonly sources: readonly SpanSource[];
  /** Model calls among the spans, in the order of spans. */
  readonly calls: readonly CallRecord[];
}

/** 0: the emitter's own time. 1: the arrival, since the emitter's time could not be true. */
export const TIME_FROM = { emitter: 0, arrival: 1 } as const;

/** One model call, priced with what was known when it arrived. */
export interface CallRecord {
  readonly span: number;
  readonly provider: string | null;
  readonly model: string | null;
  /** The model that was asked for, where the answer named another. */
  readonly requestModel: string | null;
  readonly tier: string;
  readonly operation: string | null;
  readonly usage: Usage;
  /** Why no price can help, whatever it is; null: one can. */
  readonly usageFault: string | null;
  /** Nanoseconds that the model worked on it. */
  readonly billedNs: bigint | null;
  readonly images: number | null;
  readonly priceId: string | null;
  /** null: unpriced, for `unpricedReason`. */
  readonly costNanoUsd: bigint | null;
  readonly unpricedReason: string | null;
  readonly reportedNanoUsd: bigint | null;
  /** Why the reported cost was refused; absent (rare as it is, not null) when it was not. */
  readonly reportedNote?: string;
  readonly responseId: string | null;
  /** The span sums up calls below it: its usage counts only where no span below carries any. */
  readonly aggregate: boolean;
}

/** One transaction. */
export interface IngestGroup {
  readonly batches: readonly IngestBatch[];
  /** Prices that a line of this group is the first to be pinned to. */
  readonly prices: readonly { readonly price: StoredPrice; readonly knownAtNs: bigint }[];
}
