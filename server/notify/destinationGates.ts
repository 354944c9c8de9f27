/** When a destination takes a message: within its rate, and not while it has asked to be left alone. */
import type { Destination } from '@burnbook/domain/notify/notifySettings';
import { NS_PER_SECOND } from '@burnbook/domain/time';
import { TokenBucket } from './tokenBucket.js';

const LOOK_AGAIN_NS = NS_PER_SECOND / 2n;

export class DestinationGates {
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #pausedUntilNs = new Map<string, bigint>();

  /** @returns null: now, and it counts; else when to ask again. */
  admit({ name, ratePerMinute }: Destination, nowNs: bigint): bigint | null {
    const pausedUntilNs = this.#pausedUntilNs.get(name) ?? 0n;
    if (pausedUntilNs > nowNs) return pausedUntilNs;
    let bucket = this.#buckets.get(name);
    if (!bucket || bucket.perMinute !== ratePerMinute) {
      bucket = new TokenBucket(ratePerMinute, nowNs);
      this.#buckets.set(name, bucket);
    }
    return bucket.take(nowNs) ? null : nowNs + LOOK_AGAIN_NS;
  }

  pause(name: string, untilNs: bigint): void {
    this.#pausedUntilNs.set(name, untilNs);
  }

  /** The clock or the file changed: what was asked for holds no more. */
  forgetPauses(): void {
    this.#pausedUntilNs.clear();
  }
}
