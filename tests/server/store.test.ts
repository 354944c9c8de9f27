import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HOUR_NS } from '@burnbook/domain/time';
import { problemSchema, traceSchema } from '../../server/contract.js';
import { openDatabase } from '../../server/store/database.js';
import { SqlTexts } from '../../server/store/sqlTexts.js';
import { readBill } from '../support/billReading.js';
import { spawnServer } from '../support/spawnServer.js';
import { otlpBody, type SpanSpec } from '../support/spanSpec.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { chat, TraceMaker } from '../support/traceMaker.js';

/** A trace with calls under a root, each of one token. */
function traceOf(
  startNs: bigint,
  calls: number,
): { readonly id: string; readonly spans: SpanSpec[] } {
  const made = new TraceMaker({ startNs, resource: { 'service.name': 'stored' } });
  const root = made.span({ name: 'run' });
  const children = Array.from({ length: calls }, (_, index) =>
    made.span({ parent: root, atMs: index, attributes: chat('wren', { input: 1 }) }),
  );
  return { id: made.traceId, spans: [root, ...children] };
}

describe('the store', () => {
  let server: TestServer;
  beforeAll(async () => {
    // As in the program: small groups wait for company.
    server = await startTestServer({ config: TEST_CONFIG, gatherMsMax: 100 });
  });
  afterAll(() => server.close());

  const spansOf = async (id: string): Promise<number> =>
    (await server.get(`/api/traces/${id}`, traceSchema)).spansTotal;
  const totalOf = async (id: string): Promise<string> =>
    (await readBill(server, { pipeline: 'stored', batchId: id })).totalUsd;
  test('keeps a replay once, in one request, in the next one and after a restart', async () => {
    const { id, spans } = traceOf(server.nowNs - HOUR_NS, 3);
    await server.send([...spans, ...spans]);
    await server.send(spans, 'protobuf');
    expect([await spansOf(id), await totalOf(id)]).toEqual([4, '0.000000003']);
    await server.restart();
    await server.send(spans);
    expect([await spansOf(id), await totalOf(id)]).toEqual([4, '0.000000003']);
  });

  test('that is killed is away for a moment, with 503 and Retry-After 1, and has lost nothing', async () => {
    const before = traceOf(server.nowNs - HOUR_NS, 3);
    await server.send(before.spans);
    await server.killStore();

    const after = traceOf(server.nowNs - HOUR_NS, 2);
    const refused = await server.trySend(after.spans);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(refused.headers.get('content-type')).toBe('application/json');
    const query = await server.fetch('/api/pipelines');
    expect([query.status, query.headers.get('retry-after')]).toEqual([503, '1']);
    expect(problemSchema.parse(await query.json())).toMatchObject({ status: 503 });
    expect((await server.fetch('/readyz')).status).toBe(503);
    expect((await server.fetch('/healthz')).status).toBe(200);

    expect((await server.sendAtLast(after.spans)).at(-1)).toBe(200);
    expect([await spansOf(before.id), await spansOf(after.id)]).toEqual([4, 3]);
    expect([await totalOf(before.id), await totalOf(after.id)]).toEqual([
      '0.000000003',
      '0.000000002',
    ]);
    expect(server.log.join('\n')).toMatch(
      /error the store's process ended \(SIGKILL\); starting it again/,
    );
    expect(server.log.join('\n')).toMatch(/warn the store's process is back after \d+ ms/);
  });

  test('that is killed again and again under load keeps every span that was acknowledged, once', async () => {
    const traces = Array.from({ length: 12 }, () => traceOf(server.nowNs - HOUR_NS, 5));
    const sent = traces.map(async ({ spans }, index) => {
      await sleep(index * 40);
      return server.sendAtLast(spans);
    });
    for (let kill = 0; kill < 2; kill++) {
      await sleep(150);
      await server.killStore();
    }
    await Promise.all(sent);
    for (const { id } of traces)
      expect([await spansOf(id), await totalOf(id)]).toEqual([6, '0.000000005']);
  });

  test('commits what was on its way when the server is asked to stop', async () => {
    const traces = Array.from({ length: 20 }, () => traceOf(server.nowNs - HOUR_NS, 20));
    const sent = traces.map(async ({ id, spans }) => {
      const status = await server.trySend(spans).then(
        (answer) => answer.status,
        // The listener is closed already: the client knows that nothing was taken.
        () => 0,
      );
      return { id, status };
    });
    // The first ones are on their way.
    await Promise.race(sent);
    await server.restart();
    const answers = await Promise.all(sent);
    expect(answers.filter(({ status }) => ![0, 200, 503].includes(status))).toEqual([]);
    const taken = answers.filter(({ status }) => status === 200);
    expect(taken.length).toBeGreaterThan(0);
    for (const { id } of taken) expect(await spansOf(id)).toBe(21);
  });
});

describe('a queue with little room', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ config: TEST_CONFIG, queueBytesMax: 100_000 });
  });
  afterAll(() => server.close());

  test('answers 503 with Retry-After 1 when it is full, and takes everything in the end', async () => {
    const traces = Array.from({ length: 30 }, () => traceOf(server.nowNs - HOUR_NS, 60));
    const answers = await Promise.all(traces.map(({ spans }) => server.trySend(spans)));
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(traces.length);
    expect(
      new Set(refused.map(({ status, headers }) => `${status} ${headers.get('retry-after')}`)),
    ).toEqual(new Set(['503 1']));
    for (const { id, spans } of traces) {
      await server.send(spans);
      expect(await server.get(`/api/traces/${id}`, traceSchema)).toMatchObject({ spansTotal: 61 });
    }
  });

  test('lets a request in that is larger than the whole queue, when it is alone', async () => {
    const { id, spans } = traceOf(server.nowNs - HOUR_NS, 600);
    await server.send(spans, 'protobuf');
    expect(await server.get(`/api/traces/${id}`, traceSchema)).toMatchObject({ spansTotal: 601 });
  });
});

describe('a power cut', () => {
  test('right after an acknowledgement loses nothing', async () => {
    const data = await mkdtemp(path.join(tmpdir(), 'burnbook-cut-'));
    const ids: string[] = [];
    for (let cut = 0; cut < 3; cut++) {
      const server = await spawnServer({ args: ['--data', data] });
      for (const id of ids) {
        const answer = await fetch(`${server.url}/api/traces/${id}`);
        expect(traceSchema.parse(await answer.json())).toMatchObject({ spansTotal: 51 });
      }
      const { id, spans } = traceOf(BigInt(Date.now()) * 1_000_000n - HOUR_NS, 50);
      const { contentType, body } = otlpBody(spans, 'protobuf');
      const answer = await fetch(`${server.url}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': contentType },
        body: body as BodyInit,
      });
      expect(answer.status).toBe(200);
      if (cut < 2) await server.kill9();
      else expect(await server.stop()).toBe(0);
      ids.push(id);
    }
    await rm(data, { recursive: true, force: true });
  });
});

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

test('every query can be prepared against the migrated schema', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'burnbook-schema-'));
  const database = await openDatabase({
    file: path.join(folder, 'burnbook.duckdb'),
    memoryLimit: '256MB',
    threads: 1,
    tempDirectory: path.join(folder, 'tmp'),
    lockWaitMs: 0,
    sleep: () => Promise.resolve(),
  });
  const connection = await database.connect();
  const sql = await SqlTexts.load();
  const creating = sql.names.filter((name) => name.startsWith('create_')).toSorted(byText);
  const create = async (name: string): Promise<boolean> => {
    const text = sql.get(name);
    const values = [...text.matchAll(/\$(\w+)/g)].map(([, value = '']) => [value, 0n] as const);
    return connection.run(text, Object.fromEntries(values)).then(
      () => true,
      () => false,
    );
  };
  // Some read what others create: as many turns as bring something.
  let waiting = creating;
  for (let before = Infinity; waiting.length < before;) {
    before = waiting.length;
    const left: string[] = [];
    for (const name of waiting) if (!(await create(name))) left.push(name);
    waiting = left;
  }
  expect(waiting).toEqual([]);
  // What drops a temporary table comes after those who read it.
  const others = sql.names
    .filter((name) => !creating.includes(name))
    .toSorted((a, b) => Number(a.startsWith('drop_')) - Number(b.startsWith('drop_')));
  const refused: string[] = [];
  for (const name of others) {
    try {
      const statements = await connection.extractStatements(sql.get(name));
      // One question a file; only what merges rows takes several statements, which stand on each other.
      if (statements.count > 1) await connection.run(sql.get(name));
      else (await statements.prepare(0)).destroySync();
    } catch (error) {
      refused.push(`${name}: ${(error as Error).message}`);
    }
  }
  connection.closeSync();
  database.close();
  await rm(folder, { recursive: true, force: true });
  expect(sql.names.length).toBeGreaterThan(20);
  expect(refused).toEqual([]);
});
