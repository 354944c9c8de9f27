import type { ByteSource } from './byteSource.js';
import { tooLarge } from './decodeError.js';
import { OUTPUT_BYTES_MAX, SCRATCH_BYTES_MAX } from './limits.js';
import { utf8Length } from './utf8.js';

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const HEX = Buffer.from('0123456789abcdef', 'latin1');
const BASE64 = Buffer.from(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  'latin1',
);
/** The letter after the backslash of the short escapes, as `JSON.stringify` uses them; 0: `\u00xx`. */
const SHORT_ESCAPE = new Uint8Array(0x20);
SHORT_ESCAPE[0x08] = 0x62;
SHORT_ESCAPE[0x09] = 0x74;
SHORT_ESCAPE[0x0a] = 0x6e;
SHORT_ESCAPE[0x0c] = 0x66;
SHORT_ESCAPE[0x0d] = 0x72;

/** A text cut into little-endian words of four bytes and the up to three bytes that are left. */
export interface PackedText {
  readonly words: Int32Array;
  readonly tail: Uint8Array;
}

export function packText(text: Uint8Array): PackedText {
  const view = new DataView(text.buffer, text.byteOffset, text.byteLength);
  const words = new Int32Array(Math.floor(text.length / 4));
  for (let i = 0; i < words.length; i++) words[i] = view.getInt32(i * 4, true);
  return { words, tail: text.slice(words.length * 4) };
}

/** A growing buffer of UTF-8 JSON text. Grows by doubling up to `OUTPUT_BYTES_MAX`, then throws `too_large`. */
export class ByteWriter {
  bytes: Uint8Array;
  length = 0;
  #view: DataView;
  /** Texts that held invalid UTF-8 since `reset`. */
  invalidTexts = 0;
  readonly #initialBytes: number;

  constructor(initialBytes: number) {
    this.bytes = new Uint8Array(initialBytes);
    this.#view = new DataView(this.bytes.buffer);
    this.#initialBytes = initialBytes;
  }

  reset(): void {
    if (this.bytes.length > SCRATCH_BYTES_MAX) this.#use(new Uint8Array(this.#initialBytes));
    this.length = 0;
    this.invalidTexts = 0;
  }

  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    if (needed > OUTPUT_BYTES_MAX) {
      tooLarge(`the request becomes more than ${OUTPUT_BYTES_MAX} bytes of text`);
    }
    let size = this.bytes.length * 2;
    while (size < needed) size *= 2;
    const larger = new Uint8Array(size);
    larger.set(this.bytes.subarray(0, this.length));
    this.#use(larger);
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Bytes that are JSON already. */
  raw(source: Uint8Array): void {
    const size = source.length;
    this.reserve(size);
    const target = this.bytes;
    let to = this.length;
    for (let i = 0; i < size; i++) target[to++] = source[i] as number;
    this.length = to;
  }

  /**
   * Compares and copies in one go: writes `separator`, a quote, the text, a quote and a colon if source[start..] is
   * the text that `words` and `tail` hold, which needs no escapes. @returns whether it is.
   */
  memberNameIfEqual(
    separator: number,
    source: ByteSource,
    start: number,
    { words, tail }: PackedText,
  ): boolean {
    this.reserve(words.length * 4 + tail.length + 4);
    const { view } = source;
    const target = this.#view;
    const first = this.length + 2;
    let at = 0;
    for (let i = 0; i < words.length; i++, at += 4) {
      const word = view.getInt32(start + at, true);
      if (word !== words[i]) return false;
      target.setInt32(first + at, word, true);
    }
    for (let i = 0; i < tail.length; i++, at++) {
      const byte = source.bytes[start + at] as number;
      if (byte !== tail[i]) return false;
      this.bytes[first + at] = byte;
    }
    const last = first + at;
    this.bytes[first - 2] = separator;
    this.bytes[first - 1] = QUOTE;
    this.bytes[last] = QUOTE;
    this.bytes[last + 1] = COLON;
    this.length = last + 2;
    return true;
  }

  ascii(text: string): void {
    const size = text.length;
    this.reserve(size);
    const target = this.bytes;
    let to = this.length;
    for (let i = 0; i < size; i++) target[to++] = text.charCodeAt(i);
    this.length = to;
  }

  /** source[start..end], UTF-8, as a JSON string; invalid bytes become U+FFFD. */
  string(source: ByteSource, start: number, end: number): void {
    this.reserve((end - start) * 6 + 2);
    this.bytes[this.length++] = QUOTE;
    this.escaped(source, start, end);
    this.bytes[this.length++] = QUOTE;
  }

  /** source[start..end], UTF-8, as the inside of a JSON string. */
  escaped(source: ByteSource, start: number, end: number): void {
    // No byte becomes more than 6, so that the loops need no further check.
    this.reserve((end - start) * 6 + 2);
    const { view } = source;
    const target = this.#view;
    let from = start;
    let to = this.length;
    for (; from + 4 <= end; from += 4, to += 4) {
      const word = view.getInt32(from, true);
      if (needsCare(word)) break;
      target.setInt32(to, word, true);
    }
    this.length = to;
    if (from < end) this.#escapedBytes(source.bytes, from, end);
  }

  #escapedBytes(source: Uint8Array, start: number, end: number): void {
    const target = this.bytes;
    let to = this.length;
    let invalid = false;
    for (let from = start; from < end;) {
      const byte = source[from] as number;
      if (byte < 0x80) {
        if (byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH) target[to++] = byte;
        else to = escape(target, to, byte);
        from++;
        continue;
      }
      const size = utf8Length(source, from, end);
      if (size < 0) {
        invalid = true;
        target[to++] = 0xef;
        target[to++] = 0xbf;
        target[to++] = 0xbd;
        from -= size;
      } else {
        for (const stop = from + size; from < stop; from++) target[to++] = source[from] as number;
      }
    }
    this.length = to;
    if (invalid) this.invalidTexts++;
  }

  base64(source: Uint8Array, start: number, end: number): void {
    this.reserve(Math.ceil((end - start) / 3) * 4);
    const target = this.bytes;
    let to = this.length;
    for (let from = start; from < end; from += 3) {
      const left = end - from;
      const a = source[from] as number;
      const b = left > 1 ? (source[from + 1] as number) : 0;
      const c = left > 2 ? (source[from + 2] as number) : 0;
      target[to++] = BASE64[a >> 2] as number;
      target[to++] = BASE64[((a & 3) << 4) | (b >> 4)] as number;
      target[to++] = left > 1 ? (BASE64[((b & 15) << 2) | (c >> 6)] as number) : 0x3d;
      target[to++] = left > 2 ? (BASE64[c & 63] as number) : 0x3d;
    }
    this.length = to;
  }

  /** A whole number in the safe range. */
  integer(value: number): void {
    if (value < 0 || value > 0x7fffffff) {
      this.ascii(String(value));
      return;
    }
    this.reserve(10);
    let rest = value | 0;
    let to = this.length + digits(rest);
    this.length = to;
    do {
      const tens = (rest / 10) | 0;
      this.bytes[--to] = 0x30 + rest - tens * 10;
      rest = tens;
    } while (rest !== 0);
  }

  /** What was written since `start`, as a string. */
  textSince(start: number): string {
    return Buffer.from(
      this.bytes.buffer,
      this.bytes.byteOffset + start,
      this.length - start,
    ).toString('utf8');
  }

  #use(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

/** Whether one of the four bytes is a control character, a quote, a backslash or not ASCII. */
function needsCare(word: number): boolean {
  const quotes = word ^ 0x22222222;
  const backslashes = word ^ 0x5c5c5c5c;
  // Taking 1 from a byte that is 0 (and 0x20 from one that is less) sets its highest bit.
  const marks = word | (word - 0x20202020) | (quotes - 0x01010101) | (backslashes - 0x01010101);
  return (marks & 0x80808080) !== 0;
}

function escape(target: Uint8Array, at: number, byte: number): number {
  let to = at;
  target[to++] = BACKSLASH;
  if (byte >= 0x20) {
    target[to++] = byte;
    return to;
  }
  const letter = SHORT_ESCAPE[byte] as number;
  if (letter !== 0) {
    target[to++] = letter;
    return to;
  }
  target[to++] = 0x75;
  target[to++] = 0x30;
  target[to++] = 0x30;
  target[to++] = HEX[byte >> 4] as number;
  target[to++] = HEX[byte & 15] as number;
  return to;
}

function digits(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1000) return 3;
  if (value < 10_000) return 4;
  if (value < 100_000) return 5;
  if (value < 1_000_000) return 6;
  if (value < 10_000_000) return 7;
  if (value < 100_000_000) return 8;
  if (value < 1_000_000_000) return 9;
  return 10;
}
