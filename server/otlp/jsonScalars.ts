import { malformed } from './decodeError.js';
import { JsonInt64, wholeNumber } from './jsonNumber.js';
import { JsonStrings } from './jsonStrings.js';
import { hexDigit } from './jsonTape.js';
import type { JsonTape } from './jsonTape.js';

/** Longest text that is tried as a number; every double has a shorter one. */
const NUMBER_TEXT_MAX = 1024;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** Reads scalar fields by the rules of OTLP/JSON; what breaks them throws `malformed` with the field's name. */
export class JsonScalars {
  readonly int64 = new JsonInt64();
  readonly strings = new JsonStrings();
  readonly #tape: JsonTape;

  constructor(tape: JsonTape) {
    this.#tape = tape;
  }

  /** Into `strings`. */
  text(token: number, field: string): void {
    if (!this.#tape.isString(token)) malformed(`${field} must be a string`);
    this.strings.read(this.#tape, token);
  }

  /** An int64, fixed64 or uint64 as number or decimal string; into `int64`. */
  integer(token: number, field: string, type: 'signed' | 'unsigned'): void {
    const tape = this.#tape;
    if (!tape.isNumber(token) && !tape.isString(token)) malformed(`${field} must be an integer`);
    if (!this.int64.read(tape.source, tape.start(token), tape.end(token), type)) {
      malformed(
        `${field} must be ${type === 'signed' ? 'a signed' : 'an unsigned'} 64-bit integer`,
      );
    }
  }

  /**
   * An int64 as it should be: into `int64`.
   * @returns false for a whole number beyond 64 bits, which then is the token's text: one value must not cost a request.
   */
  attributeInteger(token: number, field: string): boolean {
    const tape = this.#tape;
    const start = tape.start(token);
    const end = tape.end(token);
    const isText = tape.isNumber(token) || tape.isString(token);
    if (isText && !this.int64.read(tape.source, start, end, 'signed')) {
      const text = end - start <= NUMBER_TEXT_MAX ? tape.source.latin1(start, end) : '';
      if (/^-?\d+$/.test(text) || wholeNumber(text) !== undefined) return false;
    }
    this.integer(token, field, 'signed');
    return true;
  }

  uint32(token: number, field: string): number {
    this.integer(token, field, 'unsigned');
    if (this.int64.high !== 0) malformed(`${field} must be an unsigned 32-bit integer`);
    return this.int64.low >>> 0;
  }

  /** An enum, by number only: OTLP/JSON forbids names. @returns 0 for a number beyond `valueMax`. */
  enumeration(token: number, field: string, valueMax: number): number {
    const tape = this.#tape;
    if (
      !tape.isNumber(token) ||
      !this.int64.read(tape.source, tape.start(token), tape.end(token), 'signed')
    ) {
      malformed(`${field} must be the integer of an enum value; names are not accepted`);
    }
    const value = this.int64.low >>> 0;
    return this.int64.high === 0 && value <= valueMax ? value : 0;
  }

  boolean(token: number, field: string): boolean {
    if (this.#tape.isTrue(token)) return true;
    if (!this.#tape.isFalse(token)) malformed(`${field} must be true or false`);
    return false;
  }

  /** A double as number, decimal string, or "NaN", "Infinity", "-Infinity". */
  double(token: number, field: string): number {
    const tape = this.#tape;
    const start = tape.start(token);
    const end = tape.end(token);
    if ((tape.isNumber(token) || tape.isString(token)) && end - start <= NUMBER_TEXT_MAX) {
      const text = tape.source.latin1(start, end);
      if (tape.isString(token) && (text === 'NaN' || /^-?Infinity$/.test(text)))
        return Number(text);
      const value = NUMBER.test(text) ? Number(text) : NaN;
      if (Number.isFinite(value)) return value;
    }
    malformed(`${field} must be a double`);
  }

  /** Base64 of either alphabet, padded or not. */
  bytes(token: number, field: string): Uint8Array {
    this.text(token, field);
    const { source, start, end } = this.strings;
    const text = source.latin1(start, end);
    if (!BASE64.test(text)) malformed(`${field} must be base64`);
    return Buffer.from(text, 'base64');
  }

  /**
   * An id as hexadecimal text in either case, into `target`.
   * @returns its size in bytes; `target` is filled only when that is its own size, else it is zeroed.
   */
  id(token: number, field: string, target: Uint8Array): number {
    this.text(token, field);
    const { start, end } = this.strings;
    const source = this.strings.source.bytes;
    for (let at = start; at < end; at++) {
      if (hexDigit(source[at]) < 0) malformed(`${field} must be hexadecimal digits (not base64)`);
    }
    if ((end - start) % 2 !== 0)
      malformed(`${field} must have an even number of hexadecimal digits`);
    const size = (end - start) / 2;
    for (let i = 0; i < target.length; i++) {
      const at = start + i * 2;
      target[i] =
        size === target.length ? (hexDigit(source[at]) << 4) | hexDigit(source[at + 1]) : 0;
    }
    return size;
  }
}
