/** What was spent in scope of each budget, by slots of time, from one query for all of them. */
import type { TimeSpan } from '@burnbook/domain/budgetPeriod';
import { scopeMatches, type CostBudget, type SpendOrigin } from '@burnbook/domain/costBudget';
import { tagsOf } from '@burnbook/domain/tags';
import type { QueryRow } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';

/** Rows of the rollup are this long, and begin at whole multiples of it. */
export const QUARTER_NS = 900_000_000_000n;

export interface Spend {
  readonly spentNano: bigint;
  /** Lines without a price: with any, the true spend is at least `spentNano`. */
  readonly unpriced: bigint;
  readonly lines: bigint;
}

export const NO_SPEND: Spend = { spentNano: 0n, unpriced: 0n, lines: 0n };

/** Spend of budgets by spans that begin and end at the bounds that were asked for; it counts while a budget is in force. */
export class SpendTable {
  readonly #budgets: readonly CostBudget[];
  readonly #indexes: ReadonlyMap<bigint, number>;
  /** Where spans begin and end in the sums: many budgets share a span, and large integers are slow to look up. */
  readonly #places = new WeakMap<TimeSpan, readonly [first: number, end: number]>();
  /** By scope, the sum of all slots before each bound. */
  readonly #sums: readonly (readonly Spend[])[];
  /** The scope of each budget: many budgets share one. */
  readonly #scopes: readonly number[];

  private constructor(
    budgets: readonly CostBudget[],
    bounds: readonly bigint[],
    { sums, scopes }: { sums: readonly (readonly Spend[])[]; scopes: readonly number[] },
  ) {
    this.#budgets = budgets;
    this.#indexes = new Map(bounds.map((ns, index) => [ns, index]));
    this.#sums = sums;
    this.#scopes = scopes;
  }

  /** @param bounds where spans may begin or end, in any order; what is after the last is not measured. */
  static async load(
    store: StoreClient,
    budgets: readonly CostBudget[],
    bounds: Iterable<bigint>,
  ): Promise<SpendTable> {
    const sorted = withForce(budgets, [...bounds]);
    const first = sorted[0] ?? 0n;
    const { distinct, scopes } = distinctScopes(budgets);
    const clauses = distinct.flatMap((scope, index) =>
      scope.map(([key, value]) => ({ index, key, value })),
    );
    // An empty list has no type that could be bound: a clause of no scope stands for it.
    if (clauses.length === 0) clauses.push({ index: -1, key: 'pipeline', value: '' });
    const rows = await store.query('budget_spend', {
      bounds: sorted,
      first,
      end: sorted.at(-1) ?? 0n,
      scopes: distinct.length,
      clauseScopes: clauses.map(({ index }) => BigInt(index)),
      clauseKeys: clauses.map(({ key }) => key),
      clauseValues: clauses.map(({ value }) => value),
    });
    const slots = distinct.map(() => new Map<number, Spend>());
    for (const row of rows) {
      const spend = spendOf(row);
      const slot = Number(row['slot']);
      for (const scope of (row['scopes'] as string).split(',')) {
        const own = slots[Number(scope)];
        own?.set(slot, added(own.get(slot) ?? NO_SPEND, spend));
      }
    }
    const sums = slots.map((own) => {
      let sum = NO_SPEND;
      return sorted.map((_, slot) => {
        const before = sum;
        const spend = own.get(slot);
        if (spend) sum = added(sum, spend);
        return before;
      });
    });
    return new SpendTable(budgets, sorted, { sums, scopes });
  }

  /** @throws Error for a bound that was not asked for: the sum would be of another span. */
  between(budget: number, span: TimeSpan): Spend {
    const { fromNs = null, toNs = null } = this.#budgets[budget] ?? {};
    const startNs = fromNs !== null && fromNs > span.startNs ? fromNs : span.startNs;
    const endNs = toNs !== null && toNs < span.endNs ? toNs : span.endNs;
    if (endNs <= startNs) return NO_SPEND;
    const isWhole = startNs === span.startNs && endNs === span.endNs;
    const [first, end] = isWhole ? this.#placeOf(span) : [this.#index(startNs), this.#index(endNs)];
    const sums = this.#sums[this.#scopes[budget] ?? -1];
    const before = sums?.[first] ?? NO_SPEND;
    const after = sums?.[end] ?? NO_SPEND;
    // The same sum stands for all slots without spend.
    if (before === after) return NO_SPEND;
    return {
      spentNano: after.spentNano - before.spentNano,
      unpriced: after.unpriced - before.unpriced,
      lines: after.lines - before.lines,
    };
  }

  #placeOf(span: TimeSpan): readonly [first: number, end: number] {
    const known = this.#places.get(span);
    if (known) return known;
    const place = [this.#index(span.startNs), this.#index(span.endNs)] as const;
    this.#places.set(span, place);
    return place;
  }

  #index(ns: bigint): number {
    const index = this.#indexes.get(ns);
    if (index === undefined) throw new Error(`${ns} is no bound of this table`);
    return index;
  }
}

/** @returns the scopes that there are, as clauses in one order, and for each budget the number of its own. */
function distinctScopes(budgets: readonly CostBudget[]): {
  distinct: (readonly (readonly [key: string, value: string])[])[];
  scopes: number[];
} {
  const numbers = new Map<string, number>();
  const distinct: (readonly (readonly [key: string, value: string])[])[] = [];
  const scopes = budgets.map(({ scope }) => {
    const clauses = Object.entries(scope).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const text = JSON.stringify(clauses);
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, distinct.length);
    return distinct.push(clauses) - 1;
  });
  return { distinct, scopes };
}

/** The bounds in order, with those between them at which a budget comes into force or goes out of it. */
function withForce(budgets: readonly CostBudget[], bounds: readonly bigint[]): bigint[] {
  const first = bounds.reduce((a, b) => (a < b ? a : b));
  const last = bounds.reduce((a, b) => (a > b ? a : b));
  const force = budgets.flatMap(({ fromNs, toNs }) =>
    [fromNs, toNs].flatMap((ns) => (ns !== null && ns > first && ns < last ? [ns] : [])),
  );
  return [...new Set([...bounds, ...force])].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Spend in less than a quarter of an hour, from the lines themselves, for each budget. */
export async function edgeSpend(
  store: StoreClient,
  budgets: readonly CostBudget[],
  { startNs, endNs }: TimeSpan,
): Promise<Spend[]> {
  const rows = await store.query('budget_edge', { from: startNs, to: endNs });
  return budgets.map(({ scope }) =>
    rows
      .filter((row) => scopeMatches(scope, originOf(row)))
      .map(spendOf)
      .reduce(added, NO_SPEND),
  );
}

export const added = (a: Spend, b: Spend): Spend => ({
  spentNano: a.spentNano + b.spentNano,
  unpriced: a.unpriced + b.unpriced,
  lines: a.lines + b.lines,
});

export const quarterFloor = (ns: bigint): bigint =>
  ns - (((ns % QUARTER_NS) + QUARTER_NS) % QUARTER_NS);

export const quarterCeil = (ns: bigint): bigint => quarterFloor(ns + QUARTER_NS - 1n);

const spendOf = (row: QueryRow): Spend => ({
  spentNano: row['cost'] as bigint,
  unpriced: row['unpriced'] as bigint,
  lines: row['lines'] as bigint,
});

/** Where a row's spend came from. */
export function originOf(row: QueryRow): SpendOrigin {
  const text = (name: string): string | null => (row[name] ?? null) as string | null;
  return {
    pipeline: text('pipeline'),
    model: text('model'),
    provider: text('provider'),
    team: text('team'),
    environment: text('environment'),
    tags: Object.fromEntries(tagsOf(text('tags'))),
  };
}
