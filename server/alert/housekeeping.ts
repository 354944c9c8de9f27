/** Once a day takes away what would grow without end. */
import { DAY_NS } from '@burnbook/domain/time';
import { StoreError } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';

const LOOK_MS = 600_000;

export class Housekeeping {
  readonly #o: HousekeepingOptions;
  readonly #timer: NodeJS.Timeout;
  #doneNs: bigint | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: HousekeepingOptions) {
    this.#o = options;
    // Not at once: after a start there is more urgent work.
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(() => this.#keep());
    }, LOOK_MS).unref();
  }

  /** Resolves when nothing is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #keep(): Promise<void> {
    const { store, nowNs, report } = this.#o;
    const atNs = nowNs();
    const isDone = this.#doneNs !== null && atNs >= this.#doneNs && atNs - this.#doneNs < DAY_NS;
    if (isDone) return;
    try {
      await store.command('forgetOld', { atNs });
      this.#doneNs = atNs;
    } catch (error) {
      // The next look, in ten minutes, does what this one could not.
      if (!(error instanceof StoreError && error.reason !== 'error')) report(error);
    }
  }
}

export interface HousekeepingOptions {
  readonly store: StoreClient;
  /** UTC nanoseconds. */
  readonly nowNs: () => bigint;
  readonly report: (error: unknown) => void;
}
