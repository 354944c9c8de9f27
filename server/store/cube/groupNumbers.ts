/** Numbers groups 0, 1, 2, … by the keys of their origin, place and period, in the order in which they come. */
import { KeyIndex } from './keyIndex.js';
import { TooMuch } from './tooMuch.js';

/** Groups that a direct table takes; above, a hash table does. */
const DIRECT_MAX = 2 ** 22;
const GROUPS_MAX = 150_000;

/** Which group is whose. */
export interface Grouping {
  /** At most so many. */
  readonly max: number;
  readonly size: number;
  /** The group of three keys, numbers from 0. */
  groupOf(origin: number, place: number, period: number): number;
}

export class GroupNumbers implements Grouping {
  readonly max: number;
  readonly #places: number;
  readonly #periods: number;
  /** Group + 1 by key; empty: the hash table is used. */
  readonly #direct: Int32Array;
  readonly #hashed = new KeyIndex();
  /** Three a group. */
  #keys = new Int32Array(3 * 256);
  #size = 0;

  constructor(counts: {
    readonly origins: number;
    readonly places: number;
    readonly periods: number;
  }) {
    this.#places = counts.places;
    this.#periods = counts.periods;
    this.max = counts.origins * counts.places * counts.periods;
    this.#direct = new Int32Array(this.max <= DIRECT_MAX ? this.max : 0);
  }

  get size(): number {
    return this.#size;
  }

  originKey(group: number): number {
    return this.#keys[3 * group] ?? 0;
  }

  placeKey(group: number): number {
    return this.#keys[3 * group + 1] ?? 0;
  }

  period(group: number): number {
    return this.#keys[3 * group + 2] ?? 0;
  }

  /** The group of three keys; a new one gets the next number. */
  groupOf(origin: number, place: number, period: number): number {
    if (this.#direct.length === 0) {
      const group = this.#hashed.idOf(origin, place, period);
      return group === this.#size ? this.#enter(origin, place, period) : group;
    }
    const at = (origin * this.#places + place) * this.#periods + period;
    const known = this.#direct[at] ?? 0;
    if (known !== 0) return known - 1;
    this.#direct[at] = this.#size + 1;
    return this.#enter(origin, place, period);
  }

  /** @throws TooMuch */
  #enter(origin: number, place: number, period: number): number {
    if (this.#size === GROUPS_MAX) throw new TooMuch();
    const at = 3 * this.#size;
    if (at === this.#keys.length) {
      const wider = new Int32Array(4 * at);
      wider.set(this.#keys);
      this.#keys = wider;
    }
    this.#keys[at] = origin;
    this.#keys[at + 1] = place;
    this.#keys[at + 2] = period;
    return this.#size++;
  }
}

/** Some groups, in their order, and all others as one behind them. */
export class ChosenGroups implements Grouping {
  readonly size: number;
  readonly #numbers: GroupNumbers;
  /** By number of a group. */
  readonly #chosen: Int32Array;

  /** @param numbers of all groups that will come. */
  constructor(numbers: GroupNumbers, chosen: readonly number[]) {
    this.#numbers = numbers;
    this.#chosen = new Int32Array(numbers.size).fill(chosen.length);
    chosen.forEach((group, index) => (this.#chosen[group] = index));
    this.size = chosen.length + 1;
  }

  get max(): number {
    return this.size;
  }

  groupOf(origin: number, place: number, period: number): number {
    return this.#chosen[this.#numbers.groupOf(origin, place, period)] ?? this.size - 1;
  }
}
