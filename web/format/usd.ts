import { divideHalfEven, formatUsd, NANO_PER_USD, parseUsd } from '@burnbook/domain/money';

/**
 * An exact decimal of US dollars as text of three significant digits, from `bigint`s alone.
 *
 * A value that is not zero never shows as `$0.00`: `$0.0000012`. From one dollar on two decimals, from a thousand none.
 */
export function formatUsdShort(usd: string): string {
  const nano = parseUsd(usd);
  const sign = nano < 0n ? '−' : '';
  const magnitude = nano < 0n ? -nano : nano;
  if (magnitude === 0n) return '$0';
  const decimals = decimalsFor(magnitude);
  return `${sign}$${fixed(magnitude, decimals)}`;
}

/** A difference, with its sign also when it is positive. */
export function formatUsdDifference(usd: string): string {
  return `${parseUsd(usd) > 0n ? '+' : ''}${formatUsdShort(usd)}`;
}

/** The exact amount with its currency, for a tooltip: `0.00123456 USD`. */
export function formatUsdExact(usd: string): string {
  return `${usd} USD`;
}

/** The exact sum of amounts. */
export function sumUsd(amounts: readonly string[]): string {
  return formatUsd(amounts.reduce((sum, amount) => sum + parseUsd(amount), 0n));
}

/** For lengths and positions on the screen only: a float, never added up. */
export function usdToPixels(usd: string): number {
  return Number(parseUsd(usd)) / Number(NANO_PER_USD);
}

/** `part / whole` for geometry and percentages; null when the whole is not positive. */
export function usdRatio(part: string, whole: string): number | null {
  const divisor = parseUsd(whole);
  if (divisor <= 0n) return null;
  return Number((parseUsd(part) * 1_000_000n) / divisor) / 1_000_000;
}

export function compareUsd(left: string, right: string): number {
  const difference = parseUsd(left) - parseUsd(right);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function isZeroUsd(usd: string): boolean {
  return parseUsd(usd) === 0n;
}

function decimalsFor(magnitude: bigint): number {
  if (magnitude >= 1_000n * NANO_PER_USD) return 0;
  if (magnitude >= NANO_PER_USD) return 2;
  // 0.0235 has its first digit at 10^-2: nine places less the digits of the nano count, plus three.
  const leadingZeros = 9 - magnitude.toString().length;
  return Math.min(9, leadingZeros + 3);
}

function fixed(magnitude: bigint, decimals: number): string {
  const unit = 10n ** BigInt(9 - decimals);
  const rounded = divideHalfEven(magnitude, unit);
  const scale = 10n ** BigInt(decimals);
  const whole = (rounded / scale).toString().replace(/\B(?=(\d{3})+$)/g, ',');
  if (decimals === 0) return whole;
  const fraction = (rounded % scale).toString().padStart(decimals, '0');
  // Two places stay below a dollar too: 0.20, not 0.2; further trailing zeros say nothing.
  return `${whole}.${decimals <= 2 ? fraction : fraction.slice(0, 2) + fraction.slice(2).replace(/0+$/, '')}`;
}
