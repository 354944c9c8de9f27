import type { ByteSource } from './byteSource.js';
import type { ByteWriter } from './byteWriter.js';
import type { Key, KeyTable } from './keyTable.js';
import { ATTRIBUTES_MAX, KEY_BYTES_MAX } from './limits.js';

const COMMA = 0x2c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * One map of attributes while it is written as a JSON object: the first occurrence of a key wins, and at most
 * `ATTRIBUTES_MAX` are kept. An empty map writes nothing. Maps may not interleave: `begin` of one ends the others.
 */
export class AttributeMap {
  /** Attributes left out by a bound (not the repeated ones). */
  dropped = 0;
  kept = 0;
  readonly #keys: KeyTable;
  #map = 0;
  #others: Set<string> | undefined;

  constructor(keys: KeyTable) {
    this.#keys = keys;
  }

  begin(): void {
    this.#map = this.#keys.nextMap();
    this.dropped = 0;
    this.kept = 0;
    this.#others = undefined;
  }

  /**
   * Writes the key source[start..end] with its colon.
   * @returns the key, or undefined when the attribute is to be left out.
   */
  admit(out: ByteWriter, source: ByteSource, start: number, end: number): Key | undefined {
    if (this.kept >= ATTRIBUTES_MAX || end - start > KEY_BYTES_MAX) {
      this.dropped++;
      return undefined;
    }
    const guess = this.#keys.guess(end - start);
    if (guess?.packed !== undefined && guess.seen !== this.#map) {
      if (out.memberNameIfEqual(this.kept === 0 ? OPEN : COMMA, source, start, guess.packed)) {
        guess.seen = this.#map;
        this.kept++;
        this.#keys.accept(guess);
        return guess;
      }
    }
    return this.#admitAny(out, this.#keys.find(source, start, end));
  }

  #admitAny(out: ByteWriter, key: Key): Key | undefined {
    if (key.interned) {
      if (key.seen === this.#map) return undefined;
      key.seen = this.#map;
    } else {
      this.#others ??= new Set();
      if (this.#others.has(key.text)) return undefined;
      this.#others.add(key.text);
    }
    out.byte(this.kept === 0 ? OPEN : COMMA);
    out.raw(key.json);
    this.kept++;
    return key;
  }

  close(out: ByteWriter): void {
    if (this.kept > 0) out.byte(CLOSE);
  }
}
