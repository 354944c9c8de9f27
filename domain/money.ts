/**
 * Money as whole nano-USD (10^-9 US dollars) in a bigint. No float ever enters a sum.
 */

export const NANO_PER_USD = 1_000_000_000n;

/**
 * Parses a decimal number of US dollars exactly.
 * @param text `12`, `0.0012`, `-3.5`; at most nine decimal places.
 * @throws RangeError naming the text when it is not such a number.
 */
export function parseUsd(text: string): bigint {
  return parseDecimal(text, 9);
}

/**
 * Parses a price of one unit (a token, a CPU-second) exactly.
 * @param text US dollars with at most fifteen decimal places.
 * @returns nano-USD per million units.
 */
export function parseUsdPerUnit(text: string): bigint {
  return parseDecimal(text, 15);
}

const READ_USD_MAX = 1_000_000_000n;

/**
 * Reads an amount that somebody else computed: a decimal number of any length, an exponent allowed (the shortest decimal
 * of a double has one).
 * @returns nano-USD, rounded half-even; null when the text is not such a number or beyond ±10^9 US dollars.
 */
export function readUsd(text: string): bigint | null {
  const match = /^([+-]?)(\d{1,60})(?:\.(\d{1,60}))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text.trim());
  if (!match) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = BigInt(whole + fraction);
  // How many powers of ten from the last digit up to a nano-USD.
  const up = Number(exponent) - fraction.length + 9;
  const nano = up >= 0 ? digits * 10n ** BigInt(up) : divideHalfEven(digits, 10n ** BigInt(-up));
  if (nano > READ_USD_MAX * NANO_PER_USD) return null;
  return sign === '-' ? -nano : nano;
}

function parseDecimal(text: string, places: number): bigint {
  const match = /^(-?)(\d{1,12})(?:\.(\d+))?$/.exec(text);
  const [, sign, whole = '0', fraction = ''] = match ?? [];
  if (!match || fraction.length > places) {
    throw new RangeError(
      `not an amount of US dollars with at most ${places} decimal places: ${JSON.stringify(text)}`,
    );
  }
  const units = BigInt(whole) * 10n ** BigInt(places) + BigInt(fraction.padEnd(places, '0'));
  return sign ? -units : units;
}

/** Formats nano-USD as an exact decimal string: `0.0012`, `12`, `-3.5`. */
export function formatUsd(nanoUsd: bigint): string {
  const negative = nanoUsd < 0n;
  const magnitude = negative ? -nanoUsd : nanoUsd;
  const fraction = (magnitude % NANO_PER_USD).toString().padStart(9, '0').replace(/0+$/, '');
  return `${negative ? '-' : ''}${magnitude / NANO_PER_USD}${fraction && `.${fraction}`}`;
}

/** For a sentence: to the cent from one dollar on, below that to three significant digits; never `0` for something. */
export function formatUsdShort(nanoUsd: bigint): string {
  const magnitude = nanoUsd < 0n ? -nanoUsd : nanoUsd;
  let grain = NANO_PER_USD / 100n;
  if (magnitude < NANO_PER_USD) {
    grain = 10n ** BigInt(Math.max(0, magnitude.toString().length - 3));
  }
  const rounded = divideHalfEven(nanoUsd, grain) * grain;
  const text = formatUsd(rounded);
  return magnitude < NANO_PER_USD
    ? text
    : text.replace(
        /^([^.]*)(?:\.(\d*))?$/,
        (_, whole: string, cents = '') => `${whole}.${String(cents).padEnd(2, '0')}`,
      );
}

/** Divides and rounds half to even. @throws RangeError when the divisor is not positive. */
export function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  if (divisor <= 0n) throw new RangeError(`divisor must be positive, not ${divisor}`);
  const quotient = dividend / divisor;
  const remainder = dividend % divisor;
  const twice = (remainder < 0n ? -remainder : remainder) * 2n;
  const away = twice > divisor || (twice === divisor && quotient % 2n !== 0n);
  if (!away) return quotient;
  return dividend < 0n ? quotient - 1n : quotient + 1n;
}
