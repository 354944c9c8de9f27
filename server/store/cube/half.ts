/** A 64-bit integer that numbers add up exactly: `high * 2 ** 32 + low`. */
export interface Half {
  readonly low: number;
  readonly high: number;
}

export const halfOf = (value: bigint): Half => ({
  low: Number(BigInt.asUintN(32, value)),
  high: Number(value >> 32n),
});

/** Both may be sums of many. */
export const bigOf = ({ low, high }: Half): bigint => (BigInt(high) << 32n) + BigInt(low);
