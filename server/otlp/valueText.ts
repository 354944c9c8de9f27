/**
 * How an attribute value reads as JSON text, so that it can be read back without loss:
 *
 * | on the wire | JSON |
 * |---|---|
 * | string | string |
 * | bool | `true`, `false` |
 * | int within ±(2^53 − 1) | digits |
 * | int beyond | `{"$int":"9223372036854775807"}` |
 * | finite double | number that always has a `.` or an exponent: `1.0`, `-0.0`, `1e+21` |
 * | NaN, ±Infinity | `{"$double":"NaN"}`, `{"$double":"Infinity"}`, `{"$double":"-Infinity"}` |
 * | bytes | `{"$bytes":"base64"}` |
 * | array, map | array, object (the first occurrence of a repeated key wins) |
 * | empty AnyValue | `null` |
 *
 * Longer than `VALUE_BYTES_MAX`: a text, and the JSON text of an array or a map, is cut and ends in `…[cut: N bytes]`;
 * bytes are cut and say so: `{"$bytes":"…","$cut":N}`. N is the size on the wire.
 */
import { ByteSource } from './byteSource.js';
import type { ByteWriter } from './byteWriter.js';
import { VALUE_BYTES_MAX } from './limits.js';
import { cutEnd } from './utf8.js';

const QUOTE = 0x22;
const TWO_32 = 4_294_967_296;
/** Whole groups of three, so that the base64 has no padding inside. */
const BASE64_BYTES_MAX = Math.floor(VALUE_BYTES_MAX / 4) * 3;

export function writeText(out: ByteWriter, source: ByteSource, start: number, end: number): void {
  if (end - start <= VALUE_BYTES_MAX) {
    out.string(source, start, end);
    return;
  }
  out.byte(QUOTE);
  out.escaped(source, start, cutEnd(source.bytes, start, VALUE_BYTES_MAX));
  out.raw(cutMark(end - start));
  out.byte(QUOTE);
}

export function writeBytes(out: ByteWriter, source: Uint8Array, start: number, end: number): void {
  const cut = end - start > VALUE_BYTES_MAX;
  out.ascii('{"$bytes":"');
  out.base64(source, start, cut ? start + BASE64_BYTES_MAX : end);
  out.ascii(cut ? `","$cut":${end - start}}` : '"}');
}

/**
 * @param low,high the halves of a two's complement 64-bit number; any 32-bit representation.
 * @returns the number, rounded beyond 2^53.
 */
export function writeInt64(out: ByteWriter, low: number, high: number): number {
  const value = (high | 0) * TWO_32 + (low >>> 0);
  if (Number.isSafeInteger(value)) out.integer(value);
  else out.ascii(`{"$int":"${(BigInt(high | 0) << 32n) | BigInt(low >>> 0)}"}`);
  return value;
}

export function writeDouble(out: ByteWriter, value: number): void {
  if (!Number.isFinite(value)) {
    out.ascii(`{"$double":"${value}"}`);
    return;
  }
  if (Object.is(value, -0)) {
    out.ascii('-0.0');
    return;
  }
  const text = String(value);
  out.ascii(text);
  if (Number.isInteger(value) && !text.includes('e')) out.ascii('.0');
}

/** Whether the array or map that began at `start` is past its bound, so that the rest need not be written. */
export function isOverlong(out: ByteWriter, start: number): boolean {
  return out.length - start > VALUE_BYTES_MAX;
}

/** Replaces the overlong JSON text since `start` by a string with its beginning. `wireBytes`: its size on the wire. */
export function cutOverlong(out: ByteWriter, start: number, wireBytes: number): void {
  const text = new ByteSource(out.bytes.slice(start, out.length));
  out.length = start;
  out.byte(QUOTE);
  out.escaped(text, 0, cutEnd(text.bytes, 0, VALUE_BYTES_MAX));
  out.raw(cutMark(wireBytes));
  out.byte(QUOTE);
}

/** An unsigned 64-bit number in decimal. */
export function uint64Text(low: number, high: number): string {
  return String((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0));
}

function cutMark(wireBytes: number): Uint8Array {
  return Buffer.from(`…[cut: ${wireBytes} bytes]`, 'utf8');
}
