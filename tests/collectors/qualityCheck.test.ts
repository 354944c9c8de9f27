import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createCollector,
  modelCall,
  pipeline,
  qualityCheck,
  type Collector,
  type Pipeline,
} from '../../collectors/index.js';
import { openTraceSink, type SunkSpan, type TraceSink } from './traceSink.js';

let sink: TraceSink;
let collector: Collector;
let mail: Pipeline;

beforeAll(async () => {
  sink = await openTraceSink();
  collector = createCollector({ endpoint: sink.url, serviceName: 'mail', exportIntervalMs: 20 });
  mail = pipeline('mail-etl', { collector });
});

afterAll(async () => {
  await collector.shutdown();
  await sink.close();
});

async function named(name: string): Promise<SunkSpan> {
  expect(await collector.flush()).toBe(true);
  const found = sink.spans.filter((span) => span.name === name);
  expect(found).toHaveLength(1);
  return found[0]!;
}

describe('a quality check', () => {
  test('is a span under its step, with its outcome and the rows it was told of', async () => {
    const outcome = await mail.run({ runId: 'run-1' }, (run) =>
      run.step('gate', () =>
        qualityCheck('valid_share', { passed: false, rows: 10, failedRows: 4 }),
      ),
    );
    expect(outcome).toBe('failed');
    const check = await named('valid_share');
    expect(check.parentSpanId).toBe((await named('gate')).spanId);
    expect(check.attributes).toMatchObject({
      'pipeline.name': 'mail-etl',
      'pipeline.run.id': 'run-1',
      'pipeline.step.name': 'gate',
      'quality.check.name': 'valid_share',
      'quality.check.outcome': 'failed',
      'quality.check.rows': 10,
      'quality.check.rows.failed': 4,
    });
    expect(check.statusCode).toBe(0);
  });

  test('that is a function has below it what the function does', async () => {
    const outcome = await mail.run({}, (run) =>
      run.qualityCheck('judged', async () => {
        await modelCall({ provider: 'p', model: 'judge' }, () => 1);
        return { passed: true, rows: Number.NaN };
      }),
    );
    expect(outcome).toBe('passed');
    const check = await named('judged');
    expect((await named('chat judge')).parentSpanId).toBe(check.spanId);
    expect(check.attributes).not.toHaveProperty('quality.check.rows');
  });

  test('never throws: one that throws or says nothing is an error', async () => {
    const thrown = qualityCheck('thrown', () => Promise.reject(new Error('no table')));
    await expect(thrown).resolves.toBe('error');
    const bad = [undefined, null, {}, { passed: 'yes' }, () => undefined] as unknown as Parameters<
      typeof qualityCheck
    >[1][];
    await mail.run({}, async (run) => {
      for (const check of bad) expect(await run.qualityCheck('', check)).toBe('error');
      await run.qualityCheck('broken', () => {
        throw new Error('no table');
      });
    });
    const broken = await named('broken');
    expect(broken.statusCode).toBe(2);
    expect(broken.attributes).toMatchObject({
      'quality.check.outcome': 'error',
      'error.type': 'Error',
    });
    expect(sink.spans.filter(({ name }) => name === 'quality check')).toHaveLength(bad.length);
  });
});

test('a step says which dataset it writes', async () => {
  await mail.run({}, (run) => run.step('publish', (s) => s.publishes('mail-features')));
  expect((await named('publish')).attributes).toMatchObject({ 'dataset.name': 'mail-features' });
});
