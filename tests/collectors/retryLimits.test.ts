import { describe, expect, test } from 'vitest';
import { createCollector, pipeline, retry } from '../../collectors/index.js';
import { failing, http, RetryStory } from './retryStory.js';
import { virtualRuntime } from './virtualRuntime.js';

const story = new RetryStory();

describe('time', () => {
  test('cuts an attempt at the deadline, although it does not heed its signal', async () => {
    const outcome = await story.operate(() => new Promise(() => undefined), { deadlineMs: 5_000 });
    expect(outcome.error).toMatchObject({ name: 'TimeoutError' });
    expect(await story.attempts()).toEqual([
      { number: 1, outcome: 'failed', errorClass: 'timeout', backoffMs: 0, gaveUp: 'deadline' },
    ]);
  });

  test('is not waited for beyond the deadline: the last error comes at once', async () => {
    const error = http(429, { 'retry-after': '10' });
    const outcome = await story.operate(failing(error), { deadlineMs: 9_000 });
    expect(outcome.error).toBe(error);
    expect(await story.attempts()).toEqual([
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
    const startMs = story.runtime.nowMs();
    const starts: number[] = [];
    await story.operate(
      () => {
        starts.push(story.runtime.nowMs() - startMs);
        throw http(500);
      },
      { deadlineMs, retries: 100, minTimeoutMs: 400, maxTimeoutMs: 400 },
    );
    expect(starts.length).toBeGreaterThan(3);
    expect(Math.max(...starts)).toBeLessThan(deadlineMs);
  });

  test('that a wait took too long is not spent on an attempt after the deadline', async () => {
    const own = createCollector({
      endpoint: story.sink.url,
      runtime: virtualRuntime({ lateMs: 5_000 }),
    });
    const errors = [http(500), http(500)];
    const promise = pipeline('p', { collector: own }).run({}, () =>
      retry(failing(...errors), { operation: 'op', deadlineMs: 4_000 }),
    );
    await expect(promise).rejects.toBe(errors[0]);
    await own.shutdown();
    expect(await story.attempts()).toMatchObject([
      { number: 1, outcome: 'failed', errorClass: 'server' },
      { number: 2, outcome: 'failed', errorClass: 'timeout', gaveUp: 'deadline' },
    ]);
  });

  test('of one attempt is bounded, and a timed-out attempt is tried again', async () => {
    let calls = 0;
    const outcome = await story.operate(
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
    expect((await story.attempts())[0]).toMatchObject({ outcome: 'failed', errorClass: 'timeout' });
  });

  test("is the run's too: no wait goes beyond the run's deadline", async () => {
    const error = http(500, { 'retry-after': '20' });
    const run = pipeline('p', { collector: story.collector });
    await expect(
      run.run({ deadlineMs: 15_000 }, () => retry(failing(error), { operation: 'op' })),
    ).rejects.toBe(error);
    expect(await story.attempts()).toMatchObject([{ gaveUp: 'deadline' }]);
  });
});

describe('an abort', () => {
  test('during an attempt cancels it, and the attempt is recorded', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const outcome = await story.operate(
      () => {
        controller.abort(reason);
        return new Promise(() => undefined);
      },
      { signal: controller.signal },
    );
    expect(outcome.error).toBe(reason);
    expect(await story.attempts()).toEqual([
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
      endpoint: story.sink.url,
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
    expect(await story.attempts()).toEqual([
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
    const outcome = await story.operate(
      () => {
        controller.abort();
        throw error;
      },
      { signal: controller.signal },
    );
    expect(outcome.error).toBe(error);
    expect(await story.attempts()).toMatchObject([
      { outcome: 'failed', errorClass: 'rate_limited', gaveUp: 'cancelled' },
    ]);
  });

  test('before the first attempt calls nothing, and is recorded', async () => {
    const called: number[] = [];
    const reason = new Error('never');
    const outcome = await story.operate(() => called.push(1), {
      signal: AbortSignal.abort(reason),
    });
    expect(outcome.error).toBe(reason);
    expect(called).toEqual([]);
    expect(await story.attempts()).toMatchObject([{ number: 1, outcome: 'cancelled' }]);
  });

  test('that comes too late does not take a success away', async () => {
    const controller = new AbortController();
    const outcome = await story.operate(
      () => {
        controller.abort();
        return 'made it';
      },
      { signal: controller.signal },
    );
    expect(outcome).toEqual({ value: 'made it' });
    expect(await story.attempts()).toMatchObject([{ outcome: 'succeeded' }]);
  });

  test('of a signal shared by many operations leaves no listener behind', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    const { signal } = new AbortController();
    await pipeline('p', { collector: story.collector }).run({ signal }, () =>
      Promise.all(Array.from({ length: 200 }, () => retry(() => Promise.resolve(1), { signal }))),
    );
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });
});
