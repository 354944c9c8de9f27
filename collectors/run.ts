import { randomUUID } from 'node:crypto';
import { type Attributes, type Span } from '@opentelemetry/api';
import { KEY, RUN_KINDS, type RunOutcome } from '@burnbook/domain/semconv';
import { abortClass } from './attempt.js';
import type { CollectorCore } from './collector.js';
import { guard } from './guard.js';
import type { RunHandle, RunOptions } from './handles.js';
import { linkSignals, timeoutError } from './linkedSignal.js';
import { OperationNames } from './operationNames.js';
import { checkFunction, checkNumber, checkOneOf, checkSignal, checkText } from './optionCheck.js';
import { profileAttributes } from './profileAttributes.js';
import {
  contextOf,
  enclosingScope,
  markFailed,
  rootScope,
  startSpan,
  within,
  type Scope,
} from './scope.js';
import { workHandle } from './step.js';

export interface RunStart {
  core: CollectorCore;
  pipeline: string;
  /** What the pipeline puts on every span: its name, team, environment. */
  identity: Attributes;
  options: RunOptions;
}

/** Runs `fn` as one run of a pipeline: a trace of its own, with a start, heartbeats and an outcome. */
export async function runIn<T>(
  { core, pipeline, identity, options }: RunStart,
  fn: (run: RunHandle) => T | PromiseLike<T>,
): Promise<T> {
  checkFunction('the callback of run', fn);
  checkOptions(options);
  const runId = options.runId ?? randomUUID();
  const outer = enclosingScope();
  const link = linkSignals([outer?.signal, options.signal]);
  const deadlineMs = core.runtime.nowMs() + (options.deadlineMs ?? Number.POSITIVE_INFINITY);
  const profile = guard(() => core.profiler.open(outer?.profile));
  const own: Scope = {
    ...rootScope(core),
    identity: { ...identity, ...runIdentity(options, runId) },
    profile,
    operations: new OperationNames(),
    signal: link.signal,
    deadlineMs: Math.min(deadlineMs, outer?.deadlineMs ?? Number.POSITIVE_INFINITY),
  };
  const span = startSpan(own, {
    name: pipeline,
    attributes: { ...(options.attributes as Attributes | undefined) },
  });
  const below: Scope = { ...own, context: contextOf(own, span) };
  const stopClocks = startClocks({ scope: below, pipeline, options, abort: link.abort });
  const traceId = span?.spanContext().traceId ?? '';
  let outcome: RunOutcome = 'succeeded';
  try {
    const handle = { ...workHandle(below, span), pipeline, runId, batch: options.batch, traceId };
    return await within(below, () => fn(handle));
  } catch (error) {
    outcome = outcomeOf(link.signal);
    markFailed(span, error);
    throw error;
  } finally {
    stopClocks();
    link.unlink();
    end({ scope: below, span, outcome });
    await core.flushRunEnd();
  }
}

/** A run that failed after it was told to stop was cancelled; one that ran out of time has failed. */
function outcomeOf(signal: AbortSignal): RunOutcome {
  return signal.aborted && abortClass(signal) === 'cancelled' ? 'cancelled' : 'failed';
}

function runIdentity(options: RunOptions, runId: string): Attributes {
  const { batch, partition, nominalTime, kind } = options;
  const time = nominalTime instanceof Date ? nominalTime.toISOString() : nominalTime;
  return {
    [KEY.runId]: runId,
    ...(batch === undefined ? {} : { [KEY.batchId]: batch }),
    ...(partition === undefined ? {} : { [KEY.partition]: partition }),
    ...(time === undefined ? {} : { [KEY.nominalTime]: time }),
    ...(kind === undefined ? {} : { [KEY.runKind]: kind }),
  };
}

interface Clocks {
  scope: Scope;
  pipeline: string;
  options: RunOptions;
  abort: (reason: unknown) => void;
}

/** Emits the start, then heartbeats; aborts the run at its deadline. Returns what stops both. */
function startClocks({ scope, pipeline, options, abort }: Clocks): () => void {
  const { heartbeatMs, profiler, runtime } = scope.core;
  const emit = (event: 'start' | 'heartbeat', counters: Attributes): void => {
    const nowMs = Date.now();
    const name = `${pipeline} ${event}`;
    const attributes = { ...counters, [KEY.event]: event };
    startSpan(scope, { name, startMs: nowMs, attributes })?.end(nowMs);
  };
  guard(() => emit('start', {}));
  const beat = setInterval(
    () =>
      guard(() => {
        const { profile } = scope;
        const total = profile && profiler.readTotal(profile);
        emit('heartbeat', total === undefined ? {} : profileAttributes(total));
      }),
    heartbeatMs,
  );
  beat.unref();
  const stop = new AbortController();
  if (options.deadlineMs !== undefined) {
    const { deadlineMs } = options;
    void runtime.sleep(deadlineMs, stop.signal).then(() => {
      if (!stop.signal.aborted)
        abort(timeoutError(`the run's deadline of ${deadlineMs} ms passed`));
    });
  }
  return () => {
    clearInterval(beat);
    stop.abort();
  };
}

function end(of: { scope: Scope; span: Span | undefined; outcome: RunOutcome }): void {
  const { core, profile } = of.scope;
  const used = guard(() => (profile === undefined ? undefined : core.profiler.close(profile)));
  guard(() => {
    if (used !== undefined) of.span?.setAttributes(profileAttributes(used));
    of.span?.setAttribute(KEY.runOutcome, of.outcome);
    of.span?.end();
  });
}

function checkOptions(options: RunOptions): void {
  for (const option of ['batch', 'partition', 'runId'] as const) {
    if (options[option] !== undefined) checkText(option, options[option]);
  }
  const { nominalTime, kind, signal, deadlineMs } = options;
  if (nominalTime instanceof Date) checkText('nominalTime', dateText(nominalTime));
  else if (nominalTime !== undefined) checkText('nominalTime', nominalTime);
  if (kind !== undefined) checkOneOf('kind', kind, RUN_KINDS);
  if (signal !== undefined) checkSignal('signal', signal);
  if (deadlineMs !== undefined) {
    checkNumber({ option: 'deadlineMs', value: deadlineMs, min: 1, max: 604_800_000 });
  }
}

function dateText(date: Date): string | undefined {
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
