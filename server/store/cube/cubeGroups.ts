/** Groups of a scan, with the sums of each that a row fell into. */
import { addRows } from './addRows.js';
import type { Scan, Side } from './cubeScan.js';
import { GroupNumbers, type Grouping } from './groupNumbers.js';
import { COSTS, GroupTable, SUMS, UNITS } from './groupSums.js';
import { RowPlan } from './rowPlan.js';

/** By group, of two ranges of time. */
export interface GroupSums {
  readonly present: GroupTable;
  readonly previous: GroupTable;
  readonly units: GroupTable;
  /** By number: 1 for batches of `begun` that have rows in any group. */
  readonly batches: Uint8Array;
}

export class CubeGroups {
  readonly sums: GroupSums;
  readonly #numbers: GroupNumbers;

  constructor(scan: Scan) {
    this.#numbers = numbersOf(scan);
    this.sums = sumsOf(scan, this.#numbers);
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

export const numbersOf = ({ origins, places, periods }: Scan): GroupNumbers =>
  new GroupNumbers({ origins: origins.count, places: places?.count ?? 1, periods });

export function sumsOf(scan: Scan, grouping: Grouping): GroupSums {
  const plan = new RowPlan(scan, grouping.max);
  const [present, previous] = [new GroupTable(SUMS), new GroupTable(SUMS)];
  const units = new GroupTable(UNITS);
  addSides(scan, plan, (isPresent) =>
    addRows(grouping, { sums: isPresent ? present : previous, units }, plan),
  );
  return { present, previous, units, batches: plan.seen.batches };
}

/** What each group cost and nothing else, in tables of `COSTS`: where there are many, few are looked at closer. */
export function costsOf(scan: Scan, grouping: Grouping): Pick<GroupSums, 'present' | 'previous'> {
  const plan = new RowPlan({ ...scan, begun: null }, grouping.max);
  const [present, previous] = [new GroupTable(COSTS), new GroupTable(COSTS)];
  const units = new GroupTable(UNITS);
  addSides(scan, plan, (isPresent) =>
    addRows(grouping, { sums: isPresent ? present : previous, units }, plan),
  );
  return { present, previous };
}

/** @param add the rows that the plan is of. */
function addSides(
  { rows, present, previous }: Scan,
  plan: RowPlan,
  add: (isPresent: boolean) => void,
): void {
  const addBoth = (side: Side, isPresent: boolean): void => {
    plan.of(rows, side, { isWhole: false, isPresent });
    add(isPresent);
    plan.of(side.edges, side, { isWhole: true, isPresent });
    add(isPresent);
  };
  if (previous) addBoth(previous, false);
  addBoth(present, true);
}
