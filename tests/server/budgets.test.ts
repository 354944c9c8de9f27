import { afterEach, describe, expect, test } from 'vitest';
import { canonicalDefinition } from '@burnbook/domain/budgetDefinition';
import {
  budgetDetailSchema,
  budgetHistorySchema,
  budgetsSchema,
  overviewSchema,
} from '../../server/contract.js';
import { at, CENT, configOf, MONTH, only, spend } from '../support/budgets.js';
import { startTestServer, type TestServer } from '../support/testServer.js';

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function started(nowNs: bigint, ...budgets: object[]): Promise<TestServer> {
  server = await startTestServer({ config: configOf(...budgets), nowNs });
  return server;
}

describe('a budget of a month', () => {
  test('says what was spent, what is left and how much of the time has passed', async () => {
    const here = await started(at('2026-04-16T00:00:00+02:00'), MONTH);
    await spend(
      here,
      { at: '2026-04-10T12:00:00Z', tokens: 20 * CENT },
      { at: '2026-04-10T12:00:00Z', tokens: 10 * CENT, pipeline: 'other' },
      { at: '2026-03-31T21:59:59Z', tokens: 5 * CENT },
    );
    const budget = await only(here);
    expect(budget).toMatchObject({
      id: 'mail',
      version: 1,
      state: 'ok',
      period: { kind: 'calendar', start: '2026-03-31T22:00:00Z', end: '2026-04-30T22:00:00Z' },
      spentUsd: '0.2',
      leftUsd: '0.8',
      overrunUsd: '0',
      share: 0.2,
      elapsed: 0.5,
      atLeast: false,
      alerts: [],
      owner: 'data-platform',
    });
  });

  test('alerts at each threshold once, also across a restart and a crash, and needs someone', async () => {
    const here = await started(at('2026-04-10T00:00:00Z'), { ...MONTH, forecastOver: null });
    await spend(here, { at: '2026-04-09T12:00:00Z', tokens: 85 * CENT });
    const { alerts, state } = await only(here);
    expect(state).toBe('increasing');
    expect(
      alerts.map(({ name, percent, severity, owner }) => [name, percent, severity, owner]),
    ).toEqual(
      expect.arrayContaining(
        [50, 80].map((percent) => ['CostBudgetBurningFast', percent, 'ticket', 'data-platform']),
      ),
    );
    expect(alerts).toHaveLength(2);
    expect(alerts[0]).toMatchObject({
      subject: { budget: 'mail' },
      figures: { spentUsd: '0.85', amountUsd: '1.00', atLeast: 'no' },
    });
    expect(alerts[0]?.summary).toMatch(/^mail has spent \$0\.85 of \$1\.00: \d0 % reached$/);
    await here.restart();
    expect((await only(here)).alerts).toEqual(alerts);
    await here.killStore();
    await expect.poll(() => here.running.store.ready, { timeout: 10_000 }).toBe(true);
    expect((await only(here)).alerts).toEqual(alerts);
    await spend(here, { at: '2026-04-09T13:00:00Z', tokens: 20 * CENT });
    const spent = await only(here);
    expect(spent).toMatchObject({
      state: 'critical',
      leftUsd: '0',
      overrunUsd: '0.05',
      emptyState: 'empty',
    });
    const overview = await here.get('/api/overview', overviewSchema);
    // The killed store needs someone too, once the rules have looked.
    const ofBudget = overview.needsYou.filter(({ budget }) => budget === 'mail');
    expect(ofBudget.map(({ name, budget, runbook }) => [name, budget, runbook])).toEqual(
      expect.arrayContaining([
        ['CostBudgetBurningFast', 'mail', 'CostBudgetBurningFast'],
        ['CostBudgetExhausted', 'mail', 'CostBudgetExhausted'],
      ]),
    );
    expect(ofBudget).toHaveLength(2);
    expect(overview.budgetLeft).toMatchObject({
      budgets: 1,
      worst: { id: 'mail', share: 1.05, leftUsd: '0', overrunUsd: '0.05', state: 'critical' },
    });
  });

  test('is evaluated after a commit, while nobody asks', async () => {
    const here = await started(at('2026-04-10T00:00:00Z'), MONTH);
    await spend(here, { at: '2026-04-09T12:00:00Z', tokens: 55 * CENT });
    await expect
      .poll(() => here.running.store.query('budget_alerts', { since: 0n }), { timeout: 10_000 })
      .toEqual(
        expect.arrayContaining([expect.objectContaining({ budget_id: 'mail', percent: 50 })]),
      );
  });

  test('resets once: its alerts close with the period, and what comes late stays in the old one', async () => {
    const here = await started(at('2026-04-30T21:59:00Z'), { ...MONTH, forecastOver: null });
    await spend(here, { at: '2026-04-20T12:00:00Z', tokens: 60 * CENT });
    expect((await only(here)).alerts).toHaveLength(1);
    here.nowNs = at('2026-04-30T22:00:00Z');
    expect(await only(here)).toMatchObject({ spentUsd: '0', alerts: [], share: 0, elapsed: 0 });
    await spend(
      here,
      { at: '2026-04-30T21:59:59.999999999Z', tokens: 40 * CENT },
      { at: '2026-04-30T22:00:00Z', tokens: CENT },
    );
    expect(await only(here)).toMatchObject({ spentUsd: '0.01', alerts: [] });
    const { alertHistory } = await here.get('/api/budgets/mail', budgetDetailSchema);
    expect(alertHistory.map(({ percent, state, reason }) => [percent, state, reason])).toEqual([
      [50, 'resolved', 'period reset'],
    ]);
    const { periods } = await here.get('/api/budgets/mail/history?periods=2', budgetHistorySchema);
    expect(periods.map(({ start, spentUsd }) => [start, spentUsd])).toEqual([
      ['2026-04-30T22:00:00Z', '0.01'],
      ['2026-03-31T22:00:00Z', '1'],
    ]);
  });

  test('is closed after three days; what changes later is an adjustment', async () => {
    const here = await started(at('2026-04-20T00:00:00Z'), MONTH);
    await spend(here, { at: '2026-04-19T12:00:00Z', tokens: 30 * CENT });
    await only(here);
    const april = async () => {
      const { periods } = await here.get(
        '/api/budgets/mail/history?periods=3',
        budgetHistorySchema,
      );
      return periods.find(({ start }) => start === '2026-03-31T22:00:00Z');
    };
    here.nowNs = at('2026-05-03T21:59:59Z');
    await spend(here, { at: '2026-04-19T13:00:00Z', tokens: 2 * CENT });
    expect(await april()).toMatchObject({ spentUsd: '0.32', closed: null, adjustmentUsd: null });
    here.nowNs = at('2026-05-03T22:00:00Z');
    const closed = { at: '2026-05-03T22:00:00Z', spentUsd: '0.32', unpricedCalls: 0 };
    expect(await april()).toMatchObject({ spentUsd: '0.32', closed, adjustmentUsd: '0' });
    here.nowNs = at('2026-05-20T00:00:00Z');
    await spend(here, { at: '2026-04-19T14:00:00Z', tokens: 7 * CENT });
    await here.restart();
    expect(await april()).toMatchObject({ spentUsd: '0.39', closed, adjustmentUsd: '0.07' });
    const { periods } = await here.get('/api/budgets/mail/history?periods=3', budgetHistorySchema);
    expect(periods.at(-1)).toMatchObject({ start: '2026-02-28T23:00:00Z', closed: null });
  });

  test('is a lower bound and never good while something in it has no price', async () => {
    const here = await started(at('2026-04-16T00:00:00Z'), MONTH);
    expect(await only(here)).toMatchObject({ state: 'noData', atLeast: false, spentUsd: '0' });
    await spend(
      here,
      { at: '2026-04-10T12:00:00Z', tokens: 55 * CENT },
      { at: '2026-04-10T12:00:00Z', tokens: 5, model: 'unheard-of' },
    );
    const budget = await only(here);
    expect(budget).toMatchObject({ spentUsd: '0.55', atLeast: true, unpricedCalls: 1 });
    expect(budget.state).not.toBe('ok');
    const summaries = budget.alerts.map(({ summary }) => summary);
    expect(summaries).toContain('mail has spent at least $0.55 of $1.00: 50 % reached');
  });

  test('counts while it is in force, between its first and its last day', async () => {
    const here = await started(at('2026-04-16T00:00:00Z'), {
      ...MONTH,
      from: '2026-04-10',
      to: '2026-04-20',
    });
    await spend(
      here,
      { at: '2026-04-09T21:59:59Z', tokens: CENT },
      { at: '2026-04-09T22:00:00Z', tokens: 2 * CENT },
    );
    expect(await only(here)).toMatchObject({ state: 'ok', spentUsd: '0.02' });
    here.nowNs = at('2026-04-20T22:00:00Z');
    await spend(here, { at: '2026-04-20T22:00:00Z', tokens: 50 * CENT });
    expect(await only(here)).toMatchObject({ state: 'inactive', spentUsd: '0.02', alerts: [] });
  });
});

test('a budget keeps its version until its definition changes in meaning', async () => {
  const here = await started(at('2026-04-16T00:00:00Z'), MONTH);
  const [definition] = configOf(MONTH).budgets.budgets ?? [];
  if (!definition) throw new Error('no definition');
  expect((await only(here)).version).toBe(1);
  here.applyConfig(configOf({ ...MONTH, amountUsd: '1.00', thresholds: [100, 50, 80] }));
  await here.restart();
  expect((await only(here)).version).toBe(1);
  here.applyConfig(configOf({ ...MONTH, amountUsd: '2' }));
  expect((await only(here)).version).toBe(2);
  here.applyConfig(configOf());
  expect((await here.get('/api/budgets', budgetsSchema)).items).toEqual([]);
  here.applyConfig(configOf(MONTH));
  const { versions } = await here.get('/api/budgets/mail', budgetDetailSchema);
  expect(
    versions.map(({ version, definition: said }) => [version, said?.amountUsd ?? null]),
  ).toEqual([
    [4, '1'],
    [3, null],
    [2, '2'],
    [1, '1'],
  ]);
  expect(canonicalDefinition(definition)).toContain('"amountUsd":"1"');
});

test('alerts of a budget that was removed are closed', async () => {
  const here = await started(at('2026-04-16T00:00:00Z'), MONTH);
  await spend(here, { at: '2026-04-10T12:00:00Z', tokens: 55 * CENT });
  expect((await only(here)).alerts).not.toEqual([]);
  here.applyConfig(configOf());
  await here.get('/api/budgets', budgetsSchema);
  here.applyConfig(configOf({ ...MONTH, thresholds: [], forecastOver: null }));
  const { alertHistory } = await here.get('/api/budgets/mail', budgetDetailSchema);
  expect(alertHistory.map(({ reason }) => reason)).toContain('budget removed');
});

test('a budget of everything counts everything', async () => {
  const here = await started(at('2026-04-16T00:00:00Z'), {
    id: 'all',
    period: 'quarter',
    amountUsd: '1',
  });
  await spend(
    here,
    { at: '2026-04-10T12:00:00Z', tokens: CENT, pipeline: 'a' },
    { at: '2026-04-11T12:00:00Z', tokens: CENT, pipeline: 'b' },
  );
  expect(await only(here)).toMatchObject({
    spentUsd: '0.02',
    definition: { scope: {}, timeZone: 'UTC' },
  });
});

test('budgets and the audit log come as CSV for whoever asks', async () => {
  const here = await started(at('2026-04-16T00:00:00Z'), MONTH);
  await spend(here, { at: '2026-04-10T12:00:00Z', tokens: 55 * CENT });
  const csv = async (path: string): Promise<string[]> => {
    const answer = await here.fetch(path, { headers: { accept: 'text/csv' } });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/csv'),
    ]);
    return (await answer.text()).split('\r\n');
  };
  const [heads = '', row = ''] = await csv('/api/budgets');
  expect(heads).toMatch(/^id,version,.*spentUsd/);
  expect(row).toMatch(/^mail,1,/);
  expect(row).toContain('0.55');
  const [, entry = ''] = await csv('/api/audit');
  expect(entry).toContain('budget.create');
});

test('what is not there is said so', async () => {
  const here = await started(at('2026-04-16T00:00:00Z'));
  for (const path of ['/api/budgets/none', '/api/budgets/none/history']) {
    const answer = await here.fetch(path);
    expect([answer.status, await answer.json()]).toMatchObject([
      404,
      { detail: 'there is no budget "none"', field: 'id' },
    ]);
  }
  const overview = await here.get('/api/overview', overviewSchema);
  expect([overview.budgetLeft, overview.needsYou]).toEqual([null, []]);
});
