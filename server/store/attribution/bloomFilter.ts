/**
 * "Certainly new" or "perhaps known", for 64-bit keys: it spares a new trace the look-up in the database.
 *
 * 32 bits a key and 8 probes: a full layer takes 6 of a million new keys for known, (1 - e^(-8/32))^8. It has to be that
 * few: one such key in a group costs a scan of all that is stored, and a group brings thousands of keys. It grows by
 * layers that double.
 */
const BITS_PER_KEY = 32;
const PROBES = 8;

export class BloomFilter {
  readonly #layers: { bits: Uint32Array; capacity: number; size: number }[] = [];
  readonly #firstCapacity: number;

  constructor(firstCapacity: number) {
    this.#firstCapacity = firstCapacity;
  }

  add(key: bigint): void {
    let layer = this.#layers.at(-1);
    if (!layer || layer.size >= layer.capacity) {
      const capacity = layer ? layer.capacity * 2 : this.#firstCapacity;
      layer = { bits: new Uint32Array((capacity * BITS_PER_KEY) / 32), capacity, size: 0 };
      this.#layers.push(layer);
    }
    const { bits } = layer;
    const { first, second } = probes(key);
    for (let i = 0; i < PROBES; i++) {
      const bit = bitAt(first, second, i) % (bits.length * 32);
      bits[bit >>> 5] = (bits[bit >>> 5] ?? 0) | (1 << (bit & 31));
    }
    layer.size++;
  }

  mayHave(key: bigint): boolean {
    const { first, second } = probes(key);
    return this.#layers.some(({ bits }) => {
      for (let i = 0; i < PROBES; i++) {
        const bit = bitAt(first, second, i) % (bits.length * 32);
        if (((bits[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false;
      }
      return true;
    });
  }
}

function probes(key: bigint): { first: number; second: number } {
  const low = Number(BigInt.asUintN(32, key));
  const high = Number(BigInt.asUintN(32, key >> 32n));
  const first = Math.imul(low ^ (high >>> 15), 0x9e3779b1) >>> 0;
  return { first, second: (Math.imul(high ^ (low >>> 13), 0x85ebca6b) | 1) >>> 0 };
}

const bitAt = (first: number, second: number, probe: number): number =>
  (first + probe * second) >>> 0;
