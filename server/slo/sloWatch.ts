/** Evaluates SLOs soon after commits and every half minute, so that alerts are raised while nobody looks. */
import { StoreError } from '../store/protocol.js';
import type { SloEngine } from './sloEngine.js';

const EVERY_MS = 30_000;
/** From a commit to the evaluation of what it touched; with the commit feed's second within five. */
const PAUSE_MIN_MS = 1_500;
/** An evaluation takes at most a tenth of the time, unless it would come too late for that. */
const PAUSE_FACTOR = 10;
const PAUSE_MAX_MS = 3_000;
/** Between two pieces of history. */
const HISTORY_PAUSE_FACTOR = 4;

export interface SloWatchOptions {
  readonly engine: SloEngine;
  /** UTC nanoseconds. */
  readonly nowNs: () => bigint;
  /** Told of failures, but for those of a store that is away or busy: the next turn, soon, does what this one could not. */
  readonly report: (error: unknown) => void;
}

export class SloWatch {
  readonly #o: SloWatchOptions;
  readonly #interval: NodeJS.Timeout;
  #timer: NodeJS.Timeout | null = null;
  #deadlineTimer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();
  #earliestMs = 0;
  #stopped = false;

  constructor(options: SloWatchOptions) {
    this.#o = options;
    this.#interval = setInterval(() => this.touched(), EVERY_MS).unref();
  }

  /** Something was committed, defined or has become older. */
  touched(): void {
    this.#o.engine.touched();
    this.#soon(Math.max(0, this.#earliestMs - performance.now()));
  }

  /** Resolves when no evaluation is under way and none will begin. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#interval);
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#deadlineTimer) clearTimeout(this.#deadlineTimer);
    await this.#running;
    await this.#o.engine.idle();
  }

  #soon(waitMs: number): void {
    if (this.#timer || this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#running = this.#evaluate();
    }, waitMs).unref();
  }

  /** What is due before the next turn is judged at its deadline. */
  #atNextDeadline(): void {
    if (this.#deadlineTimer) clearTimeout(this.#deadlineTimer);
    const dueNs = this.#o.engine.nextDueNs;
    if (dueNs === null || this.#stopped) return;
    const waitMs = Number((dueNs - this.#o.nowNs()) / 1_000_000n) + 1;
    if (waitMs < 0 || waitMs > EVERY_MS) return;
    this.#deadlineTimer = setTimeout(() => this.touched(), waitMs).unref();
  }

  async #evaluate(): Promise<void> {
    const { engine, report } = this.#o;
    const startedMs = performance.now();
    let hasHistory = false;
    let failed = false;
    try {
      await engine.evaluate();
      hasHistory = await engine.countHistory();
    } catch (error) {
      failed = true;
      const passes = error instanceof StoreError && error.reason !== 'error';
      if (!passes) report(error);
    }
    const tookMs = performance.now() - startedMs;
    const pauseMs = Math.min(PAUSE_MAX_MS, Math.max(PAUSE_MIN_MS, PAUSE_FACTOR * tookMs));
    this.#earliestMs = performance.now() + pauseMs;
    if (hasHistory) this.#soon(HISTORY_PAUSE_FACTOR * tookMs);
    // A page must not wait for the next half minute because the store was away for a second.
    else if (failed || engine.isUntold) this.#soon(pauseMs);
    this.#atNextDeadline();
  }
}
