import { performance } from 'node:perf_hooks';
import type { Span } from '@opentelemetry/api';
import { KEY, type AttemptOutcome, type ErrorClass } from '@burnbook/domain/semconv';
import { errorClass } from './errorClass.js';
import { guard } from './guard.js';
import type { AttemptHandle } from './handles.js';
import { linkSignals, timeoutError, type LinkedSignal } from './linkedSignal.js';
import { modelCallIn } from './modelCall.js';
import { contextOf, markFailed, setAttribute, startSpan, within, type Scope } from './scope.js';

/** Why an operation was not tried again. */
export type GaveUp =
  | 'retries'
  | 'not_retryable'
  | 'should_retry'
  | 'deadline'
  | 'retry_after'
  | 'budget'
  | 'cancelled';

/** One attempt to be made. Times in milliseconds; `deadlineMs` on the runtime's clock. */
export interface AttemptPlan {
  scope: Scope;
  operation: string;
  operationId: string;
  idempotencyKey: string;
  number: number;
  backoffMs: number;
  /** The operation's: aborting it cancels the attempt. */
  signal: AbortSignal;
  timeoutMs: number;
  deadlineMs: number;
}

export interface AttemptFailed {
  readonly ok: false;
  readonly error: unknown;
  readonly errorClass: ErrorClass;
  /** Ends the span, at the time when the attempt failed. Called once, when it is known whether another follows. */
  end(gaveUp: GaveUp | undefined): void;
}

export type AttemptResult<T> = { readonly ok: true; readonly value: T } | AttemptFailed;

/**
 * Makes one attempt and records it, whatever comes of it. An attempt that does not heed its signal is left behind when
 * it is cut: the operation goes on, and what the attempt still does is recorded by its own spans. Never rejects.
 */
export async function makeAttempt<T>(
  plan: AttemptPlan,
  fn: (attempt: AttemptHandle) => T | PromiseLike<T>,
): Promise<AttemptResult<T>> {
  const { scope } = plan;
  const identity = identityOf(plan);
  const inAttempt: Scope = { ...scope, attempt: identity };
  const span = startSpan(inAttempt, {
    name: plan.operation,
    attributes: { [KEY.attemptBackoffMs]: plan.backoffMs },
  });
  const link = linkSignals([plan.signal]);
  const stopTimer = cutAfter(plan, link);
  const below: Scope = {
    ...inAttempt,
    context: contextOf(scope, span),
    signal: link.signal,
    deadlineMs: plan.deadlineMs,
  };
  try {
    const work = within(below, () => fn(handle({ plan, scope: below, span })));
    const value = await untilCut(work, link.signal);
    endSpan(span, { outcome: 'succeeded' });
    return { ok: true, value };
  } catch (error) {
    return failed({ span, error, signal: link.signal });
  } finally {
    stopTimer();
    link.unlink();
  }
}

/** Records an attempt that an abort, or the deadline, kept from starting. */
export function recordUnstarted(plan: AttemptPlan, reason: unknown): void {
  const span = startSpan(
    { ...plan.scope, attempt: identityOf(plan) },
    { name: plan.operation, attributes: { [KEY.attemptBackoffMs]: plan.backoffMs } },
  );
  const isLate = errorClass(reason) === 'timeout';
  markFailed(span, reason);
  endSpan(span, {
    outcome: isLate ? 'failed' : 'cancelled',
    errorClass: isLate ? 'timeout' : 'cancelled',
    gaveUp: isLate ? 'deadline' : 'cancelled',
  });
}

/** An abort is a cancellation, unless its reason says that time ran out. */
export function abortClass(signal: AbortSignal): ErrorClass {
  return errorClass(signal.reason) === 'timeout' ? 'timeout' : 'cancelled';
}

function identityOf(plan: AttemptPlan): Record<string, string | number> {
  return { [KEY.attemptNumber]: plan.number, [KEY.operationId]: plan.operationId };
}

/** Aborts the attempt at its time limit or at the deadline, whichever comes first. */
function cutAfter({ scope, timeoutMs, deadlineMs }: AttemptPlan, link: LinkedSignal): () => void {
  const { runtime } = scope.core;
  const leftMs = deadlineMs - runtime.nowMs();
  const cutMs = Math.min(timeoutMs, leftMs);
  if (!Number.isFinite(cutMs)) return () => undefined;
  const stop = new AbortController();
  void runtime.sleep(Math.max(0, cutMs), stop.signal).then(() => {
    if (stop.signal.aborted) return;
    link.abort(
      timeoutError(leftMs <= timeoutMs ? 'the deadline has passed' : 'the attempt took too long'),
    );
  });
  return () => stop.abort();
}

/** The work's own outcome, or a rejection with the abort's reason one turn of the loop after an abort. */
async function untilCut<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = (): void => undefined;
  const cut = new Promise<never>((_, reject) => {
    // An attempt that heeds the signal rejects with an error of its own, which says more: it goes first.
    onAbort = () => void setImmediate(() => reject(toError(signal.reason)));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, cut]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Classes that only the provider's answer can have; all others may be what an abort looks like from inside. */
const ANSWERS: ReadonlySet<ErrorClass> = new Set([
  'rate_limited',
  'server',
  'invalid_request',
  'invalid_output',
]);

function failed(of: {
  span: Span | undefined;
  error: unknown;
  signal: AbortSignal;
}): AttemptFailed {
  const endedMs = performance.now();
  const own = errorClass(of.error);
  const kind = of.signal.aborted && !ANSWERS.has(own) ? abortClass(of.signal) : own;
  return {
    ok: false,
    error: of.error,
    errorClass: kind,
    end: (gaveUp) => {
      markFailed(of.span, of.error);
      const outcome = kind === 'cancelled' ? 'cancelled' : 'failed';
      endSpan(of.span, { outcome, errorClass: kind, gaveUp, endedMs });
    },
  };
}

interface AttemptEnd {
  outcome: AttemptOutcome;
  errorClass?: ErrorClass;
  gaveUp?: GaveUp | undefined;
  /** On the performance clock. */
  endedMs?: number;
}

function endSpan(
  span: Span | undefined,
  { outcome, errorClass, gaveUp, endedMs }: AttemptEnd,
): void {
  guard(() => {
    span?.setAttribute(KEY.attemptOutcome, outcome);
    if (errorClass !== undefined) span?.setAttribute(KEY.attemptErrorClass, errorClass);
    if (gaveUp !== undefined) span?.setAttribute(KEY.attemptGaveUp, gaveUp);
    span?.end(endedMs);
  });
}

function handle(of: { plan: AttemptPlan; scope: Scope; span: Span | undefined }): AttemptHandle {
  const { plan, scope, span } = of;
  return {
    number: plan.number,
    backoffMs: plan.backoffMs,
    idempotencyKey: plan.idempotencyKey,
    signal: scope.signal,
    set: (key, value) => setAttribute(span, { scope, key, value }),
    modelCall: (options, fn) => modelCallIn(scope, options, fn),
  };
}

/** The reason of an abort is anything; it is handed on as it is. */
function toError(reason: unknown): Error {
  return reason as Error;
}
