import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decayOf, type DecayFacts } from '@burnbook/domain/runbook/decay';

const FRESH: DecayFacts = {
  testedDays: 0,
  reviewedDays: 0,
  steps: 8,
  checks: { answered: 0, wrong: 0 },
  deadLinks: 0,
  errors: 0,
  warnings: 0,
  unusedSteps: null,
};

/** Days, never last. */
const age = fc.option(fc.integer({ min: -2, max: 2_000 }), { freq: 4, nil: null });
const facts: fc.Arbitrary<DecayFacts> = fc
  .record({
    testedDays: age,
    reviewedDays: age,
    steps: fc.integer({ min: 0, max: 30 }),
    answered: fc.integer({ min: 0, max: 50 }),
    wrongShare: fc.double({ min: 0, max: 1, noNaN: true }),
    deadLinks: fc.integer({ min: 0, max: 9 }),
    errors: fc.integer({ min: 0, max: 9 }),
    warnings: fc.integer({ min: 0, max: 9 }),
    unusedShare: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null }),
  })
  .map(({ answered, wrongShare, unusedShare, steps, ...rest }) => ({
    ...rest,
    steps,
    checks: { answered, wrong: Math.round(answered * wrongShare) },
    unusedSteps: unusedShare === null ? null : Math.round(steps * unusedShare),
  }));

/** As old or older; never is the oldest. */
const older = (days: number | null, by: number): number | null =>
  days === null ? null : days + by;

describe('decay', () => {
  test('is 0 for what was just followed and read', () => {
    expect(decayOf(FRESH)).toEqual({ score: 0, reasons: [] });
  });

  test('is 100 only when everything speaks against it', () => {
    const worst: DecayFacts = {
      testedDays: null,
      reviewedDays: null,
      steps: 8,
      checks: { answered: 3, wrong: 3 },
      deadLinks: 2,
      errors: 2,
      warnings: 0,
      unusedSteps: 8,
    };
    expect(decayOf(worst).score).toBe(100);
    expect(decayOf(worst).reasons.map(({ kind }) => kind)).toEqual([
      'untested',
      'failedChecks',
      'unreviewed',
      'deadLinks',
      'unusedSteps',
      'lint',
    ]);
  });

  test('names what weighs, the heaviest first', () => {
    const { score, reasons } = decayOf({
      ...FRESH,
      testedDays: 90,
      checks: { answered: 4, wrong: 3 },
      unusedSteps: 2,
    });
    expect(reasons).toEqual([
      {
        kind: 'failedChecks',
        points: 18.8,
        text: '3 of 4 checks failed after the alert had ended, or could not tell',
      },
      { kind: 'untested', points: 17.5, text: 'not tested for 90 days' },
      {
        kind: 'unusedSteps',
        points: 2.5,
        text: '2 of 8 steps were not done in its last five uses',
      },
    ]);
    expect(score).toBe(38.8);
  });

  test('a text without steps needs no test', () => {
    expect(decayOf({ ...FRESH, steps: 0, testedDays: null }).score).toBe(0);
  });

  test('stays within 0 and 100, and is the sum of its reasons', () => {
    fc.assert(
      fc.property(facts, (of) => {
        const { score, reasons } = decayOf(of);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(100);
        expect(reasons.reduce((sum, { points }) => sum + points, 0)).toBeCloseTo(score, 5);
        for (const { points } of reasons) expect(points).toBeGreaterThan(0);
      }),
    );
  });

  test('never falls with more days, failures, dead links, findings or unused steps', () => {
    const more = fc.integer({ min: 0, max: 400 });
    fc.assert(
      fc.property(facts, more, (of, by) => {
        const { score } = decayOf(of);
        const { answered, wrong } = of.checks;
        const worse: DecayFacts[] = [
          { ...of, testedDays: older(of.testedDays, by) },
          { ...of, testedDays: null },
          { ...of, reviewedDays: older(of.reviewedDays, by) },
          { ...of, reviewedDays: null },
          { ...of, checks: { answered, wrong: Math.min(answered, wrong + by) } },
          { ...of, deadLinks: of.deadLinks + by },
          { ...of, errors: of.errors + by },
          { ...of, warnings: of.warnings + by },
          { ...of, unusedSteps: of.unusedSteps && Math.min(of.steps, of.unusedSteps + by) },
        ];
        for (const each of worse) expect(decayOf(each).score).toBeGreaterThanOrEqual(score);
      }),
    );
  });
});
