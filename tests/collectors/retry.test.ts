import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createCollector,
  createRetryBudget,
  pipeline,
  retry,
  type RetryOptions,
} from '../../collectors/index.js';
import { failing, http, RetryStory } from './retryStory.js';
import type { SunkSpan } from './traceSink.js';
import { virtualRuntime } from './virtualRuntime.js';

const story = new RetryStory();

describe('a retried operation', () => {
  test('records every attempt: number, outcome, class and the wait before it', async () => {
    const outcome = await story.operate(failing(http(500), http(429)), { minTimeoutMs: 100 });
    expect(outcome).toEqual({ value: 'done' });
    expect(await story.attempts()).toEqual([
      { number: 1, outcome: 'failed', errorClass: 'server', backoffMs: 0 },
      { number: 2, outcome: 'failed', errorClass: 'rate_limited', backoffMs: 50 },
      { number: 3, outcome: 'succeeded', backoffMs: 100 },
    ]);
    const ids = story.sink.spans.filter(({ name }) => name === 'op').map(operationId);
    expect(new Set(ids).size).toBe(1);
  });

  test('ends with the last error, untouched, when its retries are used up', async () => {
    const errors = [http(500), http(502), http(503)];
    const outcome = await story.operate(failing(...errors), { retries: 2 });
    expect(outcome.error).toBe(errors[2]);
    expect((await story.attempts()).at(-1)).toMatchObject({ number: 3, gaveUp: 'retries' });
  });

  test('hands on what is thrown even if it is no Error', async () => {
    expect(await story.operate(failing('plain', 'plain'), { retries: 1 })).toEqual({
      error: 'plain',
    });
    expect(await story.attempts()).toHaveLength(2);
  });

  test.each([
    ['a request that the provider called invalid', http(400), 'invalid_request', 'failed'],
    ['a cancelled call', new DOMException('x', 'AbortError'), 'cancelled', 'cancelled'],
    ['a programming error', new TypeError('x is not a function'), 'other', 'failed'],
  ])('is not tried again after %s', async (_, error, errorClass, outcome) => {
    expect((await story.operate(failing(error))).error).toBe(error);
    const gaveUp = outcome === 'cancelled' ? 'cancelled' : 'not_retryable';
    expect(await story.attempts()).toEqual([
      { number: 1, outcome, errorClass, backoffMs: 0, gaveUp },
    ]);
  });

  test('is tried again after a fetch that failed, although that is a TypeError', async () => {
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    const outcome = await story.operate(failing(new TypeError('fetch failed', { cause })));
    expect(outcome).toEqual({ value: 'done' });
    expect((await story.attempts())[0]).toMatchObject({ errorClass: 'network' });
  });

  test('asks shouldRetry, and stops when it says no', async () => {
    const asked: unknown[] = [];
    const error = http(500);
    const outcome = await story.operate(failing(error), {
      retries: 3,
      shouldRetry: (failure) => {
        asked.push(failure);
        return false;
      },
    });
    expect(outcome.error).toBe(error);
    expect(asked).toEqual([{ error, errorClass: 'server', attempt: 1, retriesLeft: 3 }]);
    expect((await story.attempts()).at(-1)).toMatchObject({ gaveUp: 'should_retry' });
  });

  test('gives every operation of a run an id of its own, even under one idempotency key', async () => {
    const seen: string[] = [];
    const run = pipeline('p', { collector: story.collector });
    await run.run({ batch: 'b' }, async () => {
      for (const idempotencyKey of ['k', 'k', undefined, undefined]) {
        const options = {
          operation: 'op',
          ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        };
        await retry((attempt) => seen.push(attempt.idempotencyKey), options);
      }
    });
    await story.collector.flush();
    const ids = story.sink.spans.filter(({ name }) => name === 'op').map(operationId);
    expect(ids.slice(0, 2)).toEqual(['k', 'k#2']);
    expect(new Set(ids).size).toBe(4);
    expect(seen.slice(0, 2)).toEqual(['k', 'k']);
    expect(seen.slice(2)).toEqual(ids.slice(2));
  });
});

describe('the wait between attempts', () => {
  test('is random between 0 and the doubling cap, never beyond maxTimeoutMs', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0, max: 0.999_999, noNaN: true }), {
          minLength: 5,
          maxLength: 5,
        }),
        async (chances) => {
          const left = [...chances];
          const runtime = virtualRuntime({ random: () => left.shift() ?? 0 });
          const own = createCollector({ disabled: true, runtime });
          const errors = chances.map(() => http(500));
          await pipeline('p', { collector: own }).run({}, () =>
            retry(failing(...errors), { retries: 5, minTimeoutMs: 100, maxTimeoutMs: 700 }),
          );
          const caps = [100, 200, 400, 700, 700];
          const waits = caps.map((cap, i) => Math.round(cap * chances[i]!));
          expect(runtime.sleeps).toEqual(waits.filter((wait) => wait > 0));
        },
      ),
      { numRuns: 30 },
    );
  });

  test.each([
    ['seconds on the error', Object.assign(http(429), { retryAfter: 7 }), 7_000],
    ['seconds in a plain header', http(429, { 'Retry-After': '3' }), 3_000],
    ['seconds in Headers', http(503, new Headers({ 'retry-after': '2' })), 2_000],
    ['milliseconds', http(429, { 'retry-after-ms': '1234' }), 1_234],
    [
      'headers of the response',
      Object.assign(http(429), { response: { headers: { 'retry-after': '4' } } }),
      4_000,
    ],
    [
      'an HTTP date',
      http(429, { 'retry-after': new Date(Date.UTC(2026, 0, 1) + 9_000).toUTCString() }),
      8_000,
    ],
  ])('is what the server asks for: %s', async (_, error, waitMs) => {
    await story.operate(failing(error), { minTimeoutMs: 10 });
    expect(story.runtime.sleeps).toEqual([waitMs]);
    expect((await story.attempts()).at(-1)).toMatchObject({
      backoffMs: waitMs,
      outcome: 'succeeded',
    });
  });

  test('is not taken when the server asks for more than retryAfterMaxMs', async () => {
    await story.operate(failing(http(429, { 'retry-after': '3600' })));
    expect(story.runtime.sleeps).toEqual([]);
    expect(await story.attempts()).toMatchObject([{ gaveUp: 'retry_after' }]);
  });

  test('obeys a real server that answers 429 with Retry-After', async () => {
    const answers = [429, 503, 200];
    const server = createServer((_, response) => {
      response.writeHead(answers.shift() ?? 500, { 'retry-after': '5' }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const outcome = await story.operate(async (attempt) => {
      const response = await fetch(`http://127.0.0.1:${port}`, { signal: attempt.signal });
      await response.text();
      if (!response.ok)
        throw Object.assign(new Error('no'), response, {
          status: response.status,
          headers: response.headers,
        });
      return response.status;
    });
    server.close();
    expect(outcome).toEqual({ value: 200 });
    expect(await story.attempts()).toEqual([
      { number: 1, outcome: 'failed', errorClass: 'rate_limited', backoffMs: 0 },
      { number: 2, outcome: 'failed', errorClass: 'server', backoffMs: 5_000 },
      { number: 3, outcome: 'succeeded', backoffMs: 5_000 },
    ]);
  });
});

describe('the retry budget', () => {
  test('of the collector allows 10 retries in reserve, then fails at once with the last error', async () => {
    const error = http(500);
    for (let i = 0; i < 3; i++)
      await story.operate(failing(...Array(5).fill(error)), { retries: 4 });
    const sent = await story.attempts();
    // 3 first attempts and 10 retries; three tenths of a retry were earned.
    expect(sent).toHaveLength(13);
    expect(sent.at(-1)).toMatchObject({ outcome: 'failed', gaveUp: 'budget' });
  });

  test('is shared by operations that run side by side', async () => {
    const budget = createRetryBudget({ reserve: 5 });
    const run = pipeline('p', { collector: story.collector });
    const ends = await run.run({}, () =>
      Promise.allSettled(
        Array.from({ length: 20 }, () =>
          retry(() => Promise.reject(http(503)), { operation: 'op', budget }),
        ),
      ),
    );
    expect(ends.every(({ status }) => status === 'rejected')).toBe(true);
    // 20 first attempts, 5 in reserve; 2 more are earned, but a full bucket keeps no more than its reserve.
    expect(await story.attempts()).toHaveLength(25);
  });

  test('never lets retries pass ratio · first attempts + reserve', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { maxLength: 400 }),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 20 }),
        (events, percent, reserve) => {
          const budget = createRetryBudget({ ratio: percent / 100, reserve });
          let firsts = 0;
          let retries = 0;
          for (const isFirst of events) {
            if (isFirst) {
              firsts++;
              budget.earn();
            } else if (budget.spend()) retries++;
            expect(retries * 100).toBeLessThanOrEqual(firsts * percent + reserve * 100);
          }
        },
      ),
    );
  });
});

describe('options', () => {
  test.each([
    [{ retries: -1 }, 'option retries must be an integer from 0 to 1000, got -1'],
    [{ retries: 1.5 }, 'option retries must be an integer from 0 to 1000, got 1.5'],
    [{ retries: Number.NaN }, 'option retries must be an integer from 0 to 1000, got NaN'],
    [{ minTimeoutMs: '5' }, 'option minTimeoutMs must be a number from 0 to 3600000, got "5"'],
    [{ deadlineMs: 0 }, 'option deadlineMs must be a number from 1 to 604800000, got 0'],
    [{ signal: 1 }, 'option signal must be an AbortSignal, got 1'],
    [{ operation: '' }, 'option operation must be a string of 1 to 512 characters, got ""'],
    [{ shouldRetry: true }, 'option shouldRetry must be a function, got true'],
    [{ budget: {} }, 'option budget must come from createRetryBudget, got an object'],
  ])('%j are refused before the first attempt', async (options, message) => {
    const called: number[] = [];
    const outcome = await story.operate(() => called.push(1), options as RetryOptions);
    expect(outcome.error).toEqual(new TypeError(message));
    expect(called).toEqual([]);
  });

  test('of a budget are checked', () => {
    expect(() => createRetryBudget({ ratio: 2 })).toThrow(
      new TypeError('option ratio must be a number from 0 to 1, got 2'),
    );
  });
});

function operationId({ attributes }: SunkSpan): unknown {
  return attributes['pipeline.operation.id'];
}
