import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  daysOf,
  elapsedShare,
  formatRolling,
  isTelling,
  lengthNs,
  parseRolling,
  periodAfter,
  periodAt,
  periodBefore,
  PERIOD_UNITS,
  type BudgetPeriod,
  type PeriodUnit,
} from '@burnbook/domain/budgetPeriod';
import { formatTime, HOUR_NS, parseTime } from '@burnbook/domain/time';
import { dayAt, formatDay } from '@burnbook/domain/timeZone';

const ZONES = [
  'America/Sao_Paulo',
  'Asia/Beirut',
  'Africa/Cairo',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'America/St_Johns',
  'Europe/Berlin',
  'UTC',
];

const at = (text: string): bigint => parseTime(text) ?? -1n;
const calendar = (unit: PeriodUnit, fiscalYearStart = 1): BudgetPeriod => ({
  kind: 'calendar',
  unit,
  fiscalYearStart,
});
const zones = fc.constantFrom(...ZONES);
const periods = fc
  .tuple(fc.constantFrom(...PERIOD_UNITS), fc.integer({ min: 1, max: 12 }))
  .map(([unit, month]) => calendar(unit, month));
const times = fc.bigInt({ min: at('1995-01-01T00:00:00Z'), max: at('2037-12-31T00:00:00Z') });

describe('a calendar period', () => {
  test.each([
    [
      'month',
      1,
      'Europe/Berlin',
      '2026-03-31T21:59:59Z',
      '2026-02-28T23:00:00Z',
      '2026-03-31T22:00:00Z',
    ],
    ['month', 1, 'UTC', '2024-02-29T12:00:00Z', '2024-02-01T00:00:00Z', '2024-03-01T00:00:00Z'],
    ['month', 1, 'UTC', '2026-12-31T23:59:59Z', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z'],
    [
      'week',
      1,
      'Europe/Berlin',
      '2026-03-29T12:00:00Z',
      '2026-03-22T23:00:00Z',
      '2026-03-29T22:00:00Z',
    ],
    [
      'day',
      1,
      'Europe/Berlin',
      '2026-03-29T12:00:00Z',
      '2026-03-28T23:00:00Z',
      '2026-03-29T22:00:00Z',
    ],
    [
      'day',
      1,
      'Europe/Berlin',
      '2026-10-25T12:00:00Z',
      '2026-10-24T22:00:00Z',
      '2026-10-25T23:00:00Z',
    ],
    ['quarter', 1, 'UTC', '2026-06-30T00:00:00Z', '2026-04-01T00:00:00Z', '2026-07-01T00:00:00Z'],
    ['quarter', 2, 'UTC', '2026-01-31T00:00:00Z', '2025-11-01T00:00:00Z', '2026-02-01T00:00:00Z'],
    [
      'quarter',
      4,
      'Asia/Tokyo',
      '2026-03-31T15:00:00Z',
      '2026-03-31T15:00:00Z',
      '2026-06-30T15:00:00Z',
    ],
    [
      'day',
      1,
      'Pacific/Apia',
      '2011-12-30T09:00:00Z',
      '2011-12-29T10:00:00Z',
      '2011-12-30T10:00:00Z',
    ],
    [
      'week',
      1,
      'Pacific/Apia',
      '2011-12-30T09:00:00Z',
      '2011-12-26T10:00:00Z',
      '2012-01-01T10:00:00Z',
    ],
    [
      'month',
      1,
      'Pacific/Apia',
      '2011-12-30T12:00:00Z',
      '2011-12-01T10:00:00Z',
      '2011-12-31T10:00:00Z',
    ],
  ] as const)('%s from month %i in %s at %s is %s to %s', (unit, month, zone, now, start, end) => {
    const span = periodAt(calendar(unit, month), zone, at(now));
    expect([formatTime(span.startNs), formatTime(span.endNs)]).toEqual([start, end]);
  });

  test('holds its instant and follows the one before without a gap, in any zone', () => {
    fc.assert(
      fc.property(periods, zones, times, (period, zone, ns) => {
        const span = periodAt(period, zone, ns);
        expect(span.startNs <= ns && ns < span.endNs).toBe(true);
        expect(periodBefore(period, zone, span).endNs).toBe(span.startNs);
        expect(periodAfter(period, zone, span).startNs).toBe(span.endNs);
        expect(periodAt(period, zone, span.startNs)).toEqual(span);
        expect(periodAt(period, zone, span.endNs - 1n)).toEqual(span);
      }),
    );
  });

  test('resets once: walking a year in steps of an hour enters each period exactly one time', () => {
    const cases = [
      ['Europe/Berlin', '2026-01-01T00:00:00+01:00', 365],
      ['Africa/Cairo', '2026-01-01T00:00:00+02:00', 365],
      ['America/Sao_Paulo', '2017-01-01T00:00:00-02:00', 365],
      ['Asia/Beirut', '2026-01-01T00:00:00+02:00', 365],
      ['Australia/Lord_Howe', '2026-01-01T00:00:00+11:00', 365],
      // The 30th of December was left out.
      ['Pacific/Apia', '2011-01-01T00:00:00-10:00', 364],
    ] as const;
    for (const [zone, from, days] of cases) {
      const startNs = at(from);
      const endNs = periodAt(calendar('quarter'), zone, startNs + 8_000n * HOUR_NS).endNs;
      const seen = { day: 0, month: 0, quarter: 0 };
      const last = { day: -1n, month: -1n, quarter: -1n };
      for (let ns = startNs; ns < endNs; ns += HOUR_NS / 2n) {
        for (const unit of ['day', 'month', 'quarter'] as const) {
          const span = periodAt(calendar(unit), zone, ns);
          if (span.startNs === last[unit]) continue;
          expect(span.startNs).toBeGreaterThan(last[unit]);
          last[unit] = span.startNs;
          seen[unit]++;
        }
      }
      expect([zone, seen]).toEqual([zone, { day: days, month: 12, quarter: 4 }]);
    }
  });

  test('begins on Monday, on the first of a month, in a month of the fiscal year', () => {
    fc.assert(
      fc.property(fc.constantFrom('Europe/Berlin', 'UTC', 'Asia/Tokyo'), times, (zone, ns) => {
        const firstDay = (unit: PeriodUnit, month = 1): Date =>
          new Date(
            `${formatDay(dayAt(zone, periodAt(calendar(unit, month), zone, ns).startNs))}T00:00:00Z`,
          );
        expect(firstDay('week').getUTCDay()).toBe(1);
        expect(firstDay('month').getUTCDate()).toBe(1);
        const quarter = firstDay('quarter', 5);
        expect([quarter.getUTCDate(), quarter.getUTCMonth() % 3]).toEqual([1, 1]);
      }),
    );
  });
});

describe('a rolling period', () => {
  test('ends now and is as long as it says', () => {
    const week: BudgetPeriod = { kind: 'rolling', durationNs: 168n * HOUR_NS };
    const now = at('2026-03-29T12:00:00Z');
    expect(periodAt(week, 'Europe/Berlin', now)).toEqual({
      startNs: now - 168n * HOUR_NS,
      endNs: now,
    });
    const before = periodBefore(week, 'UTC', periodAt(week, 'UTC', now));
    expect(before).toEqual({ startNs: now - 336n * HOUR_NS, endNs: now - 168n * HOUR_NS });
    expect(periodAfter(week, 'UTC', before).endNs).toBe(now);
  });

  test.each([
    ['7d', 168n],
    ['24h', 24n],
    ['4w', 672n],
    ['400d', 9_600n],
  ])('of %s has %s hours', (text, hours) => {
    expect(parseRolling(text)).toBe(hours * HOUR_NS);
    expect(parseRolling(formatRolling(hours * HOUR_NS))).toBe(hours * HOUR_NS);
  });

  test.each(['', '7', 'd', '0d', '-1d', '1.5d', '7D', '401d', '99999w', '30m', ' 7d'])(
    'is not %j',
    (text) => {
      expect(parseRolling(text)).toBeNull();
    },
  );
});

test('the elapsed share runs from 0 to 1 and tells nothing before 5 %', () => {
  const span = { startNs: 1_000n, endNs: 2_000n };
  expect([0n, 1_000n, 1_500n, 2_000n, 9_000n].map((ns) => elapsedShare(span, ns))).toEqual([
    0, 0, 0.5, 1, 1,
  ]);
  expect([isTelling(0.049), isTelling(0.05)]).toEqual([false, true]);
});

test('days of a span are whole, follow one another and cover it', () => {
  const lengths = fc.bigInt({ min: 1n, max: 90n * 24n * HOUR_NS });
  fc.assert(
    fc.property(zones, times, lengths, (zone, fromNs, length) => {
      const days = daysOf(zone, fromNs, fromNs + length);
      const first = days[0];
      const last = days.at(-1);
      expect(first && first.startNs <= fromNs && first.endNs > fromNs).toBe(true);
      expect(last && last.endNs >= fromNs + length && last.startNs < fromNs + length).toBe(true);
      days.forEach((day, index) => {
        expect(lengthNs(day)).toBeGreaterThan(0n);
        expect(day).toEqual(periodAt(calendar('day'), zone, day.startNs));
        const next = days[index + 1];
        if (next) expect(next.startNs).toBe(day.endNs);
      });
    }),
    { numRuns: 40 },
  );
});
