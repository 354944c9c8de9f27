import { afterAll, beforeAll, expect, test } from 'vitest';
import { DAY_NS, MINUTE_NS } from '@burnbook/domain/time';
import { sloBurnSchema, sloHistorySchema } from '../../../server/contract.js';
import { at } from '../../support/budgets.js';
import { alertsOf } from '../../support/alerts.js';
import { sloConfig, sloNamed, sloOf, tries } from '../../support/slos.js';
import { startTestServer, type TestServer } from '../../support/testServer.js';

const NOON = at('2026-06-10T12:00:00Z');
const month = (timeZone: string) =>
  ({ kind: 'calendar', unit: 'month', count: 1, startTime: '2026-01-01', timeZone }) as const;

const SLOS = [
  sloOf({ name: 'month', target: 0.999, window: month('Asia/Shanghai') }),
  sloOf({
    name: 'means',
    method: 'RatioTimeslices',
    slice: { target: 1, lengthNs: 5n * MINUTE_NS },
    target: 0.9,
    window: { kind: 'rolling', durationNs: DAY_NS },
  }),
];

let server: TestServer;
/** Every ten minutes of ten hours: four tries, of which one succeeds. */
const LAST_NS = NOON - 5n * MINUTE_NS;
beforeAll(async () => {
  server = await startTestServer({ config: sloConfig(...SLOS), nowNs: NOON });
  const outcomes = ['succeeded', 'failed', 'failed', 'failed'] as const;
  await server.send(
    Array.from({ length: 60 }, (_, index) =>
      outcomes.flatMap((outcome) =>
        tries({ atNs: LAST_NS - BigInt(10 * index) * MINUTE_NS, outcomes: [outcome] }),
      ),
    ).flat(),
  );
});
afterAll(() => server.close());

test('a calendar period that is overspent is told before it is over', async () => {
  const slo = await sloNamed(server, 'month');
  expect(slo).toMatchObject({ unit: 'events', estimated: true, period: { good: 60, total: 240 } });
  expect(slo.budgetLeft).toBeLessThan(0);
  const told = async () =>
    (await alertsOf(server, 'name=ErrorBudgetExhausted')).find(
      ({ subject }) => subject['slo'] === 'month',
    );
  await expect
    .poll(told, { timeout: 15_000 })
    .toMatchObject({ severity: 'ticket', state: 'firing' });
  const alert = await told();
  expect(alert?.summary).toMatch(
    /^month: the error budget is overspent by \d+ events, by what the rest of the period is expected to bring\.$/,
  );
});

test('the mean of slices is told in slices: the API, its points, and alerts', async () => {
  const slo = await sloNamed(server, 'means');
  expect(slo).toMatchObject({ unit: 'slices', period: { good: 15, total: 60, burnRate: 7.5 } });
  const alerts = (await alertsOf(server, 'name=ErrorBudgetBurn')).filter(
    ({ subject }) => subject['slo'] === 'means',
  );
  expect(alerts.map(({ summary, figures }) => [summary, figures['bad'], figures['unit']])).toEqual([
    [expect.stringMatching(/^means: [\d.]+ of 1[45] slices bad in 144m/), '10.5', 'slices'],
  ]);
  const { points } = await server.get('/api/slos/means/burn?from=-1d', sloBurnSchema);
  expect(points.reduce((sum, { total }) => sum + total, 0)).toBe(60);
  expect(points.reduce((sum, { good }) => sum + good, 0)).toBe(15);
});

test('what comes late into a slice is in its history: what was known then, and what is known now', async () => {
  const before = await server.get('/api/slos/means/history', sloHistorySchema);
  expect(before.items.every(({ causes }) => causes.length === 0)).toBe(true);
  expect(before.items[0]?.knownThen).toMatchObject({ good: 15, total: 60 });
  // Three of eight are good in the last slice now, where it was one of four.
  server.nowNs += 10n * MINUTE_NS;
  await server.send(
    [0, 1, 2, 3].flatMap((index) =>
      tries({ atNs: LAST_NS, outcomes: [index < 2 ? 'succeeded' : 'failed'] }),
    ),
  );
  await expect.poll(async () => (await sloNamed(server, 'means')).period.good).toBe(15.125);
  const { items } = await server.get('/api/slos/means/history', sloHistorySchema);
  const first = items.at(-1);
  expect(first?.knownThen).toMatchObject({ good: 15, total: 60 });
  expect(first?.correctedNow).toMatchObject({ good: 15.125, total: 60 });
  expect(first?.correctedNow.verdict).toContain('44.9 of 60 slices bad');
  expect(first?.causes).toEqual(['late']);
});
