/** Numbers triples of 32-bit integers 0, 1, 2, … in the order in which they come: a hash table without an object an entry. */
export class KeyIndex {
  /** Three integers an entry. */
  #keys: Int32Array;
  /** Entry + 1, or 0 for none; twice as many as entries at least, a power of two. */
  #slots: Int32Array;
  #size = 0;

  /** @param expected how many entries there will be at least, as far as that is known. */
  constructor(expected = 0) {
    let capacity = FIRST_CAPACITY;
    while (capacity < expected) capacity *= 2;
    this.#keys = new Int32Array(3 * capacity);
    this.#slots = new Int32Array(2 * capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** Three integers an entry, and room behind them. */
  get keys(): Int32Array {
    return this.#keys;
  }

  /** The number of a triple; a new one gets the next. */
  idOf(a: number, b: number, c: number): number {
    const keys = this.#keys;
    const mask = this.#slots.length - 1;
    let slot = hashOf(a, b, c) & mask;
    for (;;) {
      const entry = (this.#slots[slot] ?? 0) - 1;
      if (entry < 0) break;
      const at = 3 * entry;
      if (keys[at] === a && keys[at + 1] === b && keys[at + 2] === c) return entry;
      slot = (slot + 1) & mask;
    }
    if (3 * this.#size === keys.length) {
      this.#grow();
      return this.idOf(a, b, c);
    }
    const id = this.#size++;
    this.#slots[slot] = id + 1;
    keys[3 * id] = a;
    keys[3 * id + 1] = b;
    keys[3 * id + 2] = c;
    return id;
  }

  #grow(): void {
    const keys = new Int32Array(2 * this.#keys.length);
    keys.set(this.#keys);
    const slots = new Int32Array(2 * this.#slots.length);
    const mask = slots.length - 1;
    for (let id = 0; id < this.#size; id++) {
      const at = 3 * id;
      let slot = hashOf(keys[at] ?? 0, keys[at + 1] ?? 0, keys[at + 2] ?? 0) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
    this.#keys = keys;
    this.#slots = slots;
  }
}

const FIRST_CAPACITY = 1_024;

/** Multiplications by odd numbers whose bits are spread evenly, as in MurmurHash3 (Austin Appleby, public domain). */
function hashOf(a: number, b: number, c: number): number {
  let hash = Math.imul(a, 0xcc9e2d51) ^ Math.imul(b, 0x1b873593) ^ Math.imul(c, 0xe6546b64);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
