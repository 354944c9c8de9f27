import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { periodAt } from '@burnbook/domain/budgetPeriod';
import { scopeMatches } from '@burnbook/domain/costBudget';
import { formatUsd } from '@burnbook/domain/money';
import { DAY_NS, HOUR_NS } from '@burnbook/domain/time';
import { budgetHistorySchema, budgetsSchema } from '../../server/contract.js';
import { at, CENT, configOf, MONTH, only, spend, type Call } from '../support/budgets.js';
import { TEST_CONFIG } from '../support/testConfig.js';
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

test('a contract that ends is in the forecast with what comes after it', async () => {
  const nowNs = at('2026-04-11T00:00:00Z');
  const wren = TEST_CONFIG.prices.prices?.[0];
  if (!wren) throw new Error('no price');
  const config = configOf({ id: 'all', period: 'month', amountUsd: '10', forecastOver: null });
  const contract = { ...wren, validFrom: '2026-01-01', validTo: '2026-04-21' };
  // The general price of all models of the name, which the contract's exact name goes before.
  const general = { ...wren, model: 'wre*', outputUsdPerMillion: '0.02' };
  server = await startTestServer({
    config: { ...config, prices: { prices: [general, contract] } },
    nowNs,
  });
  await spend(server, { at: at('2026-04-05T12:00:00Z'), tokens: CENT });
  expect((await only(server)).priceChanges).toEqual([
    { provider: 'testai', model: 'wren', at: '2026-04-21T00:00:00Z', ratio: 2, share: 1 },
  ]);
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
      { numRuns: 20 },
    );
  }, 120_000);
});
