import { malformed } from './decodeError.js';
import { equalsAt, hashBytes } from './hashBytes.js';
import type { JsonTape } from './jsonTape.js';

/** Slots of the name table; a power of two several times the number of names of any message. */
const SLOTS = 64;
const ABSENT = -1;

/**
 * The fields of one message: finds in a JSON object the value of each, in whatever order its members stand. Unknown
 * members are ignored, of a repeated one the last counts, and `null` is the same as absent (JSON of protobuf).
 *
 * Use: `find`, then `token` for each field, before the next `find`.
 */
export class JsonFields<Name extends string> {
  readonly names: readonly Name[];
  readonly #positions: Readonly<Record<Name, number>>;
  readonly #found: Int32Array;
  readonly #slots: ({ bytes: Uint8Array; index: number } | undefined)[];

  constructor(names: readonly Name[]) {
    this.names = names;
    this.#positions = Object.fromEntries(names.map((name, i) => [name, i])) as Record<Name, number>;
    this.#found = new Int32Array(names.length).fill(ABSENT);
    this.#slots = Array.from({ length: SLOTS }, () => undefined);
    names.forEach((name, index) => {
      const bytes = Buffer.from(name);
      let slot = hashBytes(bytes, 0, bytes.length) & (SLOTS - 1);
      while (this.#slots[slot]) slot = (slot + 1) & (SLOTS - 1);
      this.#slots[slot] = { bytes, index };
    });
  }

  /**
   * @param object token of an object; -1 is an absent one, which like `null` has no fields.
   * @throws DecodeError `malformed`, calling it `what`, when it is no object.
   */
  find(tape: JsonTape, object: number, what: string): void {
    this.#found.fill(ABSENT);
    if (object === ABSENT || tape.isNull(object)) return;
    if (!tape.isObject(object)) malformed(`${what} must be an object`);
    const end = tape.after(object);
    for (let member = object + 1; member < end;) {
      const value = member + 1;
      const index = this.#index(tape, member);
      if (index >= 0) this.#found[index] = tape.isNull(value) ? ABSENT : value;
      member = tape.after(value);
    }
  }

  /** The token of a field's value; -1 when it is absent. */
  token(name: Name): number {
    return this.#found[this.#positions[name]] as number;
  }

  /** The field that stands last in the text; undefined when there is none. */
  last(): Name | undefined {
    let last = ABSENT;
    let name: Name | undefined;
    for (let i = 0; i < this.names.length; i++) {
      const token = this.#found[i] as number;
      if (token <= last) continue;
      last = token;
      name = this.names[i];
    }
    return name;
  }

  #index(tape: JsonTape, token: number): number {
    if (tape.hasEscapes(token)) return this.#escapedIndex(tape, token);
    const { bytes } = tape;
    const start = tape.start(token);
    const end = tape.end(token);
    let slot = hashBytes(bytes, start, end) & (SLOTS - 1);
    for (;;) {
      const entry = this.#slots[slot];
      if (entry === undefined) return -1;
      if (entry.bytes.length === end - start && equalsAt(bytes, start, entry.bytes))
        return entry.index;
      slot = (slot + 1) & (SLOTS - 1);
    }
  }

  /** `"tr\u0061ceId"` is a way to write traceId. */
  #escapedIndex(tape: JsonTape, token: number): number {
    const start = tape.start(token) - 1;
    const end = tape.end(token) + 1;
    // No field name is longer than this even if every letter of it is escaped.
    if (end - start > 256) return -1;
    const text = Buffer.from(tape.bytes.subarray(start, end)).toString('utf8');
    return this.names.indexOf(JSON.parse(text) as Name);
  }
}
