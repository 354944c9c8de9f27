/** Evaluates budgets after commits and every minute, so that alerts are raised while nobody looks. */
import { StoreError } from '../store/protocol.js';
import type { BudgetBook } from './budgetBook.js';

const MINUTE_MS = 60_000;
const PAUSE_MIN_MS = 1_000;
/** An evaluation takes at most a twentieth of the time. */
const PAUSE_FACTOR = 20;

export interface BudgetWatchOptions {
  readonly book: BudgetBook;
  /** Told of failures, but for those of a store that is away or busy: the next turn does what this one could not. */
  readonly report: (error: unknown) => void;
}

export class BudgetWatch {
  readonly #book: BudgetBook;
  readonly #report: (error: unknown) => void;
  readonly #minutes: NodeJS.Timeout;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();
  #earliestMs = 0;
  #stopped = false;

  constructor({ book, report }: BudgetWatchOptions) {
    this.#book = book;
    this.#report = report;
    this.#minutes = setInterval(() => this.touched(), MINUTE_MS).unref();
  }

  /** Something may have changed. */
  touched(): void {
    if (this.#timer || this.#stopped || this.#book.isEmpty) return;
    const waitMs = Math.max(0, this.#earliestMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#running = this.#evaluate();
    }, waitMs).unref();
  }

  /** Resolves when no evaluation is under way and none will begin. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#minutes);
    if (this.#timer) clearTimeout(this.#timer);
    await this.#running;
  }

  async #evaluate(): Promise<void> {
    const startedMs = performance.now();
    let failed = false;
    try {
      await this.#book.evaluate();
    } catch (error) {
      failed = true;
      const passes = error instanceof StoreError && error.reason !== 'error';
      if (!passes) this.#report(error);
    }
    const endedMs = performance.now();
    this.#earliestMs = endedMs + Math.max(PAUSE_MIN_MS, PAUSE_FACTOR * (endedMs - startedMs));
    // Not only with the next commit or minute: the store may have been away for a second.
    if (failed) this.touched();
  }
}
