/** Groups of a scan, with the sums of each that a row fell into. */
import type { Scan, Side } from './cubeScan.js';
import { GroupNumbers } from './groupNumbers.js';
import { newGroupSums, type GroupSums, type GroupTable } from './groupSums.js';
import { addRows, RowPlan } from './rowPlan.js';

export class CubeGroups {
  readonly sums: GroupSums = newGroupSums();
  /** By number: 1 for batches of `begun` that have rows in any group. */
  readonly batches: Uint8Array;
  readonly #numbers: GroupNumbers;

  constructor(scan: Scan) {
    const { rows, origins, places, periods, present, previous } = scan;
    const numbers = new GroupNumbers({
      ...{ origins: origins.count, places: places?.count ?? 1, periods },
    });
    this.#numbers = numbers;
    const plan = new RowPlan(scan, numbers.max);
    this.batches = plan.seen.batches;
    const { units } = this.sums;
    const add = (side: Side, sums: GroupTable, isPresent: boolean): void => {
      addRows(numbers, { sums, units }, plan.of(rows, side, { isWhole: false, isPresent }));
      addRows(numbers, { sums, units }, plan.of(side.edges, side, { isWhole: true, isPresent }));
    };
    if (previous) add(previous, this.sums.previous, false);
    add(present, this.sums.present, true);
  }

  get size(): number {
    return this.#numbers.size;
  }

  originKey(group: number): number {
    return this.#numbers.originKey(group);
  }

  placeKey(group: number): number {
    return this.#numbers.placeKey(group);
  }

  period(group: number): number {
    return this.#numbers.period(group);
  }
}
