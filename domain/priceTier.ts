/** A tier that costs a part (or a multiple) of the standard price. */
import { divideHalfEven } from './money.js';
import type { PriceVersion, TokenClass, UnitPrice } from './price.js';

/** Multipliers are whole millionths: 500,000 is half the price. */
export const MULTIPLIER_ONE = 1_000_000n;

const PLACES = 6;
const MULTIPLIER_MAX = 1_000n * MULTIPLIER_ONE;

/**
 * @param text a decimal such as `0.5`, with at most six places, more than 0 and at most 1,000.
 * @throws RangeError naming the text when it is not such a number.
 */
export function parseMultiplier(text: string): bigint {
  const [, whole = '', fraction = ''] = /^(\d{1,4})(?:\.(\d{1,6}))?$/.exec(text) ?? [];
  const millionths =
    whole === '' ? 0n : BigInt(whole) * MULTIPLIER_ONE + BigInt(fraction.padEnd(PLACES, '0'));
  if (millionths <= 0n || millionths > MULTIPLIER_MAX) {
    throw new RangeError(
      `not a multiplier above 0 and up to 1000 with at most ${PLACES} decimal places: ${JSON.stringify(text)}`,
    );
  }
  return millionths;
}

/** The millionths as a decimal: `0.5`. */
export function formatMultiplier(millionths: bigint): string {
  const fraction = (millionths % MULTIPLIER_ONE)
    .toString()
    .padStart(PLACES, '0')
    .replace(/0+$/, '');
  return `${millionths / MULTIPLIER_ONE}${fraction && `.${fraction}`}`;
}

/**
 * The unit prices of a tier, each rounded half-even to a nano-USD per million.
 * @param keeps classes that cost in the tier what they cost in the standard one.
 */
export function scalePrice(
  price: Omit<PriceVersion, 'id'>,
  millionths: bigint,
  keeps: ReadonlySet<TokenClass>,
): Omit<PriceVersion, 'id'> {
  const scaled = (perMillion: bigint): bigint =>
    divideHalfEven(perMillion * millionths, MULTIPLIER_ONE);
  const unit = (known: UnitPrice): UnitPrice => ({
    perMillion: scaled(known.perMillion),
    steps: known.steps.map(({ above, perMillion }) => ({ above, perMillion: scaled(perMillion) })),
  });
  const units = Object.fromEntries(
    Object.entries(price.units).map(([name, known]) => [
      name,
      keeps.has(name as TokenClass) ? known : unit(known),
    ]),
  );
  const { perMillionSeconds, perMillionImages } = price;
  return {
    ...price,
    units,
    perMillionRequests: scaled(price.perMillionRequests),
    ...(perMillionSeconds === undefined ? {} : { perMillionSeconds: scaled(perMillionSeconds) }),
    ...(perMillionImages === undefined ? {} : { perMillionImages: scaled(perMillionImages) }),
  };
}
