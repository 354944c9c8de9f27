import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY_NS, formatTime, HOUR_NS, MINUTE_NS, parseTime } from '@burnbook/domain/time';
import {
  dayAt,
  formatDay,
  localDay,
  offsetNs,
  parseDay,
  sameTimeNs,
  startOfDayNs,
  weekdayOf,
} from '@burnbook/domain/timeZone';

const at = (text: string): bigint => parseTime(text) ?? -1n;
const dayOf = (text: string): number => parseDay(text) ?? -1;

/** Zones with a midnight that does not exist, exists twice, half-hour changes, and a day that was left out. */
export const AWKWARD_ZONES = [
  'America/Sao_Paulo',
  'Asia/Beirut',
  'Africa/Cairo',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'America/St_Johns',
  'America/Havana',
  'Asia/Kathmandu',
  'Europe/Berlin',
  'Pacific/Kiritimati',
  'UTC',
];

describe('the first instant of a day', () => {
  test.each([
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00Z'],
    ['Europe/Berlin', '2026-03-30', '2026-03-29T22:00:00Z'],
    ['Europe/Berlin', '2026-10-26', '2026-10-25T23:00:00Z'],
    ['America/Sao_Paulo', '2017-10-15', '2017-10-15T03:00:00Z'],
    ['Asia/Beirut', '2026-03-29', '2026-03-28T22:00:00Z'],
    ['Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00Z'],
    ['Australia/Lord_Howe', '2026-04-06', '2026-04-05T13:30:00Z'],
    ['Pacific/Apia', '2011-12-29', '2011-12-29T10:00:00Z'],
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00Z'],
    ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00Z'],
    // Clocks went from 00:01 back to 23:01: the day had begun a minute before.
    ['America/St_Johns', '2010-11-07', '2010-11-07T02:30:00Z'],
    ['Asia/Kathmandu', '2026-01-01', '2025-12-31T18:15:00Z'],
  ])('in %s, %s is %s', (zone, day, start) => {
    expect(formatTime(startOfDayNs(zone, dayOf(day)))).toBe(start);
  });

  test('is when the zone’s clocks first show the day, minute by minute', () => {
    const days = fc.integer({ min: dayOf('2000-01-01'), max: dayOf('2035-12-31') });
    fc.assert(
      fc.property(fc.constantFrom(...AWKWARD_ZONES), days, (zone, day) => {
        const startNs = startOfDayNs(zone, day);
        expect(localDay(zone, startNs)).toBeGreaterThanOrEqual(day);
        for (let minutes = 1n; minutes <= 26n * 60n; minutes += 7n) {
          expect(localDay(zone, startNs - minutes * MINUTE_NS)).toBeLessThan(day);
        }
        expect(localDay(zone, startNs - 1n)).toBeLessThan(day);
      }),
      { numRuns: 60 },
    );
  });
});

test('every instant belongs to the one day whose bounds hold it', () => {
  const times = fc.bigInt({ min: at('1972-02-01T00:00:00Z'), max: at('2037-12-31T00:00:00Z') });
  fc.assert(
    fc.property(fc.constantFrom(...AWKWARD_ZONES), times, (zone, ns) => {
      const day = dayAt(zone, ns);
      expect(startOfDayNs(zone, day) <= ns && ns < startOfDayNs(zone, day + 1)).toBe(true);
    }),
  );
});

test('days begin on quarters of an hour, so that sums by quarters are whole days', () => {
  // The last zone with another offset was Kiritimati's, 10:40 until October 1979.
  const days = fc.integer({ min: dayOf('1980-01-01'), max: dayOf('2037-12-31') });
  const zones = Intl.supportedValuesOf('timeZone');
  fc.assert(
    fc.property(fc.constantFrom(...zones), days, (zone, day) => {
      expect(startOfDayNs(zone, day) % (15n * MINUTE_NS)).toBe(0n);
    }),
    { numRuns: 500 },
  );
});

test('offsets are those of the zone’s history', () => {
  expect(offsetNs('Pacific/Apia', at('2011-12-30T09:59:59Z'))).toBe(-10n * HOUR_NS);
  expect(offsetNs('Pacific/Apia', at('2011-12-30T10:00:00Z'))).toBe(14n * HOUR_NS);
  expect(offsetNs('Asia/Kathmandu', 0n)).toBe(5n * HOUR_NS + 30n * MINUTE_NS);
  expect(offsetNs('UTC', -1n)).toBe(0n);
  expect(() => offsetNs('Mars/Base', 0n)).toThrow(RangeError);
});

test('the same time of another day is what the clock on the wall shows', () => {
  const before = at('2026-03-28T08:30:00+01:00');
  expect(formatTime(sameTimeNs('Europe/Berlin', before, 7))).toBe('2026-04-04T06:30:00Z');
  expect(sameTimeNs('Europe/Berlin', sameTimeNs('Europe/Berlin', before, 7), -7)).toBe(before);
  expect(sameTimeNs('UTC', before, -28)).toBe(before - 28n * DAY_NS);
});

test('days are read, written, and know their weekday', () => {
  fc.assert(
    fc.property(fc.integer({ min: -100_000, max: 100_000 }), (day) => {
      const text = formatDay(day);
      if (/^\d{4}-/.test(text)) expect(parseDay(text)).toBe(day);
      const sunday = new Date(day * 86_400_000).getUTCDay();
      expect(weekdayOf(day)).toBe((sunday + 6) % 7);
    }),
  );
  for (const text of ['2026-02-30', '2026-1-1', 'today', '', '2026-01-01T00:00:00Z']) {
    expect(parseDay(text)).toBeNull();
  }
});
