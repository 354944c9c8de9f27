/** Whether a pair of a group and a batch comes for the first time. */
import { KeyIndex } from './keyIndex.js';

/** Pairs that a direct table takes. */
const DIRECT_MAX = 2 ** 24;

export class SeenPairs {
  /** Empty: the hash table is used. */
  readonly #direct: Uint8Array;
  readonly #hashed = new KeyIndex();
  /** By group: the batch that came first, + 1. Groups of which one batch alone comes are not in the hash table. */
  #first = new Int32Array(1_024);
  readonly #batches: number;
  /** By number: 1 for batches that came at all. */
  readonly batches: Uint8Array;

  constructor(groupsMax: number, batches: number) {
    const pairs = groupsMax * batches;
    this.#direct = new Uint8Array(pairs <= DIRECT_MAX ? pairs : 0);
    this.#batches = batches;
    this.batches = new Uint8Array(batches);
  }

  isNew(group: number, batch: number): boolean {
    this.batches[batch] = 1;
    if (this.#direct.length === 0) return this.#isNewHashed(group, batch);
    const at = group * this.#batches + batch;
    if (this.#direct[at] === 1) return false;
    this.#direct[at] = 1;
    return true;
  }

  #isNewHashed(group: number, batch: number): boolean {
    if (group >= this.#first.length) {
      const wider = new Int32Array(4 * group);
      wider.set(this.#first);
      this.#first = wider;
    }
    const first = (this.#first[group] ?? 0) - 1;
    if (first === batch) return false;
    if (first < 0) {
      this.#first[group] = batch + 1;
      return true;
    }
    const before = this.#hashed.size;
    return this.#hashed.idOf(group, batch, 0) === before;
  }
}
