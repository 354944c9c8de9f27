import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { HOUR_NS } from '@burnbook/domain/time';
import {
  batchDetailSchema,
  batchSchema,
  billSchema,
  commitEventSchema,
  costsSchema,
  healthSchema,
  listOf,
  overviewSchema,
  pipelineSchema,
  problemSchema,
  runbookListSchema,
  runbookSchema,
  traceSchema,
} from '../../server/contract.js';
import { API_PATHS } from '../support/apiPaths.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { chat, TraceMaker } from '../support/traceMaker.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ config: TEST_CONFIG });
});
afterAll(() => server.close());

const maker = (pipeline: string, batch: string, startNs: bigint): TraceMaker =>
  new TraceMaker({
    startNs,
    common: {
      'pipeline.name': pipeline,
      'pipeline.run.id': `run of ${batch}`,
      'pipeline.batch.id': batch,
    },
  });

describe('every endpoint answers what its schema says, no more and no less', () => {
  const made: { traceId: string } = { traceId: '' };
  beforeAll(async () => {
    const trace = maker('every', 'batch 1', server.nowNs - HOUR_NS);
    made.traceId = trace.traceId;
    const root = trace.span({
      name: 'run',
      lastsMs: 5_000,
      attributes: {
        'pipeline.run.outcome': 'succeeded',
        'pipeline.run.kind': 'backfill',
        'pipeline.rows.in': 500,
        team: 'data',
      },
    });
    const step = trace.span({
      name: 'classify',
      parent: root,
      attributes: {
        'pipeline.step.name': 'classify',
        'process.cpu.time.user': 2,
        'process.memory.gb_seconds': 3,
        'pipeline.rows.in': 500,
      },
    });
    const again = { 'pipeline.step.name': 'classify', 'pipeline.operation.id': 'o 1' };
    await server.send([
      root,
      step,
      trace.span({
        parent: step,
        name: 'chat',
        failed: true,
        atMs: 1,
        attributes: {
          ...chat('wren', { input: 10 }),
          ...again,
          'pipeline.attempt.number': 1,
          'pipeline.attempt.outcome': 'failed',
          'pipeline.attempt.error_class': 'timeout',
        },
      }),
      trace.span({
        parent: step,
        name: 'chat',
        atMs: 9,
        attributes: {
          ...chat('wren', { input: 10, output: 1 }),
          ...again,
          'pipeline.attempt.number': 2,
          'pipeline.attempt.outcome': 'succeeded',
          'pipeline.attempt.backoff_ms': 250,
        },
      }),
      trace.span({
        parent: step,
        name: 'embed',
        atMs: 20,
        attributes: { ...chat('roc', { input: 10 }), 'pipeline.step.name': 'classify' },
      }),
    ]);
  });

  test('pipelines, batches and their detail', async () => {
    const pipelines = await server.get('/api/pipelines', listOf(pipelineSchema));
    expect(pipelines.items.find(({ pipeline }) => pipeline === 'every')).toMatchObject({
      batches: 1,
      runs: 1,
      lastState: 'succeeded',
    });
    const { items } = await server.get('/api/batches?pipeline=every', listOf(batchSchema));
    expect(items).toMatchObject([
      { batchId: 'batch 1', state: 'succeeded', final: true, rowsIn: 500, durationMs: 5_000 },
    ]);
    const detail = await server.get('/api/batches/every/batch%201', batchDetailSchema);
    expect(detail).toMatchObject({
      attemptsTotal: 2,
      team: 'data',
      runList: [{ runId: 'run of batch 1', kind: 'backfill', evidence: { traceId: made.traceId } }],
    });
    expect(detail.steps).toMatchObject([
      {
        step: 'classify',
        state: 'succeeded',
        modelCalls: 3,
        tokens: 31,
        attempts: 2,
        failedAttempts: 1,
      },
    ]);
    expect(
      detail.attempts.map(({ number, outcome, errorClass, backoffMs, retryWaste }) => [
        number,
        outcome,
        errorClass,
        backoffMs,
        retryWaste,
      ]),
    ).toEqual([
      [1, 'failed', 'timeout', null, true],
      [2, 'succeeded', null, 250, false],
    ]);
  });

  test('the bill, its total the exact sum of its lines', async () => {
    const bill = await server.get('/api/batches/every/batch%201/bill', billSchema);
    // 10 + 20 tokens of calls, 2,000 of CPU, 6,000 of memory, in nano-USD.
    expect(bill).toMatchObject({
      totalUsd: '0.00000803',
      cost: { retryWasteUsd: '0.00000001', unpricedCalls: 1 },
      final: true,
      linesTotal: 4,
    });
    expect(
      bill.lines.map(({ kind, attempt, outcome, listCostUsd }) => [
        kind,
        attempt,
        outcome,
        listCostUsd,
      ]),
    ).toEqual([
      ['compute', null, 'succeeded', '0.000008'],
      ['model', 1, 'failed', '0.00000001'],
      ['model', 2, 'succeeded', '0.00000002'],
      ['model', null, 'succeeded', null],
    ]);
  });

  test('costs, overview, traces, runbooks and health', async () => {
    for (const groupBy of ['pipeline', 'model', 'step', 'day', 'team']) {
      await server.get(`/api/costs?groupBy=${groupBy}`, costsSchema);
    }
    expect(await server.get('/api/overview', overviewSchema)).toMatchObject({ empty: false });
    expect(await server.get(`/api/traces/${made.traceId}`, traceSchema)).toMatchObject({
      spansTotal: 5,
      batches: [{ pipeline: 'every', batchId: 'batch 1' }],
    });
    const { items } = await server.get('/api/runbooks', runbookListSchema);
    expect(items.map(({ name }) => name)).toContain('BatchCostAboveNormal');
    const runbook = await server.get(
      '/api/runbooks/BatchCostAboveNormal?pipeline=every&batch=batch%201',
      runbookSchema,
    );
    expect(runbook.panels.length).toBeGreaterThanOrEqual(2);
    expect(await server.get('/healthz', healthSchema)).toMatchObject({ status: 'ok' });
    expect(await server.get('/readyz', healthSchema)).toMatchObject({ status: 'ok' });
  });

  test('the OpenAPI document has every one of them, and its parameters', async () => {
    const document = await server.get(
      '/api/openapi.json',
      z.looseObject({
        openapi: z.literal('3.1.0'),
        paths: z.record(
          z.string(),
          z.looseObject({
            get: z
              .looseObject({
                parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })),
                responses: z.record(z.string(), z.unknown()),
              })
              .optional(),
          }),
        ),
      }),
    );
    expect(Object.keys(document.paths).toSorted()).toEqual(API_PATHS);
    expect(
      document.paths['/api/batches/{pipeline}/{batchId}/bill']?.get?.parameters.map(
        (parameter) => `${parameter.in} ${parameter.name}`,
      ),
    ).toEqual(['path pipeline', 'path batchId', 'query limit', 'query cursor']);
  });
});

describe('a question that makes no sense is a 400 that names the field', () => {
  test.each([
    ['/api/batches?limit=0', 'limit'],
    ['/api/batches?limit=201', 'limit'],
    ['/api/batches?limit=ten', 'limit'],
    ['/api/batches?limit=1.5', 'limit'],
    ['/api/batches?limit=', 'limit'],
    ['/api/batches?cursor=page2', 'cursor'],
    ['/api/batches?cursor=W10', 'cursor'],
    ['/api/costs?groupBy=pipeline&groupBy=model', 'groupBy'],
    ['/api/batches?cursor=', 'cursor'],
    ['/api/batches?from=yesterday', 'from'],
    ['/api/batches?to=2026-11-22', 'to'],
    ['/api/batches?from=2026-02-30T00:00:00Z', 'from'],
    ['/api/batches?from=2026-11-22T00:00:00', 'from'],
    ['/api/batches?from=-600000w', 'from'],
    ['/api/costs?to=-600000w', 'to'],
    ['/api/batches?sort=luck', 'sort'],
    ['/api/batches?pipeline=', 'pipeline'],
    ['/api/batches?pipelines=x', 'pipelines'],
    ['/api/batches?from=now&to=-1d', 'from'],
    ['/api/batches/every/batch%201?limit=1', 'limit'],
    ['/api/batches/every/batch%201/bill?limit=10001', 'limit'],
    ['/api/batches/every/batch%201/bill?cursor=x', 'cursor'],
    ['/api/costs?groupBy=planet', 'groupBy'],
    ['/api/costs?tz=Mars/Base', 'tz'],
    ['/api/costs?tz=%2B08:00', 'tz'],
    ['/api/costs?from=now&to=now', 'from'],
    ['/api/costs?from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z', 'from'],
    ['/api/costs?from=2000-01-01T00:00:00Z', 'from'],
    ['/api/costs?from=2300-01-01T00:00:00Z', 'from'],
    ['/api/overview?days=7', 'days'],
    ['/api/pipelines?limit=1', 'limit'],
    ['/api/traces/xyz', 'traceId'],
    ['/api/traces/00000000000000000000000000000000', 'traceId'],
    ['/api/runbooks/BatchCostAboveNormal?pipelines=x', 'pipelines'],
  ])('%s', async (path, field) => {
    const answer = await server.fetch(path);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    const problem = problemSchema.parse(await answer.json());
    expect(problem).toMatchObject({ status: 400, field });
    expect(answer.status).toBe(400);
  });

  test.each([
    ['/api/nothing'],
    ['/api/batches/every/none'],
    ['/api/batches/none/none/bill'],
    ['/api/runbooks/None'],
    ['/api/traces/0123456789abcdef0123456789abcdef'],
    ['/nowhere.html'],
  ])('%s is a 404', async (path) => {
    const answer = await server.fetch(path);
    expect(problemSchema.parse(await answer.json())).toMatchObject({ status: 404 });
    expect(answer.status).toBe(404);
  });

  test('a path that is no UTF-8 is a fault of the caller', async () => {
    const answer = await server.fetch('/api/batches/%E0%A4%A/x');
    expect([400, 404]).toContain(answer.status);
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH'])(
    '%s is a 405 that says what is possible',
    async (method) => {
      for (const path of ['/api/batches', '/api/batches/every/batch%201/bill', '/api/events']) {
        const answer = await server.fetch(path, { method });
        expect([path, answer.status, answer.headers.get('allow')]).toEqual([
          path,
          405,
          'GET, HEAD',
        ]);
        expect(problemSchema.parse(await answer.json())).toMatchObject({ status: 405 });
      }
    },
  );
});

test('the groups of every grouping add up to the total, exactly', async () => {
  for (const groupBy of ['pipeline', 'model', 'step', 'day', 'team']) {
    const { items, total } = await server.get(
      `/api/costs?groupBy=${groupBy}&from=2025-01-01T00:00:00Z&tz=Asia/Shanghai`,
      costsSchema,
    );
    const nano = (usd: string): bigint => BigInt(Math.round(Number(usd) * 1e9));
    for (const part of [
      'totalUsd',
      'computeUsd',
      'modelUsd',
      'retryWasteUsd',
      'failureCostUsd',
    ] as const) {
      expect([groupBy, part, items.reduce((sum, { cost }) => sum + nano(cost[part]), 0n)]).toEqual([
        groupBy,
        part,
        nano(total[part]),
      ]);
    }
    expect(items.reduce((sum, { cost }) => sum + cost.unpricedCalls, 0)).toBe(total.unpricedCalls);
  }
});

test('a listener hears of a commit with its pipelines', async () => {
  const stop = new AbortController();
  const answer = await server.fetch('/api/events', { signal: stop.signal });
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  let heard = '';
  const event = (async () => {
    for await (const chunk of answer.body ?? []) {
      heard += Buffer.from(chunk as Uint8Array).toString();
      const data = /event: commit\ndata: (.*"heard".*)\n/.exec(heard)?.[1];
      if (data !== undefined) return commitEventSchema.parse(JSON.parse(data));
    }
    return null;
  })();
  await server.send([
    maker('heard', 'b', server.nowNs).span({ attributes: chat('wren', { input: 1 }) }),
  ]);
  expect(await event).toMatchObject({ pipelines: expect.arrayContaining(['heard']) as string[] });
  stop.abort();
});
