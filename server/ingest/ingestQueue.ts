/**
 * The bounded way from the receivers to the store: it groups batches into transactions and answers only after the commit.
 *
 * There is no timer: while the store works on two groups, whatever arrives gathers in the next one. Alone, a batch is
 * committed at once; under load groups grow by themselves up to `groupSpansMax`.
 */
import { storedPrice, type PriceVersion } from '@burnbook/domain/price';
import type { SpanBatch } from '@burnbook/domain/spanBatch';
import type { IngestBatch, IngestGroup } from '../store/ingestBatch.js';
import { StoreError, type CommitReport } from '../store/protocol.js';
import { ingestRows, type ResolvePrice } from './ingestRows.js';

export interface IngestQueueOptions {
  readonly store: {
    readonly ready: boolean;
    commit(group: IngestGroup): Promise<CommitReport>;
  };
  readonly resolvePrice: ResolvePrice;
  /** Bytes that may wait for the store, under way ones included. */
  readonly queueBytesMax: number;
  readonly groupSpansMax: number;
  readonly onCommit?: (report: CommitReport) => void;
  readonly onError?: (error: unknown) => void;
}

export type IngestResult =
  | { readonly kind: 'committed' }
  | { readonly kind: 'busy'; readonly retryAfterS: number }
  | { readonly kind: 'unavailable'; readonly retryAfterS: number };

/** What a span costs in memory beyond its attributes: columns, facts and strings. */
const SPAN_BYTES = 250;
const GROUPS_UNDER_WAY_MAX = 2;
/** Clients have 10 s for all tries together, and give up at once on a longer wish. */
const RETRY_AFTER_S = 1;

interface Waiting {
  readonly batch: IngestBatch;
  readonly prices: ReadonlyMap<string, PriceVersion>;
  readonly bytes: number;
  readonly resolve: (result: IngestResult) => void;
}

export class IngestQueue {
  readonly #o: IngestQueueOptions;
  readonly #waiting: Waiting[] = [];
  readonly #storedPrices = new Set<string>();
  #bytes = 0;
  #underWay = 0;
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(options: IngestQueueOptions) {
    this.#o = options;
  }

  /** Bytes waiting or under way. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves once the batch is on disk, or says why it will not be. */
  ingest(spans: SpanBatch, receivedNs: bigint): Promise<IngestResult> {
    if (spans.length === 0) return Promise.resolve({ kind: 'committed' });
    if (this.#closed || !this.#o.store.ready) {
      return Promise.resolve({ kind: 'unavailable', retryAfterS: RETRY_AFTER_S });
    }
    const bytes = spans.length * SPAN_BYTES + spans.attrs.length;
    // One batch larger than the whole queue is let in when it is alone: refused, it would be sent for ever.
    if (this.#bytes > 0 && this.#bytes + bytes > this.#o.queueBytesMax) {
      return Promise.resolve({ kind: 'busy', retryAfterS: RETRY_AFTER_S });
    }
    this.#bytes += bytes;
    const { batch, prices } = ingestRows(spans, receivedNs, this.#o.resolvePrice);
    return new Promise((resolve) => {
      this.#waiting.push({ batch, prices, bytes, resolve });
      this.#next();
    });
  }

  /** Refuses what comes from now on and resolves when all before it is on disk. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#underWay === 0 && this.#waiting.length === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #next(): void {
    while (this.#underWay < GROUPS_UNDER_WAY_MAX && this.#waiting.length > 0) {
      const group: Waiting[] = [];
      let spans = 0;
      for (let head = this.#waiting[0]; head; head = this.#waiting[0]) {
        if (group.length > 0 && spans + head.batch.length > this.#o.groupSpansMax) break;
        group.push(head);
        spans += head.batch.length;
        this.#waiting.shift();
      }
      this.#underWay++;
      void this.#commit(group);
    }
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    const prices = new Map<string, IngestGroup['prices'][number]>();
    for (const { batch, prices: used } of group) {
      for (const [id, price] of used) {
        if (!this.#storedPrices.has(id))
          prices.set(id, { price: storedPrice(price), knownAtNs: batch.receivedNs });
      }
    }
    let result: IngestResult = { kind: 'committed' };
    try {
      const report = await this.#o.store.commit({
        batches: group.map(({ batch }) => batch),
        prices: [...prices.values()],
      });
      for (const id of prices.keys()) this.#storedPrices.add(id);
      this.#o.onCommit?.(report);
    } catch (error) {
      result = { kind: 'unavailable', retryAfterS: RETRY_AFTER_S };
      if (!(error instanceof StoreError && error.reason === 'unavailable'))
        this.#o.onError?.(error);
    }
    this.#underWay--;
    for (const { bytes, resolve } of group) {
      this.#bytes -= bytes;
      resolve(result);
    }
    this.#next();
    if (this.#underWay === 0 && this.#waiting.length === 0) {
      for (const resolve of this.#idle.splice(0)) resolve();
    }
  }
}
