import { EMPTY_SOURCE } from './byteSource.js';
import type { ByteSource } from './byteSource.js';
import { malformed } from './decodeError.js';
import { JSON_DEPTH_MAX, SCRATCH_BYTES_MAX } from './limits.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const END = -1;

const TOKENS_INITIAL = 65_536;
/** In `ends`: the string has escapes. Bodies are far shorter than 2^31 bytes. */
const ESCAPED = 0x80000000;

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const LITERALS: ReadonlyMap<number, Uint8Array> = new Map(
  ['true', 'false', 'null'].map((word) => [word.charCodeAt(0), Buffer.from(word)]),
);

/**
 * JSON text cut into tokens in one pass without recursion, so that any value can be stepped over at once and members
 * can be read in whatever order they stand. Nothing becomes an object and no number is rounded.
 *
 * Tokens stand in the order of the text. A container is followed by what it holds (a member is a string token and a
 * value); `after` leads past it.
 */
export class JsonTape {
  source: ByteSource = EMPTY_SOURCE;
  bytes: Uint8Array = EMPTY_SOURCE.bytes;
  length = 0;
  /** The first byte of each token; that of a string is its quote. */
  #starts = new Uint32Array(TOKENS_INITIAL);
  /** Where the text of a scalar ends (at the quote); for a container the token after all that it holds. */
  #ends = new Uint32Array(TOKENS_INITIAL);
  #at = 0;
  /** The containers that are open. */
  readonly #open = new Uint32Array(JSON_DEPTH_MAX);
  #depth = 0;

  /** @throws DecodeError `malformed` when `source` is not one JSON value by RFC 8259. */
  read(source: ByteSource): void {
    const { bytes } = source;
    this.source = source;
    this.bytes = bytes;
    this.length = 0;
    this.#depth = 0;
    const hasByteOrderMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    this.#at = hasByteOrderMark ? 3 : 0;
    this.#value(this.#next());
    while (this.#depth > 0) this.#step();
    if (this.#next() !== END) this.#unexpected();
  }

  /** Lets go of the text, and of memory that only a huge one needed. */
  release(): void {
    this.source = EMPTY_SOURCE;
    this.bytes = EMPTY_SOURCE.bytes;
    if (this.#starts.byteLength <= SCRATCH_BYTES_MAX) return;
    this.#starts = new Uint32Array(TOKENS_INITIAL);
    this.#ends = new Uint32Array(TOKENS_INITIAL);
  }

  isObject(token: number): boolean {
    return this.#first(token) === OPEN_OBJECT;
  }

  isArray(token: number): boolean {
    return this.#first(token) === OPEN_ARRAY;
  }

  isString(token: number): boolean {
    return this.#first(token) === QUOTE;
  }

  isNumber(token: number): boolean {
    const first = this.#first(token);
    return first === 0x2d || (first >= 0x30 && first <= 0x39);
  }

  isTrue(token: number): boolean {
    return this.#first(token) === 0x74;
  }

  isFalse(token: number): boolean {
    return this.#first(token) === 0x66;
  }

  isNull(token: number): boolean {
    return this.#first(token) === 0x6e;
  }

  /** Where the text of a scalar starts; that of a string is what stands between its quotes. */
  start(token: number): number {
    const start = this.#starts[token] as number;
    return this.bytes[start] === QUOTE ? start + 1 : start;
  }

  end(token: number): number {
    return (this.#ends[token] as number) & ~ESCAPED;
  }

  hasEscapes(token: number): boolean {
    return (this.#ends[token] as number) >= ESCAPED;
  }

  /** The token after a value and all that it holds. */
  after(token: number): number {
    const first = this.#first(token);
    return first === OPEN_OBJECT || first === OPEN_ARRAY
      ? (this.#ends[token] as number)
      : token + 1;
  }

  /** Size of a value's text. */
  size(token: number): number {
    const next = this.after(token);
    const end = next < this.length ? (this.#starts[next] as number) : this.bytes.length;
    return end - (this.#starts[token] as number);
  }

  #first(token: number): number {
    return this.bytes[this.#starts[token] as number] as number;
  }

  /** Reads one element or member of the innermost container, or its end. */
  #step(): void {
    const container = this.#open[this.#depth - 1] as number;
    const isArray = this.isArray(container);
    const isFirst = container === this.length - 1;
    let byte = this.#next();
    if (byte === (isArray ? CLOSE_ARRAY : CLOSE_OBJECT)) {
      this.#at++;
      this.#depth--;
      this.#ends[container] = this.length;
      return;
    }
    if (!isFirst) {
      if (byte !== COMMA) this.#unexpected();
      this.#at++;
      byte = this.#next();
    }
    if (!isArray) {
      if (byte !== QUOTE) this.#unexpected();
      this.#string();
      if (this.#next() !== COLON) this.#unexpected();
      this.#at++;
      byte = this.#next();
    }
    this.#value(byte);
  }

  #value(byte: number): void {
    switch (byte) {
      case QUOTE:
        this.#string();
        return;
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        if (this.#depth === JSON_DEPTH_MAX) {
          malformed(`the JSON is nested deeper than ${JSON_DEPTH_MAX}`);
        }
        this.#open[this.#depth++] = this.#add(this.#at, 0);
        this.#at++;
        return;
      default:
        if (LITERALS.has(byte)) this.#literal(byte);
        else this.#number();
    }
  }

  #string(): void {
    const { bytes } = this;
    const start = this.#at;
    let at = start + 1;
    let escaped = 0;
    for (;;) {
      const byte = bytes[at];
      if (byte === QUOTE) break;
      if (byte === undefined || byte < 0x20) {
        this.#at = at;
        this.#unexpected();
      }
      if (byte === BACKSLASH) {
        escaped = ESCAPED;
        at = this.#escape(at);
      } else {
        at++;
      }
    }
    this.#add(start, (at | escaped) >>> 0);
    this.#at = at + 1;
  }

  /** Checks the escape at `at` and returns where it ends. */
  #escape(at: number): number {
    const letter = this.bytes[at + 1];
    if (letter === 0x75) {
      for (let i = 2; i < 6; i++) {
        if (hexDigit(this.bytes[at + i]) < 0) malformed('the JSON has a wrong \\u escape');
      }
      return at + 6;
    }
    // " \ / b f n r t
    if (letter === undefined || !'"\\/bfnrt'.includes(String.fromCharCode(letter))) {
      malformed('the JSON has a wrong escape');
    }
    return at + 2;
  }

  #literal(first: number): void {
    const word = LITERALS.get(first) as Uint8Array;
    for (let i = 0; i < word.length; i++) {
      if (this.bytes[this.#at + i] !== word[i]) this.#unexpected();
    }
    this.#add(this.#at, this.#at + word.length);
    this.#at += word.length;
  }

  #number(): void {
    const start = this.#at;
    let end = start;
    let isPlain = true;
    for (; end < this.bytes.length; end++) {
      const byte = this.bytes[end] as number;
      if (byte >= 0x30 && byte <= 0x39) continue;
      // + - . E e
      if (byte !== 0x2b && byte !== 0x2d && byte !== 0x2e && byte !== 0x45 && byte !== 0x65) break;
      isPlain = false;
    }
    const isZeroPadded = this.bytes[start] === 0x30 && end - start > 1;
    if (
      end === start ||
      ((!isPlain || isZeroPadded) && !NUMBER.test(this.source.latin1(start, end)))
    ) {
      this.#unexpected();
    }
    this.#add(start, end);
    this.#at = end;
  }

  #add(start: number, end: number): number {
    if (this.length === this.#starts.length) this.#grow();
    const token = this.length++;
    this.#starts[token] = start;
    this.#ends[token] = end;
    return token;
  }

  #grow(): void {
    const starts = new Uint32Array(this.#starts.length * 2);
    const ends = new Uint32Array(this.#starts.length * 2);
    starts.set(this.#starts);
    ends.set(this.#ends);
    this.#starts = starts;
    this.#ends = ends;
  }

  /** The next byte that is no white space, or END. */
  #next(): number {
    const { bytes } = this;
    for (; this.#at < bytes.length; this.#at++) {
      const byte = bytes[this.#at] as number;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
    }
    return END;
  }

  #unexpected(): never {
    if (this.#at >= this.bytes.length) malformed('the JSON is truncated');
    malformed(`the JSON is not valid at byte ${this.#at}`);
  }
}

/** The value of a hexadecimal digit; -1 when it is none. */
export function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
