/** Asks what the Verify sections of open executions ask, again and again; while nothing is being followed it does nothing. */
import { parseTime } from '@burnbook/domain/time';
import type { VerifyRound } from '@burnbook/domain/runbook/verify';
import { noAnswer } from '../check/noAnswer.js';
import type { CheckAnswer, RunbookCheck } from '../contract.js';

/** Answers the checks of a runbook, in their order. */
export type AnswersOf = (checks: readonly RunbookCheck[]) => Promise<readonly CheckAnswer[]>;

/** An execution whose checks have a say. */
export interface Watched {
  readonly executionId: string;
  readonly checks: readonly RunbookCheck[];
}

export interface VerifyWatchOptions {
  readonly answersOf: AnswersOf;
  /** Those to be asked about now; null: nothing is being followed. */
  readonly watched: () => Promise<readonly Watched[] | null>;
  readonly settle: (executionId: string, round: VerifyRound<CheckAnswer>) => Promise<void>;
  readonly nowNs: () => bigint;
  /** Between two rounds, ms. Default 15,000. */
  readonly everyMs?: number | undefined;
  /** Told of failures: the next round does what this one could not. */
  readonly report: (error: unknown) => void;
}

const EVERY_MS = 15_000;
/** After a step its checks are asked so soon: steps that come together are one, and an answer may be told again for 2 s. */
const SOON_MS = 2_500;

export class VerifyWatch {
  readonly #o: VerifyWatchOptions;
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | null = null;
  #dueMs = Infinity;
  #running: Promise<void> | null = null;
  #stopped = false;

  constructor(options: VerifyWatchOptions) {
    this.#o = options;
    this.#everyMs = options.everyMs ?? EVERY_MS;
  }

  /** Something was done: its checks are worth asking. */
  touched(): void {
    this.#schedule(Math.min(SOON_MS, this.#everyMs));
  }

  /** Resolves when no round is under way and none will begin. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#running;
  }

  #schedule(inMs: number): void {
    const dueMs = performance.now() + inMs;
    if (this.#stopped || dueMs >= this.#dueMs) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => {
      this.#dueMs = Infinity;
      this.#timer = null;
      this.#running = (this.#running ?? Promise.resolve()).then(() => this.#round());
    }, inMs).unref();
  }

  async #round(): Promise<void> {
    let isIdle = false;
    try {
      const watched = await this.#o.watched();
      isIdle = watched === null;
      // One after the other: they must not take all connections from people who look.
      for (const each of watched ?? []) {
        if (this.#stopped) return;
        await this.#ask(each);
      }
    } catch (error) {
      this.#o.report(error);
    }
    if (!isIdle) this.#schedule(this.#everyMs);
  }

  async #ask({ executionId, checks }: Watched): Promise<void> {
    const askedNs = this.#o.nowNs();
    const answers = await this.#o.answersOf(checks).catch((error: unknown) => {
      this.#o.report(error);
      const reason = 'the checks could not be asked';
      return checks.map((check) => noAnswer(check, { askedNs, reason }));
    });
    await this.#o.settle(executionId, { askedNs: oldestOf(answers, askedNs), answers });
  }
}

/** An answer that was found for somebody else is as old as that. */
const oldestOf = (answers: readonly CheckAnswer[], askedNs: bigint): bigint =>
  answers.reduce((oldest, { at }) => {
    const atNs = parseTime(at) ?? askedNs;
    return atNs < oldest ? atNs : oldest;
  }, askedNs);
