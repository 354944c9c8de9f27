import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alertChanges, type BudgetAlert } from '@burnbook/domain/budgetAlert';
import { costBudgetOf, type BudgetDefinition } from '@burnbook/domain/budgetDefinition';
import { daysOf } from '@burnbook/domain/budgetPeriod';
import type { Severity } from '@burnbook/domain/slo/slo';
import {
  budgetState,
  budgetStatus,
  type BudgetMeasure,
  type BudgetStatus,
} from '@burnbook/domain/budgetStatus';
import type { CostBudget } from '@burnbook/domain/costBudget';
import { DAY_NS, formatTime, HOUR_NS, parseTime } from '@burnbook/domain/time';

const USD = 1_000_000_000n;
const ZONE = 'Europe/Berlin';
const at = (text: string): bigint => parseTime(text) ?? -1n;

const definition: BudgetDefinition = {
  id: 'mail',
  scope: {},
  period: 'month',
  timeZone: ZONE,
  fiscalYearStart: 1,
  amountUsd: '250',
  hardLimit: false,
  thresholds: [50, 80, 100],
  forecastOver: 100,
  unpriced: 'deny',
  from: null,
  to: null,
  owner: null,
  runbook: null,
};
const month = costBudgetOf(definition);
const week = costBudgetOf({ ...definition, period: { rolling: '7d' } });

/** What a store would measure of a job that spends at one hour of every day since a first day. */
function nightly(
  budget: CostBudget,
  { now, usd, since }: { now: string; usd: bigint; since: string },
): BudgetMeasure {
  const nowNs = at(now);
  const runs = daysOf(budget.timeZone, at(since), nowNs)
    .map((day) => ({ day, atNs: day.startNs + DAY_NS / 12n }))
    .filter(({ atNs }) => atNs <= nowNs);
  const between = (fromNs: bigint, toNs: bigint): bigint =>
    BigInt(runs.filter(({ atNs }) => atNs >= fromNs && atNs < toNs).length) * usd;
  const days = daysOf(budget.timeZone, at(since), nowNs);
  const today = days.at(-1);
  if (!today) throw new Error('no day');
  const { span } = budgetStatus(budget, { ...EMPTY, nowNs, today: { ...today, spentNano: 0n } });
  const window = { startNs: nowNs - DAY_NS, endNs: nowNs };
  return {
    ...EMPTY,
    nowNs,
    seen: true,
    spentNano: between(span.startNs, nowNs + 1n),
    window: { ...window, spentNano: between(window.startNs, window.endNs) },
    normsNano: [1n, 2n, 3n, 4n]
      .map((weeks) => window.startNs - weeks * 7n * DAY_NS)
      .filter((startNs) => startNs >= at(since))
      .map((startNs) => between(startNs, startNs + DAY_NS)),
    history: days
      .slice(0, -1)
      .map((day) => ({ ...day, spentNano: between(day.startNs, day.endNs) })),
    today: { ...today, spentNano: between(today.startNs, nowNs + 1n) },
  };
}

const EMPTY: BudgetMeasure = {
  nowNs: 0n,
  spentNano: 0n,
  unpriced: 0,
  seen: false,
  window: { startNs: -1n, endNs: 0n, spentNano: 0n },
  normsNano: [],
  history: [],
  today: { startNs: 0n, endNs: DAY_NS, spentNano: 0n },
  priceSteps: [],
};

describe('a nightly job exactly on its budget', () => {
  // 31 nights of March at $8 of $248: what a day-long window sees at any time of day is one run.
  const budget = costBudgetOf({ ...definition, amountUsd: '248' });
  test.each([
    '2026-03-10T01:30:00+01:00',
    '2026-03-10T02:00:00+01:00',
    '2026-03-10T03:00:00+01:00',
    '2026-03-10T23:59:00+01:00',
  ])('burns at about 1 and alerts nobody, at %s', (now) => {
    const status = budgetStatus(
      budget,
      nightly(budget, { now, usd: 8n * USD, since: '2026-01-05T00:00:00+01:00' }),
    );
    expect(status.windowBurn).toBeCloseTo(1, 1);
    expect([status.burning, status.forecastOver]).toEqual([false, false]);
    expect(alertChanges(budget, { version: 1, status, known: [] }).raise).toEqual([]);
    expect(status.forecast?.nano).toBe(248n * USD);
    expect(status.emptyState).toBe('lasts');
  });
});

test('$2 of $250 five minutes into the month is no burn and no forecast', () => {
  const measure = {
    ...EMPTY,
    nowNs: at('2026-04-01T00:05:00+02:00'),
    spentNano: 2n * USD,
    seen: true,
    today: {
      startNs: at('2026-04-01T00:00:00+02:00'),
      endNs: at('2026-04-02T00:00:00+02:00'),
      spentNano: 2n * USD,
    },
    window: {
      startNs: at('2026-03-31T00:05:00+02:00'),
      endNs: at('2026-04-01T00:05:00+02:00'),
      spentNano: 2n * USD,
    },
  };
  const status = budgetStatus(month, measure);
  expect(status).toMatchObject({
    periodBurn: null,
    forecast: null,
    emptyState: 'unknown',
    burning: false,
  });
  expect(status.windowBurn).toBeCloseTo(0.24, 2);
});

describe('burning', () => {
  const since = '2026-02-02T00:00:00+01:00';
  const calm = nightly(month, { now: '2026-03-18T12:00:00+01:00', usd: 8n * USD, since });
  const spike = { ...calm, window: { ...calm.window, spentNano: 20n * USD } };

  test('is twice the pace and more than in the same hours of the weeks before', () => {
    expect(budgetStatus(month, calm).burning).toBe(false);
    expect(budgetStatus(month, spike)).toMatchObject({ burning: true, normNano: 8n * USD });
  });

  test('is not told where that weekday is always like this, or nothing is known of it', () => {
    const usual = { ...spike, normsNano: [8n * USD, 8n * USD, 8n * USD, 20n * USD] };
    expect(budgetStatus(month, usual).burning).toBe(false);
    expect(budgetStatus(month, { ...spike, normsNano: [] })).toMatchObject({
      burning: false,
      normNano: null,
    });
  });

  test('is not told in the first 5 % of a period', () => {
    const early = nightly(month, { now: '2026-03-02T12:00:00+01:00', usd: 8n * USD, since });
    const measure = { ...early, window: { ...early.window, spentNano: 40n * USD } };
    expect(budgetStatus(month, measure).burning).toBe(false);
  });
});

test('the money is gone at the hour at which the forecast has spent it', () => {
  const since = '2026-03-01T00:00:00+01:00';
  const measure = nightly(month, { now: '2026-03-11T00:00:00+01:00', usd: 20n * USD, since });
  const status = budgetStatus(month, { ...measure, today: { ...measure.today, spentNano: 0n } });
  // $20 a day for ten days; the $50 that are left last for two days and a half.
  expect(status).toMatchObject({ spentNano: 200n * USD, emptyState: 'empties' });
  expect(formatTime(status.emptyAtNs ?? 0n)).toBe('2026-03-13T11:00:00Z');
});

test('a rolling budget has no elapsed tick and no forecast, and gets back what rolls off', () => {
  const now = '2026-03-18T00:00:00+01:00';
  const steady = nightly(week, { now, usd: 20n * USD, since: '2026-03-04T00:00:00+01:00' });
  const status = budgetStatus(week, steady);
  expect(status).toMatchObject({ elapsed: null, periodBurn: null, forecast: null });
  expect(status.spentNano).toBe(140n * USD);
  // $20 come and $20 leave every day.
  expect(status.emptyState).toBe('lasts');
  const growing = {
    ...steady,
    history: steady.history.map((day, index) => ({ ...day, spentNano: BigInt(index) * 2n * USD })),
  };
  expect(budgetStatus(week, { ...growing, spentNano: 249n * USD }).emptyState).toBe('empties');
});

describe('a state', () => {
  const measure = nightly(month, {
    now: '2026-03-18T12:00:00+01:00',
    usd: 5n * USD,
    since: '2026-02-02T00:00:00+01:00',
  });
  const stateOf = (
    change: Partial<BudgetMeasure>,
    budget = month,
    firing: Severity | null = null,
  ) => budgetState(budget, budgetStatus(budget, { ...measure, ...change }), firing);

  test('is never good while something is unknown', () => {
    expect(stateOf({})).toBe('ok');
    expect(stateOf({ unpriced: 1 })).toBe('unknown');
    expect(stateOf({ seen: false })).toBe('noData');
    expect(stateOf({}, month, 'ticket')).toBe('increasing');
    // A page is a refusal: nothing is overspent, and work stands still.
    expect(stateOf({}, month, 'page')).toBe('critical');
    expect(stateOf({ seen: false }, month, 'page')).toBe('critical');
    expect(stateOf({ spentNano: 250n * USD })).toBe('critical');
    expect(stateOf({}, { ...month, toNs: 0n })).toBe('inactive');
  });

  test('shows what is left or what is over, never both', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 600n * USD }), (spentNano) => {
        const status = budgetStatus(month, { ...measure, spentNano });
        expect(status.spentNano).toBe(month.amountNano - status.leftNano + status.overrunNano);
        expect(status.leftNano === 0n || status.overrunNano === 0n).toBe(true);
      }),
    );
  });
});

/** Evaluates budgets one after the other as the store would keep their alerts. */
class Ledger {
  alerts: (BudgetAlert & { readonly reason?: string })[] = [];

  evaluate(budget: CostBudget, status: BudgetStatus, version = 1): void {
    const { raise, resolve } = alertChanges(budget, { version, status, known: this.alerts });
    for (const { alert, reason } of resolve) {
      this.alerts = this.alerts.map((each) =>
        each === alert ? { ...each, resolvedNs: status.nowNs, reason } : each,
      );
    }
    for (const key of raise) {
      this.alerts.push({ ...key, raisedNs: status.nowNs, resolvedNs: null });
    }
  }

  get firing(): (number | null)[] {
    return this.alerts
      .filter(({ resolvedNs }) => resolvedNs === null)
      .map(({ percent }) => percent);
  }
}

describe('alerts', () => {
  const quiet = { ...month, forecastOver: null };
  const statusOf = (now: string, usd: bigint, budget = quiet): BudgetStatus =>
    budgetStatus(budget, {
      ...EMPTY,
      nowNs: at(now),
      spentNano: usd * USD,
      seen: true,
      today: { startNs: at(now), endNs: at(now) + DAY_NS, spentNano: 0n },
      window: { startNs: at(now) - DAY_NS, endNs: at(now), spentNano: 0n },
    });

  test('of thresholds are raised once a period and closed by its reset', () => {
    const ledger = new Ledger();
    for (const [now, usd] of [
      ['2026-03-10T00:00:00Z', 100n],
      ['2026-03-11T00:00:00Z', 125n],
      ['2026-03-12T00:00:00Z', 126n],
      // Restated to less, and up again: the same alert, not another one.
      ['2026-03-13T00:00:00Z', 124n],
      ['2026-03-14T00:00:00Z', 130n],
      ['2026-03-15T00:00:00Z', 260n],
      ['2026-03-31T21:59:59Z', 260n],
      ['2026-03-31T22:00:00Z', 0n],
      ['2026-04-10T00:00:00Z', 125n],
    ] as const) {
      ledger.evaluate(quiet, statusOf(now, usd));
    }
    expect(ledger.alerts.map(({ name, percent, reason }) => [name, percent, reason])).toEqual([
      ['CostBudgetBurningFast', 50, 'back under'],
      ['CostBudgetBurningFast', 80, 'period reset'],
      ['CostBudgetExhausted', 100, 'period reset'],
      ['CostBudgetBurningFast', 50, undefined],
    ]);
    expect(ledger.firing).toEqual([50]);
  });

  test('of a changed budget are closed, and raised again where the new one is reached', () => {
    const ledger = new Ledger();
    ledger.evaluate(quiet, statusOf('2026-03-10T00:00:00Z', 210n));
    expect(ledger.firing).toEqual([50, 80]);
    const raised = { ...quiet, amountNano: 400n * USD };
    ledger.evaluate(raised, statusOf('2026-03-11T00:00:00Z', 210n, raised), 2);
    expect(ledger.firing).toEqual([50]);
    ledger.evaluate(raised, statusOf('2026-03-12T00:00:00Z', 330n, raised), 2);
    expect(ledger.firing).toEqual([50, 80]);
    const ended = { ...raised, toNs: at('2026-03-13T00:00:00Z') };
    ledger.evaluate(ended, statusOf('2026-03-14T00:00:00Z', 330n, ended), 3);
    expect(ledger.alerts.map(({ percent, reason }) => [percent, reason])).toEqual([
      [50, 'budget not in force'],
      [80, 'budget changed'],
      [80, 'budget not in force'],
    ]);
  });

  test('of a rolling budget close when spend has rolled off, and come again once in its length', () => {
    const rolling = { ...week, forecastOver: null, thresholds: [50] };
    const ledger = new Ledger();
    for (const [now, usd] of [
      ['2026-03-10T00:00:00Z', 130n],
      ['2026-03-11T00:00:00Z', 120n],
      ['2026-03-12T00:00:00Z', 130n],
      ['2026-03-16T23:59:59Z', 130n],
      ['2026-03-17T00:00:00Z', 130n],
      ['2026-03-30T00:00:00Z', 130n],
    ] as const) {
      ledger.evaluate(rolling, statusOf(now, usd, rolling));
    }
    expect(ledger.alerts.map(({ raisedNs, reason }) => [formatTime(raisedNs), reason])).toEqual([
      ['2026-03-10T00:00:00Z', 'back under'],
      ['2026-03-17T00:00:00Z', undefined],
    ]);
  });

  test('are never raised twice in a period, however spend goes up and down', () => {
    const steps = fc.array(
      fc.record({
        hours: fc.integer({ min: 0, max: 400 }),
        usd: fc.bigInt({ min: 0n, max: 400n }),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const ledger = new Ledger();
        let nowNs = at('2026-01-15T00:00:00Z');
        for (const { hours, usd } of all) {
          nowNs += BigInt(hours) * HOUR_NS;
          const status = statusOf(formatTime(nowNs), usd);
          ledger.evaluate(quiet, status);
          ledger.evaluate(quiet, status);
          const due = quiet.thresholds.filter((percent) => Number(usd) * 100 >= 250 * percent);
          expect(ledger.firing.every((percent) => percent !== null && due.includes(percent))).toBe(
            true,
          );
        }
        const keys = ledger.alerts.map(
          ({ periodStartNs, percent }) => `${periodStartNs} ${percent}`,
        );
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });
});
