/** The answer of `costs.sql` and `costs_of_origins.sql` from the cube. */
import type { QueryParams, QueryRow } from '../protocol.js';
import type { Calendar, CalendarQuestion } from './calendars.js';
import { begunBatches, rowsOfBatches } from './begunBatches.js';
import type { CubeAnswer } from './cubeAnswer.js';
import {
  boundsOf,
  keysOfOrigins,
  keysOfPlaces,
  originValue,
  quartersOf,
  sideOf,
  type Bounds,
  type OriginKeys,
  type PlaceKeys,
  type Snapshot,
} from './cubeQuestion.js';
import type { Stretch } from './cubeRows.js';
import { costsOf, numbersOf, sumsOf, type GroupSums } from './cubeGroups.js';
import type { Scan } from './cubeScan.js';
import { ChosenGroups, type GroupNumbers } from './groupNumbers.js';
import {
  CALLS,
  BOTH_COST,
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
import { largestOf } from './largest.js';
import { PeriodNames } from './periodNames.js';
import { compareTexts, Texts } from './texts.js';
import { TooMuch } from './tooMuch.js';
import type { ValuePatterns } from './valueMatch.js';

/** So many groups have their sums made at once. */
const FEW_MAX = 4_096;
/** Groups that are put in order one by one. */
const SORTED_MAX = 30_000;

interface Question {
  readonly patterns: ValuePatterns;
  readonly dimensions: readonly (string | null)[];
  readonly pointers: readonly (string | null)[];
  readonly units: readonly (string | null)[];
  readonly present: Bounds;
  readonly previous: Bounds | null;
  readonly sort: string;
  readonly limit: number;
  readonly offset: number;
  /** Quarters that anything is known of. */
  readonly known: Stretch;
}

export function costGroups(params: QueryParams, known: Stretch): CubeAnswer {
  const text = (name: string): string | null => (params[name] ?? null) as string | null;
  const previous = boundsOf(params, 'previous');
  const question: Question = {
    patterns: params as unknown as ValuePatterns,
    dimensions: [text('dimension1'), text('dimension2')],
    pointers: [text('pointer1'), text('pointer2')],
    units: [text('unit1'), text('unit2')],
    present: boundsOf(params),
    previous: previous.from < previous.to ? previous : null,
    sort: String(params['sort']),
    limit: Number(params['limit']),
    offset: Number(params['offset']),
    known,
  };
  const tz = text('tz') ?? 'UTC';
  const shiftUs = BigInt((params['shift'] ?? 0n) as bigint | number);
  const calendarsOf = (bounds: Bounds | null, shift: bigint): CalendarQuestion[] =>
    bounds
      ? question.units.flatMap((unit) =>
          unit === null ? [] : [{ unit, tz, shiftUs: shift, ...quartersOf(bounds, known) }],
        )
      : [];
  return {
    present: question.present,
    previous: question.previous,
    looksAtPlaces: true,
    calendars: [...calendarsOf(question.present, 0n), ...calendarsOf(question.previous, shiftUs)],
    rowsOf: (snapshot, calendars) => new CostGroupsAnswer(snapshot, question, calendars).rows(),
  };
}

class CostGroupsAnswer {
  readonly #question: Question;
  readonly #snapshot: Snapshot;
  readonly #origins: OriginKeys<readonly (string | null)[]>;
  readonly #places: PlaceKeys | null;
  readonly #periods: PeriodNames;
  readonly #scan: Scan;
  readonly #numbers: GroupNumbers;
  /** null: there may be many groups. */
  readonly #sums: GroupSums | null;
  readonly #costs: Pick<GroupSums, 'present' | 'previous'>;

  constructor(snapshot: Snapshot, question: Question, calendars: readonly Calendar[]) {
    const { names, edges, rows } = snapshot;
    const { patterns, dimensions, pointers, present, previous, units } = question;
    this.#question = question;
    this.#snapshot = snapshot;
    this.#origins = keysOfOrigins(
      names,
      patterns,
      dimensions.map((dimension, index) => originValue(dimension, pointers[index] ?? null)),
    );
    this.#places = keysOfPlaces(names, patterns, dimensions);
    this.#periods = new PeriodNames(units);
    const count = units.filter((unit) => unit !== null).length;
    const presentSide = sideOf(
      present,
      edges.present,
      this.#periods.of(quartersOf(present, question.known), calendars.slice(0, count)),
    );
    const previousSide =
      previous &&
      sideOf(
        previous,
        edges.previous,
        this.#periods.of(quartersOf(previous, question.known), calendars.slice(count)),
      );
    const { periods } = presentSide;
    this.#scan = {
      ...{ rows, names, origins: this.#origins, places: this.#places },
      ...{ periods: this.#periods.count, present: presentSide, previous: previousSide },
      begun: begunBatches(names, present, {
        withRowsOnly: true,
        periodOf: periods && ((quarter) => periods.of[quarter - periods.base] ?? -1),
      }),
    };
    this.#numbers = numbersOf(this.#scan);
    const isFew = this.#numbers.max <= FEW_MAX;
    this.#sums = isFew ? sumsOf(this.#scan, this.#numbers) : null;
    this.#costs = this.#sums ?? costsOf(this.#scan, this.#numbers);
  }

  /** All groups as one first. */
  rows(): QueryRow[] {
    const page = this.#page();
    const { sums, size, indexes } = this.#sumsOfPage(page);
    const { present, previous, units } = sums;
    const { rowsIn, rowsOut } = rowsOfBatches(this.#snapshot.names, sums.batches);
    const total: QueryRow = {
      ...{ key1: null, key2: null, matching: BigInt(this.#numbers.size) },
      ...measuresOfBoth(
        {
          present: present.summed(size),
          previous: previous.summed(size),
          units: units.summed(size),
        },
        0,
      ),
      // A batch is in several groups.
      rows_in: rowsIn,
      rows_out: rowsOut,
    };
    return [
      total,
      ...page.map((group, index) => {
        const [key1 = null, key2 = null] = this.#namesOf(group);
        return { ...{ key1, key2, matching: null }, ...measuresOfBoth(sums, indexes[index] ?? 0) };
      }),
    ];
  }

  /** @returns sums, of so many groups, in which the page's groups have these numbers. */
  #sumsOfPage(page: readonly number[]): {
    readonly sums: GroupSums;
    readonly size: number;
    readonly indexes: readonly number[];
  } {
    if (this.#sums) return { sums: this.#sums, size: this.#numbers.size, indexes: page };
    // All but the page's as one: the sums of very many would not stay in the processor's caches.
    const chosen = new ChosenGroups(this.#numbers, page);
    const indexes = numbersBelow(page.length);
    return { sums: sumsOf(this.#scan, chosen), size: chosen.size, indexes };
  }

  #namesOf(group: number): (string | null)[] {
    const numbers = this.#numbers;
    const origin = this.#origins.names[numbers.originKey(group)] ?? [];
    const place = this.#places?.nameOf(numbers.placeKey(group)) ?? [];
    const period = this.#periods.nameOf(numbers.period(group));
    return [0, 1].map((index) => period[index] ?? place[index] ?? origin[index] ?? null);
  }

  /** The groups of the page, in order. */
  #page(): number[] {
    const { sort, limit, offset } = this.#question;
    const { size } = this.#numbers;
    const end = offset + limit;
    if (limit <= 0 || offset >= size) return [];
    if (sort === 'key') {
      if (size > SORTED_MAX) throw new TooMuch();
      const ranks = [0, 1].map((index) => this.#rankOf(index));
      const order = (a: number, b: number): number =>
        ranks.reduce((found, rank) => found || (rank[a] ?? 0) - (rank[b] ?? 0), 0);
      return numbersBelow(size).toSorted(order).slice(offset, end);
    }
    const largest = this.#largest(end);
    if (largest.length > SORTED_MAX) throw new TooMuch();
    const candidates = largest.map((group) => ({
      ...{ group, value: this.#exact(group), names: this.#namesOf(group) },
    }));
    return candidates
      .toSorted((a, b) =>
        a.value === b.value ? compareAll(a.names, b.names) : a.value < b.value ? 1 : -1,
      )
      .slice(offset, end)
      .map(({ group }) => group);
  }

  /** All that may be among the first `count` by value: sorting all exactly would take longer than adding them up. */
  #largest(count: number): readonly number[] {
    const { size } = this.#numbers;
    if (size <= 2 * count) return numbersBelow(size);
    const near = new Float64Array(size);
    for (let group = 0; group < size; group++) near[group] = this.#near(group);
    const threshold = largestOf(near, count);
    const found: number[] = [];
    for (let group = 0; group < size; group++)
      if ((near[group] ?? 0) >= threshold) found.push(group);
    return found;
  }

  #near(group: number): number {
    if (this.#question.sort === 'delta') return Number(this.#exact(group));
    return this.#costs.present.nearCost(group);
  }

  #exact(group: number): bigint {
    const { present, previous } = this.#costs;
    const total = present.cost(group);
    return this.#question.sort === 'delta' ? total - previous.cost(group) : total;
  }

  /** By group: where its name in a dimension is among all of them. */
  #rankOf(index: number): Int32Array {
    const texts = new Texts();
    const of = Int32Array.from({ length: this.#numbers.size }, (_, group) =>
      texts.idOf(this.#namesOf(group)[index] ?? null),
    );
    const sorted = numbersBelow(texts.size).toSorted((a, b) =>
      compareTexts(texts.list[a] ?? null, texts.list[b] ?? null),
    );
    const ranks = new Int32Array(texts.size);
    sorted.forEach((text, rank) => (ranks[text] = rank));
    return of.map((text) => ranks[text] ?? 0);
  }
}

function measuresOfBoth(
  { present, previous, units }: Omit<GroupSums, 'batches'>,
  group: number,
): QueryRow {
  const told = (flag: number, element: number): bigint | null =>
    units.number(group, flag) === 0 ? null : units.big(group, element);
  const costOf = (flag: number, element: number): bigint | null => {
    const both = told(COSTS_BOTH, BOTH_COST);
    const own = told(flag, element);
    return both === null && own === null ? null : (both ?? 0n) + (own ?? 0n);
  };
  const earlier = Object.entries(measuresOf(previous, group));
  return {
    ...measuresOf(present, group),
    ...Object.fromEntries(earlier.map(([name, value]) => [`previous_${name}`, value])),
    rows_in: told(TOLD_IN, ROWS_IN),
    rows_in_cost: costOf(COSTS_IN, ROWS_IN_COST),
    rows_out: told(TOLD_OUT, ROWS_OUT),
    rows_out_cost: costOf(COSTS_OUT, ROWS_OUT_COST),
  };
}

function measuresOf(table: GroupTable, group: number): QueryRow {
  const total = table.cost(group);
  const model = table.big(group, MODEL_COST);
  return {
    ...{ total, compute: total - model, model_cost: model },
    waste: table.big(group, WASTE),
    failure: table.big(group, FAILURE),
    unpriced: BigInt(table.number(group, UNPRICED)),
    calls: BigInt(table.number(group, CALLS)),
    tokens: table.big(group, TOKENS),
  };
}

function compareAll(a: readonly (string | null)[], b: readonly (string | null)[]): number {
  return a.reduce((found, text, at) => found || compareTexts(text, b[at] ?? null), 0);
}

const numbersBelow = (size: number): number[] => Array.from({ length: size }, (_, each) => each);
