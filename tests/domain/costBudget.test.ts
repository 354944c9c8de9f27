import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  canonicalDefinition,
  costBudgetOf,
  type BudgetDefinition,
} from '@burnbook/domain/budgetDefinition';
import {
  isInForce,
  isScopeKey,
  reaches,
  scopeMatches,
  type SpendOrigin,
} from '@burnbook/domain/costBudget';
import { parseTime } from '@burnbook/domain/time';

const origin: SpendOrigin = {
  pipeline: 'mail-etl',
  model: 'gpt-4o-mini',
  provider: 'openai',
  team: null,
  environment: 'production',
  tags: { customer: 'acme', 'a/b~c': 'x' },
};

describe('a scope', () => {
  test.each([
    [{}, true],
    [{ pipeline: 'mail-etl' }, true],
    [{ pipeline: 'mail' }, false],
    [{ pipeline: 'mail*' }, true],
    [{ model: 'gpt-4o-mini*' }, true],
    [{ model: '*' }, true],
    [{ team: '*' }, false],
    [{ team: 'data' }, false],
    [{ environment: 'production' }, true],
    [{ 'tag.customer': 'ac*' }, true],
    [{ 'tag.a/b~c': 'x' }, true],
    [{ 'tag.customer': 'Acme' }, false],
    [{ 'tag.other': '*' }, false],
    [{ pipeline: 'mail-etl', model: 'gpt-4o-mini' }, true],
    [{ pipeline: 'mail-etl', model: 'claude*' }, false],
  ])('%j counts it: %s', (scope, counts) => {
    expect(scopeMatches(scope as Record<string, string>, origin)).toBe(counts);
  });

  test('knows its keys', () => {
    expect(
      ['pipeline', 'model', 'provider', 'team', 'environment', 'tag.x'].every(isScopeKey),
    ).toBe(true);
    expect(['tag.', 'tag', 'batch', '', 'Pipeline', 'tag. x', 'tags'].some(isScopeKey)).toBe(false);
  });

  test('narrows: with more keys never counts more', () => {
    const value = fc.constantFrom('a', 'ab', 'a*', 'b', '*');
    const scopes = fc.dictionary(fc.constantFrom('pipeline', 'model', 'team', 'tag.t'), value);
    const origins = fc.record({
      pipeline: fc.constantFrom('a', 'ab', 'b', null),
      model: fc.constantFrom('a', 'ab', 'b', null),
      provider: fc.constant(null),
      team: fc.constantFrom('a', 'ab', 'b', null),
      environment: fc.constant(null),
      tags: fc.constantFrom({}, { t: 'a' }, { t: 'ab' }),
    });
    fc.assert(
      fc.property(scopes, scopes, origins, (some, more, of) => {
        if (scopeMatches({ ...more, ...some }, of)) expect(scopeMatches(some, of)).toBe(true);
        expect(scopeMatches({}, of)).toBe(true);
      }),
    );
  });
});

test('percent are reached exactly, to the nano-dollar', () => {
  const amounts = fc.bigInt({ min: 1n, max: 10n ** 18n });
  fc.assert(
    fc.property(amounts, fc.integer({ min: 1, max: 1_000 }), (amount, percent) => {
      const least = (amount * BigInt(percent) + 99n) / 100n;
      expect(reaches(least, amount, percent)).toBe(true);
      expect(reaches(least - 1n, amount, percent)).toBe(false);
    }),
  );
});

const definition: BudgetDefinition = {
  id: 'mail',
  scope: { pipeline: 'mail-etl', model: 'gpt*' },
  period: { rolling: '168h' },
  timeZone: 'Europe/Berlin',
  fiscalYearStart: 1,
  amountUsd: '250.00',
  hardLimit: false,
  thresholds: [100, 50, 80, 50],
  forecastOver: 100,
  unpriced: 'deny',
  from: '2026-03-29',
  to: '2026-03-29',
  owner: null,
  runbook: null,
};

describe('a definition', () => {
  test('is in force from its first day to the end of its last', () => {
    const budget = costBudgetOf(definition);
    const at = (text: string) => isInForce(budget, parseTime(text) ?? 0n);
    expect([
      at('2026-03-28T22:59:59Z'),
      at('2026-03-28T23:00:00Z'),
      at('2026-03-29T21:59:59Z'),
      at('2026-03-29T22:00:00Z'),
    ]).toEqual([false, true, true, false]);
    expect(budget.amountNano).toBe(250_000_000_000n);
    expect(budget.thresholds).toEqual([50, 80, 100]);
    expect(budget.period).toEqual({ kind: 'rolling', durationNs: 604_800_000_000_000n });
  });

  test('has one spelling, whatever order and form it was written in', () => {
    const same: BudgetDefinition = {
      ...definition,
      scope: { model: 'gpt*', pipeline: 'mail-etl' },
      period: { rolling: '1w' },
      amountUsd: '250',
      thresholds: [50, 80, 100],
    };
    expect(canonicalDefinition(same)).toBe(canonicalDefinition(definition));
    const other = { ...definition, amountUsd: '250.000000001' };
    expect(canonicalDefinition(other)).not.toBe(canonicalDefinition(definition));
    expect(costBudgetOf(JSON.parse(canonicalDefinition(definition)) as BudgetDefinition)).toEqual(
      costBudgetOf(definition),
    );
  });

  test('is refused where a text is none', () => {
    expect(() => costBudgetOf({ ...definition, from: 'soon' })).toThrow('not a day: "soon"');
    expect(() => costBudgetOf({ ...definition, period: { rolling: '9y' } })).toThrow(
      'not a length of time: "9y"',
    );
  });
});
