import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  createCollector,
  pipeline,
  retry,
  type AttemptHandle,
  type Collector,
  type RetryOptions,
} from '../../collectors/index.js';
import { openTraceSink, type SunkSpan, type TraceSink } from './traceSink.js';
import { virtualRuntime, type VirtualRuntime } from './virtualRuntime.js';

let sink: TraceSink;
let runtime: VirtualRuntime;
let collector: Collector;

beforeEach(async () => {
  sink = await openTraceSink();
  runtime = virtualRuntime();
  collector = createCollector({ endpoint: sink.url, runtime, runEndFlushMs: 0 });
});

afterEach(async () => {
  await collector.shutdown();
  await sink.close();
});

interface Outcome {
  value?: unknown;
  error?: unknown;
}

/** Runs one retried operation and returns how it ended. */
async function operate(
  fn: (attempt: AttemptHandle) => unknown,
  options: RetryOptions = {},
): Promise<Outcome> {
  try {
    const run = pipeline('p', { collector });
    const value = await run.run({ batch: 'b' }, () => retry(fn, { operation: 'op', ...options }));
    return { value };
  } catch (error) {
    return { error };
  }
}

/** The attempts as they were sent: number, outcome, class, wait, why it ended. */
async function attempts(): Promise<Record<string, unknown>[]> {
  await collector.flush();
  return sink.spans.filter(({ name }) => name === 'op').map(brief);
}

function brief({ attributes }: SunkSpan): Record<string, unknown> {
  const short = {
    number: attributes['pipeline.attempt.number'],
    outcome: attributes['pipeline.attempt.outcome'],
    errorClass: attributes['pipeline.attempt.error_class'],
    backoffMs: attributes['pipeline.attempt.backoff_ms'],
    gaveUp: attributes['pipeline.attempt.gave_up'],
  };
  return Object.fromEntries(Object.entries(short).filter(([, value]) => value !== undefined));
}

const http = (status: number, headers?: unknown): Error =>
  Object.assign(new Error(`HTTP ${status}`), { status, headers });

/** Fails with each error in turn, then succeeds. */
function failing(...errors: unknown[]): () => string {
  const left = [...errors];
  return () => {
    if (left.length === 0) return 'done';
    throw left.shift();
  };
}

describe('time', () => {
  test('cuts an attempt at the deadline, although it does not heed its signal', async () => {
    const outcome = await operate(() => new Promise(() => undefined), { deadlineMs: 5_000 });
    expect(outcome.error).toMatchObject({ name: 'TimeoutError' });
    expect(await attempts()).toEqual([
      { number: 1, outcome: 'failed', errorClass: 'timeout', backoffMs: 0, gaveUp: 'deadline' },
    ]);
  });

  test('is not waited for beyond the deadline: the last error comes at once', async () => {
    const error = http(429, { 'retry-after': '10' });
    const outcome = await operate(failing(error), { deadlineMs: 9_000 });
    expect(outcome.error).toBe(error);
    expect(await attempts()).toEqual([
      {
        number: 1,
        outcome: 'failed',
        errorClass: 'rate_limited',
        backoffMs: 0,
        gaveUp: 'deadline',
      },
    ]);
  });

  test('no attempt starts after the deadline, whatever the waits', async () => {
    const deadlineMs = 3_000;
    const startMs = runtime.nowMs();
    const starts: number[] = [];
    await operate(
      () => {
        starts.push(runtime.nowMs() - startMs);
        throw http(500);
      },
      { deadlineMs, retries: 100, minTimeoutMs: 400, maxTimeoutMs: 400 },
    );
    expect(starts.length).toBeGreaterThan(3);
    expect(Math.max(...starts)).toBeLessThan(deadlineMs);
  });

  test('that a wait took too long is not spent on an attempt after the deadline', async () => {
    const own = createCollector({ endpoint: sink.url, runtime: virtualRuntime({ lateMs: 5_000 }) });
    const errors = [http(500), http(500)];
    const promise = pipeline('p', { collector: own }).run({}, () =>
      retry(failing(...errors), { operation: 'op', deadlineMs: 4_000 }),
    );
    await expect(promise).rejects.toBe(errors[0]);
    await own.shutdown();
    expect(await attempts()).toMatchObject([
      { number: 1, outcome: 'failed', errorClass: 'server' },
      { number: 2, outcome: 'failed', errorClass: 'timeout', gaveUp: 'deadline' },
    ]);
  });

  test('of one attempt is bounded, and a timed-out attempt is tried again', async () => {
    let calls = 0;
    const outcome = await operate(
      (attempt) => {
        calls++;
        if (calls === 2) return 'second';
        return new Promise((_, reject) => {
          attempt.signal.addEventListener('abort', () => reject(new Error('my own words')));
        });
      },
      { attemptTimeoutMs: 100 },
    );
    expect(outcome).toEqual({ value: 'second' });
    expect((await attempts())[0]).toMatchObject({ outcome: 'failed', errorClass: 'timeout' });
  });

  test("is the run's too: no wait goes beyond the run's deadline", async () => {
    const error = http(500, { 'retry-after': '20' });
    const run = pipeline('p', { collector });
    await expect(
      run.run({ deadlineMs: 15_000 }, () => retry(failing(error), { operation: 'op' })),
    ).rejects.toBe(error);
    expect(await attempts()).toMatchObject([{ gaveUp: 'deadline' }]);
  });
});

describe('an abort', () => {
  test('during an attempt cancels it, and the attempt is recorded', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const outcome = await operate(
      () => {
        controller.abort(reason);
        return new Promise(() => undefined);
      },
      { signal: controller.signal },
    );
    expect(outcome.error).toBe(reason);
    expect(await attempts()).toEqual([
      {
        number: 1,
        outcome: 'cancelled',
        errorClass: 'cancelled',
        backoffMs: 0,
        gaveUp: 'cancelled',
      },
    ]);
  });

  test('during a wait ends the wait, and the attempt that did not come is recorded', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const own = createCollector({
      endpoint: sink.url,
      runtime: virtualRuntime({ onSleep: () => controller.abort(reason) }),
    });
    const promise = pipeline('p', { collector: own }).run({}, () =>
      retry(failing(http(429, { 'retry-after': '60' })), {
        operation: 'op',
        signal: controller.signal,
      }),
    );
    await expect(promise).rejects.toBe(reason);
    await own.shutdown();
    expect(await attempts()).toEqual([
      { number: 1, outcome: 'failed', errorClass: 'rate_limited', backoffMs: 0 },
      {
        number: 2,
        outcome: 'cancelled',
        errorClass: 'cancelled',
        backoffMs: 0,
        gaveUp: 'cancelled',
      },
    ]);
  });

  test('does not hide that the provider had refused the attempt by itself', async () => {
    const controller = new AbortController();
    const error = http(429);
    const outcome = await operate(
      () => {
        controller.abort();
        throw error;
      },
      { signal: controller.signal },
    );
    expect(outcome.error).toBe(error);
    expect(await attempts()).toMatchObject([
      { outcome: 'failed', errorClass: 'rate_limited', gaveUp: 'cancelled' },
    ]);
  });

  test('before the first attempt calls nothing, and is recorded', async () => {
    const called: number[] = [];
    const reason = new Error('never');
    const outcome = await operate(() => called.push(1), { signal: AbortSignal.abort(reason) });
    expect(outcome.error).toBe(reason);
    expect(called).toEqual([]);
    expect(await attempts()).toMatchObject([{ number: 1, outcome: 'cancelled' }]);
  });

  test('that comes too late does not take a success away', async () => {
    const controller = new AbortController();
    const outcome = await operate(
      () => {
        controller.abort();
        return 'made it';
      },
      { signal: controller.signal },
    );
    expect(outcome).toEqual({ value: 'made it' });
    expect(await attempts()).toMatchObject([{ outcome: 'succeeded' }]);
  });

  test('of a signal shared by many operations leaves no listener behind', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    const { signal } = new AbortController();
    await pipeline('p', { collector }).run({ signal }, () =>
      Promise.all(Array.from({ length: 200 }, () => retry(() => Promise.resolve(1), { signal }))),
    );
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });
});
