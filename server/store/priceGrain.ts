/** Prices change on half hours at most: nanoseconds for which a price that was looked up holds. */
export const PRICE_GRAIN_NS = 1_800_000_000_000n;
