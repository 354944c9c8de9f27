/**
 * The bounded way from the receivers to the store: it groups batches into transactions and answers only after the commit.
 *
 * While the store works on two groups, whatever arrives gathers in the next one, up to `groupSpansMax`. Every commit costs
 * the same 20 ms of processor time before its first span, so that many small ones take it from everybody else: a small
 * group waits until the store has rested as long as the last one took. Alone, a batch is committed at once.
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
  /** How long a small group may wait for company, ms. Default 0: not at all. */
  readonly gatherMsMax?: number;
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
/** A group of this share of `groupSpansMax` does not wait. */
const SMALL_SHARE = 0.5;
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
  #waitingSpans = 0;
  #underWay = 0;
  #closed = false;
  /** Before it no small group begins. */
  #restsUntilMs = 0;
  #rest: NodeJS.Timeout | null = null;
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
    // First what may fail: bytes that nobody waits for would be counted for ever.
    const { batch, prices } = ingestRows(spans, receivedNs, this.#o.resolvePrice);
    this.#bytes += bytes;
    return new Promise((resolve) => {
      this.#waiting.push({ batch, prices, bytes, resolve });
      this.#waitingSpans += batch.length;
      this.#next();
    });
  }

  /** Refuses what comes from now on and resolves when all before it is on disk. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#next();
    if (this.#underWay === 0 && this.#waiting.length === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #next(): void {
    while (this.#underWay < GROUPS_UNDER_WAY_MAX && this.#waiting.length > 0) {
      if (this.#waitsForCompany()) return;
      const group: Waiting[] = [];
      let spans = 0;
      for (let head = this.#waiting[0]; head; head = this.#waiting[0]) {
        if (group.length > 0 && spans + head.batch.length > this.#o.groupSpansMax) break;
        group.push(head);
        spans += head.batch.length;
        this.#waiting.shift();
      }
      this.#underWay++;
      this.#waitingSpans -= spans;
      void this.#commit(group);
    }
  }

  #waitsForCompany(): boolean {
    if (this.#closed || this.#waitingSpans >= this.#o.groupSpansMax * SMALL_SHARE) return false;
    const restMs = this.#restsUntilMs - performance.now();
    if (restMs <= 0) return false;
    // A commit that has ended meanwhile may have made the rest shorter.
    if (this.#rest) clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#next(), restMs);
    return true;
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
    const { gatherMsMax = 0 } = this.#o;
    const startMs = performance.now();
    this.#restsUntilMs = startMs + gatherMsMax;
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
    const tookMs = performance.now() - startMs;
    this.#restsUntilMs = Math.min(this.#restsUntilMs, startMs + 2 * tookMs);
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
