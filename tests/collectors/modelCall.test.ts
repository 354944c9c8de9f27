import { describe, expect, test } from 'vitest';
import { createCollector, modelCall, pipeline, retry, step } from '../../collectors/index.js';
import { Profiler } from '../../collectors/profiler.js';
import { MailStory } from './mailStory.js';

const story = new MailStory();

const OPTIONS = {
  batch: '2002-08-22',
  partition: 'p/1',
  nominalTime: new Date('2002-08-22T00:00:00Z'),
  runId: 'run-1',
  kind: 'backfill',
} as const;

describe('a model call', () => {
  test('is a client span with what was asked, answered and used', async () => {
    await story.mail.run(OPTIONS, () =>
      modelCall({ provider: 'openai', model: 'gpt-4o-mini', serviceTier: 'flex' }, (call) => {
        call.usage({ inputTokens: 10_000, cacheReadTokens: 8_000 });
        call.usage({ outputTokens: 500, reasoningTokens: Number.NaN });
        call.response({ id: 'r-1', model: 'gpt-4o-mini-2024-07-18', serviceTier: 'default' });
      }),
    );
    const call = await story.named('chat gpt-4o-mini');
    expect(call.kind).toBe(3);
    expect(call.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o-mini',
      'gen_ai.request.service_tier': 'flex',
      'openai.response.service_tier': 'default',
      'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
      'gen_ai.response.id': 'r-1',
      'gen_ai.usage.input_tokens': 10_000,
      'gen_ai.usage.cache_read.input_tokens': 8_000,
      'gen_ai.usage.output_tokens': 500,
    });
    expect(call.attributes).not.toHaveProperty('gen_ai.usage.reasoning.output_tokens');
  });

  test('that fails keeps the usage that it had already, and invents none', async () => {
    const error = Object.assign(new Error('no JSON'), { errorClass: 'invalid_output' });
    const calls = story.mail.run(OPTIONS, async () => {
      const failing = { provider: 'openai', model: 'a' };
      await modelCall(failing, (call) => {
        call.usage({ inputTokens: 7 });
        throw error;
      }).catch(() => undefined);
      await modelCall({ ...failing, model: 'b' }, () => Promise.reject(error));
    });
    await expect(calls).rejects.toBe(error);
    const first = await story.named('chat a');
    expect(first.attributes).toMatchObject({
      'gen_ai.usage.input_tokens': 7,
      'error.type': 'Error',
      'pipeline.attempt.error_class': 'invalid_output',
    });
    const keys = Object.keys((await story.named('chat b')).attributes);
    expect(keys.filter((key) => key.startsWith('gen_ai.usage'))).toEqual([]);
  });
});

describe('telemetry that fails', () => {
  test('leaves the pipeline alone, whatever it is given', async () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const hostile = [circular, null, undefined, Symbol('s'), 1n, () => 1, new Proxy({}, REFUSING)];
    const value = await story.mail.run(OPTIONS, () =>
      step('hostile', (hard) => {
        for (const bad of hostile as never[]) {
          hard.set('key', bad);
          hard.set(bad, 1);
          hard.rows(bad);
          hard.bytes(bad);
          hard.queueWait(bad);
        }
        return modelCall({ provider: 'p', model: 'm', attributes: circular as never }, (call) => {
          for (const bad of hostile as never[]) {
            call.usage(bad);
            call.response(bad);
            call.set('key', bad);
          }
          return 'fine';
        });
      }),
    );
    expect(value).toBe('fine');
    expect((await story.named('hostile')).statusCode).toBe(0);
  });

  test('leaves the pipeline alone when the profile cannot be taken', async () => {
    const fail = (): never => {
      throw new Error('EMFILE');
    };
    const own = createCollector({
      endpoint: story.sink.url,
      profiler: new Profiler({ start: fail, stop: fail, read: fail }),
    });
    const run = pipeline('p', { collector: own }).run({}, () => step('s', () => 'fine'));
    await expect(run).resolves.toBe('fine');
    await own.shutdown();
    expect(story.sink.spans.map((span) => span.name)).toEqual(['p start', 's', 'p']);
  });
});

const REFUSING: ProxyHandler<object> = {
  get: () => {
    throw new Error('no');
  },
  ownKeys: () => {
    throw new Error('no');
  },
};

describe('outside of a run', () => {
  test('steps, retries and model calls run their functions all the same', async () => {
    const { setDefaultCollector, flush } = await import('../../collectors/index.js');
    setDefaultCollector(story.collector);
    const value = await step('alone', () =>
      retry(() => modelCall({ provider: 'p', model: 'm' }, () => 'v'), { operation: 'op' }),
    );
    expect(value).toBe('v');
    expect(await flush()).toBe(true);
    const op = story.sink.spans.find((span) => span.name === 'op');
    expect(op?.attributes).toMatchObject({ 'pipeline.step.name': 'alone' });
    expect(op?.attributes).not.toHaveProperty('pipeline.name');
  });
});
