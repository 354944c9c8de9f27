import { isUtf8 } from 'node:buffer';
import { codesOf } from '@burnbook/domain/semconv';
import { packText } from './byteWriter.js';
import type { PackedText } from './byteWriter.js';
import type { ByteSource } from './byteSource.js';
import { equalsAt, hashBytes } from './hashBytes.js';
import { KEYS_MAX } from './limits.js';

const SLOTS = 4096;
/** Beyond it numbers are no small integers any more, and one request has at most 2^25 maps. */
const MAPS_MAX = 2 ** 30;
const QUOTES_AND_COLON = 3;

/** An attribute key. */
export interface Key {
  /** The key as it stands in the JSON text; invalid UTF-8 is replaced. */
  readonly text: string;
  /** `"key":`, ready to be copied. */
  readonly json: Uint8Array;
  /** What it is promoted to, if anything. */
  readonly codes: readonly number[] | undefined;
  /** The key as UTF-8. */
  readonly wire: Uint8Array;
  /** The key for quick comparing and copying; undefined when JSON has to escape it. */
  readonly packed: PackedText | undefined;
  /** Whether there is one object for this text, so that `seen` tells whether a map has it already. */
  readonly interned: boolean;
  /** Number of the last map that had this key. */
  seen: number;
  /** The key that came after this one last time: most spans list the same keys in the same order. */
  next: Key | undefined;
}

/**
 * Attribute keys across requests: bytes in, `Key` out, through a direct-mapped cache whose hits are verified. Bounded:
 * after `KEYS_MAX` keys new ones are decoded every time until `begin` clears the table.
 */
export class KeyTable {
  /** Keys that held invalid UTF-8 since `begin`. */
  invalidTexts = 0;
  #maps = 0;
  #keys = new Map<string, Key>();
  #last: Key = makeKey('', false);
  #slots: (Key | undefined)[] = Array.from({ length: SLOTS }, () => undefined);

  /** To be called at the start of a request. */
  begin(): void {
    this.invalidTexts = 0;
    if (this.#keys.size < KEYS_MAX && this.#maps < MAPS_MAX) return;
    this.#maps = 0;
    this.#last = makeKey('', false);
    this.#keys = new Map();
    this.#slots = Array.from({ length: SLOTS }, () => undefined);
  }

  /** A number for another map, to be noted in `seen` of its keys. */
  nextMap(): number {
    return ++this.#maps;
  }

  /** What the next key may be, when it is of that size; to be verified, and then handed to `accept`. */
  guess(size: number): Key | undefined {
    const { next } = this.#last;
    return next !== undefined && next.wire.length === size ? next : undefined;
  }

  accept(key: Key): void {
    this.#last = key;
  }

  find(source: ByteSource, start: number, end: number): Key {
    const key = this.#look(source, start, end);
    // Only keys that are kept anyway may be chained.
    if (key.interned) {
      this.#last.next = key;
      this.#last = key;
    }
    return key;
  }

  #look(source: ByteSource, start: number, end: number): Key {
    const slot = hashBytes(source.bytes, start, end) & (SLOTS - 1);
    const cached = this.#slots[slot];
    if (cached !== undefined && isKey(cached, source.bytes, start, end)) return cached;
    const bytes = source.buffer(start, end);
    const valid = isUtf8(bytes);
    const text = bytes.toString('utf8');
    if (!valid) this.invalidTexts++;
    let key = this.#keys.get(text);
    if (key === undefined) {
      key = makeKey(text, this.#keys.size < KEYS_MAX);
      if (key.interned) this.#keys.set(text, key);
    }
    // An invalid key is never cached, so that each is counted.
    if (key.interned && valid) this.#slots[slot] = key;
    return key;
  }
}

function isKey(key: Key, source: Uint8Array, start: number, end: number): boolean {
  return key.wire.length === end - start && equalsAt(source, start, key.wire);
}

function makeKey(text: string, interned: boolean): Key {
  const wire = Buffer.from(text, 'utf8');
  const json = Buffer.from(`${JSON.stringify(text)}:`, 'utf8');
  return {
    text,
    json,
    codes: codesOf(text),
    wire,
    packed: json.length === wire.length + QUOTES_AND_COLON ? packText(wire) : undefined,
    interned,
    seen: 0,
    next: undefined,
  };
}
