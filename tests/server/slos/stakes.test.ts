import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EventKind, Indicator } from '@burnbook/domain/slo/slo';
import { DAY_NS, HOUR_NS, MINUTE_NS } from '@burnbook/domain/time';
import { sloDetailSchema } from '../../../server/contract.js';
import { alertsOf } from '../../support/alerts.js';
import { at } from '../../support/budgets.js';
import { ratio, sloConfig, sloOf } from '../../support/slos.js';
import type { SpanSpec } from '../../support/spanSpec.js';
import { startTestServer, type TestServer } from '../../support/testServer.js';
import { chat, TraceMaker } from '../../support/traceMaker.js';

const NOON = at('2026-06-10T12:00:00Z');
const RUNS = 12;

const checks: Indicator = {
  kind: 'ratio',
  total: { events: 'qualityChecks', where: { pipeline: ['mail-etl'] } },
  good: { events: 'qualityChecks', where: { outcome: ['passed'] } },
  bad: null,
};
const below = (events: EventKind, value: string, limit: number): Indicator => ({
  kind: 'threshold',
  events: { events, where: { pipeline: ['mail-etl'] } },
  value,
  op: 'lt',
  limit,
});

const SLOS = [
  sloOf({ name: 'attempts' }),
  sloOf({
    name: 'gate-attempts',
    indicator: ratio('attempts', { pipeline: ['mail-*'], step: ['gate'] }),
  }),
  sloOf({ name: 'operations', indicator: ratio('operations') }),
  sloOf({ name: 'calls', indicator: ratio('modelCalls') }),
  sloOf({ name: 'short-calls', indicator: below('modelCalls', 'inputTokens', 80) }),
  sloOf({ name: 'runs', indicator: ratio('runs') }),
  sloOf({ name: 'rows', indicator: ratio('rows') }),
  sloOf({ name: 'checks', indicator: checks }),
  sloOf({
    name: 'free',
    indicator: ratio('attempts', { pipeline: ['free'] }),
    pipelines: ['free'],
  }),
  sloOf({ name: 'ingest', indicator: ratio('server', { name: ['ingest'] }), pipelines: [] }),
];

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ config: sloConfig(...SLOS), nowNs: NOON, alertPauseMsMax: 100 });
  await server.send([
    ...Array.from({ length: RUNS }, (_, index) => runOf({ index, fails: true })).flat(),
    ...runOf({ index: RUNS, fails: false }),
    ...freeAttempts(),
  ]);
});
afterAll(() => server.close());

/**
 * A run with one attempt in which another is nested: the outer one's call takes 50 tokens, the nested one's 100, at a
 * nano-dollar each. Where it fails, all but the nested attempt goes wrong.
 */
function runOf({ index, fails }: { readonly index: number; readonly fails: boolean }): SpanSpec[] {
  const trace = new TraceMaker({
    startNs: NOON - 2n * MINUTE_NS,
    common: { 'pipeline.name': 'mail-etl', 'pipeline.run.id': `run-${index}` },
  });
  const outcome = fails ? 'failed' : 'succeeded';
  const attempt = (operation: string, ended: string) => ({
    'pipeline.step.name': 'gate',
    'pipeline.operation.id': `${operation}-${index}`,
    'pipeline.attempt.number': 1,
    'pipeline.attempt.outcome': ended,
  });
  const root = trace.span({
    name: 'run',
    lastsMs: 10_000,
    failed: fails,
    attributes: { 'pipeline.run.outcome': outcome },
  });
  const step = trace.span({
    name: 'gate',
    parent: root,
    lastsMs: 8_000,
    attributes: {
      'pipeline.step.name': 'gate',
      'pipeline.rows.in': 10,
      'pipeline.rows.failed': fails ? 10 : 0,
      'quality.check.name': 'valid',
      'quality.check.outcome': fails ? 'failed' : 'passed',
    },
  });
  const outer = trace.span({
    parent: step,
    lastsMs: 2_000,
    failed: fails,
    attributes: attempt('outer', outcome),
  });
  const inner = trace.span({
    parent: outer,
    lastsMs: 1_000,
    attributes: attempt('inner', 'succeeded'),
  });
  const own = trace.span({ parent: outer, failed: fails, attributes: chat('wren', { input: 50 }) });
  const nested = trace.span({
    parent: inner,
    attributes: chat('wren', { input: fails ? 100 : 10 }),
  });
  return [root, step, outer, inner, own, nested];
}

function freeAttempts(pipeline = 'free'): SpanSpec[] {
  const trace = new TraceMaker({
    startNs: NOON - 2n * MINUTE_NS,
    common: { 'pipeline.name': pipeline, 'pipeline.run.id': 'free' },
  });
  return Array.from({ length: 20 }, (_, index) =>
    trace.span({
      failed: true,
      attributes: {
        'pipeline.operation.id': `free-${index}`,
        'pipeline.attempt.number': 1,
        'pipeline.attempt.outcome': 'failed',
      },
    }),
  );
}

const pageOf = async (slo: string) =>
  (await alertsOf(server)).find(
    ({ subject }) => subject['slo'] === slo && subject['pair'] === 'page 1h/5m',
  );

test.each([
  ['attempts', 'bad attempts', '0.0000018'],
  ['gate-attempts', 'bad attempts', '0.0000018'],
  ['operations', 'bad operations', '0.0000018'],
  ['calls', 'bad model calls', '0.0000006'],
  ['short-calls', 'bad model calls', '0.0000012'],
  ['runs', 'bad runs', '0.0000018'],
  ['rows', 'runs with bad rows', '0.0000018'],
  ['checks', 'runs with failed checks', '0.0000018'],
])('of an SLO of %s the cost of the %s of the window is at stake', async (slo, stake, stakeUsd) => {
  await expect
    .poll(() => pageOf(slo), { timeout: 15_000 })
    .toMatchObject({
      stakeUsd,
      figures: { stake, stakeWindow: '1h' },
    });
});

test('runs that fail one by one do not crowd what differs in the failures', async () => {
  const { differs } = await server.get('/api/slos/operations', sloDetailSchema);
  const runs = differs.filter(({ attribute }) => attribute === 'run');
  expect(runs).toEqual([]);
  // One run that fails again and again stands out.
  await server.send(freeAttempts('mail-etl'));
  const now = await server.get('/api/slos/operations', sloDetailSchema);
  expect(now.differs.filter(({ attribute }) => attribute === 'run')).toMatchObject([
    { value: 'free', bad: 20, good: 0 },
  ]);
});

test('what cost nothing that is known has no figure, and says why', async () => {
  await expect
    .poll(() => pageOf('free'), { timeout: 15_000 })
    .toMatchObject({
      stakeUsd: null,
      figures: { stake: 'no cost is known' },
    });
});

test('what grows by the hour is kept by the day after a quarter, and forgotten after a year', async () => {
  const { store } = server.running;
  const facts = (kind: string) => JSON.stringify({ kind });
  const keep = (atNs: bigint, kind: string) =>
    store.command('keepSlos', {
      snapshots: [{ slo: 'old', version: 1, good: 1n, total: 1n, facts: facts(kind) }],
      atNs,
    });
  const midnight = at('2026-01-01T00:00:00Z');
  for (const [hour, kind] of [
    [0n, 'snapshot'],
    [1n, 'alert'],
    [2n, 'snapshot'],
    [23n, 'snapshot'],
    [24n, 'snapshot'],
  ] as const) {
    await keep(midnight + hour * HOUR_NS, kind);
  }
  const left = async (atNs: bigint): Promise<bigint[]> => {
    await store.command('forgetOld', { atNs });
    const asked = { name: 'old', from: 0n, to: atNs, limit: 100, offset: 0 };
    const rows = await store.query('slo_snapshots', asked);
    return rows.map((row) => ((row['at_ns'] as bigint) - midnight) / HOUR_NS).toReversed();
  };
  expect(await left(midnight + 90n * DAY_NS)).toEqual([0n, 1n, 2n, 23n, 24n]);
  expect(await left(midnight + 100n * DAY_NS)).toEqual([1n, 23n, 24n]);
  expect(await left(midnight + 402n * DAY_NS)).toEqual([]);
});
