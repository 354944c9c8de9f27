import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { canonicalDefinition } from '@burnbook/domain/budgetDefinition';
import { periodAt } from '@burnbook/domain/budgetPeriod';
import { scopeMatches } from '@burnbook/domain/costBudget';
import { formatUsd } from '@burnbook/domain/money';
import { parseTime } from '@burnbook/domain/time';
import { budgetsSchema as budgetsFileSchema } from '../../server/config/budgetsFile.js';
import {
  budgetDetailSchema,
  budgetHistorySchema,
  budgetsSchema,
  overviewSchema,
  type Budget,
} from '../../server/contract.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { chat, TraceMaker } from '../support/traceMaker.js';

const HOUR_NS = 3_600_000_000_000n;
const DAY_NS = 24n * HOUR_NS;
/** Tokens that cost a cent. */
const CENT = 1_000_000;

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

function at(text: string): bigint {
  const ns = parseTime(text);
  if (ns === null) throw new Error(`not a time: ${text}`);
  return ns;
}

const configOf = (...budgets: object[]) => ({
  ...TEST_CONFIG,
  budgets: budgetsFileSchema.parse({ budgets }),
});

async function started(nowNs: bigint, ...budgets: object[]): Promise<TestServer> {
  server = await startTestServer({ config: configOf(...budgets), nowNs });
  return server;
}

interface Call {
  readonly at: string | bigint;
  readonly tokens: number;
  readonly model?: string;
  readonly pipeline?: string;
  readonly more?: Readonly<Record<string, string>>;
}

async function spend(to: TestServer, ...calls: Call[]): Promise<void> {
  await to.send(
    calls.map(({ at: when, tokens, model = 'wren', pipeline = 'mail-etl', more = {} }) =>
      new TraceMaker({
        startNs: typeof when === 'string' ? at(when) : when,
        common: { 'pipeline.name': pipeline },
      }).span({ attributes: chat(model, { input: 0, output: tokens }, more) }),
    ),
  );
}

async function only(of: TestServer): Promise<Budget> {
  const { items } = await of.get('/api/budgets', budgetsSchema);
  const [budget] = items;
  if (!budget || items.length > 1) throw new Error(`${items.length} budgets, not one`);
  return budget;
}

const MONTH = {
  id: 'mail',
  scope: { pipeline: 'mail-etl' },
  period: 'month',
  timeZone: 'Europe/Berlin',
  amountUsd: '1',
  owner: 'data-platform',
};

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

  test('alerts at each threshold once, also across a restart, and needs someone', async () => {
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
    expect(alerts[0]?.summary).toMatch(/^mail has spent \$0\.85 of \$1\.00: \d0 % reached$/);
    await here.restart();
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
    expect(overview.needsYou.map(({ name, budget, runbook }) => [name, budget, runbook])).toEqual(
      expect.arrayContaining([
        ['CostBudgetBurningFast', 'mail', 'CostBudgetBurningFast'],
        ['CostBudgetExhausted', 'mail', 'CostBudgetExhausted'],
      ]),
    );
    expect(overview.needsYou).toHaveLength(2);
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

test('a rolling budget counts to the nanosecond what is younger than its length', async () => {
  const nowNs = at('2026-04-16T10:07:13.123456789Z');
  const here = await started(nowNs, {
    ...MONTH,
    period: { rolling: '7d' },
    scope: { 'tag.customer': 'ac*' },
  });
  const startNs = nowNs - 7n * DAY_NS;
  const tagged = (when: bigint, tokens: number, customer = 'acme'): Call => ({
    at: when,
    tokens,
    more: { 'tag.customer': customer },
  });
  await spend(
    here,
    tagged(startNs - 1n, 1_000),
    tagged(startNs, 200),
    tagged(startNs + 1n, 30),
    tagged(startNs + 1n, 4_000, 'other'),
    tagged(nowNs, 1),
  );
  const budget = await only(here);
  expect(budget).toMatchObject({ spentUsd: formatUsd(2_310n), elapsed: null, forecast: null });
  expect(budget.period).toMatchObject({ kind: 'rolling', end: '2026-04-16T10:07:13.123456789Z' });
  const { periods } = await here.get('/api/budgets/mail/history?periods=2', budgetHistorySchema);
  expect(periods.map(({ spentUsd }) => spentUsd)).toEqual([formatUsd(2_310n), formatUsd(10_000n)]);
});

test('after four weeks the forecast knows the weekdays, and what is left lasts until a day', async () => {
  const nowNs = at('2026-04-20T00:00:00+02:00');
  const here = await started(nowNs, { ...MONTH, amountUsd: '1.5' });
  // Five cents on working days, one on the others, for six weeks.
  const calls = Array.from({ length: 42 }, (_, back): Call => {
    const when = nowNs - BigInt(back + 1) * DAY_NS + 12n * HOUR_NS;
    const weekend = [0, 6].includes(new Date(Number(when / 1_000_000n)).getUTCDay());
    return { at: when, tokens: (weekend ? 1 : 5) * CENT };
  });
  await spend(here, ...calls);
  const budget = await only(here);
  // 1 to 19 April: 13 working days, 6 others; 20 to 30 April: 9 and 2.
  expect(budget.spentUsd).toBe('0.71');
  expect(budget.forecast).toEqual({
    method: 'weekday',
    usd: '1.18',
    lowUsd: '1.18',
    highUsd: '1.18',
    share: 0.786667,
  });
  expect(budget).toMatchObject({ state: 'ok', emptyState: 'lasts', emptyAt: null });
  expect(budget.burn).toMatchObject({ windowHours: 24, windowUsd: '0.01', usualUsd: '0.01' });
  here.applyConfig(configOf({ ...MONTH, amountUsd: '0.81', thresholds: [] }));
  const tight = await only(here);
  // Two working days bring the ten cents that are left.
  expect(tight).toMatchObject({
    version: 2,
    state: 'increasing',
    emptyState: 'empties',
    emptyAt: '2026-04-21T22:00:00Z',
  });
  expect(tight.alerts.map(({ kind, percent }) => [kind, percent])).toEqual([['forecast', 100]]);
  const { expected, days } = await here.get('/api/budgets/mail/history', budgetHistorySchema);
  expect(expected.map(({ usd }) => usd)).toEqual([
    '0.05',
    '0.05',
    '0.05',
    '0.05',
    '0.05',
    '0.01',
    '0.01',
    '0.05',
    '0.05',
    '0.05',
    '0.05',
  ]);
  expect(days).toHaveLength(20);
  expect(days[0]).toMatchObject({ start: '2026-03-31T22:00:00Z', spentUsd: '0.05' });
});

test('a price that is scheduled to change is in the forecast from its day on', async () => {
  const nowNs = at('2026-04-11T00:00:00Z');
  const wren = TEST_CONFIG.prices.prices?.[0];
  if (!wren) throw new Error('no price');
  const config = configOf({ id: 'all', period: 'month', amountUsd: '10', forecastOver: null });
  const raised = { ...wren, outputUsdPerMillion: '0.03', validFrom: '2026-04-21' };
  server = await startTestServer({
    config: { ...config, prices: { prices: [wren, raised] } },
    nowNs,
  });
  const calls = Array.from({ length: 10 }, (_, day): Call => ({
    at: at('2026-04-01T12:00:00Z') + BigInt(day) * DAY_NS,
    tokens: CENT,
  }));
  await spend(server, ...calls);
  const budget = await only(server);
  expect(budget.priceChanges).toEqual([
    { provider: 'testai', model: 'wren', at: '2026-04-21T00:00:00Z', ratio: 3, share: 1 },
  ]);
  // Ten days at one cent, ten more, and ten at three.
  expect(budget.forecast).toMatchObject({ method: 'runRate', usd: '0.5' });
});

describe('spend of every budget', () => {
  const name = fc.constantFrom('a', 'ab', 'b');
  const times = fc.bigInt({ min: at('2026-03-20T00:00:00Z'), max: at('2026-04-15T11:59:59Z') });
  const calls = fc.array(
    fc.record({
      atNs: times,
      tokens: fc.integer({ min: 0, max: 1_000_000 }),
      pipeline: name,
      team: fc.option(name),
      environment: fc.option(name),
      customer: fc.option(fc.constantFrom('a', 'a/b', 'a~b"', '*')),
    }),
    { minLength: 1, maxLength: 25 },
  );
  const value = fc.constantFrom('a', 'a*', 'ab', 'b', '*', 'a/b', 'a~b"', 'a~*');
  const budgets = fc.array(
    fc.record({
      scope: fc.dictionary(
        fc.constantFrom('pipeline', 'model', 'provider', 'team', 'environment', 'tag.cust/om~er'),
        value,
        { maxKeys: 3 },
      ),
      period: fc.constantFrom(
        'day',
        'week',
        'month',
        'quarter',
        { rolling: '36h' },
        { rolling: '20d' },
      ),
      timeZone: fc.constantFrom(
        'UTC',
        'Europe/Berlin',
        'Asia/Kathmandu',
        'Australia/Lord_Howe',
        'America/St_Johns',
      ),
    }),
    { minLength: 1, maxLength: 6 },
  );

  test('is the plain sum of its own lines in its own period, in whatever order they come', async () => {
    const nowNs = at('2026-04-15T12:00:00Z');
    const here = await started(nowNs);
    await fc.assert(
      fc.asyncProperty(calls, budgets, async (all, wanted) => {
        // A part of the scope of its own keeps the cases apart on the one server.
        const run = randomUUID();
        const config = configOf(
          ...wanted.map((budget, index) => ({
            ...budget,
            id: `b${index}`,
            amountUsd: '1',
            scope: { ...budget.scope, 'tag.run': run },
          })),
        );
        await spend(
          here,
          ...all.map(({ atNs, tokens, pipeline, team, environment, customer }): Call => ({
            at: atNs,
            tokens,
            pipeline,
            more: {
              'tag.run': run,
              ...(team === null ? {} : { team }),
              ...(environment === null ? {} : { 'deployment.environment.name': environment }),
              ...(customer === null ? {} : { 'tag.cust/om~er': customer }),
            },
          })),
        );
        here.applyConfig(config);
        const { items } = await here.get('/api/budgets', budgetsSchema);
        const sums = items.map(({ definition, spentUsd, unpricedCalls }) => ({
          id: definition.id,
          spentUsd,
          unpricedCalls,
        }));
        const plain = (config.budgets.budgets ?? []).map((definition) => {
          const period =
            typeof definition.period === 'string'
              ? ({ kind: 'calendar', unit: definition.period, fiscalYearStart: 1 } as const)
              : ({
                  kind: 'rolling',
                  durationNs: definition.period.rolling === '36h' ? 36n * HOUR_NS : 20n * DAY_NS,
                } as const);
          const span = periodAt(period, definition.timeZone, nowNs);
          const own = all.filter(
            ({ atNs, pipeline, team, environment, customer }) =>
              atNs >= span.startNs &&
              atNs < span.endNs &&
              scopeMatches(definition.scope, {
                pipeline,
                model: 'wren',
                provider: 'testai',
                team,
                environment,
                tags: { run, ...(customer === null ? {} : { 'cust/om~er': customer }) },
              }),
          );
          const nano = own.reduce((sum, { tokens }) => sum + BigInt(tokens) * 10n, 0n);
          return { id: definition.id, spentUsd: formatUsd(nano), unpricedCalls: 0 };
        });
        expect(sums).toEqual(plain);
      }),
      { numRuns: 60 },
    );
  }, 120_000);
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
