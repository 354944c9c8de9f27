import { request } from 'node:http';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SpanBatch } from '@burnbook/domain/spanBatch';
import { formatTime, MINUTE_NS } from '@burnbook/domain/time';
import { batchDetailSchema, problemSchema, traceSchema } from '../../server/contract.js';
import { settleTimes } from '../../server/ingest/eventTime.js';
import { IngestQueue } from '../../server/ingest/ingestQueue.js';
import { decodeTracesJson } from '../../server/otlp/decodeTracesJson.js';
import { TIME_FROM } from '../../server/store/ingestBatch.js';
import { allBatches, readBill } from '../support/billReading.js';
import { otlpBody, type SpanSpec } from '../support/spanSpec.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { chat, TraceMaker } from '../support/traceMaker.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ config: TEST_CONFIG });
});
afterAll(() => server.close());

describe('names', () => {
  test.each([
    `"quoted" 'twice'`,
    'a/b//c?d=e&f#g',
    '批次 二〇二六/11',
    '100 %2F + 1',
    `'; DROP TABLE spans; --`,
    '<script>alert(1)</script>',
    '__proto__',
    '\\N\t\u{1F9FE}',
    'x'.repeat(1_024),
  ])('of a batch may be %j', async (batchId) => {
    const pipeline = `names of ${batchId.slice(0, 8)}`;
    const common = {
      'pipeline.name': pipeline,
      'pipeline.run.id': batchId,
      'pipeline.batch.id': batchId,
    };
    const made = new TraceMaker({ startNs: server.nowNs - MINUTE_NS, common });
    await server.send([made.span({ name: batchId, attributes: chat('wren', { input: 5 }) })]);

    expect((await allBatches(server, pipeline)).map((batch) => batch.batchId)).toEqual([batchId]);
    const bill = await readBill(server, { pipeline, batchId });
    expect(bill).toMatchObject({ pipeline, batchId, totalUsd: '0.000000005' });
    expect(bill.lines[0]).toMatchObject({ name: batchId, runId: batchId });
    const detail = await server.get(
      `/api/batches/${encodeURIComponent(pipeline)}/${encodeURIComponent(batchId)}`,
      batchDetailSchema,
    );
    expect(detail.runList).toMatchObject([{ runId: batchId, state: 'succeeded' }]);
  });
});

test('rows that cannot be true count as untold, and batches are settled all the same', async () => {
  const here = await startTestServer({ config: TEST_CONFIG, settleAfterMs: 0 });
  const send = (pipeline: string, rowsFailed: number, spans: number): Promise<void> => {
    const common = { 'pipeline.name': pipeline, 'pipeline.run.id': 'r', 'pipeline.batch.id': 'b' };
    const made = new TraceMaker({ startNs: here.nowNs - MINUTE_NS, common });
    const attributes = { 'pipeline.step.name': 'parse', 'pipeline.rows.failed': rowsFailed };
    const batch = made.span({});
    const steps = Array.from({ length: spans }, () => made.span({ parent: batch, attributes }));
    return here.send([batch, ...steps]);
  };
  // Together more than 64 bits.
  await send('far too many', Number.MAX_SAFE_INTEGER, 1_100);
  await send('few', 3, 2);
  const failed = async (pipeline: string) => (await allBatches(here, pipeline))[0]?.rowsFailed;
  expect([await failed('far too many'), await failed('few')]).toEqual([null, 6]);
  const unsettled = async (): Promise<unknown> => {
    let left: unknown;
    await here.restart(async () => {
      const database = await DuckDBInstance.create(path.join(here.folder, 'burnbook.duckdb'));
      const connection = await database.connect();
      left = (await connection.runAndReadAll('SELECT count(*) FROM unsettled')).getRows()[0]?.[0];
      connection.closeSync();
      database.closeSync();
    });
    return left;
  };
  await expect.poll(unsettled, { timeout: 20_000 }).toBe(0n);
  await here.close();
});

test('names over 1,024 characters are cut, not refused', async () => {
  const common = {
    'pipeline.name': `long ${'🧾'.repeat(1_000)}`,
    'pipeline.batch.id': 'b'.repeat(5_000),
  };
  const made = new TraceMaker({ startNs: server.nowNs - MINUTE_NS, common });
  await server.send([made.span({ attributes: chat('wren', { input: 5 }) })]);
  const { batches } = await server.get(`/api/traces/${made.traceId}`, traceSchema);
  expect(batches).toHaveLength(1);
  const [{ pipeline, batchId } = { pipeline: '', batchId: '' }] = batches;
  expect([pipeline.length, batchId]).toEqual([1_024, 'b'.repeat(1_024)]);
  expect(await readBill(server, { pipeline, batchId })).toMatchObject({ totalUsd: '0.000000005' });
});

describe('times that cannot be true', () => {
  const hour = 60n * MINUTE_NS;
  const send = async (
    change: (nowNs: bigint) => { startNs: bigint; endNs: bigint },
    encoding: 'json' | 'protobuf',
  ) => {
    const made = new TraceMaker({ startNs: 0n });
    const span: SpanSpec = {
      ...made.span({ attributes: chat('wren', { input: 5 }) }),
      ...change(server.nowNs),
    };
    await server.send([span], encoding);
    const { spans } = await server.get(`/api/traces/${made.traceId}`, traceSchema);
    expect(spans).toHaveLength(1);
    const bill = await readBill(server, { pipeline: 'tests', batchId: made.traceId });
    expect(bill.lines).toMatchObject([
      { startedAt: spans[0]?.startedAt, listCostUsd: '0.000000005' },
    ]);
    return { sent: span, told: spans[0] };
  };

  test.each<[string, (nowNs: bigint) => { startNs: bigint; endNs: bigint }]>([
    ['a start 2 hours ahead', (now) => ({ startNs: now + 2n * hour, endNs: now + 3n * hour })],
    ['a start of 0', () => ({ startNs: 0n, endNs: 1_000n })],
    ['a start of 2^63 ns', () => ({ startNs: 2n ** 63n, endNs: 2n ** 63n + 5n })],
    ['a start of 2^64 - 1 ns', () => ({ startNs: 2n ** 64n - 1n, endNs: 0n })],
    [
      'a start in the year 1999',
      () => ({ startNs: 946_000_000_000_000_000n, endNs: 946_000_000_000_000_001n }),
    ],
  ])('%s: the arrival counts, flagged, and the original is kept', async (_, change) => {
    for (const encoding of ['json', 'protobuf'] as const) {
      const { sent, told } = await send(change, encoding);
      expect(told).toMatchObject({
        startedAt: formatTime(server.nowNs),
        timeFrom: 'arrival',
        extra: { originalStartNs: String(sent.startNs), originalEndNs: String(sent.endNs) },
      });
    }
  });

  test('an end before its start counts as the start, and the original is kept', async () => {
    const { sent, told } = await send(
      (now) => ({ startNs: now - hour, endNs: now - 2n * hour }),
      'json',
    );
    expect(told).toMatchObject({
      startedAt: formatTime(sent.startNs),
      endedAt: formatTime(sent.startNs),
      durationNs: '0',
      timeFrom: 'emitter',
      extra: { originalEndNs: String(sent.endNs) },
    });
  });

  test('five minutes ahead are another clock, not nonsense', async () => {
    const { sent, told } = await send(
      (now) => ({ startNs: now + 5n * MINUTE_NS, endNs: now + 6n * MINUTE_NS }),
      'json',
    );
    expect(told).toMatchObject({
      startedAt: formatTime(sent.startNs),
      timeFrom: 'emitter',
      extra: {},
    });
  });

  test('of all spans of a large request hang nobody', () => {
    const length = 100_000;
    const [startNs, endNs] = [new BigUint64Array(length), new BigUint64Array(length).fill(7n)];
    const noted = { span: length - 1, extra: '{"state":"x"}' };
    const { timeFrom, rare } = settleTimes(
      { length, startNs, endNs, rare: [noted] } as unknown as SpanBatch,
      server.nowNs,
    );
    expect(new Set(timeFrom)).toEqual(new Set([TIME_FROM.arrival]));
    expect(rare.map(({ span }) => span)).toEqual([...startNs.keys()]);
    const original = { originalStartNs: '0', originalEndNs: '7' };
    expect(JSON.parse(rare[0]?.extra ?? '')).toEqual(original);
    expect(JSON.parse(rare.at(-1)?.extra ?? '')).toEqual({ state: 'x', ...original });
  });

  test('and a parent of itself, and two that are each other’s, hang nobody', async () => {
    const made = new TraceMaker({ startNs: server.nowNs - MINUTE_NS });
    const self = made.span({ name: 'self', attributes: chat('wren', { input: 1 }) });
    const one = made.span({ name: 'one', attributes: chat('wren', { input: 2 }) });
    const two = {
      ...made.span({ name: 'two', attributes: chat('wren', { input: 4 }) }),
      parentSpanId: one.spanId,
    };
    await server.send([
      { ...self, parentSpanId: self.spanId },
      two,
      { ...one, parentSpanId: two.spanId },
    ]);
    await server.send([made.span({ parent: two, attributes: chat('wren', { input: 8 }) })]);
    const bill = await readBill(server, { pipeline: 'tests', batchId: made.traceId });
    expect(bill).toMatchObject({ totalUsd: '0.000000015', state: 'open', final: false });
  });
});

test('a batch that cannot be priced for a fault of ours keeps no room in the queue', () => {
  const made = new TraceMaker({ startNs: server.nowNs });
  const { body } = otlpBody([made.span({ attributes: chat('wren', { input: 5 }) })], 'json');
  const queue = new IngestQueue({
    store: { ready: true, commit: () => Promise.reject(new Error('nothing is to be stored')) },
    resolvePrice: () => {
      throw new Error('no prices');
    },
    queueBytesMax: 1,
    groupSpansMax: 1,
  });
  expect(() => queue.ingest(decodeTracesJson(Buffer.from(body)), server.nowNs)).toThrow(
    'no prices',
  );
  expect(queue.bytes).toBe(0);
});

describe('who asks', () => {
  /** `fetch` does not let a Host be set. */
  const ask = (headers: Record<string, string>, method = 'GET', path = '/api/pipelines') =>
    new Promise<{ status: number; text: string; type: string | undefined }>((resolve, reject) => {
      const { port } = new URL(server.url);
      const asked = request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, text, type: answer.headers['content-type'] }),
        );
      });
      asked.on('error', reject).end();
    });

  test.each([
    [{ host: 'evil.example' }, 'Host'],
    [{ host: '127.0.0.1.evil.example:4318' }, 'Host'],
    [{ origin: 'https://evil.example' }, 'Origin'],
    [{ origin: 'null' }, 'Origin'],
    [{ origin: 'http://127.0.0.1:1' }, 'Origin'],
  ])('with %j is refused', async (headers, field) => {
    for (const path of ['/api/pipelines', '/']) {
      const answer = await ask(headers, 'GET', path);
      expect(answer.status).toBe(403);
      expect(answer.type).toBe('application/problem+json');
      expect(problemSchema.parse(JSON.parse(answer.text))).toMatchObject({ status: 403, field });
    }
    // The receiver speaks the protocol's own words, in the encoding of the request.
    const json = await ask(
      { ...headers, 'content-type': 'application/json' },
      'POST',
      '/v1/traces',
    );
    expect(json).toMatchObject({ status: 403, type: 'application/json' });
    expect(JSON.parse(json.text)).toEqual({ code: 7, message: expect.stringContaining(field) });
    const binary = { ...headers, 'content-type': 'application/x-protobuf' };
    const { status, type } = await ask(binary, 'POST', '/v1/traces');
    expect({ status, type }).toEqual({ status: 403, type: 'application/x-protobuf' });
  });

  test.each([{ host: 'localhost:4318' }, { host: '[::1]:4318' }, { host: 'LOCALHOST' }])(
    'with %j is answered',
    async (headers) => {
      expect((await ask(headers)).status).toBe(200);
    },
  );

  test('from the page of the server itself is answered', async () => {
    expect((await ask({ origin: server.url })).status).toBe(200);
  });
});
