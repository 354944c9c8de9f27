/**
 * "Certainly new" or "perhaps known", for 64-bit keys: it spares a new trace the look-up in the database.
 *
 * It grows by layers that double.
 */
export interface BloomPrecision {
  readonly bitsPerKey: number;
  readonly probes: number;
}

/** About 0.24 % of new keys are looked up in vain. */
const USUAL: BloomPrecision = { bitsPerKey: 16, probes: 4 };
/** About one new key in 100,000, for twice the memory. */
export const PRECISE: BloomPrecision = { bitsPerKey: 32, probes: 7 };

export class BloomFilter {
  readonly #layers: { bits: Uint32Array; capacity: number; size: number }[] = [];
  readonly #firstCapacity: number;

  readonly #precision: BloomPrecision;

  constructor(firstCapacity: number, precision = USUAL) {
    this.#firstCapacity = firstCapacity;
    this.#precision = precision;
  }

  add(key: bigint): void {
    let layer = this.#layers.at(-1);
    if (!layer || layer.size >= layer.capacity) {
      const capacity = layer ? layer.capacity * 2 : this.#firstCapacity;
      layer = {
        bits: new Uint32Array((capacity * this.#precision.bitsPerKey) / 32),
        capacity,
        size: 0,
      };
      this.#layers.push(layer);
    }
    const { bits } = layer;
    const { first, second } = probes(key);
    for (let i = 0; i < this.#precision.probes; i++) {
      const bit = bitAt(first, second, i) % (bits.length * 32);
      bits[bit >>> 5] = (bits[bit >>> 5] ?? 0) | (1 << (bit & 31));
    }
    layer.size++;
  }

  mayHave(key: bigint): boolean {
    const { first, second } = probes(key);
    const { probes: count } = this.#precision;
    return this.#layers.some(({ bits }) => {
      for (let i = 0; i < count; i++) {
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
