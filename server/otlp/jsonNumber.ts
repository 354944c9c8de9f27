import type { ByteSource } from './byteSource.js';

const TWO_32 = 4_294_967_296;
const LOWER_DIGITS = 9;
const LOWER_UNIT = 1e9;
/** Digits that a 64-bit number has at most; so many always fit an unsigned one. */
const DIGITS_SAFE = 19;
/** `1e3`, `1.50e2`, `-7.0`: whole numbers in other clothes. The exponent is bounded, for 1e999999999 is a whole number too. */
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;
const DECIMAL_LENGTH_MAX = 64;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

/** A 64-bit number read from decimal text without loss, as two halves. One object, used again. */
export class JsonInt64 {
  /** Any 32-bit representation. */
  low = 0;
  high = 0;

  /** @returns whether bytes[start..end] is a whole number of the type. */
  read(source: ByteSource, start: number, end: number, type: 'signed' | 'unsigned'): boolean {
    const { bytes } = source;
    const isNegative = bytes[start] === 0x2d;
    const first = isNegative ? start + 1 : start;
    const digits = end - first;
    if (digits < 1 || digits > DIGITS_SAFE) return this.#slow(source, start, end, type);
    const split = Math.max(first, end - LOWER_DIGITS);
    const upper = decimal(bytes, first, split);
    const lower = decimal(bytes, split, end);
    if (upper < 0 || lower < 0) return this.#slow(source, start, end, type);
    this.#set(upper, lower);
    if (type === 'unsigned') return !isNegative || (this.low === 0 && this.high === 0);
    if (isNegative) {
      if (this.high >>> 0 > 0x80000000 || (this.high >>> 0 === 0x80000000 && this.low !== 0))
        return false;
      this.low = -this.low | 0;
      this.high = this.low === 0 ? -this.high | 0 : ~this.high;
      return true;
    }
    return this.high >>> 0 < 0x80000000;
  }

  /** upper · 10^9 + lower; upper has up to 10 digits. Every partial result is below 2^53. */
  #set(upper: number, lower: number): void {
    const upperHigh = Math.floor(upper / 65_536);
    const upperLow = upper % 65_536;
    const middle = upperHigh * LOWER_UNIT;
    const sum = (middle % 65_536) * 65_536 + upperLow * LOWER_UNIT + lower;
    this.high = (Math.floor(middle / 65_536) + Math.floor(sum / TWO_32)) | 0;
    this.low = (sum % TWO_32) | 0;
  }

  #slow(source: ByteSource, start: number, end: number, type: 'signed' | 'unsigned'): boolean {
    if (end - start > DECIMAL_LENGTH_MAX) return false;
    const value = wholeNumber(source.latin1(start, end));
    if (value === undefined) return false;
    const [least, most] = type === 'signed' ? [INT64_MIN, INT64_MAX] : [0n, UINT64_MAX];
    if (value < least || value > most) return false;
    this.low = Number(BigInt.asIntN(32, value));
    this.high = Number(BigInt.asIntN(32, value >> 32n));
    return true;
  }
}

/** The digits bytes[start..end] as a number; -1 when there is anything else. At most 15 digits. */
function decimal(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = (bytes[i] as number) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** undefined: it is none. */
export function wholeNumber(text: string): bigint | undefined {
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const shift = Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  const unit = 10n ** BigInt(Math.abs(shift));
  if (shift < 0 && digits % unit !== 0n) return undefined;
  const magnitude = shift < 0 ? digits / unit : digits * unit;
  return sign === '-' ? -magnitude : magnitude;
}
