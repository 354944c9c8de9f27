import type { Attributes, Span } from '@opentelemetry/api';
import { KEY } from '@burnbook/domain/semconv';
import { guard } from './guard.js';
import type { StepHandle, WorkHandle } from './handles.js';
import { modelCallIn } from './modelCall.js';
import { checkFunction, checkText } from './optionCheck.js';
import { profileAttributes } from './profileAttributes.js';
import { qualityCheckIn } from './qualityCheck.js';
import { retryIn } from './retry.js';
import {
  contextOf,
  currentScope,
  markFailed,
  setAttribute,
  startSpan,
  within,
  type Scope,
} from './scope.js';

/**
 * Runs `fn` as a named step of the enclosing run or step, and records what it used. Steps may be nested and may run side
 * by side. Outside of a run, `fn` runs all the same.
 * @throws what `fn` throws; a TypeError if the name is empty or `fn` is no function.
 */
export function step<T>(name: string, fn: (step: StepHandle) => T | PromiseLike<T>): Promise<T> {
  return stepIn(currentScope(), name, fn);
}

export async function stepIn<T>(
  scope: Scope,
  name: string,
  fn: (step: StepHandle) => T | PromiseLike<T>,
): Promise<T> {
  checkText('name of step', name);
  checkFunction('the callback of step', fn);
  const { profiler } = scope.core;
  const profile = guard(() => profiler.open(scope.profile));
  // A step sets a level above the attempt's, and so inherits nothing of an attempt around it.
  const identity = { ...scope.identity, [KEY.stepName]: name };
  const own: Scope = { ...scope, identity, attempt: undefined, stepName: name, profile };
  const span = startSpan(own, { name });
  const below: Scope = { ...own, context: contextOf(scope, span) };
  const counters = new StepCounters();
  try {
    return await within(below, () => fn({ name, ...workHandle(below, span), ...counters.handle }));
  } catch (error) {
    markFailed(span, error);
    throw error;
  } finally {
    const used = guard(() => (profile === undefined ? undefined : profiler.close(profile)));
    guard(() => {
      if (used !== undefined) span?.setAttributes(profileAttributes(used));
      span?.setAttributes(counters.attributes);
      span?.end();
    });
  }
}

/** What run and step handles share: everything below them starts in their scope, whatever the context. */
export function workHandle(scope: Scope, span: Span | undefined): WorkHandle {
  return {
    signal: scope.signal,
    set: (key, value) => setAttribute(span, { scope, key, value }),
    step: (name, fn) => stepIn(scope, name, fn),
    retry: (fn, options) => retryIn(scope, fn, options),
    modelCall: (options, fn) => modelCallIn(scope, options, fn),
    qualityCheck: (name, check) => qualityCheckIn(scope, name, check),
  };
}

/** Adds up what a step counts. Counts that were never given are not reported: absent is not 0. */
class StepCounters {
  readonly attributes: Attributes = {};

  readonly handle: Pick<StepHandle, 'rows' | 'bytes' | 'queueWait' | 'publishes'> = {
    rows: (counts) => {
      guard(() => {
        this.#add(KEY.rowsIn, counts.in);
        this.#add(KEY.rowsOut, counts.out);
        this.#add(KEY.rowsFailed, counts.failed);
      });
    },
    bytes: (counts) => {
      guard(() => {
        this.#add(KEY.bytesIn, counts.in);
        this.#add(KEY.bytesOut, counts.out);
      });
    },
    queueWait: (waitMs) => this.#add(KEY.queueWaitMs, waitMs),
    publishes: (dataset) => {
      if (typeof dataset === 'string') this.attributes[KEY.datasetName] = dataset;
    },
  };

  #add(key: string, count: unknown): void {
    if (typeof count !== 'number' || !Number.isFinite(count) || count < 0) return;
    const before = this.attributes[key];
    this.attributes[key] = (typeof before === 'number' ? before : 0) + count;
  }
}
