import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MINUTE_NS } from '@burnbook/domain/time';
import { allBatches, readBill } from '../support/billReading.js';
import type { SpanSpec } from '../support/spanSpec.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { chat, TraceMaker } from '../support/traceMaker.js';

describe.each([
  ['with room for every trace', 65_536, 0],
  ['with next to no memory', 8, 2],
])('what arrives late changes the bill %s', (_, arenaNodesMax, fillers) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ config: TEST_CONFIG, arenaNodesMax });
  });
  afterAll(() => server.close());

  /** One request each, and between them enough of other traces to push these out of a small memory. */
  const sendApart = async (...requests: SpanSpec[][]): Promise<void> => {
    for (const request of requests) {
      await server.send(request);
      for (let filler = 0; filler < fillers; filler++) {
        const made = new TraceMaker({
          startNs: server.nowNs - MINUTE_NS,
          resource: { 'service.name': 'filler' },
        });
        await server.send(Array.from({ length: 20 }, () => made.span()));
      }
    }
  };
  const named = (pipeline: string): TraceMaker =>
    new TraceMaker({
      startNs: server.nowNs - MINUTE_NS,
      common: { 'pipeline.name': pipeline, 'pipeline.run.id': 'r', 'pipeline.batch.id': 'b' },
    });
  const listed = async (pipeline: string) =>
    (await allBatches(server, pipeline)).map(({ batchId, state, cost }) => [
      batchId,
      state,
      cost.totalUsd,
    ]);

  test('not when a parent comes whose own parent never does: the batch stays listed', async () => {
    const made = named('rootless');
    const parent = made.span({ parent: made.missing() });
    const call = made.span({ parent, attributes: chat('wren', { input: 5 }) });
    const other = made.span({
      parent: made.missing(),
      atMs: 5,
      attributes: chat('wren', { input: 6 }),
    });
    await sendApart([call], [other], [parent]);
    expect(await listed('rootless')).toEqual([['b', 'open', '0.000000011']]);
  });

  test('not when the span goes home that the run stood on: the next one with cost stands for it', async () => {
    const late = new TraceMaker({
      startNs: server.nowNs - MINUTE_NS,
      resource: { 'service.name': 'late-service' },
    });
    const gate = new TraceMaker({
      startNs: server.nowNs - MINUTE_NS,
      resource: { 'service.name': 'gate' },
    });
    const root = { ...gate.span(), traceId: late.traceId };
    const silent = late.span({ parent: late.missing(), atMs: 1 });
    const first = late.span({ parent: root, atMs: 2, attributes: chat('wren', { input: 5 }) });
    const second = late.span({
      parent: late.missing(),
      atMs: 3,
      attributes: chat('wren', { input: 6 }),
    });
    await sendApart([silent], [first], [second], [root]);
    expect(await listed('late-service')).toEqual([[late.traceId, 'open', '0.000000006']]);
  });

  test('not when a silent span of another process stands between: its resource begins the run', async () => {
    const front = new TraceMaker({
      startNs: server.nowNs - MINUTE_NS,
      resource: { 'service.name': 'front' },
    });
    const root = front.span({ name: 'request' });
    const resource = {
      'service.name': 'worker',
      'pipeline.name': 'by resource',
      'pipeline.run.id': 'r',
      'pipeline.batch.id': 'b',
    };
    const silent = { ...front.span({ name: 'serve', parent: root }), resource };
    const call = {
      ...front.span({ parent: silent, attributes: chat('wren', { input: 5 }) }),
      resource,
    };
    await sendApart([root], [silent], [call]);
    expect(await listed('by resource')).toEqual([['b', 'succeeded', '0.000000005']]);
  });

  test('when an earlier span tells the same response', async () => {
    const call = (pipeline: string, atMs: number): SpanSpec =>
      named(pipeline).span({
        atMs,
        attributes: chat('wren', { input: 5 }, { 'gen_ai.response.id': 'r 1' }),
      });
    await sendApart(
      [call('told second', 500)],
      [call('told first', 100)],
      [call('told third', 900)],
    );
    expect(await listed('told first')).toEqual([['b', 'succeeded', '0.000000005']]);
    expect(await listed('told second')).toEqual([['b', 'succeeded', '0']]);
    expect(await listed('told third')).toEqual([['b', 'succeeded', '0']]);
  });

  test('when only a span without any cost names the batch', async () => {
    const made = new TraceMaker({
      startNs: server.nowNs - MINUTE_NS,
      resource: { 'service.name': 'just a batch' },
    });
    const root = made.span();
    const namer = made.span({ parent: root, attributes: { 'pipeline.batch.id': 'b' } });
    await sendApart(
      [root, made.span({ parent: root, attributes: chat('wren', { input: 5 }) })],
      [namer],
    );
    expect(await listed('just a batch')).toEqual([['b', 'succeeded', '0.000000005']]);
  });

  test('when a second batch makes the cost of a run shared, and the list still adds up', async () => {
    const made = new TraceMaker({
      startNs: server.nowNs - MINUTE_NS,
      resource: { 'service.name': 'leaves' },
    });
    const root = made.span({
      attributes: { 'pipeline.batch.id': 'one', 'process.cpu.time.user': 1 },
    });
    // Who names the pipeline again inherits no batch.
    const outside = made.span({
      parent: root,
      attributes: { 'pipeline.name': 'leaves', 'process.cpu.time.user': 2 },
    });
    const second = made.span({ parent: root, attributes: { 'pipeline.batch.id': 'two' } });
    await sendApart([root], [outside], [second]);
    const batches = await allBatches(server, 'leaves');
    expect(new Set(batches.map(({ batchId, cost }) => `${batchId} ${cost.totalUsd}`))).toEqual(
      new Set(['one 0.000001', `${made.traceId} 0.000002`, 'two 0']),
    );
  });

  test('when the attempt that won comes before or after the one that lost', async () => {
    const attempt = (number: number, outcome: string) => ({
      'pipeline.operation.id': 'o',
      'pipeline.attempt.number': number,
      'pipeline.attempt.outcome': outcome,
    });
    const spansOf = (pipeline: string): [SpanSpec, SpanSpec] => {
      const made = named(pipeline);
      return [
        made.span({ attributes: { ...chat('wren', { input: 5 }), ...attempt(1, 'succeeded') } }),
        made.span({
          failed: true,
          attributes: { ...chat('wren', { input: 7 }), ...attempt(2, 'failed') },
        }),
      ];
    };
    const [won, lost] = spansOf('won first');
    await sendApart([won], [lost]);
    const [wonToo, lostToo] = spansOf('lost first');
    await sendApart([lostToo], [wonToo]);
    await sendApart(spansOf('at once'));
    for (const pipeline of ['won first', 'lost first', 'at once']) {
      const { cost } = await readBill(server, { pipeline, batchId: 'b' });
      expect([pipeline, cost.retryWasteUsd, cost.failureCostUsd]).toEqual([
        pipeline,
        '0.000000007',
        '0',
      ]);
      const [batch] = await allBatches(server, pipeline);
      expect(batch?.cost).toEqual(cost);
    }
  });

  test('when a root renames everything below it', async () => {
    const made = new TraceMaker({
      startNs: server.nowNs - MINUTE_NS,
      resource: { 'service.name': 'renamed' },
    });
    const root = made.span({
      attributes: { 'pipeline.name': 'renames', 'pipeline.run.id': 'r', 'pipeline.batch.id': 'b' },
    });
    const step = made.span({
      parent: root,
      attributes: { 'pipeline.step.name': 's', 'process.cpu.time.user': 1 },
    });
    const call = made.span({ parent: step, atMs: 1, attributes: chat('wren', { input: 5 }) });
    await sendApart([call], [step]);
    expect(await listed('renamed')).toEqual([[made.traceId, 'open', '0.000001005']]);
    await sendApart([root]);
    expect(await listed('renamed')).toEqual([]);
    const { lines } = await readBill(server, { pipeline: 'renames', batchId: 'b' });
    expect(lines.map(({ kind, runId, step: name }) => [kind, runId, name])).toEqual([
      ['compute', 'r', 's'],
      ['model', 'r', 's'],
    ]);
  });
});
