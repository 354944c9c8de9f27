import { isUtf8 } from 'node:buffer';
import { EMPTY_SOURCE } from './byteSource.js';
import type { ByteSource } from './byteSource.js';
import { hashBytes } from './hashBytes.js';
import { VALUE_BYTES_MAX } from './limits.js';
import { mapKey } from './mapKey.js';
import { cutEnd } from './utf8.js';

const SLOTS = 4096;

/**
 * The distinct texts of one request: bytes in, index out.
 *
 * In front of the map stands a direct-mapped cache of places in the request's body. A hit is verified byte by byte
 * against the place where the text stood first, so that a repeated name costs no string.
 */
export class TextTable {
  /** Index 0 is always ''. */
  strings: string[] = [''];
  /** Texts that held invalid UTF-8, each distinct one once. */
  invalidTexts = 0;
  #body: ByteSource = EMPTY_SOURCE;
  #indexes = new Map<string, number>();
  readonly #slotText = new Int32Array(SLOTS);
  readonly #slotStart = new Int32Array(SLOTS);
  readonly #slotEnd = new Int32Array(SLOTS);

  /** Starts the table of another request; `body` must not change until the next call. */
  begin(body: ByteSource): void {
    this.#body = body;
    this.#slotText.fill(0);
    this.invalidTexts = 0;
  }

  /** Lets go of the body and of the strings, which belong to the batch from now on. */
  end(): void {
    this.#body = EMPTY_SOURCE;
    this.strings = [''];
    this.#indexes = new Map();
  }

  /** Index of the text source[start..end]. */
  index(source: ByteSource, start: number, end: number): number {
    if (start === end) return 0;
    if (source !== this.#body) return this.#indexOf(this.#decode(source, start, end));
    const slot = hashBytes(source.bytes, start, end) & (SLOTS - 1);
    const known = this.#slotText[slot] as number;
    if (known !== 0 && this.#holds(slot, start, end)) return known;
    const index = this.#indexOf(this.#decode(source, start, end));
    this.#slotText[slot] = index;
    this.#slotStart[slot] = start;
    this.#slotEnd[slot] = end;
    return index;
  }

  /** Index of a text that is no part of the request. */
  indexOf(text: string): number {
    return this.#indexOf(text);
  }

  #holds(slot: number, start: number, end: number): boolean {
    const { bytes, view } = this.#body;
    let known = this.#slotStart[slot] as number;
    if ((this.#slotEnd[slot] as number) - known !== end - start) return false;
    let at = start;
    for (; at + 4 <= end; at += 4, known += 4) {
      if (view.getInt32(at) !== view.getInt32(known)) return false;
    }
    for (; at < end; at++, known++) if (bytes[at] !== bytes[known]) return false;
    return true;
  }

  #indexOf(text: string): number {
    const key = mapKey(text);
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    const index = this.strings.length;
    this.strings.push(text);
    this.#indexes.set(key, index);
    return index;
  }

  #decode(source: ByteSource, start: number, end: number): string {
    const size = end - start;
    const stop = size > VALUE_BYTES_MAX ? cutEnd(source.bytes, start, VALUE_BYTES_MAX) : end;
    const bytes = source.buffer(start, stop);
    if (!isUtf8(bytes)) this.invalidTexts++;
    const text = plainText(bytes);
    return stop === end ? text : `${text}…[cut: ${size} bytes]`;
  }
}

/** Text that DuckDB takes as VARCHAR everywhere: invalid UTF-8 and U+0000 become U+FFFD. */
export function plainText(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text;
}
