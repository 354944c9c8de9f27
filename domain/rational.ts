/** Exact fractions of bigints: what sums of ratios need, where a float would lose a nano-dollar. */
export interface Rational {
  readonly num: bigint;
  /** Always positive. */
  readonly den: bigint;
}

/** The fraction in lowest terms. @throws RangeError when `den` is 0. */
export function rational(num: bigint, den = 1n): Rational {
  if (den === 0n) throw new RangeError(`a fraction's denominator must not be 0 (${num}/0)`);
  const divisor = greatestCommonDivisor(num, den);
  const sign = den < 0n ? -1n : 1n;
  return { num: (sign * num) / divisor, den: (sign * den) / divisor };
}

export const add = (a: Rational, b: Rational): Rational =>
  rational(a.num * b.den + b.num * a.den, a.den * b.den);

export const divide = (a: Rational, b: Rational): Rational =>
  rational(a.num * b.den, a.den * b.num);

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
