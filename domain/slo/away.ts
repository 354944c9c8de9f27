/** When the server was away: it judged nothing then, and what fell due meanwhile may still be on its way when it is back. */
import type { TimeSpan } from '../budgetPeriod.js';
import { MINUTE_NS } from '../time.js';

/** After a start, what collectors kept for the server is waited for. */
export const CATCH_UP_NS = 2n * MINUTE_NS;

export class AwayTime {
  /** In order and apart from each other; each ends with a start. */
  readonly stretches: readonly TimeSpan[];

  constructor(stretches: readonly TimeSpan[]) {
    this.stretches = stretches;
  }

  /** When what happened at an instant could be judged: then, or with the next start. */
  judgedNs(atNs: bigint): bigint {
    const last = this.#lastBegun(atNs);
    return last && atNs < last.endNs ? last.endNs : atNs;
  }

  /** At an instant: until when that is waited for which fell due at another; null: it is not any more. */
  waitsUntilNs(dueNs: bigint, atNs: bigint): bigint | null {
    const startedNs = this.#lastBegun(atNs)?.endNs ?? null;
    if (startedNs === null || dueNs > startedNs) return null;
    const endNs = startedNs + CATCH_UP_NS;
    return atNs < endNs ? endNs : null;
  }

  #lastBegun(atNs: bigint): TimeSpan | null {
    let [low, high] = [0, this.stretches.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.stretches[middle]?.startNs ?? atNs) <= atNs) low = middle + 1;
      else high = middle;
    }
    return this.stretches[low - 1] ?? null;
  }
}

export const NEVER_AWAY = new AwayTime([]);
