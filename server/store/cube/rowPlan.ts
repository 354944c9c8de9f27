/**
 * The loop over rows. All that it looks at are fields of one class and arrays that are always there: objects of many shapes would
 * have it compiled anew for each question, and run three times as long.
 */
import type { CubeNames } from './cubeNames.js';
import {
  HAS_BOTH,
  HAS_ROWS_IN,
  TELLS_ROWS_IN,
  TELLS_ROWS_OUT,
  type Scan,
  type Side,
} from './cubeScan.js';
import { CubeRows } from './cubeRows.js';
import {
  CALLS,
  BOTH_COST,
  COMPUTE_COST,
  COMPUTE_LINES,
  COSTS_BOTH,
  COSTS_IN,
  COSTS_OUT,
  FAILURE,
  MODEL_COST,
  ROWS_IN,
  ROWS_IN_COST,
  ROWS_OUT,
  ROWS_OUT_COST,
  TOKENS,
  TOLD_IN,
  TOLD_OUT,
  UNPRICED,
  WASTE,
  type GroupTable,
} from './groupSums.js';
import type { GroupNumbers } from './groupNumbers.js';
import { KeyIndex } from './keyIndex.js';

/** Pairs of a group and a batch that a direct table takes. */
const PAIRS_DIRECT_MAX = 2 ** 24;
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
  /** Empty: all places are one. */
  readonly placeKeys: Int32Array;
  /** By quarter from `periodBase` on; empty: all periods are one. */
  periods: Int32Array = NONE;
  periodBase = 0;
  /** What origins and places are, as numbers: looking into an object for each row would take longer than adding it up. */
  readonly isCall: Uint8Array;
  readonly isRepeated: Uint8Array;
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
    this.placeKeys = places?.of ?? NONE;
    this.isCall = Uint8Array.from(names.origins, ({ kind }) => (kind === 'model' ? 1 : 0));
    this.isRepeated = new Uint8Array(names.facts.length);
    for (let place = 0; place < names.facts.length; place++) {
      if (names.facts[place]?.repeated) this.isRepeated[place] = 1;
    }
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

/** Every sum stands for itself: so many calls would not be taken into the loop, and each would make an object of its number. */
export function addRows(
  groups: GroupNumbers,
  { sums: table, units }: { readonly sums: GroupTable; readonly units: GroupTable },
  plan: RowPlan,
): void {
  const { rows, from, to, originKeys, placeKeys, periods, periodBase, isCall, isRepeated } = plan;
  if (from >= to || from >= rows.stretch.to || to <= rows.stretch.from) return;
  const { batchOf, batchPeriods, toldRows, counts, seen } = plan;
  const { keys, lines, unpriced, isRare, size } = rows;
  const { low: tokensLow, high: tokensHigh } = rows.tokens;
  const { low: costLow, high: costHigh } = rows.costNano;
  const { low: wasteLow, high: wasteHigh } = rows.wasteNano;
  const { low: failureLow, high: failureHigh } = rows.failureNano;
  const { width } = table;
  const onePlace = placeKeys.length === 0;
  const onePeriod = periods.length === 0;
  const hasUnits = batchOf.length > 0;
  const oneBatchPeriod = batchPeriods.length === 0;
  let values = table.room(groups.size);
  let told = units.room(groups.size);
  // Rows of a place and quarter mostly stand together: what they share is looked up once.
  let quarter = -1;
  let place = -1;
  let placeKey = -1;
  let period = 0;
  let mayRepeat = false;
  let batch = -1;
  let which = 0;
  for (let row = 0; row < size; row++) {
    const rowQuarter = keys[3 * row] ?? 0;
    const rowPlace = keys[3 * row + 2] ?? 0;
    if (rowPlace !== place || rowQuarter !== quarter) {
      quarter = rowQuarter;
      place = rowPlace;
      const isWanted = quarter >= from && quarter < to;
      placeKey = !isWanted ? -1 : onePlace ? 0 : (placeKeys[place] ?? -1);
      period = !isWanted || onePeriod ? 0 : (periods[quarter - periodBase] ?? 0);
      mayRepeat = isRepeated[place] === 1;
      batch = hasUnits ? (batchOf[place] ?? -1) : -1;
      if (batch >= 0) {
        which = toldRows[place] ?? 0;
        if (!oneBatchPeriod && batchPeriods[place] !== period) batch = -1;
      }
    }
    if (placeKey < 0) continue;
    const many = lines[row] ?? 0;
    if (many === 0) continue;
    const origin = keys[3 * row + 1] ?? 0;
    const originKey = originKeys[origin] ?? -1;
    if (originKey < 0) continue;
    const group = groups.groupOf(originKey, placeKey, period);
    const at = group * width;
    if (at >= values.length) values = table.room(group + 1);
    const low = costLow[2 * row] ?? 0;
    const high = costHigh[2 * row + 1] ?? 0;
    if (isCall[origin] === 1) {
      values[at + CALLS] = (values[at + CALLS] ?? 0) + many;
      values[at + MODEL_COST] = (values[at + MODEL_COST] ?? 0) + low;
      values[at + MODEL_COST + 1] = (values[at + MODEL_COST + 1] ?? 0) + high;
      values[at + TOKENS] = (values[at + TOKENS] ?? 0) + (tokensLow[2 * row] ?? 0);
      values[at + TOKENS + 1] = (values[at + TOKENS + 1] ?? 0) + (tokensHigh[2 * row + 1] ?? 0);
    } else {
      values[at + COMPUTE_LINES] = (values[at + COMPUTE_LINES] ?? 0) + many;
      values[at + COMPUTE_COST] = (values[at + COMPUTE_COST] ?? 0) + low;
      values[at + COMPUTE_COST + 1] = (values[at + COMPUTE_COST + 1] ?? 0) + high;
    }
    const repeats = mayRepeat && plan.repeats(place, origin);
    if (repeats) {
      // A step that a later run repeated is waste as a whole.
      values[at + WASTE] = (values[at + WASTE] ?? 0) + low;
      values[at + WASTE + 1] = (values[at + WASTE + 1] ?? 0) + high;
    }
    if (isRare[row] === 1) {
      values[at + UNPRICED] = (values[at + UNPRICED] ?? 0) + (unpriced[row] ?? 0);
      if (!repeats) {
        addHalves(values, at + WASTE, wasteLow[2 * row] ?? 0, wasteHigh[2 * row + 1] ?? 0);
        addHalves(values, at + FAILURE, failureLow[2 * row] ?? 0, failureHigh[2 * row + 1] ?? 0);
      }
    }
    if (batch < 0) continue;
    const unitsAt = group * units.width;
    if (unitsAt >= told.length) told = units.room(group + 1);
    const some = which & HAS_BOTH;
    if (some === HAS_BOTH) {
      told[unitsAt + BOTH_COST] = (told[unitsAt + BOTH_COST] ?? 0) + low;
      told[unitsAt + BOTH_COST + 1] = (told[unitsAt + BOTH_COST + 1] ?? 0) + high;
      told[unitsAt + COSTS_BOTH] = 1;
    } else if (some !== 0) {
      const isIn = some === HAS_ROWS_IN;
      addHalves(told, unitsAt + (isIn ? ROWS_IN_COST : ROWS_OUT_COST), low, high);
      told[unitsAt + (isIn ? COSTS_IN : COSTS_OUT)] = 1;
    }
    // Rows of a batch count once a group.
    if (!seen.isNew(group, batch)) continue;
    if ((which & TELLS_ROWS_IN) !== 0) {
      addHalves(told, unitsAt + ROWS_IN, counts[4 * place] ?? 0, counts[4 * place + 1] ?? 0);
      told[unitsAt + TOLD_IN] = 1;
    }
    if ((which & TELLS_ROWS_OUT) !== 0) {
      addHalves(told, unitsAt + ROWS_OUT, counts[4 * place + 2] ?? 0, counts[4 * place + 3] ?? 0);
      told[unitsAt + TOLD_OUT] = 1;
    }
  }
}

/** Whether a pair of a group and a batch comes for the first time. */
class SeenPairs {
  /** Empty: the hash table is used. */
  readonly #direct: Uint8Array;
  readonly #hashed = new KeyIndex();
  /** By group: the batch that came last, + 1. Groups of which one batch alone comes are not in the hash table. */
  #last = new Int32Array(1_024);
  readonly #batches: number;
  /** By number: 1 for batches that came at all. */
  readonly batches: Uint8Array;

  constructor(groupsMax: number, batches: number) {
    const pairs = groupsMax * batches;
    this.#direct = new Uint8Array(pairs <= PAIRS_DIRECT_MAX ? pairs : 0);
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
    if (group >= this.#last.length) {
      const wider = new Int32Array(4 * group);
      wider.set(this.#last);
      this.#last = wider;
    }
    const last = (this.#last[group] ?? 0) - 1;
    if (last === batch) return false;
    this.#last[group] = batch + 1;
    if (last < 0) return true;
    this.#hashed.idOf(group, last, 0);
    const before = this.#hashed.size;
    return this.#hashed.idOf(group, batch, 0) === before;
  }
}

function addHalves(values: Float64Array, at: number, low: number, high: number): void {
  values[at] = (values[at] ?? 0) + low;
  values[at + 1] = (values[at + 1] ?? 0) + high;
}
