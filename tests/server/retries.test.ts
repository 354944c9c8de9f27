import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatUsd, parseUsd } from '@burnbook/domain/money';
import { DAY_NS, parseTime } from '@burnbook/domain/time';
import { costsSchema, problemSchema, wasteSchema, whatIfSchema } from '../../server/contract.js';
import type { Attributes, SpanSpec } from '../support/spanSpec.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { chat, TraceMaker } from '../support/traceMaker.js';

const START_NS = parseTime('2026-05-04T00:00:00Z') ?? 0n;
const RANGE = 'from=2026-05-04T00:00:00Z&to=2026-05-05T00:00:00Z';
const usd = (nano: number): string => formatUsd(BigInt(nano));

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ config: TEST_CONFIG });
  await server.send([...mail(), ...web(), ...reruns()]);
});
afterAll(() => server.close());

const maker = (pipeline: string, run = 'r'): TraceMaker =>
  new TraceMaker({
    startNs: START_NS,
    common: {
      'pipeline.name': pipeline,
      'pipeline.run.id': run,
      'pipeline.batch.id': 'b',
      'pipeline.step.name': 'ask',
    },
  });
const attempt = (operation: string, number: number, end: string): Attributes => ({
  'pipeline.operation.id': operation,
  'pipeline.attempt.number': number,
  'pipeline.attempt.outcome': end === 'ok' ? 'succeeded' : end === 'cancelled' ? end : 'failed',
  ...(end === 'ok' || end === '' ? {} : { 'pipeline.attempt.error_class': end }),
});

/** One operation that won at last, one that never did, one whose billing is unknown. */
function mail(): SpanSpec[] {
  const trace = maker('mail');
  const root = trace.span({ name: 'run' });
  const call = (operation: string, number: number, end: string, tokens: number | null) =>
    trace.span({
      parent: root,
      atMs: number * 1_000,
      lastsMs: 200,
      failed: end !== 'ok',
      attributes: {
        ...chat('wren', tokens === null ? {} : { input: tokens }),
        ...attempt(operation, number, end),
      },
    });
  return [
    root,
    // Refused: nothing was used.
    call('wins', 1, 'rate_limited', null),
    call('wins', 2, 'timeout', 5),
    call('wins', 3, 'invalid_output', 7),
    call('wins', 4, 'ok', 100),
    call('fails', 1, 'server', 11),
    call('fails', 2, '', 13),
    call('unknown', 1, 'timeout', null),
    call('unknown', 2, 'ok', 17),
    call('at once', 1, 'ok', 19),
  ];
}

function web(): SpanSpec[] {
  const trace = maker('web');
  const outer = trace.span({
    lastsMs: 50,
    failed: true,
    attributes: attempt('outer', 1, 'network'),
  });
  return [
    outer,
    trace.span({ atMs: 100, attributes: attempt('outer', 2, 'ok') }),
    // Won, within one that lost.
    trace.span({
      parent: outer,
      attributes: { ...chat('wren', { input: 23 }), ...attempt('inner', 1, 'ok') },
    }),
  ];
}

function reruns(): SpanSpec[] {
  return ['first', 'second'].flatMap((run, index) => {
    const trace = maker('reruns', run);
    const failed = index === 0;
    const atMs = index * 60_000;
    const root = trace.span({
      name: 'run',
      atMs,
      failed,
      attributes: { 'pipeline.run.outcome': failed ? 'failed' : 'succeeded' },
    });
    const step = trace.span({ parent: root, atMs, failed, name: 'ask' });
    const call = trace.span({ parent: step, atMs, attributes: chat('wren', { input: 29 }) });
    return [
      { ...root, attributes: { ...root.attributes, 'pipeline.step.name': '' } },
      step,
      call,
    ].map((span) => {
      const { 'pipeline.step.name': name, ...rest } = span.attributes;
      return name === '' ? { ...span, attributes: rest } : span;
    });
  });
}

describe('waste', () => {
  const ask = (query: string) => server.get(`/api/retries/waste?${RANGE}&${query}`, wasteSchema);

  test('by cause tells money, attempts, operations and what is not known', async () => {
    const told = await ask('groupBy=cause,pipeline');
    const rows = Object.fromEntries(
      told.items.map(({ cause, key, ...sums }) => [`${cause} ${key}`, Object.values(sums)]),
    );
    expect(rows).toEqual({
      'rateLimited mail': ['0', '0', 1, 1, 0],
      'timeout mail': [usd(5), '0', 2, 2, 1],
      'invalidOutput mail': [usd(7), '0', 1, 1, 0],
      'server mail': ['0', usd(11), 1, 1, 0],
      'unknown mail': ['0', usd(13), 1, 1, 0],
      'network web': [usd(23), '0', 1, 1, 0],
      'stepRerun reruns': [usd(29), '0', 1, 1, 0],
    });
    expect(told.total).toMatchObject({ unknownBilling: 1, attempts: 8, operations: 5 });
    expect(told.byAttempts).toEqual([
      { attempts: 1, succeeded: 2, failed: 0 },
      { attempts: 2, succeeded: 2, failed: 1 },
      { attempts: 4, succeeded: 1, failed: 0 },
    ]);
  });

  test('adds up to what the costs call waste and failure', async () => {
    const { total } = await server.get(`/api/costs?${RANGE}`, costsSchema);
    const told = await ask('groupBy=cause');
    expect(told.total).toMatchObject({
      retryWasteUsd: total.retryWasteUsd,
      failureCostUsd: total.failureCostUsd,
    });
    const sum = told.items.reduce((nano, { retryWasteUsd }) => nano + parseUsd(retryWasteUsd), 0n);
    expect(formatUsd(sum)).toBe(total.retryWasteUsd);
  });

  test('of an attempt that used nothing is told by the model of its operation', async () => {
    const { items, byAttempts } = await ask('groupBy=cause,model&filter=model:wren,pipeline:mail');
    expect(items).toContainEqual(
      expect.objectContaining({ cause: 'rateLimited', key: 'wren', attempts: 1 }),
    );
    expect(byAttempts).toBeNull();
  });

  test.each([
    ['groupBy=model', 'groupBy'],
    ['groupBy=cause,day', 'groupBy'],
    ['groupBy=cause,planet', 'groupBy'],
    ['filter=cause:timeout', 'filter'],
  ])('asked with %s is refused', async (query, field) => {
    const answer = await server.fetch(`/api/retries/waste?${query}`);
    expect([answer.status, problemSchema.parse(await answer.json()).field]).toEqual([400, field]);
  });
});

test('waste of emitters without classes is told by status and error.type', async () => {
  const at = START_NS - DAY_NS;
  const failures = [
    { 'http.response.status_code': 429 },
    { 'error.type': '503' },
    { 'error.type': 'ReadTimeout' },
    { 'pipeline.attempt.error_class': 'moon_phase' },
  ];
  await server.send(
    failures.flatMap((failure, index) => {
      const trace = new TraceMaker({
        startNs: at,
        resource: { 'service.name': `foreign ${index}` },
      });
      return [0, 1].map((resends) =>
        trace.span({
          name: 'POST',
          parent: { spanId: 'aaaaaaaaaaaaaaaa' },
          atMs: resends,
          failed: resends === 0,
          attributes: {
            'pipeline.operation.id': `post ${index}`,
            'http.request.resend_count': resends,
            ...(resends === 0 ? failure : {}),
          },
        }),
      );
    }),
  );
  const told = await server.get(
    '/api/retries/waste?groupBy=cause&from=2026-05-03T00:00:00Z&to=2026-05-04T00:00:00Z',
    wasteSchema,
  );
  expect(new Map(told.items.map(({ cause, attempts }) => [cause, attempts]))).toEqual(
    new Map([
      ['other', 1],
      ['rateLimited', 1],
      ['server', 1],
      ['timeout', 1],
    ]),
  );
});

test('parallel spans of one attempt are one that was lost, by the last of their classes', async () => {
  const trace = new TraceMaker({
    startNs: START_NS - 2n * 86_400_000_000_000n,
    common: { 'pipeline.name': 'parallel', 'pipeline.run.id': 'r' },
  });
  const part = (number: number, end: string, tokens: number): SpanSpec =>
    trace.span({
      name: 'part',
      parent: { spanId: 'aaaaaaaaaaaaaaaa' },
      atMs: number * 1_000,
      failed: end !== 'ok',
      attributes: { ...chat('wren', { input: tokens }), ...attempt('parts', number, end) },
    });
  await server.send([
    part(1, 'server', 5),
    part(1, 'timeout', 7),
    part(2, 'cancelled', 11),
    part(2, 'cancelled', 13),
    part(3, 'ok', 17),
  ]);
  const told = await server.get(
    '/api/retries/waste?groupBy=cause,model&from=2026-05-02T00:00:00Z&to=2026-05-03T00:00:00Z',
    wasteSchema,
  );
  expect(
    told.items.map(({ cause, key, retryWasteUsd, attempts, operations }) =>
      [cause, key, retryWasteUsd, attempts, operations].join(' '),
    ),
  ).toEqual([`cancelled wren ${usd(24)} 1 1`, `timeout wren ${usd(12)} 1 1`]);
  expect(told.total).toMatchObject({ retryWasteUsd: usd(36), attempts: 2, operations: 1 });
});

describe('another policy', () => {
  const ask = (query: string) => server.get(`/api/retries/what-if?${RANGE}&${query}`, whatIfSchema);

  test('that is the same changes nothing', async () => {
    expect(await ask('')).toMatchObject({
      recorded: { operations: 6, attempts: 12, succeeded: 5, failed: 1 },
      outcome: { succeeded: 5, successesLost: 0, failed: 1, unknown: 0, notStarted: 0 },
      savedUsd: '0',
      attemptsNotMade: 0,
      latencyChangeMs: 0,
    });
  });

  test('with two attempts loses what was won later and saves what that cost', async () => {
    expect(await ask('attemptsMax=2')).toMatchObject({
      outcome: { succeeded: 4, successesLost: 1, failed: 1, unknown: 0 },
      attemptsNotMade: 2,
      savedUsd: usd(107),
    });
  });

  test('with more attempts does not know what they would have done', async () => {
    expect(await ask('attemptsMax=5&filter=pipeline:mail')).toMatchObject({
      outcome: { succeeded: 3, failed: 0, unknown: 1 },
      attemptsUnknown: 3,
      savedUsd: '0',
    });
  });

  test('with a time-out tells operations apart by which of their attempts it cuts', async () => {
    const trace = new TraceMaker({
      startNs: START_NS - 3n * 86_400_000_000_000n,
      common: { 'pipeline.name': 'slow', 'pipeline.run.id': 'r' },
    });
    await server.send(
      [
        [200, 20],
        [20, 200],
      ].flatMap((lasts, operation) =>
        lasts.map((lastsMs, index) =>
          trace.span({
            name: 'ask',
            parent: { spanId: 'aaaaaaaaaaaaaaaa' },
            atMs: index * 1_000,
            lastsMs,
            failed: index === 0,
            attributes: {
              ...chat('wren', { input: lastsMs }),
              ...attempt(`slow ${operation}`, index + 1, index === 0 ? 'rate_limited' : 'ok'),
            },
          }),
        ),
      ),
    );
    const day = 'from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z';
    expect(
      await server.get(`/api/retries/what-if?${day}&timeoutMs=100`, whatIfSchema),
    ).toMatchObject({
      truncated: false,
      recorded: { operations: 2, attempts: 4, succeeded: 2 },
      outcome: { succeeded: 1, successesLost: 0, failed: 0, unknown: 1, notStarted: 0 },
      attemptsCut: 2,
      attemptsUnknown: 1,
      cutCostUsd: usd(400),
      latencyChangeMs: -100,
    });
  });

  test.each([
    ['attemptsMax=0', 'attemptsMax'],
    ['timeoutMs=x', 'timeoutMs'],
    ['filter=model:wren', 'filter'],
  ])('asked with %s is refused', async (query, field) => {
    const answer = await server.fetch(`/api/retries/what-if?${query}`);
    expect([answer.status, problemSchema.parse(await answer.json()).field]).toEqual([400, field]);
  });
});
