import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatUsd } from '@burnbook/domain/money';
import {
  formatBytes,
  formatChange,
  formatCount,
  formatDurationMs,
  formatPercent,
  formatTimes,
} from '../../web/format/quantity.js';
import { formatOffset, fromWallClock, isZone, toWallClock } from '../../web/format/time.js';
import {
  compareUsd,
  formatUsdDifference,
  formatUsdExact,
  formatUsdShort,
  sumUsd,
  usdRatio,
} from '../../web/format/usd.js';

describe('an amount of dollars', () => {
  test.each([
    ['0', '$0'],
    ['0.000000001', '$0.000000001'],
    ['0.0000012', '$0.0000012'],
    ['0.00123456', '$0.00123'],
    ['0.0235', '$0.0235'],
    ['0.2', '$0.20'],
    ['0.999', '$0.999'],
    ['0.9999', '$1.00'],
    ['1', '$1.00'],
    ['12.345', '$12.34'],
    ['12.355', '$12.36'],
    ['999.996', '$1,000.00'],
    ['1234.5', '$1,234'],
    ['1235.5', '$1,236'],
    ['1234567', '$1,234,567'],
    ['-0.0042', '−$0.0042'],
  ])('%s reads %s', (usd, text) => {
    expect(formatUsdShort(usd)).toBe(text);
  });

  test.each([
    ['0.25', '+$0.25'],
    ['-0.25', '−$0.25'],
    ['0', '$0'],
  ])('as a difference %s reads %s', (usd, text) => {
    expect(formatUsdDifference(usd)).toBe(text);
  });

  test('that is not zero never reads as zero', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 18n }), (nano) => {
        expect(/[1-9]/.test(formatUsdShort(formatUsd(nano)))).toBe(true);
      }),
    );
  });

  test('is within half a last place of the exact one', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 15n }), (nano) => {
        const shown = Number(formatUsdShort(formatUsd(nano)).replaceAll(/[$,]/g, ''));
        const exact = Number(nano) / 1e9;
        const place =
          exact >= 1_000 ? 1 : exact >= 1 ? 0.01 : 10 ** (Math.floor(Math.log10(exact)) - 2);
        expect(Math.abs(shown - exact)).toBeLessThanOrEqual(place * 0.5001 + 1e-12);
      }),
    );
  });

  test('is exact on hover, with its currency', () => {
    expect(formatUsdExact('0.001234567')).toBe('0.001234567 USD');
  });

  test('adds and compares without a float: ten times 0.1 is 1', () => {
    expect(sumUsd(Array.from({ length: 10 }, () => '0.1'))).toBe('1');
    expect(compareUsd('9007199.254740993', '9007199.254740992')).toBe(1);
    expect(compareUsd('1', '1.0')).toBe(0);
  });

  test('has no ratio to nothing', () => {
    expect(usdRatio('1', '0')).toBeNull();
    expect(usdRatio('1', '4')).toBe(0.25);
  });
});

describe('other quantities', () => {
  test('unknown is a dash, never 0', () => {
    expect(formatCount(null, { locale: 'en' })).toBe('–');
    expect(formatDurationMs(null)).toBe('–');
    expect(formatBytes(null)).toBe('–');
    expect(formatPercent(null)).toBe('–');
    expect(formatTimes(null)).toBe('–');
    expect(formatChange(null)).toBeNull();
  });

  test.each([
    [0, '0 ms'],
    [0.42, '0.42 ms'],
    [850.4, '850 ms'],
    [12_340, '12.3 s'],
    [59_960, '1 min 00 s'],
    [245_000, '4 min 05 s'],
    [7_800_000, '2 h 10 min'],
    [273_600_000, '3 d 4 h'],
  ])('%d ms reads %s', (ms, text) => {
    expect(formatDurationMs(ms)).toBe(text);
  });

  test.each([
    [512, '512 B'],
    [1_536, '1.5 KiB'],
    [314_572_800, '300 MiB'],
  ])('%d bytes read %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  test.each([
    [1, '±0 %'],
    [1.234, '+23 %'],
    [0.97, '−3 %'],
    [25, '×25'],
  ])('a ratio of %d to before reads %s', (ratio, text) => {
    expect(formatChange(ratio)).toBe(text);
  });

  test.each([
    [0, '0 %'],
    [0.0004, '< 0.1 %'],
    [0.062, '6.2 %'],
    [0.5, '50 %'],
    [3.2, '320 %'],
  ])('a share of %d reads %s', (ratio, text) => {
    expect(formatPercent(ratio)).toBe(text);
  });
});

describe('a zone', () => {
  test('names its offset at that instant', () => {
    expect(formatOffset('2026-01-15T12:00:00Z', 'Europe/Berlin')).toBe('UTC+1');
    expect(formatOffset('2026-07-15T12:00:00Z', 'Europe/Berlin')).toBe('UTC+2');
    expect(formatOffset('2026-01-15T12:00:00Z', 'America/St_Johns')).toBe('UTC−3:30');
    expect(formatOffset('2026-01-15T12:00:00Z', 'Asia/Shanghai')).toBe('UTC+8');
    expect(formatOffset('2026-01-15T12:00:00Z', 'UTC')).toBe('UTC');
  });

  test('is known or not', () => {
    expect(isZone('Asia/Shanghai')).toBe(true);
    expect(isZone('Mars/Olympus')).toBe(false);
    expect(isZone('')).toBe(false);
  });

  test('shows its wall clock, also on the days that the clock changes', () => {
    expect(toWallClock(new Date('2026-03-29T00:59:59Z'), 'Europe/Berlin').toISOString()).toBe(
      '2026-03-29T01:59:59.000Z',
    );
    expect(toWallClock(new Date('2026-03-29T01:00:00Z'), 'Europe/Berlin').toISOString()).toBe(
      '2026-03-29T03:00:00.000Z',
    );
  });

  test('gives an instant back for every wall clock of a day of 23 and a day of 25 hours', () => {
    for (const day of ['2026-03-29', '2026-10-25', '2026-06-01']) {
      for (let hour = 0; hour < 24; hour += 1) {
        const wall = new Date(`${day}T${String(hour).padStart(2, '0')}:30:00Z`);
        const back = toWallClock(fromWallClock(wall, 'Europe/Berlin'), 'Europe/Berlin');
        // 02:30 does not exist on the spring day: the clock shows 03:30 then.
        const skipped = day === '2026-03-29' && hour === 2;
        expect(back.toISOString()).toBe(skipped ? '2026-03-29T03:30:00.000Z' : wall.toISOString());
      }
    }
  });

  test('takes the first of two equal wall clocks in autumn', () => {
    const first = fromWallClock(new Date('2026-10-25T02:30:00Z'), 'Europe/Berlin');
    expect(first.toISOString()).toBe('2026-10-25T00:30:00.000Z');
  });

  test('starts a day in Shanghai eight hours before UTC does', () => {
    const start = fromWallClock(new Date('2026-11-01T00:00:00Z'), 'Asia/Shanghai');
    expect(start.toISOString()).toBe('2026-10-31T16:00:00.000Z');
  });
});
