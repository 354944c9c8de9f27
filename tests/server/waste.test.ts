import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseUsd } from '@burnbook/domain/money';
import { batchDetailSchema, type Bill } from '../../server/contract.js';
import { LosingAttempts } from '../../server/store/attribution/losingAttempts.js';
import type { AttemptRow } from '../../server/store/rows.js';
import { readBill } from '../support/billReading.js';
import type { Attributes, SpanSpec } from '../support/spanSpec.js';
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
const sums = ({ cost, totalUsd }: Pick<Bill, 'cost' | 'totalUsd'>) => ({
  total: parseUsd(totalUsd),
  waste: parseUsd(cost.retryWasteUsd),
  failure: parseUsd(cost.failureCostUsd),
});

describe('attempts', () => {
  const attempt = (operation: string, number: number, outcome: string): Attributes => ({
    'pipeline.operation.id': operation,
    'pipeline.attempt.number': number,
    'pipeline.attempt.outcome': outcome,
  });
  const send = async (
    pipeline: string,
    build: (trace: TraceMaker, root: SpanSpec) => SpanSpec[],
  ): Promise<Bill> => {
    const trace = maker({
      'pipeline.name': pipeline,
      'pipeline.run.id': 'r',
      'pipeline.batch.id': 'b',
    });
    const root = trace.span({ name: 'run', attributes: { 'pipeline.run.outcome': 'succeeded' } });
    // Last things first, and one request each: nothing may depend on the order.
    for (const span of [root, ...build(trace, root)].toReversed()) await server.send([span]);
    return readBill(server, { pipeline, batchId: 'b' });
  };

  test('that lost are waste where another one won', async () => {
    const bill = await send('waste', (trace, root) => [
      trace.span({
        parent: root,
        failed: true,
        attributes: { ...chat('wren', { input: 5 }), ...attempt('o', 1, 'failed') },
      }),
      trace.span({
        parent: root,
        failed: true,
        attributes: { ...chat('wren', { input: 7 }), ...attempt('o', 2, 'cancelled') },
      }),
      trace.span({
        parent: root,
        attributes: { ...chat('wren', { input: 9 }), ...attempt('o', 3, 'succeeded') },
      }),
      trace.span({
        parent: root,
        failed: true,
        attributes: { ...chat('wren', { input: 100 }), ...attempt('other', 1, 'failed') },
      }),
    ]);
    expect(sums(bill)).toEqual({ total: 121n, waste: 12n, failure: 100n });
  });

  test('that all lost are failure cost, not waste', async () => {
    const bill = await send('failure', (trace, root) => [
      trace.span({
        parent: root,
        failed: true,
        attributes: { ...chat('wren', { input: 5 }), ...attempt('o', 1, 'failed') },
      }),
      trace.span({
        parent: root,
        failed: true,
        attributes: { ...chat('wren', { input: 7 }), ...attempt('o', 2, 'failed') },
      }),
    ]);
    expect(sums(bill)).toEqual({ total: 12n, waste: 0n, failure: 12n });
    expect(bill.lines.map(({ failureCost, retryWaste }) => [failureCost, retryWaste])).toEqual([
      [true, false],
      [true, false],
    ]);
  });

  test('nested in one that lost are waste once, whether they won or not', async () => {
    const bill = await send('nested', (trace, root) => {
      const outer = trace.span({
        parent: root,
        name: 'outer',
        failed: true,
        attributes: attempt('outer', 1, 'failed'),
      });
      const winner = trace.span({
        parent: root,
        name: 'outer',
        attributes: attempt('outer', 2, 'succeeded'),
      });
      return [
        outer,
        winner,
        trace.span({
          parent: outer,
          failed: true,
          attributes: { ...chat('wren', { input: 5 }), ...attempt('inner a', 1, 'failed') },
        }),
        trace.span({
          parent: outer,
          attributes: { ...chat('wren', { input: 7 }), ...attempt('inner a', 2, 'succeeded') },
        }),
        trace.span({
          parent: outer,
          failed: true,
          attributes: { ...chat('wren', { input: 9 }), ...attempt('inner b', 1, 'failed') },
        }),
        trace.span({
          parent: winner,
          failed: true,
          attributes: { ...chat('wren', { input: 100 }), ...attempt('inner c', 1, 'failed') },
        }),
        trace.span({
          parent: winner,
          attributes: { ...chat('wren', { input: 1_000 }), ...attempt('inner c', 2, 'succeeded') },
        }),
      ];
    });
    expect(sums(bill)).toEqual({ total: 1_121n, waste: 121n, failure: 0n });
  });

  test('that share one name and number beside each other are one attempt: it won if any of them did', async () => {
    const unnamed = { 'pipeline.attempt.number': 1 };
    const bill = await send('siblings', (trace, root) => [
      trace.span({
        parent: root,
        failed: true,
        attributes: { ...chat('wren', { input: 5 }), ...unnamed },
      }),
      trace.span({ parent: root, attributes: { ...chat('wren', { input: 7 }), ...unnamed } }),
    ]);
    expect(sums(bill)).toEqual({ total: 12n, waste: 0n, failure: 0n });
  });

  test('by a resend counter reach down to spans that say something of their own', async () => {
    const trace = new TraceMaker({
      startNs: server.nowNs - 60n * SECOND_NS,
      resource: { 'service.name': 'resends' },
    });
    const post = trace.span({ name: 'POST', attributes: { 'http.request.resend_count': 2 } });
    const call = { ...chat('wren', { input: 5 }), team: 'data' };
    await server.send([post, trace.span({ parent: post, attributes: call })]);
    const bill = await readBill(server, { pipeline: 'resends', batchId: trace.traceId });
    expect(bill.lines).toMatchObject([{ attempt: 3 }]);
  });
});

describe('an earlier run that failed', () => {
  const runOf = (
    run: string,
    atMs: number,
    outcome: string,
    steps: readonly [string, number, boolean][],
  ): SpanSpec[] => {
    const trace = maker({
      'pipeline.name': 'reruns',
      'pipeline.run.id': run,
      'pipeline.batch.id': 'b',
    });
    const root = trace.span({
      name: 'run',
      atMs,
      failed: outcome === 'failed',
      attributes: { 'pipeline.run.outcome': outcome },
    });
    return [
      root,
      ...steps.flatMap(([step, tokens, failed], index) => {
        const span = trace.span({
          name: step,
          parent: root,
          atMs: atMs + index + 1,
          failed,
          attributes: { 'pipeline.step.name': step },
        });
        return [
          span,
          trace.span({
            parent: span,
            atMs: atMs + index + 1,
            attributes: { ...chat('wren', { input: tokens }), 'pipeline.step.name': step },
          }),
        ];
      }),
    ];
  };

  test('is waste only in the steps that a later run did again with success', async () => {
    const again = runOf('second', 1_000, 'succeeded', [
      ['embed', 40, false],
      ['publish', 100, false],
    ]);
    for (const span of again.toReversed()) await server.send([span]);
    await server.send(
      runOf('first', 0, 'failed', [
        ['parse', 3, false],
        ['embed', 7, true],
      ]),
    );
    const bill = await readBill(server, { pipeline: 'reruns', batchId: 'b' });
    expect(sums(bill)).toEqual({ total: 150n, waste: 7n, failure: 0n });
    expect(bill).toMatchObject({ state: 'succeeded', final: true });
    const detail = await server.get('/api/batches/reruns/b', batchDetailSchema);
    expect(detail.runList.map(({ runId, state }) => [runId, state])).toEqual([
      ['first', 'failed'],
      ['second', 'succeeded'],
    ]);
  });
});

test('fifty thousand attempts under one id hold nobody up, and the first that wins makes waste of them', async () => {
  const losses = new LosingAttempts({ loadOperations: () => Promise.resolve([]) }, 0n);
  const tries = (from: number, count: number, outcome: string): AttemptRow[] =>
    Array.from({ length: count }, (_, index) => ({
      span: { startNs: 1n, endNs: 2n } as AttemptRow['span'],
      owner: {} as AttemptRow['owner'],
      operationKey: 1n,
      attemptKey: BigInt(from + index),
      outerAttemptKey: null,
      number: from + index,
      outcome,
    }));
  const failed = await losses.apply([], tries(1, 50_000, 'failed'));
  expect(new Set(failed.map(({ before, after }) => `${before} ${after}`))).toEqual(
    new Set(['null failure']),
  );
  const wasted = await losses.apply([], tries(50_001, 1, 'succeeded'));
  expect(wasted).toHaveLength(50_000);
  const moved = tries(2, 49_999, 'failed');
  expect(await losses.apply(moved, [])).toHaveLength(49_999);
  expect([losses.lossOf(1n), losses.lossOf(2n), losses.lossOf(50_001n)]).toEqual([
    'waste',
    null,
    null,
  ]);
});
