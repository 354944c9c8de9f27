/** Adds up rows of the cube by group: what origins, places and quarters are called in a question makes the groups. */
import type { CubeRows } from './cubeRows.js';
import type { CubeNames } from './cubeNames.js';
import {
  CALLS,
  COST,
  COSTS_IN,
  COSTS_OUT,
  FAILURE,
  newGroupSums,
  LINES,
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
import { KeyIndex } from './keyIndex.js';

/** What each of a kind is called: a number below `count`, or -1 for what is left out. */
export interface Keys {
  readonly of: Int32Array;
  readonly count: number;
}

/** A stretch of whole quarters, and rows of what is in no whole one. */
export interface Side {
  /** Quarters since 1970, the last one exclusive. */
  readonly from: number;
  readonly to: number;
  readonly edges: CubeRows;
  /** What quarters are called, from the one `base`; null: all the same. */
  readonly periods: { readonly of: Int32Array; readonly base: number } | null;
}

export interface Scan {
  readonly rows: CubeRows;
  readonly names: CubeNames;
  readonly origins: Keys;
  /** null: all places are one. */
  readonly places: Keys | null;
  /** How many periods there are. */
  readonly periods: number;
  readonly present: Side;
  readonly previous: Side | null;
  /** null: nobody asks. */
  readonly begun: BegunBatches | null;
}

/** By place, what is known of batches that began in the present range. */
export interface BegunBatches {
  /** The number of the batch, or -1 for a place of none of them. */
  readonly batch: Int32Array;
  /** The period that it began in; null: all are one. */
  readonly period: Int32Array | null;
  /** `HAS_ROWS_IN`, `HAS_ROWS_OUT`, both or 0: which numbers of rows it tells that are more than none. */
  readonly rows: Uint8Array;
}

export const HAS_ROWS_IN = 1;
export const HAS_ROWS_OUT = 2;

/** Groups that the direct table of a scan takes; above, a hash table does. */
const DIRECT_MAX = 2 ** 22;
/** The same of pairs of a group and a batch. */
const PAIRS_DIRECT_MAX = 2 ** 24;

/** Has the sums of each group that a row fell into. */
export class CubeGroups {
  readonly sums = newGroupSums();
  /** By number: 1 for batches of `begun` that have rows in any group. */
  readonly batches: Uint8Array;
  readonly #scan: Scan;
  readonly #marks: Marks;
  readonly #places: number;
  readonly #direct: Int32Array | null;
  readonly #hashed = new KeyIndex();
  /** Origin's, place's and period's key of each group. */
  readonly #keys: number[] = [];
  #size = 0;

  constructor(scan: Scan) {
    this.#scan = scan;
    this.#marks = new Marks(scan.names);
    this.batches = new Uint8Array(scan.begun ? scan.names.batches : 0);
    this.#places = scan.places?.count ?? 1;
    const all = scan.origins.count * this.#places * scan.periods;
    this.#direct = all <= DIRECT_MAX ? new Int32Array(all) : null;
    const { present, previous } = scan;
    if (previous) {
      this.#add(scan.rows, previous, { to: this.sums.previous, isWhole: false });
      this.#add(previous.edges, previous, { to: this.sums.previous, isWhole: true });
    }
    const seen = scan.begun ? new SeenPairs(all, scan.names.batches) : null;
    this.#add(scan.rows, present, { to: this.sums.present, isWhole: false, seen });
    this.#add(present.edges, present, { to: this.sums.present, isWhole: true, seen });
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

  #groupOf(origin: number, place: number, period: number): number {
    if (!this.#direct) {
      const group = this.#hashed.idOf(origin, place, period);
      if (group === this.#size) this.#enter(origin, place, period);
      return group;
    }
    const at = (origin * this.#places + place) * this.#scan.periods + period;
    const known = this.#direct[at] ?? 0;
    if (known !== 0) return known - 1;
    this.#direct[at] = this.#size + 1;
    return this.#enter(origin, place, period);
  }

  #enter(origin: number, place: number, period: number): number {
    this.#keys.push(origin, place, period);
    return this.#size++;
  }

  /** @param options.isWhole all rows belong to the side, whatever their quarter. */
  #add(
    rows: CubeRows,
    { from, to, periods }: Side,
    options: {
      readonly to: GroupTable;
      readonly isWhole: boolean;
      readonly seen?: SeenPairs | null;
    },
  ): void {
    const { origins, places, begun } = this.#scan;
    const { isCall, isRepeated } = this.#marks;
    const { isWhole, seen = null } = options;
    const { width } = options.to;
    const { keys, lines, unpriced, tokens, costNano, wasteNano, failureNano, size } = rows;
    let values = options.to.room(this.#size);
    for (let row = 0; row < size; row++) {
      const quarter = keys[3 * row] ?? 0;
      if (!isWhole && (quarter < from || quarter >= to)) continue;
      const many = lines[row] ?? 0;
      if (many === 0) continue;
      const origin = keys[3 * row + 1] ?? 0;
      const originKey = origins.of[origin] ?? -1;
      if (originKey < 0) continue;
      const place = keys[3 * row + 2] ?? 0;
      const placeKey = places === null ? 0 : (places.of[place] ?? -1);
      if (placeKey < 0) continue;
      const period = periods === null ? 0 : (periods.of[quarter - periods.base] ?? 0);
      const group = this.#groupOf(originKey, placeKey, period);
      const at = group * width;
      if (at >= values.length) values = options.to.room(group + 1);
      const low = costNano.low[2 * row] ?? 0;
      const high = costNano.high[2 * row + 1] ?? 0;
      add(values, at + LINES, many);
      add(values, at + UNPRICED, unpriced[row] ?? 0);
      addHalves(values, at + COST, low, high);
      if (isCall[origin] === 1) {
        add(values, at + CALLS, many);
        addHalves(values, at + MODEL_COST, low, high);
        addHalves(values, at + TOKENS, tokens.low[2 * row] ?? 0, tokens.high[2 * row + 1] ?? 0);
      }
      // A step that a later run repeated is waste as a whole.
      if (isRepeated[place] === 1 && this.#repeats(place, origin)) {
        addHalves(values, at + WASTE, low, high);
      } else {
        addHalves(
          values,
          at + WASTE,
          wasteNano.low[2 * row] ?? 0,
          wasteNano.high[2 * row + 1] ?? 0,
        );
        const lost = failureNano.low[2 * row] ?? 0;
        addHalves(values, at + FAILURE, lost, failureNano.high[2 * row + 1] ?? 0);
      }
      if (begun === null || seen === null) continue;
      const batch = begun.batch[place] ?? -1;
      if (batch < 0 || (begun.period !== null && begun.period[place] !== period)) continue;
      const told = begun.rows[place] ?? 0;
      if (told !== 0) this.#addCost(group, told, low, high);
      if (seen.isNew(group, batch)) this.#addRows(group, place, batch);
    }
  }

  #repeats(place: number, origin: number): boolean {
    const { facts, origins } = this.#scan.names;
    return facts[place]?.repeated?.has(origins[origin]?.step ?? null) === true;
  }

  /** What lines of a batch cost, where that tells a number of rows. */
  #addCost(group: number, told: number, low: number, high: number): void {
    const { units } = this.sums;
    const values = units.room(group + 1);
    const at = group * units.width;
    if ((told & HAS_ROWS_IN) !== 0) {
      addHalves(values, at + ROWS_IN_COST, low, high);
      values[at + COSTS_IN] = 1;
    }
    if ((told & HAS_ROWS_OUT) !== 0) {
      addHalves(values, at + ROWS_OUT_COST, low, high);
      values[at + COSTS_OUT] = 1;
    }
  }

  /** Rows of a batch count once a group. */
  #addRows(group: number, place: number, batch: number): void {
    this.batches[batch] = 1;
    const { units } = this.sums;
    const values = units.room(group + 1);
    const at = group * units.width;
    const facts = this.#scan.names.facts[place];
    if (facts?.rowsIn) {
      addHalves(values, at + ROWS_IN, facts.rowsIn.low, facts.rowsIn.high);
      values[at + TOLD_IN] = 1;
    }
    if (facts?.rowsOut) {
      addHalves(values, at + ROWS_OUT, facts.rowsOut.low, facts.rowsOut.high);
      values[at + TOLD_OUT] = 1;
    }
  }
}

/** What places and origins are, as numbers: looking into an object for each row would take longer than adding it up. */
class Marks {
  readonly isCall: Uint8Array;
  readonly isRepeated: Uint8Array;

  constructor({ origins, facts }: CubeNames) {
    this.isCall = Uint8Array.from(origins, ({ kind }) => (kind === 'model' ? 1 : 0));
    this.isRepeated = Uint8Array.from(facts, (place) => (place?.repeated ? 1 : 0));
  }
}

/** Whether a pair of a group and a batch comes for the first time. */
class SeenPairs {
  readonly #direct: Uint8Array | null;
  readonly #batches: number;
  readonly #hashed = new KeyIndex();

  /** @param groups at most so many. */
  constructor(groups: number, batches: number) {
    const pairs = groups * batches;
    this.#direct = pairs <= PAIRS_DIRECT_MAX ? new Uint8Array(pairs) : null;
    this.#batches = batches;
  }

  isNew(group: number, batch: number): boolean {
    if (!this.#direct) {
      const before = this.#hashed.size;
      return this.#hashed.idOf(group, batch, 0) === before;
    }
    const at = group * this.#batches + batch;
    if (this.#direct[at] === 1) return false;
    this.#direct[at] = 1;
    return true;
  }
}

function add(values: Float64Array, at: number, value: number): void {
  if (value !== 0) values[at] = (values[at] ?? 0) + value;
}

function addHalves(values: Float64Array, at: number, low: number, high: number): void {
  add(values, at, low);
  add(values, at + 1, high);
}
