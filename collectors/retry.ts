import pRetry, { AbortError } from 'p-retry';
import {
  abortClass,
  makeAttempt,
  recordUnstarted,
  type AttemptFailed,
  type AttemptPlan,
  type GaveUp,
} from './attempt.js';
import { isRetryable } from './errorClass.js';
import type { AttemptHandle, RetryOptions } from './handles.js';
import { linkSignals, timeoutError, type LinkedSignal } from './linkedSignal.js';
import { checkFunction, checkNumber, checkSignal, checkText, shown } from './optionCheck.js';
import { retryAfterMs } from './retryAfter.js';
import type { RetryBudget } from './retryBudget.js';
import { currentScope, type Scope } from './scope.js';

/**
 * Calls `fn` until it succeeds, and records every attempt.
 *
 * Waits with full jitter (a random time up to min(maxTimeoutMs, minTimeoutMs · 2^n)), or longer if the server's
 * Retry-After says so. Gives up with `fn`'s last error when the retries, the deadline or the retry budget are used up,
 * when the error cannot pass, or when `shouldRetry` says no; with the signal's reason when aborted while it waits.
 * @throws TypeError before the first attempt, naming the option, its rule and the value.
 */
export function retry<T>(
  fn: (attempt: AttemptHandle) => T | PromiseLike<T>,
  options: RetryOptions = {},
): Promise<T> {
  return retryIn(currentScope(), fn, options);
}

export async function retryIn<T>(
  scope: Scope,
  fn: (attempt: AttemptHandle) => T | PromiseLike<T>,
  options: RetryOptions = {},
): Promise<T> {
  checkFunction('the callback of retry', fn);
  checkOptions(options);
  const link = linkSignals([scope.signal, options.signal]);
  const operation = new Operation(scope, options, link);
  try {
    // p-retry drives and counts; waiting is ours, since it knows neither full jitter nor Retry-After nor our clock.
    return await pRetry((number) => operation.attempt(number, fn), {
      retries: operation.retries,
      minTimeout: 0,
      factor: 1,
    });
  } catch (error) {
    throw error instanceof Failure ? error.thrown : error;
  } finally {
    link.unlink();
  }
}

/** Carries what `fn` threw through p-retry, which would replace a thrown non-error and judge a TypeError itself. */
class Failure extends Error {
  readonly thrown: unknown;

  constructor(thrown: unknown) {
    super('attempt failed');
    this.thrown = thrown;
  }
}

const DEFAULTS = { retries: 4, minTimeoutMs: 500, maxTimeoutMs: 30_000, retryAfterMaxMs: 300_000 };

class Operation {
  readonly retries: number;
  readonly #scope: Scope;
  readonly #options: RetryOptions & typeof DEFAULTS;
  readonly #link: LinkedSignal;
  readonly #budget: RetryBudget;
  readonly #plan: Omit<AttemptPlan, 'number' | 'backoffMs'>;
  #waitMs = 0;
  #lastFailure: Failure | undefined;

  constructor(scope: Scope, options: RetryOptions, link: LinkedSignal) {
    const { deadlineMs = Number.POSITIVE_INFINITY, idempotencyKey } = options;
    this.#scope = scope;
    this.#options = { ...DEFAULTS, ...withoutUndefined(options) };
    this.#link = link;
    this.#budget = options.budget ?? scope.core.budget;
    this.retries = this.#options.retries;
    const operationId = scope.operations?.next(idempotencyKey);
    const anyId = operationId ?? idempotencyKey ?? crypto.randomUUID();
    this.#plan = {
      scope,
      operation: options.operation ?? scope.stepName ?? 'operation',
      operationId: anyId,
      idempotencyKey: idempotencyKey ?? anyId,
      signal: link.signal,
      timeoutMs: options.attemptTimeoutMs ?? Number.POSITIVE_INFINITY,
      deadlineMs: Math.min(scope.deadlineMs, scope.core.runtime.nowMs() + deadlineMs),
    };
  }

  /** @throws Failure to be tried again; an AbortError of p-retry when it is over. */
  async attempt<T>(number: number, fn: (attempt: AttemptHandle) => T | PromiseLike<T>): Promise<T> {
    if (number === 1) this.#budget.earn();
    const plan = { ...this.#plan, number, backoffMs: await this.#wait() };
    const { signal, deadlineMs } = plan;
    if (signal.aborted) {
      recordUnstarted(plan, signal.reason);
      throw new AbortError(new Failure(signal.reason));
    }
    if (this.#scope.core.runtime.nowMs() >= deadlineMs) {
      // A wait may take longer than it should.
      const late = timeoutError('the deadline has passed');
      recordUnstarted(plan, late);
      throw new AbortError(this.#lastFailure ?? new Failure(late));
    }
    const result = await makeAttempt(plan, fn);
    if (result.ok) return result.value;
    const failure = new Failure(result.error);
    this.#lastFailure = failure;
    if ((await this.#judge(result, number)) === undefined) throw failure;
    throw new AbortError(failure);
  }

  /** Waits as decided after the last attempt. Returns the milliseconds waited, fewer if aborted. */
  async #wait(): Promise<number> {
    if (this.#waitMs === 0) return 0;
    const { runtime } = this.#scope.core;
    const startMs = runtime.nowMs();
    await runtime.sleep(this.#waitMs, this.#link.signal);
    return this.#link.signal.aborted ? Math.round(runtime.nowMs() - startMs) : this.#waitMs;
  }

  /** Decides whether to try again, and ends the attempt's span with the answer. */
  async #judge(failure: AttemptFailed, number: number): Promise<GaveUp | undefined> {
    let verdict: GaveUp | undefined = 'should_retry';
    try {
      verdict = await this.#verdict(failure, number);
    } finally {
      failure.end(verdict);
    }
    return verdict;
  }

  async #verdict(failure: AttemptFailed, number: number): Promise<GaveUp | undefined> {
    const { errorClass, error } = failure;
    const { signal } = this.#link;
    if (signal.aborted) return abortClass(signal) === 'timeout' ? 'deadline' : 'cancelled';
    if (errorClass === 'cancelled') return 'cancelled';
    if (!isRetryable(error, errorClass)) return 'not_retryable';
    if (number > this.retries) return 'retries';
    const retriesLeft = this.retries - number + 1;
    const { shouldRetry } = this.#options;
    if ((await shouldRetry?.({ error, errorClass, attempt: number, retriesLeft })) === false) {
      return 'should_retry';
    }
    return this.#planWait(error, number);
  }

  #planWait(error: unknown, number: number): GaveUp | undefined {
    const { runtime } = this.#scope.core;
    const { minTimeoutMs, maxTimeoutMs, retryAfterMaxMs } = this.#options;
    const askedMs = retryAfterMs(error, runtime.epochMs()) ?? 0;
    if (askedMs > retryAfterMaxMs) return 'retry_after';
    const capMs = Math.min(maxTimeoutMs, minTimeoutMs * 2 ** (number - 1));
    const waitMs = Math.max(askedMs, Math.round(runtime.random() * capMs));
    if (runtime.nowMs() + waitMs >= this.#plan.deadlineMs) return 'deadline';
    if (!this.#budget.spend()) return 'budget';
    this.#waitMs = waitMs;
    return undefined;
  }
}

function checkOptions(options: RetryOptions): void {
  const { operation, idempotencyKey, signal, shouldRetry, budget } = options;
  if (operation !== undefined) checkText('operation', operation);
  if (idempotencyKey !== undefined) checkText('idempotencyKey', idempotencyKey);
  if (signal !== undefined) checkSignal('signal', signal);
  if (shouldRetry !== undefined) checkFunction('option shouldRetry', shouldRetry);
  if (budget !== undefined && typeof budget.spend !== 'function') {
    throw new TypeError(`option budget must come from createRetryBudget, got ${shown(budget)}`);
  }
  const numbers = [
    { option: 'retries', min: 0, max: 1_000, integer: true },
    { option: 'minTimeoutMs', min: 0, max: 3_600_000 },
    { option: 'maxTimeoutMs', min: 0, max: 3_600_000 },
    { option: 'retryAfterMaxMs', min: 0, max: 86_400_000 },
    { option: 'attemptTimeoutMs', min: 1, max: 86_400_000 },
    { option: 'deadlineMs', min: 1, max: 604_800_000 },
  ] as const;
  for (const rule of numbers) {
    const value = options[rule.option];
    if (value !== undefined) checkNumber({ ...rule, value });
  }
}

function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as T;
}
