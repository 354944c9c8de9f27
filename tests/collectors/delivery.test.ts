import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCollector, pipeline, step, type CollectorOptions } from '../../collectors/index.js';
import { openTraceSink, type TraceSink } from './traceSink.js';

let sink: TraceSink;
const lines: string[] = [];

beforeEach(async () => {
  sink = await openTraceSink();
  lines.length = 0;
});

afterEach(() => sink.close());

function collectorTo(url: string, options: CollectorOptions = {}) {
  return createCollector({
    endpoint: url,
    exportIntervalMs: 10,
    exportTimeoutMs: 300,
    runEndFlushMs: 50,
    writeLog: (line) => lines.push(line),
    ...options,
  });
}

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function runSteps(count: number, collector: ReturnType<typeof createCollector>) {
  await pipeline('p', { collector }).run({ batch: 'b' }, async () => {
    for (let i = 0; i < count; i++) await step(`s${i}`, () => i);
  });
}

describe('delivery', () => {
  test('sends gzip protobuf to /v1/traces with the headers, in the order in which spans ended', async () => {
    const collector = collectorTo(`${sink.url}/`, { headers: { authorization: 'Bearer t' } });
    await runSteps(50, collector);
    await collector.shutdown();
    expect(sink.requests[0]).toMatchObject({
      path: '/v1/traces',
      headers: {
        authorization: 'Bearer t',
        'content-encoding': 'gzip',
        'content-type': 'application/x-protobuf',
      },
    });
    const names = sink.spans.map((span) => span.name);
    expect(names).toEqual(['p start', ...Array.from({ length: 50 }, (_, i) => `s${i}`), 'p']);
    expect(collector.stats()).toEqual({
      endedSpans: 52,
      exportedSpans: 52,
      droppedSpans: 0,
      queuedSpans: 0,
      failedExports: 0,
    });
    expect(lines).toEqual([]);
  });

  test('has the spans of a run when the run has ended', async () => {
    const collector = collectorTo(sink.url, { exportIntervalMs: 60_000, runEndFlushMs: 10_000 });
    await runSteps(3, collector);
    expect(sink.spans.at(-1)?.attributes['pipeline.run.outcome']).toBe('succeeded');
    await collector.shutdown();
  });

  test('to nobody holds a bounded number of spans, drops and counts the rest, and never disturbs the pipeline', async () => {
    const collector = collectorTo(`http://127.0.0.1:${await closedPort()}`, { queueSpansMax: 100 });
    await runSteps(500, collector);
    const stats = collector.stats();
    expect(stats.endedSpans).toBe(502);
    expect(stats.queuedSpans).toBe(100);
    expect(stats.droppedSpans).toBe(402);
    await collector.shutdown({ timeoutMs: 100 });
    expect(collector.stats()).toMatchObject({ queuedSpans: 0, droppedSpans: 502 });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('the pipeline goes on');
  });

  test('resumes with what was held when the receiver comes back, and reports what was dropped', async () => {
    sink.answer = 401;
    const collector = collectorTo(sink.url, { queueSpansMax: 20 });
    await runSteps(30, collector);
    expect(collector.stats()).toMatchObject({ queuedSpans: 20, droppedSpans: 12 });
    sink.answer = 200;
    expect(await collector.flush()).toBe(true);
    await runSteps(1, collector);
    await runSteps(1, collector);
    await collector.shutdown();
    const names = sink.spans.map((span) => span.name);
    expect(names.slice(0, 3)).toEqual(['p start', 's0', 's1']);
    const reports = sink.spans.map((span) => span.attributes['burnbook.dropped_spans']);
    expect(reports.filter((report) => report !== undefined)).toEqual([12]);
    expect(collector.stats()).toMatchObject({
      endedSpans: 38,
      exportedSpans: 26,
      droppedSpans: 12,
    });
  });

  test('does not send again what the receiver refuses for good', async () => {
    sink.answer = 400;
    const collector = collectorTo(sink.url);
    await runSteps(2, collector);
    expect(await collector.flush({ timeoutMs: 5_000 })).toBe(true);
    expect(collector.stats().droppedSpans).toBe(4);
    sink.answer = 200;
    await runSteps(1, collector);
    await collector.shutdown();
    expect(sink.spans.map((span) => span.attributes['burnbook.dropped_spans'])).toContain(4);
  });

  test('to a receiver that never answers ends the flush in time and keeps the spans', async () => {
    sink.answer = 'hang';
    const collector = collectorTo(sink.url, { exportTimeoutMs: 60_000 });
    await runSteps(3, collector);
    expect(await collector.flush({ timeoutMs: 20 })).toBe(false);
    expect(collector.stats().queuedSpans).toBe(5);
    await collector.shutdown({ timeoutMs: 20 });
    expect(collector.stats().droppedSpans).toBe(5);
  });

  test('complains without secrets: no headers, no credentials of the URL', async () => {
    const url = `http://user:hunter2@127.0.0.1:${await closedPort()}/path?key=s3cret`;
    const collector = collectorTo(url, { headers: { authorization: 'Bearer t0ken' } });
    await runSteps(1, collector);
    await collector.flush({ timeoutMs: 1_000 });
    await collector.shutdown({ timeoutMs: 10 });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('/path/v1/traces');
    expect(lines[0]).not.toMatch(/hunter2|s3cret|t0ken|authorization/u);
  });

  test('is nothing after shutdown: spans are counted as dropped, the pipeline runs', async () => {
    const collector = collectorTo(sink.url);
    await collector.shutdown();
    await runSteps(2, collector);
    expect(collector.stats()).toMatchObject({ endedSpans: 4, droppedSpans: 4 });
    expect(sink.spans).toEqual([]);
  });

  test('can be disabled: nothing is sent', async () => {
    const collector = createCollector({ endpoint: sink.url, disabled: true });
    await runSteps(2, collector);
    expect(await collector.flush()).toBe(true);
    expect(sink.requests).toEqual([]);
  });

  test.each([
    [{ endpoint: 'ftp://u:p@h' }, 'option endpoint must be an absolute http or https URL'],
    [{ queueSpansMax: 0 }, 'option queueSpansMax must be an integer from 1 to 1000000, got 0'],
    [{ heartbeatMs: 1 }, 'option heartbeatMs must be a number from 10 to 3600000, got 1'],
  ])('refuses the option %j', (options, message) => {
    expect(() => createCollector(options)).toThrow(new TypeError(message));
  });
});
