import { describe, expect, test } from 'vitest';
import { daysOf } from '@burnbook/domain/budgetPeriod';
import { errorBudget, type ErrorBudget } from '@burnbook/domain/slo/errorBudget';
import { expectedBySchedule, expectedByWeekday } from '@burnbook/domain/slo/expectedEvents';
import { parseCron } from '@burnbook/domain/slo/cron';
import { nominalTimes } from '@burnbook/domain/slo/schedule';
import type { SloWindow } from '@burnbook/domain/slo/slo';
import { formatSloWindow, nominalLengthNs, sloPeriodAt } from '@burnbook/domain/slo/sloWindow';
import { DAY_NS, formatTime, HOUR_NS, MINUTE_NS, parseTime } from '@burnbook/domain/time';
import { MinuteSeries, steady, testSlo, type MinuteEvents } from './support/minuteSeries.js';

const at = (text: string): bigint => parseTime(text) ?? -1n;
const START = at('2026-01-01T00:00:00Z');
const DAY = 1_440;

const minutes = (count: number, events: MinuteEvents): MinuteEvents[] =>
  Array.from({ length: count }, () => events);

/** What is left, of a series that begins with January, seen at its end. */
function budgetOf(series: MinuteSeries, window: SloWindow, perMinute: number): ErrorBudget {
  return errorBudget(testSlo({ window }), {
    nowNs: series.atMinute(series.length),
    sums: series,
    expected: steady(perMinute, series.startNs),
  });
}

const days = (ns: bigint): number => Number(ns) / Number(DAY_NS);
const CALENDAR: SloWindow = {
  kind: 'calendar',
  unit: 'day',
  count: 30,
  startTime: '2026-01-01',
  timeZone: 'UTC',
};
const ROLLING: SloWindow = { kind: 'rolling', durationNs: 30n * DAY_NS };

describe('the remaining budget', () => {
  test.each([
    ['calendar', CALENDAR] as const,
    ['rolling, of which 3 days are seen', ROLLING] as const,
  ])('on day 3 of 30 at burn 2 is 0.8, empty in 12 days: %s', (_, window) => {
    const series = new MinuteSeries(START, minutes(3 * DAY, { total: 1_000, bad: 2 }));
    const budget = budgetOf(series, window, 1_000);
    expect(budget.left).toBeCloseTo(0.8, 12);
    expect(budget.estimated).toBe(true);
    expect(budget.totalExpected).toBe(30 * DAY * 1_000);
    expect(budget.badLeft).toBeCloseTo(0.8 * 30 * DAY, 6);
    expect(budget.recentBurn).toBe(2);
    expect(days((budget.emptyAtNs ?? 0n) - series.atMinute(3 * DAY))).toBeCloseTo(12, 6);
    // What 1 − e/B would have said.
    expect(1 - (budget.recentBurn ?? 0)).toBe(-1);
  });

  test('is signed, and empty now when it is overspent', () => {
    const series = new MinuteSeries(START, minutes(3 * DAY, { total: 1_000, bad: 30 }));
    const budget = budgetOf(series, CALENDAR, 1_000);
    expect(budget.left).toBeCloseTo(-2, 12);
    expect(budget.emptyAtNs).toBe(series.atMinute(3 * DAY));
  });

  test('is unknown, not full, without an event', () => {
    const budget = budgetOf(new MinuteSeries(START, []), CALENDAR, 1_000);
    expect([budget.left, budget.badLeft, budget.emptyAtNs]).toEqual([null, null, null]);
  });

  test('of a full rolling window is no estimate', () => {
    const series = new MinuteSeries(START, minutes(31 * DAY, { total: 1_000, bad: 1 }));
    const budget = errorBudget(testSlo({ window: ROLLING }), {
      nowNs: series.atMinute(31 * DAY),
      sums: series,
      expected: steady(1_000, START),
    });
    expect(budget).toMatchObject({ left: 0, estimated: false, elapsed: 1 });
  });

  test('is the smaller where nothing tells what is to come', () => {
    const series = new MinuteSeries(START, minutes(DAY, { total: 1_000, bad: 1 }));
    const budget = errorBudget(testSlo({ window: CALENDAR }), {
      nowNs: series.atMinute(DAY),
      sums: series,
      expected: { sinceNs: START, between: () => null },
    });
    expect(budget).toMatchObject({ left: 0, estimated: true, totalExpected: DAY * 1_000 });
  });

  test('lasts where nothing burns, or where the period ends before it is empty', () => {
    const calm = new MinuteSeries(START, [
      ...minutes(DAY, { total: 1_000, bad: 2 }),
      ...minutes(6 * 60, { total: 1_000, bad: 0 }),
    ]);
    expect(budgetOf(calm, CALENDAR, 1_000).emptyAtNs).toBeNull();
    const slow = new MinuteSeries(START, minutes(3 * DAY, { total: 10_000, bad: 9 }));
    expect(budgetOf(slow, CALENDAR, 10_000).emptyAtNs).toBeNull();
  });

  test('of a pipeline that was quiet for hours burns as when it last ran', () => {
    const nightly = new MinuteSeries(START, [
      ...minutes(60, { total: 1_000, bad: 2 }),
      ...minutes(20 * 60, { total: 0, bad: 0 }),
    ]);
    expect(budgetOf(nightly, CALENDAR, 1_000).recentBurn).toBe(2);
    const sinceLast = errorBudget(testSlo({ window: CALENDAR }), {
      nowNs: nightly.atMinute(21 * 60),
      sums: nightly,
      expected: steady(1, START),
      recentFromNs: nightly.atMinute(20 * 60),
    });
    expect(sinceLast.recentBurn).toBeNull();
  });
});

describe('what rolls off a rolling window', () => {
  /** 30 days: the first five at `early`, the others at `late` bad events of 10,000 a minute. */
  const series = (early: number, late: number) =>
    new MinuteSeries(START, [
      ...minutes(5 * DAY, { total: 10_000, bad: early }),
      ...minutes(25 * DAY, { total: 10_000, bad: late }),
    ]);

  test('gives back as much as arrives: it lasts', () => {
    // 5 days at burn 3 and 25 at 0.4: bad = 25 of 30 budget days; R = 1/6.
    const budget = budgetOf(series(30, 4), ROLLING, 10_000);
    expect(budget.left).toBeCloseTo(1 - 25 / 30, 9);
    expect(budget.emptyAtNs).toBeNull();
  });

  test('and then not enough: R falls by (burn now − burn of then) a period', () => {
    // 5 days at burn 1, then 25 at 0.5; now 3: first it loses 2 a day, after 5 days 2.5.
    const now = new MinuteSeries(START, [
      ...minutes(5 * DAY, { total: 10_000, bad: 10 }),
      ...minutes(25 * DAY - 6 * 60, { total: 10_000, bad: 5 }),
      ...minutes(6 * 60, { total: 10_000, bad: 30 }),
    ]);
    const budget = budgetOf(now, ROLLING, 10_000);
    const spent = 5 + (24.75 * 0.5 + 0.25 * 3);
    expect(budget.left).toBeCloseTo(1 - spent / 30, 9);
    const left = 30 - spent;
    const expected = left / 2 <= 5 ? left / 2 : 5 + (left - 10) / 2.5;
    expect(days((budget.emptyAtNs ?? 0n) - now.atMinute(30 * DAY))).toBeCloseTo(expected, 2);
  });
});

describe('events that are still expected', () => {
  const zone = 'Europe/Berlin';
  const history = (from: string, to: string, total: (weekday: number) => number) =>
    daysOf(zone, at(from), at(to)).map((day, index) => ({ ...day, total: total(index % 7) }));

  test('are those of the same weekdays, by the median', () => {
    // Four weeks from a Monday; on one Wednesday a flood.
    const weeks = history('2026-01-04T23:00:00Z', '2026-02-01T22:59:00Z', (day) =>
      day < 5 ? 1_000 : 10,
    );
    const flooded = weeks.map((day, index) => (index === 9 ? { ...day, total: 1e6 } : day));
    const expected = expectedByWeekday({
      timeZone: zone,
      days: flooded,
      sinceNs: START,
      rate: null,
    });
    const week = expected.between(at('2026-02-01T23:00:00Z'), at('2026-02-08T23:00:00Z'));
    expect(week).toBeCloseTo(5_020, 9);
    // Half a Saturday, asked for after the week and before it.
    expect(expected.between(at('2026-02-06T23:00:00Z'), at('2026-02-07T11:00:00Z'))).toBeCloseTo(
      5,
      9,
    );
    expect(expected.between(at('2026-02-01T23:00:00Z'), at('2026-02-02T11:00:00Z'))).toBeCloseTo(
      500,
      9,
    );
    expect(expected.between(at('2027-02-01T23:00:00Z'), at('2027-02-02T23:00:00Z'))).toBeCloseTo(
      1_000,
      9,
    );
  });

  test('of a day of 23 hours are a whole day’s', () => {
    const weeks = history('2026-02-28T23:00:00Z', '2026-03-27T23:00:00Z', () => 240);
    const expected = expectedByWeekday({ timeZone: zone, days: weeks, sinceNs: START, rate: null });
    expect(expected.between(at('2026-03-28T23:00:00Z'), at('2026-03-29T22:00:00Z'))).toBeCloseTo(
      240,
      9,
    );
  });

  test('of a weekday that was never seen are those of all days; before the first day by the rate', () => {
    const few = history('2026-01-04T23:00:00Z', '2026-01-06T23:00:00Z', (day) => 100 + day);
    const expected = expectedByWeekday({ timeZone: zone, days: few, sinceNs: START, rate: null });
    expect(expected.between(at('2026-01-10T23:00:00Z'), at('2026-01-11T23:00:00Z'))).toBeCloseTo(
      100.5,
      9,
    );
    const rate = { startNs: START, endNs: START + HOUR_NS, total: 60 };
    const young = expectedByWeekday({ timeZone: zone, days: [], sinceNs: START, rate });
    expect(young.between(START, START + 2n * HOUR_NS)).toBeCloseTo(120, 9);
    const unborn = expectedByWeekday({ timeZone: zone, days: [], sinceNs: null, rate: null });
    expect(unborn.between(START, START + HOUR_NS)).toBeNull();
  });

  test('are the sum of their parts, wherever they are cut', () => {
    const weeks = history('2026-01-04T23:00:00Z', '2026-02-01T22:59:00Z', (day) => 100 * (day + 1));
    const of = () => expectedByWeekday({ timeZone: zone, days: weeks, sinceNs: START, rate: null });
    const [from, to] = [at('2026-03-20T07:13:00Z'), at('2026-04-02T19:44:00Z')];
    const cut = of();
    let sum = 0;
    const pieces = 97n;
    for (let piece = 0n; piece < pieces; piece++) {
      sum +=
        cut.between(
          from + ((to - from) * piece) / pieces,
          from + ((to - from) * (piece + 1n)) / pieces,
        ) ?? 0;
    }
    expect(sum).toBeCloseTo(of().between(from, to) ?? 0, 4);
  });

  test('of a schedule are its occurrences', () => {
    const cron = {
      cron: parseCron('0 6 * * mon-fri'),
      timeZone: zone,
      deadlineNs: HOUR_NS,
      holidays: new Set<number>(),
    };
    const expected = expectedBySchedule({
      nominalsNs: (fromNs, toNs) => nominalTimes(cron, fromNs, toNs),
      perOccurrence: 20,
      sinceNs: START,
    });
    expect(expected.between(at('2026-01-05T00:00:00Z'), at('2026-01-12T00:00:00Z'))).toBe(100);
  });
});

describe('a calendar window', () => {
  const calendar = (
    unit: 'day' | 'week' | 'month' | 'quarter' | 'year',
    startTime: string,
    more: { count?: number; timeZone?: string } = {},
  ): SloWindow => ({
    kind: 'calendar',
    unit,
    count: 1,
    startTime,
    timeZone: 'Europe/Berlin',
    ...more,
  });
  const periodOf = (window: SloWindow, now: string): string => {
    const { startNs, endNs } = sloPeriodAt(window, at(now));
    return `${formatTime(startNs)} ${formatTime(endNs)}`;
  };

  test.each([
    [
      'a month over a clock change',
      calendar('month', '2026-01-01'),
      '2026-03-15T00:00:00Z',
      '2026-02-28T23:00:00Z 2026-03-31T22:00:00Z',
    ],
    [
      'its first instant',
      calendar('month', '2026-01-01'),
      '2026-02-28T23:00:00Z',
      '2026-02-28T23:00:00Z 2026-03-31T22:00:00Z',
    ],
    [
      'the instant before',
      calendar('month', '2026-01-01'),
      '2026-02-28T22:59:59Z',
      '2026-01-31T23:00:00Z 2026-02-28T23:00:00Z',
    ],
    [
      'a month that begins at noon',
      calendar('month', '2022-01-01 12:00:00', { timeZone: 'America/New_York' }),
      '2026-07-01T15:59:00Z',
      '2026-06-01T16:00:00Z 2026-07-01T16:00:00Z',
    ],
    [
      'a month from the 31st',
      calendar('month', '2026-01-31'),
      '2026-03-01T12:00:00Z',
      '2026-02-27T23:00:00Z 2026-03-30T22:00:00Z',
    ],
    [
      'a quarter',
      calendar('quarter', '2025-04-01'),
      '2026-05-01T00:00:00Z',
      '2026-03-31T22:00:00Z 2026-06-30T22:00:00Z',
    ],
    [
      'a year',
      calendar('year', '2024-07-01'),
      '2026-01-01T00:00:00Z',
      '2025-06-30T22:00:00Z 2026-06-30T22:00:00Z',
    ],
    [
      'two weeks',
      calendar('week', '2026-01-05', { count: 2 }),
      '2026-01-20T00:00:00Z',
      '2026-01-18T23:00:00Z 2026-02-01T23:00:00Z',
    ],
    [
      'before it began',
      calendar('week', '2026-01-05'),
      '2025-12-31T00:00:00Z',
      '2025-12-28T23:00:00Z 2026-01-04T23:00:00Z',
    ],
    [
      'a day of 25 hours',
      calendar('day', '2026-01-01'),
      '2026-10-25T12:00:00Z',
      '2026-10-24T22:00:00Z 2026-10-25T23:00:00Z',
    ],
    [
      'a beginning that clocks skip',
      calendar('day', '2026-01-01 02:30:00'),
      '2026-03-29T03:00:00Z',
      '2026-03-29T01:00:00Z 2026-03-30T00:30:00Z',
    ],
  ])('of %s', (_, window, now, expected) => {
    expect(periodOf(window, now)).toBe(expected);
  });

  test('leaves no instant of three years out', () => {
    for (const window of [
      calendar('month', '2024-01-31 02:30:00'),
      calendar('week', '2026-06-01 02:00:00', { count: 3 }),
      calendar('day', '2026-01-01', { timeZone: 'Africa/Cairo' }),
    ]) {
      let { startNs, endNs } = sloPeriodAt(window, at('2025-01-01T00:00:00Z'));
      while (endNs < at('2028-01-01T00:00:00Z')) {
        const next = sloPeriodAt(window, endNs);
        expect(next.startNs).toBe(endNs);
        expect(endNs).toBeGreaterThan(startNs);
        ({ startNs, endNs } = next);
      }
    }
  });

  test('is told in words', () => {
    expect(formatSloWindow(calendar('month', '2026-01-01'))).toBe('month Europe/Berlin');
    expect(formatSloWindow(calendar('week', '2026-01-01', { count: 2 }))).toBe(
      '2 weeks Europe/Berlin',
    );
    expect(formatSloWindow(ROLLING)).toBe('30d');
    expect(nominalLengthNs(calendar('quarter', '2026-01-01'))).toBe(90n * DAY_NS);
    const { startNs, endNs } = sloPeriodAt(ROLLING, START + 1n);
    expect([startNs, endNs]).toEqual([START + MINUTE_NS - 30n * DAY_NS, START + MINUTE_NS]);
  });
});
