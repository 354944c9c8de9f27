import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseUsd } from '@burnbook/domain/money';
import { allBatches, readBill } from '../support/billReading.js';
import type { Attributes } from '../support/spanSpec.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { chat, TraceMaker } from '../support/traceMaker.js';

const SECOND_NS = 1_000_000_000n;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ config: TEST_CONFIG });
});
afterAll(() => server.close());

const maker = (identity: Attributes): TraceMaker =>
  new TraceMaker({ startNs: server.nowNs - 60n * SECOND_NS, common: identity });
const stateOf = async (pipeline: string) =>
  (await allBatches(server, pipeline)).map(({ batchId, state, final }) => [batchId, state, final]);

const totalOf = async (pipeline: string): Promise<bigint> =>
  parseUsd((await readBill(server, { pipeline, batchId: 'b' })).totalUsd);

describe('a batch', () => {
  test('is running from its start event on, lost after two minutes without a sign, back with one, and ends', async () => {
    const identity = {
      'pipeline.name': 'states',
      'pipeline.run.id': 'r',
      'pipeline.batch.id': 'b',
    };
    const trace = maker(identity);
    const root = trace.span({
      name: 'run',
      lastsMs: 300_000,
      attributes: { 'pipeline.run.outcome': 'succeeded' },
    });
    const sign = (event: string) =>
      trace.span({
        name: `run ${event}`,
        parent: root,
        lastsMs: 0,
        attributes: { 'pipeline.event': event, 'process.cpu.time.user': 7 },
      });
    await server.send([sign('start')]);
    expect(await stateOf('states')).toEqual([['b', 'running', false]]);
    server.nowNs += 120n * SECOND_NS;
    expect(await stateOf('states')).toEqual([['b', 'running', false]]);
    server.nowNs += SECOND_NS;
    expect(await stateOf('states')).toEqual([['b', 'lost', false]]);
    await server.send([sign('heartbeat')]);
    expect(await stateOf('states')).toEqual([['b', 'running', false]]);
    await server.send([root]);
    expect(await stateOf('states')).toEqual([['b', 'succeeded', true]]);
    // The counters of signs of life repeat what steps say.
    expect(await readBill(server, { pipeline: 'states', batchId: 'b' })).toMatchObject({
      totalUsd: '0',
      linesTotal: 0,
    });
  });

  test('of somebody else’s telemetry is open until its root arrives', async () => {
    const trace = maker({
      'pipeline.name': 'foreign',
      'pipeline.run.id': 'r',
      'pipeline.batch.id': 'b',
    });
    const root = trace.span({ name: 'dag run', failed: true });
    const task = trace.span({ name: 'task', parent: root });
    await server.send([trace.span({ parent: task, attributes: chat('wren', { input: 3 }) })]);
    expect(await stateOf('foreign')).toEqual([['b', 'open', false]]);
    await server.send([task]);
    expect(await stateOf('foreign')).toEqual([['b', 'open', false]]);
    server.nowNs += 600n * SECOND_NS;
    expect(await stateOf('foreign')).toEqual([['b', 'open', false]]);
    await server.send([root]);
    expect(await stateOf('foreign')).toEqual([['b', 'failed', true]]);
  });

  test('starts when its earliest span does, whichever came first', async () => {
    const trace = maker({
      'pipeline.name': 'earliest',
      'pipeline.run.id': 'r',
      'pipeline.batch.id': 'b',
    });
    const parent = trace.missing();
    const late = trace.span({ parent, atMs: 5_000, attributes: chat('wren', { input: 3 }) });
    const early = trace.span({ parent, atMs: 1_000, attributes: chat('wren', { input: 3 }) });
    await server.send([late]);
    await server.send([early]);
    const [batch] = await allBatches(server, 'earliest');
    expect(Date.parse(batch?.startedAt ?? '')).toBe(Number(early.startNs / 1_000_000n));
  });

  test('shares what a run costs above its several batches, and does not split it', async () => {
    const trace = maker({ 'pipeline.name': 'shared', 'pipeline.run.id': 'r' });
    const root = trace.span({ name: 'run', attributes: { 'process.cpu.time.user': 1 } });
    const one = trace.span({
      parent: root,
      attributes: { 'pipeline.batch.id': 'one', ...chat('wren', { input: 11 }) },
    });
    const two = trace.span({
      parent: root,
      atMs: 1,
      attributes: { 'pipeline.batch.id': 'two', ...chat('wren', { input: 22 }) },
    });
    await server.send([root, one]);
    // With one batch alone, all that the run costs is that batch's.
    expect(await readBill(server, { pipeline: 'shared', batchId: 'one' })).toMatchObject({
      totalUsd: '0.000001011',
      sharedUsd: '0',
    });
    await server.send([two]);
    for (const [batchId, totalUsd] of [
      ['one', '0.000000011'],
      ['two', '0.000000022'],
    ] as const) {
      const bill = await readBill(server, { pipeline: 'shared', batchId });
      expect(bill).toMatchObject({ totalUsd, sharedUsd: '0.000001', linesTotal: 2 });
      expect(bill.lines.map(({ kind, shared }) => [kind, shared])).toEqual(
        expect.arrayContaining([
          ['compute', true],
          ['model', false],
        ]),
      );
    }
    const batches = await allBatches(server, 'shared');
    expect(
      new Set(batches.map(({ batchId, shared, cost }) => `${batchId} ${shared} ${cost.totalUsd}`)),
    ).toEqual(new Set(['one false 0.000000011', 'r true 0.000001', 'two false 0.000000022']));
  });
});

describe('usage counts once', () => {
  test('of an agent only where no call below tells any', async () => {
    const trace = maker({
      'pipeline.name': 'agents',
      'pipeline.run.id': 'r',
      'pipeline.batch.id': 'b',
    });
    const agent = { ...chat('wren', { input: 30 }), 'gen_ai.operation.name': 'invoke_agent' };
    const root = trace.span({ name: 'run' });
    const busy = trace.span({ name: 'busy', parent: root, attributes: agent });
    const alone = trace.span({ name: 'alone', parent: root, attributes: agent });
    const between = trace.span({ name: 'between', parent: busy });
    await server.send([
      trace.span({ parent: between, name: 'call', attributes: chat('wren', { input: 20 }) }),
      trace.span({ parent: alone, name: 'failed', failed: true, attributes: chat('wren', {}) }),
      busy,
      alone,
      root,
    ]);
    expect(await totalOf('agents')).toBe(80n);
    await server.send([between]);
    const bill = await readBill(server, { pipeline: 'agents', batchId: 'b' });
    expect(parseUsd(bill.totalUsd)).toBe(50n);
    expect(bill.lines.find(({ name }) => name === 'busy')?.excluded).toBe(
      'usage repeated from a span below',
    );
  });

  test('of one response, over traces, pipelines and a restart: the earliest counts', async () => {
    const call = (pipeline: string, atMs: number) => {
      const trace = maker({
        'pipeline.name': pipeline,
        'pipeline.run.id': 'r',
        'pipeline.batch.id': 'b',
      });
      return trace.span({
        atMs,
        attributes: chat('wren', { input: 20 }, { 'gen_ai.response.id': 'resp 1' }),
      });
    };
    await server.send([call('cache later', 500)]);
    expect(await totalOf('cache later')).toBe(20n);
    await server.restart();
    await server.send([call('cache first', 100)]);
    expect([await totalOf('cache later'), await totalOf('cache first')]).toEqual([0n, 20n]);
    await server.send([call('cache last', 900)]);
    expect([await totalOf('cache first'), await totalOf('cache last')]).toEqual([20n, 0n]);
    const bill = await readBill(server, { pipeline: 'cache last', batchId: 'b' });
    expect(bill.lines[0]?.excluded).toBe('response id already counted');
  });

  test('and says so where an emitter sampled', async () => {
    const trace = maker({
      'pipeline.name': 'sampled',
      'pipeline.run.id': 'r',
      'pipeline.batch.id': 'b',
    });
    await server.send([
      {
        ...trace.span({ attributes: chat('wren', { input: 1 }) }),
        traceState: 'ot=th:8;rv:6e6d1a75832a2f',
      },
    ]);
    expect((await readBill(server, { pipeline: 'sampled', batchId: 'b' })).sampled).toBe(true);
  });
});

test('a run in several traces, and two runs in one trace, go where they belong', async () => {
  const startNs = server.nowNs - 60n * SECOND_NS;
  const a = new TraceMaker({ startNs, common: { 'pipeline.name': 'woven' } });
  const b = new TraceMaker({ startNs, common: { 'pipeline.name': 'woven' } });
  const run = (trace: TraceMaker, id: string, tokens: number) => {
    const root = trace.span({
      attributes: { 'pipeline.run.id': id, 'pipeline.batch.id': `batch of ${id}` },
    });
    return [
      root,
      trace.span({
        parent: root,
        attributes: {
          ...chat('wren', { input: tokens }),
          'pipeline.run.id': id,
          'pipeline.batch.id': `batch of ${id}`,
        },
      }),
    ];
  };
  await server.send([...run(a, 'one', 1), ...run(a, 'two', 10), ...run(b, 'two', 100)]);
  const batches = await allBatches(server, 'woven');
  expect(
    new Set(batches.map(({ batchId, cost, runs }) => `${batchId} ${cost.totalUsd} ${runs}`)),
  ).toEqual(new Set(['batch of one 0.000000001 1', 'batch of two 0.00000011 1']));
});
