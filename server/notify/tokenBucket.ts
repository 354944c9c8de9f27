/** How many messages a destination takes in a minute: a burst of a tenth of them, the rest evenly. */
import { MINUTE_NS } from '@burnbook/domain/time';

const BURST_SHARE = 10;

export class TokenBucket {
  readonly #perMinute: number;
  readonly #capacity: number;
  #tokens: number;
  #atNs: bigint;

  constructor(perMinute: number, nowNs: bigint) {
    this.#perMinute = perMinute;
    this.#capacity = Math.max(1, Math.floor(perMinute / BURST_SHARE));
    this.#tokens = this.#capacity;
    this.#atNs = nowNs;
  }

  get perMinute(): number {
    return this.#perMinute;
  }

  /** @returns whether one may go now. */
  take(nowNs: bigint): boolean {
    // A clock that was set back gives nothing and takes nothing.
    const passedNs = nowNs > this.#atNs ? Number(nowNs - this.#atNs) : 0;
    this.#atNs = nowNs;
    this.#tokens = Math.min(
      this.#capacity,
      this.#tokens + (passedNs / Number(MINUTE_NS)) * this.#perMinute,
    );
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
