/**
 * The shapes a pipeline author sees: what goes into a run, a step, a retry and a model call, and the handles that come
 * back. The handles carry their own place in the run, so they work where the asynchronous context was lost.
 */
import type { AttemptOutcome, CheckOutcome, ErrorClass, RunKind } from '@burnbook/domain/semconv';
import type { RetryBudget } from './retryBudget.js';

/** What a custom attribute may hold. */
export type AttributeValue = string | number | boolean | readonly string[] | readonly number[];

/** One run of a pipeline over one batch. Times are wall-clock; durations are milliseconds. */
export interface RunOptions {
  /** What the bill is for, such as a date. Without it the bill falls back to partition, nominal time, run id. */
  batch?: string;
  partition?: string;
  /** The time the batch stands for, not the time it runs. */
  nominalTime?: Date | string;
  /** Unique per run; a random UUID when left out. */
  runId?: string;
  kind?: RunKind;
  /** Aborting it cancels the run: `run.signal` aborts, and with it every wait of `retry`. */
  signal?: AbortSignal;
  /** The run's `signal` aborts with a TimeoutError after this many milliseconds; no retry waits beyond it. */
  deadlineMs?: number;
  /** More attributes for the run's span. */
  attributes?: Readonly<Record<string, AttributeValue>>;
}

export interface RowCounts {
  in?: number;
  out?: number;
  failed?: number;
}

export interface ByteCounts {
  in?: number;
  out?: number;
}

/** What a check of the data found. */
export interface QualityResult {
  passed: boolean;
  /** Rows that were looked at, and those of them that did not stand the check. */
  rows?: number;
  failedRows?: number;
}

/** What `run` and `step` handles can both do. */
export interface WorkHandle {
  /** Aborts with the caller's signal or at the run's deadline. Never aborts outside of a run. */
  readonly signal: AbortSignal;
  /** Puts an attribute on this span. Invalid values are ignored. */
  set(key: string, value: AttributeValue): void;
  /** Runs `fn` as a step below this one, profiled. */
  step<T>(name: string, fn: (step: StepHandle) => T | PromiseLike<T>): Promise<T>;
  retry<T>(fn: (attempt: AttemptHandle) => T | PromiseLike<T>, options?: RetryOptions): Promise<T>;
  modelCall<T>(
    options: ModelCallOptions,
    fn: (call: ModelCallHandle) => T | PromiseLike<T>,
  ): Promise<T>;
  /** Records a check of the data; never throws. */
  qualityCheck(
    name: string,
    check: QualityResult | (() => QualityResult | PromiseLike<QualityResult>),
  ): Promise<CheckOutcome>;
}

export interface RunHandle extends WorkHandle {
  readonly pipeline: string;
  readonly runId: string;
  readonly batch: string | undefined;
  /** 32 hexadecimal digits: the run's own trace. */
  readonly traceId: string;
}

export interface StepHandle extends WorkHandle {
  readonly name: string;
  /** Adds to the step's row counters; may be called any number of times. */
  rows(counts: RowCounts): void;
  /** Adds to the step's byte counters. */
  bytes(counts: ByteCounts): void;
  /** Adds milliseconds that the work lay in a queue before the step took it. */
  queueWait(waitMs: number): void;
  /** Names the dataset that the step writes: it is as fresh as the step's last success. One a step; the last name counts. */
  publishes(dataset: string): void;
}

/** How an operation is retried. Every option is checked before the first attempt. */
export interface RetryOptions {
  /** Name of the attempts' spans; the enclosing step's name, or `operation`, when left out. */
  operation?: string;
  /** Retries after the first attempt, 0 or more. Default 4. */
  retries?: number;
  /** Base of the backoff: wait n is random in [0, min(maxTimeoutMs, minTimeoutMs · 2^n]]. Default 500. */
  minTimeoutMs?: number;
  /** Longest wait of our own choice. A server's Retry-After may ask for more. Default 30,000. */
  maxTimeoutMs?: number;
  /** A Retry-After beyond this gives up at once rather than waits. Default 300,000. */
  retryAfterMaxMs?: number;
  /** Milliseconds that one attempt may take; then it fails as `timeout` and may be retried. Default: none. */
  attemptTimeoutMs?: number;
  /** Milliseconds for the whole operation, waits included. No attempt and no wait goes beyond. Default: the run's. */
  deadlineMs?: number;
  /** Aborts the attempt and the waits. The run's signal always counts too. */
  signal?: AbortSignal;
  /** Identifies the operation to the provider and in the telemetry; a random UUID when left out. */
  idempotencyKey?: string;
  /** The collector's budget (retries ≤ 10 % of operations + 10) when left out. */
  budget?: RetryBudget;
  /** Asked for every error that could be retried. `invalid_request` and `cancelled` are never retried. */
  shouldRetry?: (failure: AttemptFailure) => boolean | Promise<boolean>;
}

export interface AttemptFailure {
  readonly error: unknown;
  readonly errorClass: ErrorClass;
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  readonly retriesLeft: number;
}

export interface AttemptHandle {
  /** From 1. */
  readonly number: number;
  /** The wait before this attempt, in milliseconds; 0 for the first. */
  readonly backoffMs: number;
  /** The same for every attempt of the operation: send it to the provider as its idempotency key. */
  readonly idempotencyKey: string;
  /** Aborts with the caller's signal, at the attempt's timeout and at the deadline. Pass it to `fetch`. */
  readonly signal: AbortSignal;
  set(key: string, value: AttributeValue): void;
  modelCall<T>(
    options: ModelCallOptions,
    fn: (call: ModelCallHandle) => T | PromiseLike<T>,
  ): Promise<T>;
}

export interface ModelCallOptions {
  /** As in `gen_ai.provider.name`: `openai`, `anthropic`, `aws.bedrock`, … */
  provider: string;
  /** The requested model. */
  model: string;
  /** As in `gen_ai.operation.name`: `chat`, `embeddings`, … Default `chat`. */
  operation?: string;
  /** The requested service tier: `batch`, `flex`, `priority`, … */
  serviceTier?: string;
  attributes?: Readonly<Record<string, AttributeValue>>;
}

/** Token counts as the provider answered them. Input includes cached tokens; output includes reasoning. */
export interface ModelUsage {
  inputTokens?: number;
  outputTokens?: number;
  cacheReadTokens?: number;
  cacheWriteTokens?: number;
  reasoningTokens?: number;
  audioInputTokens?: number;
  audioOutputTokens?: number;
  /** What the provider itself says that the call cost, in USD. Kept apart from the computed cost. */
  reportedCostUsd?: number;
}

export interface ModelResponse {
  /** The provider's id of the answer: equal ids are paid once. */
  id?: string;
  /** The model that answered, where it differs from the requested one. */
  model?: string;
  /** The tier that served the call. */
  serviceTier?: string;
}

export interface ModelCallHandle {
  /** Records usage, also when the call fails afterwards. A later call replaces the counts that it names. */
  usage(usage: ModelUsage): void;
  response(response: ModelResponse): void;
  set(key: string, value: AttributeValue): void;
}

export type { AttemptOutcome, CheckOutcome, ErrorClass, RunKind };
