/** The price of a whole call: by tokens, or, for a model that one hosts oneself, by time, image and request. */
import { divideHalfEven } from './money.js';
import { pricedAt, priceUsage, type PricedUsage, type PriceVersion } from './price.js';
import { usageFault, type Usage } from './usage.js';
import { NS_PER_SECOND } from './time.js';

/** What a call took besides tokens. */
export interface CallExtent {
  /** Nanoseconds that the model worked, as its server reports, else the span's duration; null: not known. */
  readonly billedNs: bigint | null;
  /** Images made; null: not told. */
  readonly images: number | null;
}

/**
 * Price × what the call used, rounded half-even once.
 *
 * A price is by tokens, or by time, image and request alone: one that has no token class charges nothing for tokens.
 *
 * @returns `unpriced` with the reason when the usage is impossible or a charged unit is not told: never a zero.
 */
export function priceCall(price: PriceVersion, usage: Usage, extent: CallExtent): PricedUsage {
  const { perMillionSeconds = 0n, perMillionImages = 0n, perMillionRequests } = price;
  const isFlat = perMillionSeconds + perMillionImages + perMillionRequests > 0n;
  if (!isFlat || Object.keys(price.units).length > 0) return priceUsage(price, usage);
  const fault = usageFault(usage);
  if (fault) return { unpriced: `impossible usage: ${fault}` };
  if (perMillionImages > 0n && extent.images === null) {
    return { unpriced: 'priced by the image, and the call does not tell how many it made' };
  }
  if (perMillionSeconds > 0n && extent.billedNs === null) {
    return { unpriced: 'priced by time, and how long the call took is not known' };
  }
  // In nano-USD times a million units times a billion: one second is a billion nanoseconds.
  const total =
    (extent.billedNs ?? 0n) * perMillionSeconds +
    (BigInt(extent.images ?? 0) * perMillionImages + perMillionRequests) * NS_PER_SECOND;
  return pricedAt(divideHalfEven(total, 1_000_000n * NS_PER_SECOND));
}
