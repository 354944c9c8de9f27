import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { trace } from '@opentelemetry/api';
import { createCollector, modelCall, pipeline, retry, step } from '../../collectors/index.js';
import { MailStory } from './mailStory.js';

const story = new MailStory();

const IDENTITY = {
  'pipeline.name': 'mail-etl',
  'pipeline.run.id': 'run-1',
  'pipeline.batch.id': '2002-08-22',
  'pipeline.partition': 'p/1',
  'pipeline.nominal_time': '2002-08-22T00:00:00.000Z',
  'pipeline.run.kind': 'backfill',
  team: 'search',
  'deployment.environment.name': 'test',
  'tag.owner': 'ada',
  'tag.customer': 'acme',
};

const OPTIONS = {
  batch: '2002-08-22',
  partition: 'p/1',
  nominalTime: new Date('2002-08-22T00:00:00Z'),
  runId: 'run-1',
  kind: 'backfill',
} as const;

describe('a run', () => {
  test('puts the whole identity on every span, so that no bill waits for a parent', async () => {
    await story.mail.run(OPTIONS, async () => {
      await step('parse', async () => {
        await step('decode', () => 1);
      });
      await step('embed', () =>
        retry(
          () =>
            modelCall({ provider: 'openai', model: 'm', operation: 'embeddings' }, () =>
              Promise.resolve(1),
            ),
          { operation: 'chunk', idempotencyKey: 'k' },
        ),
      );
    });
    const spans = await story.sent();
    expect(spans.map((span) => span.name).sort()).toEqual(
      ['mail-etl start', 'decode', 'parse', 'embeddings m', 'chunk', 'embed', 'mail-etl'].sort(),
    );
    for (const span of spans) expect(span.attributes).toMatchObject(IDENTITY);
    const call = await story.named('embeddings m');
    expect(call.attributes).toMatchObject({
      'pipeline.step.name': 'embed',
      'pipeline.attempt.number': 1,
      'pipeline.operation.id': 'k',
    });
    expect(spans[0]!.resource).toMatchObject({ 'service.name': 'mail' });
  });

  test('is a trace of its own, whose spans hang together as the code did', async () => {
    await story.mail.run(OPTIONS, (run) => {
      expect(run.traceId).toMatch(/^[0-9a-f]{32}$/u);
      return step('outer', () => step('inner', () => retry(() => 1, { operation: 'op' })));
    });
    const [run, outer, inner, op, start] = [
      await story.named('mail-etl'),
      await story.named('outer'),
      await story.named('inner'),
      await story.named('op'),
      await story.named('mail-etl start'),
    ];
    expect(run.parentSpanId).toBe('');
    expect(start.parentSpanId).toBe(run.spanId);
    expect(outer.parentSpanId).toBe(run.spanId);
    expect(inner.parentSpanId).toBe(outer.spanId);
    expect(op.parentSpanId).toBe(inner.spanId);
    expect(new Set(story.sink.spans.map((span) => span.traceId)).size).toBe(1);
    expect(trace.getActiveSpan()).toBeUndefined();
  });

  test('says that it started before anything else, with a span of no length', async () => {
    await story.mail.run(OPTIONS, () => step('parse', () => 1));
    const spans = await story.sent();
    expect(spans[0]!.attributes['pipeline.event']).toBe('start');
    expect(spans[0]!.startNs).toBe(spans[0]!.endNs);
    expect(spans.filter((span) => 'pipeline.run.outcome' in span.attributes)).toHaveLength(1);
    expect(spans.at(-1)!.attributes['pipeline.run.outcome']).toBe('succeeded');
  });

  test('gives signs of life with its use so far, its steps included', async () => {
    const own = createCollector({ endpoint: story.sink.url, heartbeatMs: 20 });
    await pipeline('mail-etl', { collector: own }).run(OPTIONS, () =>
      step('busy', async () => {
        await until(() => own.stats().endedSpans >= 4);
      }),
    );
    await own.shutdown();
    const beats = (await story.sent()).filter(
      (span) => span.attributes['pipeline.event'] === 'heartbeat',
    );
    expect(beats.length).toBeGreaterThanOrEqual(3);
    const cpu = beats.map((span) => Number(span.attributes['process.cpu.time.user']));
    expect([...cpu].sort((a, b) => a - b)).toEqual(cpu);
    expect(cpu[0]).toBeGreaterThan(0);
    for (const beat of beats) {
      expect(beat.startNs).toBe(beat.endNs);
      expect(beat.attributes).not.toHaveProperty('pipeline.step.name');
      expect(beat.attributes['process.memory.peak']).toBeGreaterThan(1e6);
    }
  });

  test('returns what its function returns, and rethrows the very error, recorded as failed', async () => {
    await expect(story.mail.run(OPTIONS, () => 42)).resolves.toBe(42);
    const error = new RangeError('too far');
    await expect(
      story.mail.run({ ...OPTIONS, runId: 'run-2' }, () => {
        throw error;
      }),
    ).rejects.toBe(error);
    const run = (await story.sent()).at(-1)!;
    expect(run.attributes).toMatchObject({
      'pipeline.run.id': 'run-2',
      'pipeline.run.outcome': 'failed',
      'error.type': 'RangeError',
    });
    expect(run.statusCode).toBe(2);
  });

  test('that is aborted is cancelled, and its steps see the abort', async () => {
    const controller = new AbortController();
    const promise = story.mail.run({ ...OPTIONS, signal: controller.signal }, (run) =>
      run.step('wait', (inner) => {
        const aborted = new Promise((_, reject) => {
          inner.signal.addEventListener('abort', () => reject(inner.signal.reason as Error));
        });
        controller.abort(new Error('stop'));
        return aborted;
      }),
    );
    await expect(promise).rejects.toThrow('stop');
    expect((await story.named('mail-etl')).attributes['pipeline.run.outcome']).toBe('cancelled');
  });

  test('that passes its deadline has failed', async () => {
    const promise = story.mail.run({ ...OPTIONS, deadlineMs: 10 }, (run) =>
      retry(() => new Promise(() => undefined), { signal: run.signal }),
    );
    await expect(promise).rejects.toMatchObject({ name: 'TimeoutError' });
    expect((await story.named('mail-etl')).attributes['pipeline.run.outcome']).toBe('failed');
    expect((await story.named('operation')).attributes).toMatchObject({
      'pipeline.attempt.outcome': 'failed',
      'pipeline.attempt.error_class': 'timeout',
    });
  });

  test('within a run is a trace of its own with its own identity', async () => {
    const other = pipeline('other', { collector: story.collector });
    await story.mail.run(OPTIONS, () => step('outer', () => other.run({ runId: 'r2' }, () => 1)));
    const inner = await story.named('other');
    expect(inner.parentSpanId).toBe('');
    expect(inner.attributes).not.toHaveProperty('pipeline.batch.id');
    expect(inner.attributes).not.toHaveProperty('team');
    expect(inner.traceId).not.toBe((await story.named('mail-etl')).traceId);
  });

  test.each([
    [{ batch: '' }, 'option batch must be a string of 1 to 512 characters, got ""'],
    [{ deadlineMs: 0 }, 'option deadlineMs must be a number from 1 to 604800000, got 0'],
    [
      { kind: 'nightly' },
      'option kind must be one of scheduled, backfill, manual, gameday, got "nightly"',
    ],
    [{ signal: {} }, 'option signal must be an AbortSignal, got an object'],
    [
      { nominalTime: new Date(Number.NaN) },
      'option nominalTime must be a string of 1 to 512 characters, got undefined',
    ],
  ])('with the option %j is refused before its function is called', async (bad, message) => {
    const called: number[] = [];
    const promise = story.mail.run(bad as object, () => called.push(1));
    await expect(promise).rejects.toThrow(new TypeError(message));
    expect(called).toEqual([]);
  });
});

describe('a step', () => {
  test('adds up what it counts, and says nothing of what it was not told', async () => {
    await story.mail.run(OPTIONS, () =>
      step('parse', (parse) => {
        parse.rows({ in: 100, out: 98, failed: 2 });
        parse.rows({ in: 20, out: 20 });
        parse.bytes({ in: 5_000 });
        parse.queueWait(12.5);
        parse.set('encoding', 'latin-1');
        parse.set('pipeline.batch.id', 'forged');
        parse.rows({ in: Number.NaN, out: -1 });
      }),
    );
    const { attributes } = await story.named('parse');
    expect(attributes).toMatchObject({
      'pipeline.rows.in': 120,
      'pipeline.rows.out': 118,
      'pipeline.rows.failed': 2,
      'pipeline.bytes.in': 5_000,
      'pipeline.queue_wait_ms': 12.5,
      encoding: 'latin-1',
      'pipeline.batch.id': '2002-08-22',
    });
    expect(attributes).not.toHaveProperty('pipeline.bytes.out');
  });

  test('carries its profile: CPU, memory, collections and use of the event loop', async () => {
    await story.mail.run(OPTIONS, () =>
      step('burn', () => {
        burn();
        // A process whose young generation has grown burns all of this without a single collection of its own.
        collectGarbage();
      }),
    );
    const { attributes } = await story.named('burn');
    expect(attributes['process.cpu.time.user']).toBeGreaterThan(0);
    expect(attributes['process.memory.gb_seconds']).toBeGreaterThan(0);
    expect(attributes['process.memory.peak']).toBeGreaterThan(10e6);
    expect(attributes['v8js.gc.duration']).toBeGreaterThan(0);
    expect(attributes['nodejs.eventloop.utilization']).toBeGreaterThan(0);
    expect(attributes['nodejs.eventloop.utilization']).toBeLessThanOrEqual(1);
  });

  test('side by side with others keeps its own parent and its own attempts', async () => {
    await story.mail.run(OPTIONS, () =>
      Promise.all(
        ['a', 'b', 'c'].map((name) =>
          step(name, async () => {
            await tick();
            await retry(() => tick(), { operation: `op ${name}` });
          }),
        ),
      ),
    );
    for (const name of ['a', 'b', 'c']) {
      const op = await story.named(`op ${name}`);
      expect(op.parentSpanId).toBe((await story.named(name)).spanId);
      expect(op.attributes['pipeline.step.name']).toBe(name);
    }
  });

  test('inside an attempt inherits nothing of the attempt', async () => {
    await story.mail.run(OPTIONS, () => retry(() => step('inner', () => 1), { operation: 'op' }));
    const { attributes, parentSpanId } = await story.named('inner');
    expect(parentSpanId).toBe((await story.named('op')).spanId);
    expect(attributes).not.toHaveProperty('pipeline.attempt.number');
    expect(attributes).not.toHaveProperty('pipeline.operation.id');
  });

  test('works through its handle where the asynchronous context is lost', async () => {
    let later: (() => Promise<unknown>) | undefined;
    await story.mail.run(OPTIONS, async (run) => {
      later = () => run.step('late', (late) => late.retry(() => 1, { operation: 'late op' }));
      await run.step('outer', () => undefined);
    });
    await later?.();
    const late = await story.named('late');
    expect(late.attributes).toMatchObject(IDENTITY);
    expect((await story.named('late op')).parentSpanId).toBe(late.spanId);
  });

  test('that throws is marked, and its error comes out untouched, even if it is not an Error', async () => {
    await expect(
      story.mail.run(OPTIONS, () =>
        step('bad', () => {
          // eslint-disable-next-line typescript/only-throw-error -- pipelines throw what they like
          throw 'a string';
        }),
      ),
    ).rejects.toBe('a string');
    const bad = await story.named('bad');
    expect(bad.statusCode).toBe(2);
    expect(bad.attributes['error.type']).toBe('string');
  });
});

/** V8's own collection, whatever the flags that the process was started with. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

function burn(): number {
  const kept: { i: number }[][] = [];
  for (let round = 0; round < 20; round++) {
    kept.push(Array.from({ length: 50_000 }, (_, i) => ({ i })));
  }
  return kept.length;
}

function tick(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
