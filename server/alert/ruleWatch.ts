/** Asks the rules after commits and every minute, and hands what they see to the desk: alerts rise while nobody looks. */
import type { AlertCondition } from '@burnbook/domain/alert/alert';
import { MINUTE_NS } from '@burnbook/domain/time';
import { StoreError } from '../store/protocol.js';
import type { AlertDesk } from './alertDesk.js';
import type { AlertRule, RuleContext } from './rules/alertRule.js';

const MINUTE_MS = 60_000;
/** The timer of a minute does not find the last minute's evaluation a few milliseconds too young: it would wait for another. */
const MINUTE_EARLY_NS = 5_000_000_000n;
const PAUSE_MIN_MS = 1_000;
const PAUSE_MAX_MS = 4_000;
/** From its own start to the first evaluation: whoever waits for a server to come up is served before. */
const FIRST_PAUSE_MS = 2_000;
/** An evaluation takes at most a twentieth of the time, as far as the longest pause allows. */
const PAUSE_FACTOR = 20;

export interface RuleWatchOptions {
  readonly desk: AlertDesk;
  readonly rules: readonly AlertRule[];
  readonly context: Omit<RuleContext, 'nowNs'>;
  readonly nowNs: () => bigint;
  /** How long it may rest after an evaluation, ms. Default 4,000: what a commit shows is known 5 s after it. */
  readonly pauseMsMax?: number;
  /** Told of failures, but for those of a store that is away or busy: the next turn does what this one could not. */
  readonly report: (error: unknown) => void;
}

export class RuleWatch {
  readonly #o: RuleWatchOptions;
  readonly #minutes: NodeJS.Timeout;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();
  #earliestMs: number;
  /** When the rules of the minute were last asked; null: they have to be. */
  #minuteNs: bigint | null = null;
  #hasFailed = false;
  #stopped = false;

  constructor(options: RuleWatchOptions) {
    this.#o = options;
    const firstPauseMs = Math.min(options.pauseMsMax ?? PAUSE_MAX_MS, FIRST_PAUSE_MS);
    this.#earliestMs = performance.now() + firstPauseMs;
    this.#minutes = setInterval(() => this.touched(), MINUTE_MS).unref();
  }

  /** Something may have changed. */
  touched(): void {
    if (this.#timer || this.#stopped) return;
    const waitMs = Math.max(0, this.#earliestMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#running = this.#running.then(() => this.#evaluate());
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
    this.#timer = null;
    this.#hasFailed = false;
    const startedMs = performance.now();
    const nowNs = this.#o.nowNs();
    const isMinute =
      this.#minuteNs === null ||
      nowNs - this.#minuteNs >= MINUTE_NS - MINUTE_EARLY_NS ||
      nowNs < this.#minuteNs;
    if (isMinute) this.#minuteNs = nowNs;
    const rules = this.#o.rules.filter(({ after }) => isMinute || after === 'commit');
    const seen: { readonly rule: AlertRule; readonly conditions: readonly AlertCondition[] }[] = [];
    // One after the other: they must not take all connections from people who look.
    for (const rule of rules) {
      try {
        seen.push({ rule, conditions: await rule.evaluate({ ...this.#o.context, nowNs }) });
      } catch (error) {
        this.#failed(error, isMinute);
      }
    }
    for (const source of ['event', 'cost'] as const) {
      const own = seen.filter(({ rule }) => rule.source === source);
      const names = new Set(own.flatMap(({ rule }) => rule.names));
      const conditions = own.flatMap((each) => each.conditions);
      try {
        await this.#o.desk.report(source, conditions, nowNs, { names });
      } catch (error) {
        this.#failed(error, isMinute);
      }
    }
    const endedMs = performance.now();
    const pauseMs = PAUSE_FACTOR * (endedMs - startedMs);
    this.#earliestMs =
      endedMs + Math.min(this.#o.pauseMsMax ?? PAUSE_MAX_MS, Math.max(PAUSE_MIN_MS, pauseMs));
    // Not only with the next minute: the store may have been away for a second.
    if (this.#hasFailed) this.touched();
  }

  #failed(error: unknown, isMinute: boolean): void {
    this.#hasFailed = true;
    if (isMinute) this.#minuteNs = null;
    const passes = error instanceof StoreError && error.reason !== 'error';
    if (!passes) this.#o.report(error);
  }
}
