/** What a scan looks at, as fields of one class and arrays that are always there: see `addRows`. */
import type { CubeNames } from './cubeNames.js';
import type { Scan, Side } from './cubeScan.js';
import { CubeRows } from './cubeRows.js';
import { COMPUTE_LINES } from './groupSums.js';
import { SeenPairs } from './seenPairs.js';

const NONE = new Int32Array(0);
const NO_MARKS = new Uint8Array(0);
const NO_COUNTS: Float64Array = new Float64Array(0);

export class RowPlan {
  rows = new CubeRows();
  /** Quarters of `rows` that count. */
  from = 0;
  to = 0;
  readonly names: CubeNames;
  readonly originKeys: Int32Array;
  readonly originCount: number;
  /** Empty: all places are one. */
  readonly placeKeys: Int32Array;
  /** By quarter from `periodBase` on; empty: all periods are one. */
  periods: Int32Array = NONE;
  periodBase = 0;
  /** By origin: which of a group's sums of lines and cost are those of its kind. */
  readonly kindAt: Uint8Array;
  readonly isRepeated: Uint8Array;
  readonly hasRepeated: boolean;
  readonly begun: Scan['begun'];
  readonly seen: SeenPairs;
  /** `begun`, or empty arrays. */
  batchOf: Int32Array = NONE;
  batchPeriods: Int32Array = NONE;
  toldRows: Uint8Array = NO_MARKS;
  counts = NO_COUNTS;

  /** @param groupsMax how many groups there may be. */
  constructor({ names, origins, places, begun }: Scan, groupsMax: number) {
    this.names = names;
    this.originKeys = origins.of;
    this.originCount = origins.count;
    this.placeKeys = places?.of ?? NONE;
    this.kindAt = Uint8Array.from(names.origins, ({ kind }) =>
      kind === 'model' ? 0 : COMPUTE_LINES,
    );
    this.isRepeated = new Uint8Array(names.facts.length);
    let hasRepeated = false;
    for (let place = 0; place < names.facts.length; place++) {
      if (!names.facts[place]?.repeated) continue;
      this.isRepeated[place] = 1;
      hasRepeated = true;
    }
    this.hasRepeated = hasRepeated;
    this.begun = begun;
    this.seen = new SeenPairs(groupsMax, begun ? names.batches : 0);
  }

  /** The same for other rows. @param options.isWhole all rows belong to the side, whatever their quarter. */
  of(
    rows: CubeRows,
    { from, to, periods }: Side,
    { isWhole, isPresent }: { readonly isWhole: boolean; readonly isPresent: boolean },
  ): this {
    this.rows = rows;
    this.from = isWhole ? rows.stretch.from : from;
    this.to = isWhole ? rows.stretch.to : to;
    this.periods = periods?.of ?? NONE;
    this.periodBase = periods?.base ?? 0;
    const begun = isPresent ? this.begun : null;
    this.batchOf = begun?.batch ?? NONE;
    this.batchPeriods = begun?.period ?? NONE;
    this.toldRows = begun?.rows ?? NO_MARKS;
    this.counts = begun?.counts ?? NO_COUNTS;
    return this;
  }

  repeats(place: number, origin: number): boolean {
    const { facts, origins } = this.names;
    return facts[place]?.repeated?.has(origins[origin]?.step ?? null) === true;
  }
}
