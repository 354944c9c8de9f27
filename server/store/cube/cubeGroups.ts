/** Groups of a scan, with the sums of each that a row fell into. */
import type { Scan, Side } from './cubeScan.js';
import { newGroupSums, type GroupSums, type GroupTable } from './groupSums.js';
import { KeyIndex } from './keyIndex.js';
import { addRows, RowPlan } from './rowPlan.js';

/** Groups that a direct table takes; above, a hash table does. */
const DIRECT_MAX = 2 ** 22;

export class CubeGroups {
  readonly sums: GroupSums = newGroupSums();
  /** By number: 1 for batches of `begun` that have rows in any group. */
  readonly batches: Uint8Array;
  readonly #places: number;
  readonly #periods: number;
  /** Group + 1 by key; empty: the hash table is used. */
  readonly #direct: Int32Array;
  readonly #hashed = new KeyIndex();
  /** Origin's, place's and period's key of each group. */
  #keys = new Int32Array(3 * 256);
  #size = 0;

  constructor(scan: Scan) {
    const { rows, origins, places, periods, present, previous } = scan;
    this.#places = places?.count ?? 1;
    this.#periods = periods;
    const all = origins.count * this.#places * periods;
    this.#direct = new Int32Array(all <= DIRECT_MAX ? all : 0);
    const plan = new RowPlan(scan, all);
    this.batches = plan.seen.batches;
    const add = (side: Side, to: GroupTable, isPresent: boolean): void => {
      addRows(this, to, plan.of(rows, side, { isWhole: false, isPresent }));
      addRows(this, to, plan.of(side.edges, side, { isWhole: true, isPresent }));
    };
    if (previous) add(previous, this.sums.previous, false);
    add(present, this.sums.present, true);
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

  #enter(origin: number, place: number, period: number): number {
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
