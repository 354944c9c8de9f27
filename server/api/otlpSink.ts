import type { SpanBatch } from '@burnbook/domain/spanBatch';

/** Where decoded spans go. */
export interface SpanSink {
  /**
   * Resolves once the batch would survive a kill -9 (`committed`), or at once when it was not taken: `busy` while the
   * queue is full, `unavailable` while the store restarts.
   * @param receivedNs when the request had arrived, UTC.
   */
  ingest(batch: SpanBatch, receivedNs: bigint): Promise<SinkAnswer>;
}

export type SinkAnswer =
  | { readonly kind: 'committed' }
  | { readonly kind: 'busy' | 'unavailable'; readonly retryAfterS: number };
