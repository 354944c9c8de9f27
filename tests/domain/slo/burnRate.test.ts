import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { badTimeNs, burnRate, detectionNs } from '@burnbook/domain/slo/burnRate';
import { binomialTail } from '@burnbook/domain/slo/binomialTail';
import { isSignificant } from '@burnbook/domain/slo/lowTraffic';
import type { SloWindow } from '@burnbook/domain/slo/slo';
import { sliceCounts, sliceStart, SLICE_PARTS } from '@burnbook/domain/slo/timeslice';
import {
  burnFactor,
  pairName,
  pairProblem,
  shortNsOf,
  standardPairs,
} from '@burnbook/domain/slo/windowPairs';
import { DAY_NS, HOUR_NS, MINUTE_NS } from '@burnbook/domain/time';

const T999 = { targetPpb: 999_000_000 };
const rolling = (days: number): SloWindow => ({
  kind: 'rolling',
  durationNs: BigInt(days) * DAY_NS,
});
const pairs = (days: number, targetPpb = 999_900_000): string[] =>
  standardPairs({ window: rolling(days), targetPpb }).map(
    (pair) => `${pairName(pair)} ${Number(pair.factor.toPrecision(4))}`,
  );

describe('the burn rate', () => {
  test('of 2 % errors at 99.9 % is exactly 20', () => {
    expect(burnRate({ bad: 2, total: 100 }, T999)).toBe(20);
  });

  test('of one failure of ten at 99.9 % is 100, not 1,000', () => {
    expect(burnRate({ bad: 1, total: 10 }, T999)).toBe(100);
  });

  test('of no events is not 0 but unknown', () => {
    expect(burnRate({ bad: 0, total: 0 }, T999)).toBeNull();
  });

  test('of exactly the factor is not over it, at every share of a factor that integers can make', () => {
    for (const [bad, total] of [
      [144, 10_000],
      [18, 1_250],
      [9, 625],
    ] as const) {
      expect(burnRate({ bad, total }, T999)).toBe(14.4);
    }
    expect(burnRate({ bad: 6, total: 1_000 }, T999)).toBe(6);
    expect(burnRate({ bad: 3, total: 10_000 }, { targetPpb: 999_900_000 })).toBe(3);
  });

  test('of 15 % errors at 99.9 % is over the factor of the first pair after 5.76 minutes', () => {
    const [pair] = standardPairs({ window: rolling(30), ...T999 });
    const ns = pair && detectionNs(pair, { badShare: 0.15, ...T999 });
    expect(Number(ns) / Number(MINUTE_NS)).toBeCloseTo(5.76, 9);
    expect(pair && detectionNs(pair, { badShare: 0.0144, ...T999 })).toBeNull();
    expect(pair && detectionNs({ ...pair, op: 'gte' }, { badShare: 0.0144, ...T999 })).toBe(
      Number(pair?.longNs),
    );
  });

  test('leaves 302.4 seconds of a week at 99.95 %', () => {
    expect(badTimeNs(7n * DAY_NS, { targetPpb: 999_500_000 })).toBe(302_400_000_000n);
  });
});

describe('window pairs', () => {
  test('of 30 days are those of the workbook', () => {
    expect(pairs(30)).toEqual([
      'page 1h/5m 14.4',
      'page 6h/30m 6',
      'ticket 1d/2h 3',
      'ticket 3d/6h 1',
    ]);
  });

  test('of 28 days keep their windows; a ticket factor under 1 would alert inside the SLO', () => {
    expect(burnFactor({ share: 0.1, periodNs: 28n * DAY_NS, longNs: 3n * DAY_NS })).toBe(1);
    expect((0.1 * 28) / 3).toBeCloseTo(0.933, 3);
    expect(pairs(28)).toEqual([
      'page 1h/5m 13.44',
      'page 6h/30m 5.6',
      'ticket 1d/2h 2.8',
      'ticket 3d/6h 1',
    ]);
  });

  test('of 90 days keep their windows and burn more', () => {
    expect(pairs(90)).toEqual([
      'page 1h/5m 43.2',
      'page 6h/30m 18',
      'ticket 1d/2h 9',
      'ticket 3d/6h 3',
    ]);
  });

  test('of a week are scaled and keep their factors', () => {
    expect(pairs(7)).toEqual([
      'page 14m/2m 14.4',
      'page 84m/7m 6',
      'ticket 336m/28m 3',
      'ticket 1008m/84m 1',
    ]);
  });

  test('of a day are never under five minutes', () => {
    expect(pairs(1)).toEqual([
      'page 5m/1m 14.4',
      'page 12m/1m 6',
      'ticket 48m/4m 3',
      'ticket 144m/12m 1',
    ]);
  });

  test('of two hours are each another pair: of two with the same windows the lower factor stays', () => {
    const window = { kind: 'rolling', durationNs: 2n * HOUR_NS } as const;
    const found = standardPairs({ window, targetPpb: 999_000_000 });
    expect(found.map((pair) => `${pairName(pair)} ${pair.factor}`)).toEqual([
      'page 5m/1m 6',
      'ticket 5m/1m 3',
      'ticket 12m/1m 1',
    ]);
  });

  test('of a loose target can still fire: a total outage pages', () => {
    for (const targetPpb of [500_000_000, 800_000_000, 900_000_000, 950_000_000]) {
      const slo = { window: rolling(90), targetPpb };
      for (const pair of standardPairs(slo)) expect(pairProblem(pair, slo)).toBeNull();
    }
    expect(pairs(30, 900_000_000)[0]).toBe('page 1h/5m 9');
  });

  test('whose factor can never be reached, or lies within the target, are refused by name', () => {
    const slo = { window: rolling(30), targetPpb: 990_000_000 };
    const pair = {
      severity: 'page' as const,
      longNs: HOUR_NS,
      shortNs: 5n * MINUTE_NS,
      factor: 100,
    };
    expect(pairProblem(pair, slo)).toEqual({
      part: 'factor',
      why: 'a burn rate above 100 can never be: with everything bad it is 100',
    });
    expect(pairProblem({ ...pair, factor: 99.9 }, slo)).toBeNull();
    // What burns with everything bad is reached, and not exceeded.
    expect(pairProblem({ ...pair, op: 'gte' }, slo)).toBeNull();
    expect(pairProblem({ ...pair, op: 'gte', factor: 100.1 }, slo)?.why).toBe(
      'a burn rate of 100.1 can never be: with everything bad it is 100',
    );
    expect(pairProblem({ ...pair, factor: 0.933 }, slo)?.why).toContain('within the target');
    expect(pairProblem({ ...pair, factor: 2, longNs: 31n * DAY_NS }, slo)?.part).toBe('longNs');
    expect(pairProblem({ ...pair, factor: 2, shortNs: HOUR_NS }, slo)?.part).toBe('shortNs');
  });

  test('have a short window of a twelfth, in whole minutes', () => {
    expect(shortNsOf(HOUR_NS)).toBe(5n * MINUTE_NS);
    expect(shortNsOf(14n * MINUTE_NS)).toBe(2n * MINUTE_NS);
    expect(shortNsOf(5n * MINUTE_NS)).toBe(MINUTE_NS);
  });
});

describe('the binomial tail', () => {
  /** By adding up exact fractions. */
  function exact(bad: number, trials: number, [part, whole]: readonly [bigint, bigint]): number {
    let sum = 0n;
    let choose = 1n;
    for (let k = 0; k <= trials; k++) {
      if (k >= bad) sum += choose * part ** BigInt(k) * (whole - part) ** BigInt(trials - k);
      choose = (choose * BigInt(trials - k)) / BigInt(k + 1);
    }
    const digits = 10n ** 60n;
    return Number((sum * digits) / whole ** BigInt(trials)) / 1e60;
  }

  test('is that of exact fractions, small and large', () => {
    for (const [bad, trials, share] of [
      [2, 10, [1n, 100n]],
      [3, 10, [1n, 100n]],
      [4, 10, [1n, 100n]],
      [1, 10, [1n, 1_000n]],
      [10, 10, [1n, 10n]],
      [5, 60, [1n, 100n]],
      [30, 1_000, [1n, 100n]],
      [11, 1_000, [1n, 100n]],
      [9, 1_000, [1n, 100n]],
      [1, 1_000, [1n, 100n]],
      [60, 400, [1n, 10n]],
      [300, 400, [1n, 2n]],
    ] as const) {
      const [part, whole] = share;
      const found = binomialTail(bad, trials, Number(part) / Number(whole));
      expect(found / exact(bad, trials, share), `${bad} of ${trials}`).toBeCloseTo(1, 9);
    }
  });

  test('stands on its ends', () => {
    expect(binomialTail(0, 10, 0.1)).toBe(1);
    expect(binomialTail(11, 10, 0.1)).toBe(0);
    expect(binomialTail(5, 10, 0)).toBe(0);
    expect(binomialTail(5, 10, 1)).toBe(1);
    expect(binomialTail(10, 10, 0.1)).toBeCloseTo(1e-10, 20);
  });

  test('of a billion events agrees with the normal distribution near the mean and vanishes far from it', () => {
    const trials = 1e9;
    const share = 0.001;
    const deviation = Math.sqrt(trials * share * (1 - share));
    // P(Z ≥ 3) = 1.3499e-3; the skew of the binomial adds less than a hundredth of it.
    expect(
      binomialTail(Math.round(trials * share + 3 * deviation), trials, share) / 1.3499e-3,
    ).toBeCloseTo(1, 1);
    expect(binomialTail(trials * share, trials, share)).toBeCloseTo(0.5, 3);
    expect(binomialTail(2 * trials * share, trials, share)).toBeLessThan(1e-300);
    expect(binomialTail(1, trials, share)).toBe(1);
  });

  test('falls with each bad event and rises with each trial', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 0, max: 100_000 }),
        fc.double({ min: 1e-6, max: 0.5, noNaN: true }),
        (trials, some, share) => {
          const bad = some % (trials + 1);
          const here = binomialTail(bad, trials, share);
          expect(here).toBeGreaterThanOrEqual(0);
          expect(here).toBeLessThanOrEqual(1);
          expect(binomialTail(bad + 1, trials, share)).toBeLessThanOrEqual(
            here * (1 + 1e-9) + 1e-12,
          );
          expect(binomialTail(bad, trials + 1, share)).toBeGreaterThanOrEqual(
            here * (1 - 1e-9) - 1e-12,
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('the low-traffic test', () => {
  const told = (
    total: number,
    bad: number,
    badOperations = bad,
    severity: 'page' | 'ticket' = 'page',
  ) =>
    isSignificant(
      { total, good: total - bad, badOperations },
      { severity, targetPpb: 990_000_000, method: 'Occurrences' },
    );

  test('lets no single operation fire, however often it was tried', () => {
    expect(told(100, 100, 1)).toBe(false);
    expect(told(1, 1, 1)).toBe(false);
  });

  test('takes the attempts of an operation for one trial', () => {
    // Two operations of ten that failed with three attempts each: 6 of 14 attempts are no more than 2 of 10.
    expect(told(14, 6, 2)).toBe(false);
    expect(told(18, 12, 4)).toBe(true);
  });

  test('asks that chance would make it less than once in ten thousand, of a ticket in a thousand', () => {
    // P(X ≥ 3 | 10, 1 %) = 1.14e-4 and P(X ≥ 4) = 2.0e-6
    expect([told(10, 2), told(10, 3), told(10, 4)]).toEqual([false, false, true]);
    // P(X ≥ 2) = 4.3e-3
    expect([told(10, 2, 2, 'ticket'), told(10, 3, 3, 'ticket')]).toEqual([false, true]);
  });

  test('lets a steady excess of many events fire', () => {
    expect(told(1_000_000, 10_200)).toBe(false);
    expect(told(1_000_000, 11_000)).toBe(true);
  });

  test('counts slices where slices are budgeted', () => {
    const slices = { total: 60 * SLICE_PARTS, good: 40 * SLICE_PARTS, badOperations: 30 };
    const slo = {
      severity: 'page' as const,
      targetPpb: 990_000_000,
      method: 'RatioTimeslices' as const,
    };
    expect(isSignificant(slices, slo)).toBe(true);
    expect(isSignificant({ ...slices, good: 59 * SLICE_PARTS, badOperations: 2 }, slo)).toBe(false);
  });
});

describe('slices of time', () => {
  const minutes = [
    { good: 1, total: 2 },
    { good: 98, total: 98 },
    { good: 0, total: 0 },
  ];
  const share = (method: 'Occurrences' | 'Timeslices' | 'RatioTimeslices', target = 0.9) => {
    const counts = minutes.map((minute) => sliceCounts(minute, { method, target }));
    const good = counts.reduce((sum, each) => sum + each.good, 0);
    return good / counts.reduce((sum, each) => sum + each.total, 0);
  };

  test('a mean of ratios is RatioTimeslices, not Occurrences', () => {
    expect(share('Occurrences')).toBe(0.99);
    expect(share('RatioTimeslices')).toBe(0.75);
    expect(share('Timeslices')).toBe(0.5);
    expect(share('Timeslices', 0.5)).toBe(1);
  });

  test('one bad event of a billion keeps a slice from being whole', () => {
    expect(
      sliceCounts(
        { good: 999_999_999, total: 1_000_000_000 },
        { method: 'RatioTimeslices', target: 1 },
      ),
    ).toEqual({ good: SLICE_PARTS - 1, total: SLICE_PARTS });
  });

  test('a third of three is a third of a slice to the millionth', () => {
    expect(
      sliceCounts({ good: 29, total: 100 }, { method: 'RatioTimeslices', target: 1 }).good,
    ).toBe(290_000);
  });

  test('begin at whole multiples of their length', () => {
    expect(sliceStart(7n * MINUTE_NS, 5n * MINUTE_NS)).toBe(5n * MINUTE_NS);
    expect(sliceStart(-1n, 5n * MINUTE_NS)).toBe(-5n * MINUTE_NS);
  });
});
