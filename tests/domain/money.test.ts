import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  divideHalfEven,
  formatUsd,
  parseUsd,
  parseUsdPerUnit,
  readUsd,
} from '@burnbook/domain/money';

const nano = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });

describe('money', () => {
  test('comes back from its text unchanged', () => {
    fc.assert(fc.property(nano, (amount) => parseUsd(formatUsd(amount)) === amount));
  });

  test('is written without a trailing zero, a bare point or a float', () => {
    fc.assert(
      fc.property(nano, (amount) => {
        expect(formatUsd(amount)).toMatch(/^-?(0|[1-9]\d*)(\.\d{0,8}[1-9])?$/);
      }),
    );
  });

  test.each([
    [0n, '0'],
    [1n, '0.000000001'],
    [-1n, '-0.000000001'],
    [1_200_000n, '0.0012'],
    [12_000_000_000n, '12'],
    [-3_500_000_000n, '-3.5'],
    [9_007_199_254_740_993_000_000_001n, '9007199254740993.000000001'],
  ])('%s nano-USD is written %s', (amount, text) => {
    expect(formatUsd(amount)).toBe(text);
  });

  test.each(['', '1.', '.5', '1e3', '+1', ' 1', '1,5', '0x10', '--1', '1.0000000001', 'NaN', '１'])(
    'refuses %j by its text',
    (text) => {
      expect(() => parseUsd(text)).toThrow(
        new RegExp(`decimal places: ${escaped(JSON.stringify(text))}`),
      );
    },
  );

  test('takes unit prices with fifteen decimal places', () => {
    expect(parseUsdPerUnit('0.000000000000001')).toBe(1n);
    expect(parseUsdPerUnit('0.0000125')).toBe(12_500_000_000n);
    expect(() => parseUsdPerUnit('0.0000000000000001')).toThrow(/at most 15 decimal places/);
  });
});

describe('dividing half to even', () => {
  test.each([
    [1n, 2n, 0n],
    [3n, 2n, 2n],
    [5n, 2n, 2n],
    [-1n, 2n, 0n],
    [-3n, 2n, -2n],
    [7n, 3n, 2n],
    [8n, 3n, 3n],
    [-8n, 3n, -3n],
    [0n, 5n, 0n],
  ])('%s / %s is %s', (dividend, divisor, quotient) => {
    expect(divideHalfEven(dividend, divisor)).toBe(quotient);
  });

  test('is never further off than half, and even where it is exactly half', () => {
    fc.assert(
      fc.property(nano, fc.bigInt({ min: 1n, max: 10n ** 9n }), (dividend, divisor) => {
        const quotient = divideHalfEven(dividend, divisor);
        const off = dividend - quotient * divisor;
        const twice = (off < 0n ? -off : off) * 2n;
        return twice < divisor || (twice === divisor && quotient % 2n === 0n);
      }),
    );
  });

  test('refuses a divisor that is not positive', () => {
    expect(() => divideHalfEven(1n, 0n)).toThrow('divisor must be positive, not 0');
    expect(() => divideHalfEven(1n, -2n)).toThrow('divisor must be positive, not -2');
  });
});

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

describe('an amount that somebody else computed', () => {
  test.each([
    ['0', 0n],
    ['1', 1_000_000_000n],
    ['+0.25', 250_000_000n],
    ['-0.25', -250_000_000n],
    [' 3.5 ', 3_500_000_000n],
    ['1.2e-7', 120n],
    ['1E3', 1_000_000_000_000n],
    ['0.0000000005', 0n],
    ['0.0000000015', 2n],
    ['0.00000000150000000000000001', 2n],
    ['-0.0000000025', -2n],
    ['0.30000000000000004', 300_000_000n],
    ['1e9', 10n ** 18n],
  ])('%s is %s nano-USD', (text, nanoUsd) => {
    expect(readUsd(text)).toBe(nanoUsd);
  });

  test.each([
    '',
    'NaN',
    'Infinity',
    '0x10',
    '1,5',
    '$1',
    '1.',
    '.5',
    '1e',
    '1e9999',
    '1e10',
    '--1',
  ])('%j is none', (text) => {
    expect(readUsd(text)).toBeNull();
  });

  test('is what a double says, by its shortest decimal', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 12), max: 10 ** 12 }), (millionths) => {
        expect(readUsd(String(millionths / 1e6))).toBe(BigInt(millionths) * 1_000n);
      }),
    );
  });
});
