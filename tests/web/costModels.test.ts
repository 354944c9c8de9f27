import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { formatUsd, parseUsd } from '@burnbook/domain/money';
import type {
  Budget,
  BudgetDefinition,
  CostSeries,
  Waste,
  Waterfall,
} from '../../server/contract.js';
import { burnText } from '../../web/budget/burnText.js';
import { changedFields, draftOf, entryOf, fieldOf } from '../../web/budget/budgetDraft.js';
import { budgetChart } from '../../web/budget/budgetChart.js';
import { costChart } from '../../web/cost/costChart.js';
import {
  formatFilter,
  narrowed,
  parseFilter,
  toggleTerm,
  type FilterTerm,
} from '../../web/cost/filterTerms.js';
import { biggestOf, FACTORS, waterfallModel } from '../../web/cost/waterfallModel.js';
import { loadWords } from '../../web/i18n/t.js';
import { heatmap, successAfter } from '../../web/retries/heatmap.js';
import { parseCostFilter } from '../../server/cost/costFilter.js';

beforeAll(() => loadWords('cost', 'budget', 'retries'));

const term = fc.record<FilterTerm>({
  dimension: fc.oneof(
    fc.constantFrom('model', 'pipeline', 'team', 'step'),
    fc.string({ minLength: 1, maxLength: 8 }).map((name) => `tag.${name}`),
  ),
  value: fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom(
      'a,b',
      'say "hi"',
      'back\\slash',
      '-x',
      '*',
      ' padded ',
      '客服/邮件',
      'a:b',
      '',
    ),
  ),
  isPrefix: fc.boolean(),
  leavesOut: fc.boolean(),
});

describe('a cost filter', () => {
  test('comes back as it was written, whatever names hold', () => {
    fc.assert(
      fc.property(fc.array(term, { maxLength: 5 }), (terms) => {
        expect(parseFilter(formatFilter(terms))).toEqual(terms);
      }),
    );
  });

  test('is one that the server reads, with as many conditions', () => {
    fc.assert(
      fc.property(fc.array(term, { minLength: 1, maxLength: 5 }), (terms) => {
        const text = formatFilter(terms);
        expect(parseCostFilter(text).text).toBe(text);
      }),
    );
  });

  test('takes a second click on the same name back, and turns into an exclusion on the other', () => {
    const model = { dimension: 'model', value: 'gpt-4o', isPrefix: false, leavesOut: false };
    const once = toggleTerm('team:care', model);
    expect(once).toBe('team:care,model:gpt-4o');
    expect(toggleTerm(once, model)).toBe('team:care');
    expect(toggleTerm(once, { ...model, leavesOut: true })).toBe('team:care,-model:gpt-4o');
  });

  test('is narrowed to one group of its dimension, not widened by it', () => {
    expect(narrowed('model:a,model:b,-team:x', [['model', 'a']])).toBe('-team:x,model:a');
    expect(narrowed('', [['team', null]])).toBe('team:""');
  });

  test('that cannot be read is left as it is', () => {
    expect(parseFilter('model')).toBeNull();
    expect(parseFilter('model:"a')).toBeNull();
  });
});

const usd = fc.bigInt({ min: -5_000_000_000n, max: 5_000_000_000n });

function waterfall(beforeNano: bigint, nano: readonly bigint[]): Waterfall {
  const sum = nano.reduce((total, each) => total + each, 0n);
  return {
    beforeUsd: formatUsd(beforeNano),
    afterUsd: formatUsd(beforeNano + sum),
    deltaUsd: formatUsd(sum),
    bars: Object.fromEntries(
      FACTORS.map((factor, index) => [factor, formatUsd(nano[index] ?? 0n)]),
    ),
  } as unknown as Waterfall;
}

describe('the waterfall', () => {
  const bars = fc.array(usd, { minLength: FACTORS.length, maxLength: FACTORS.length });

  test('adds up to the change exactly, and every bar begins where the one before ended', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 90_000_000_000n }), bars, (before, nano) => {
        const answer = waterfall(before, nano);
        const model = waterfallModel(answer);
        expect(parseUsd(model.sumUsd)).toBe(parseUsd(answer.deltaUsd));
        expect(model.bars.length + model.still.length).toBe(FACTORS.length);
        let at = model.before.length;
        for (const bar of model.bars) {
          const [start, end] = bar.isRise
            ? [bar.from, bar.from + bar.length]
            : [bar.from + bar.length, bar.from];
          // A level below nothing has no whole bar to start from.
          if (at > 0) expect(start).toBeCloseTo(at, 6);
          at = end;
          expect(bar.from).toBeGreaterThanOrEqual(-1e-6);
          expect(bar.from + bar.length).toBeLessThanOrEqual(100 + 1e-6);
        }
      }),
    );
  });

  test('names what moved most, whichever way', () => {
    const answer = waterfall(10n ** 9n, [3n, -9n, 4n, 0n, 0n, 0n, 0n, 0n]);
    expect(waterfallModel(answer).biggest).toMatchObject({
      factor: 'tokensPerRowUsd',
      isRise: false,
    });
    expect(biggestOf(answer.bars)).toBe('tokensPerRowUsd');
    expect(biggestOf(waterfall(0n, []).bars)).toBeNull();
  });
});

describe('the series of costs', () => {
  const answer = {
    groupBy: 'model',
    from: '2026-05-01T00:00:00Z',
    to: '2026-05-03T00:00:00Z',
    tz: 'UTC',
    bucket: 'day',
    series: [
      { name: 'gpt-4o', key: 'gpt-4o', isOther: false, totalUsd: '3' },
      { name: 'acme', key: 'acme', isOther: false, totalUsd: '0' },
      { name: '(other)', key: null, isOther: true, totalUsd: '0.5' },
    ],
    points: [
      { bucket: '2026-05-01T00:00:00Z', series: 'gpt-4o', usd: '3', lines: 2, unpriced: 0 },
      { bucket: '2026-05-01T00:00:00Z', series: 'acme', usd: '0', lines: 1, unpriced: 1 },
      { bucket: '2026-05-02T00:00:00Z', series: '(other)', usd: '0.5', lines: 1, unpriced: 0 },
    ],
    buckets: [
      { from: '2026-05-01T00:00:00Z', to: '2026-05-02T00:00:00Z' },
      { from: '2026-05-02T00:00:00Z', to: '2026-05-03T00:00:00Z' },
    ],
  } as unknown as CostSeries;

  test('says that a bucket is a lower bound, and never that something unpriced cost nothing', () => {
    const { data, highest, series } = costChart(answer, {
      locale: 'en',
      previous: null,
      annotations: [],
    });
    expect(data.buckets.map(({ totalText }) => totalText)).toEqual(['≥ $3.00', '$0.50']);
    expect(data.buckets[0]?.values.get('acme')?.text).toBe('unpriced');
    expect(highest?.totalText).toBe('≥ $3.00');
    expect(series.map(({ label }) => label)).toEqual(['gpt-4o', 'acme', 'Other']);
  });

  test('keeps the colour of a name when the others are filtered out', () => {
    const colorOf = (of: CostSeries) =>
      costChart(of, { locale: 'en', previous: null, annotations: [] }).series[0]?.color;
    const names = ['gpt-4o', 'a', 'b', 'c', 'd'];
    const many: CostSeries = {
      ...answer,
      series: names.map((name) => ({ name, key: name, isOther: false, totalUsd: '1' })),
    };
    const before = colorOf(many);
    expect(colorOf({ ...many, series: many.series.slice(0, 1) })).toBe(before);
  });

  test('lays the earlier period under this one bucket by bucket', () => {
    const previous: CostSeries = {
      ...answer,
      buckets: [
        { from: '2026-04-01T00:00:00Z', to: '2026-04-02T00:00:00Z' },
        { from: '2026-04-02T00:00:00Z', to: '2026-04-03T00:00:00Z' },
      ],
      points: [
        { bucket: '2026-04-02T00:00:00Z', series: 'gpt-4o', usd: '7', lines: 1, unpriced: 0 },
      ],
    };
    const { data } = costChart(answer, { locale: 'en', previous, annotations: [] });
    expect(data.ghost).toEqual([
      { at: new Date('2026-05-01T00:00:00Z'), value: 0 },
      { at: new Date('2026-05-02T00:00:00Z'), value: 7 },
    ]);
  });
});

describe('a budget', () => {
  const definition: BudgetDefinition = {
    id: 'mail',
    scope: { pipeline: 'mail-*' },
    period: 'month',
    timeZone: 'Europe/Berlin',
    fiscalYearStart: 1,
    amountUsd: '250.00',
    hardLimit: false,
    thresholds: [50, 80],
    forecastOver: 100,
    unpriced: 'deny',
    from: null,
    to: null,
    owner: 'data',
    runbook: null,
  };
  const zoned = { locale: 'en-GB', tz: 'UTC', nowMs: Date.parse('2026-05-07T17:20:00Z') };
  const budget = (more: Partial<Budget>): Budget =>
    ({
      state: 'ok',
      share: 0.71,
      elapsed: 0.58,
      atLeast: false,
      emptyState: 'lasts',
      emptyAt: null,
      overrunUsd: '0',
      ...more,
    }) as Budget;

  test('says in one sentence what is used, what has elapsed and when it is empty', () => {
    const empties = { emptyState: 'empties', emptyAt: '2026-05-08T14:20:00Z' } as const;
    expect(burnText(budget(empties), zoned)).toBe(
      '71 % used · 58 % elapsed · empty Fri 14:20 (21 h)',
    );
    expect(burnText(budget({ ...empties, emptyAt: '2026-05-20T08:00:00Z' }), zoned)).toContain(
      'empty 20 May, 08:00 (13 d)',
    );
    expect(burnText(budget({ atLeast: true, elapsed: null }), zoned)).toBe(
      'at least 71 % used · lasts the period',
    );
    expect(burnText(budget({ emptyState: 'empty', overrunUsd: '12.5', share: 1.05 }), zoned)).toBe(
      '105 % used · 58 % elapsed · over by $12.50',
    );
    expect(burnText(budget({ state: 'noData' }), zoned)).not.toContain('0 %');
  });

  test('goes through the form and back without a change', () => {
    const entry = entryOf(draftOf(definition, 'UTC'), definition);
    const { fiscalYearStart: _, from: __, to: ___, runbook: ____, ...told } = definition;
    expect(entry).toEqual(told);
  });

  test('clears in the file what was cleared in the form, and sends what is no number as it is', () => {
    const draft = {
      ...draftOf(definition, 'UTC'),
      owner: '',
      thresholds: '50, x',
      forecastOver: '',
    };
    expect(entryOf(draft, definition)).toMatchObject({
      owner: null,
      thresholds: [50, 'x'],
      forecastOver: null,
    });
  });

  test('finds the field of a refusal, and the fields that a version changed', () => {
    expect(fieldOf('budget.scope.team')).toBe('scope');
    expect(fieldOf('version')).toBeNull();
    expect(changedFields(definition, { ...definition, amountUsd: '300', scope: {} })).toEqual([
      'scope',
      'amountUsd',
    ]);
  });

  test('adds up day by day under a line that ends at the amount', () => {
    const day = (date: number) => `2026-05-0${date}T00:00:00Z`;
    const data = budgetChart(
      {
        ...budget({}),
        definition,
        amountUsd: '10',
        period: { kind: 'calendar', start: day(1), end: day(5) },
        alerts: [],
        priceChanges: [],
        asOf: day(3),
      },
      {
        locale: 'en',
        history: {
          id: 'mail',
          timeZone: 'UTC',
          periods: [],
          days: [
            { start: day(1), end: day(2), spentUsd: '1', unpricedCalls: 0 },
            { start: day(2), end: day(3), spentUsd: '2', unpricedCalls: 3 },
          ],
          expected: [{ start: day(3), end: day(5), usd: '4' }],
          freshness: { asOf: day(3), dataUntil: null },
        },
      },
    );
    expect(data.buckets.map(({ totalText }) => totalText)).toEqual(['$1.00', '≥ $3.00', '≈ $7.00']);
    expect(data.ghost?.map(({ value }) => value)).toEqual([2.5, 5, 7.5, 10, 10]);
  });

  test('of a day is told day by day, each under the whole amount', () => {
    const day = (date: number) => `2026-05-0${date}T00:00:00Z`;
    const period = (date: number, spentUsd: string) => ({
      ...{ start: day(date), end: day(date + 1), version: 1, amountUsd: '10', spentUsd },
      ...{ share: 0, unpricedCalls: 0, closed: null, adjustmentUsd: null },
    });
    const data = budgetChart(
      {
        ...budget({}),
        definition: { ...definition, period: 'day' },
        amountUsd: '10',
        period: { kind: 'calendar', start: day(2), end: day(3) },
        alerts: [],
        priceChanges: [],
        asOf: day(2),
      },
      {
        locale: 'en',
        history: {
          id: 'mail',
          timeZone: 'UTC',
          periods: [period(2, '2'), period(1, '1')],
          days: [{ start: day(2), end: day(3), spentUsd: '2', unpricedCalls: 0 }],
          expected: [],
          freshness: { asOf: day(2), dataUntil: null },
        },
      },
    );
    expect(data.buckets.map(({ totalText }) => totalText)).toEqual(['$1.00', '$2.00']);
    expect(data.ghost?.map(({ value }) => value)).toEqual([10, 10, 10]);
  });
});

describe('the heatmap of waste', () => {
  const item = (cause: string, key: string | null, more: object) => ({
    cause,
    key,
    retryWasteUsd: '0',
    failureCostUsd: '0',
    attempts: 1,
    operations: 1,
    unknownBilling: 0,
    ...more,
  });
  const items = [
    item('timeout', 'a', { unknownBilling: 2, attempts: 9 }),
    item('server', 'b', { retryWasteUsd: '1', failureCostUsd: '1' }),
    item('timeout', 'b', { retryWasteUsd: '0.5' }),
  ] as Waste['items'];

  test('has the dearest cause and the dearest row first, waste and failure cost together', () => {
    const { causes, rows } = heatmap(items);
    expect(causes).toEqual(['server', 'timeout']);
    expect(rows.map(({ key, usd: sum }) => [key, sum])).toEqual([
      ['b', '2.5'],
      ['a', '0'],
    ]);
    expect(rows[0]?.cells.get('server')?.heat).toBe(1);
    expect(rows[1]?.unknownBilling).toBe(2);
  });

  test('counts up to all that ever succeeded', () => {
    const rows = successAfter([
      { attempts: 2, succeeded: 3, failed: 1 },
      { attempts: 1, succeeded: 6, failed: 0 },
    ]);
    expect(rows.map(({ attempts, share }) => [attempts, share])).toEqual([
      [1, 0.6],
      [2, 0.9],
    ]);
  });
});
