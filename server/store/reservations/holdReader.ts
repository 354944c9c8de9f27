/** Reads from the database what decisions on holds start from. In the store's process. */
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { CostBudget } from '@burnbook/domain/costBudget';
import { hash64 } from '@burnbook/domain/hash64';
import { listValue } from '../duckdb.js';
import type { SqlTexts } from '../sqlTexts.js';
import { gathered, windowStartNs, type BreakGlass, type SpendBucket } from './hardBudget.js';
import type { StoredHold, StoredSpend } from './holdBook.js';
import { holdOf, type HoldRow } from './holdRow.js';
import type { HoldStart } from './holdSnapshot.js';

export class HoldReader {
  readonly #connection: DuckDBConnection;
  readonly #sql: SqlTexts;
  #last: Promise<unknown> = Promise.resolve();

  constructor(connection: DuckDBConnection, sql: SqlTexts) {
    this.#connection = connection;
    this.#sql = sql;
  }

  async start(): Promise<HoldStart> {
    const [newest] = await this.#rows('newest_reservation_seq', {});
    const hashes: bigint[] = [];
    const ids = await this.#connection.stream(this.#sql.get('load_reservation_ids'));
    for await (const rows of ids.yieldRows()) {
      for (const [id] of rows) hashes.push(hash64(id as string));
    }
    return { seq: newest?.['seq'] as bigint, ids: BigUint64Array.from(hashes) };
  }

  async find(id: string): Promise<StoredHold | null> {
    const [row] = await this.#rows('reservation_by_id', { id });
    return row ? holdOf(row) : null;
  }

  /** Those that have not ended. */
  async open(): Promise<StoredHold[]> {
    return (await this.#rows('load_open_reservations', {})).map(holdOf);
  }

  /** By budget. */
  async breakGlasses(): Promise<Map<string, BreakGlass>> {
    const rows = await this.#rows('load_break_glasses', {});
    return new Map(
      rows.map((row) => [
        row['budget_id'] as string,
        {
          atNs: row['at_ns'] as bigint,
          untilNs: row['until_ns'] as bigint,
          actor: row['actor'] as string,
          reason: row['reason'] as string,
        },
      ]),
    );
  }

  /** Spend in scope of each budget, from the beginning of its window at an instant on. */
  async spend(budgets: readonly CostBudget[], atNs: bigint): Promise<StoredSpend[]> {
    if (budgets.length === 0) return [];
    const sinces = budgets.map((budget) => windowStartNs(budget, atNs));
    const clauses = budgets.flatMap(({ scope }, index) =>
      Object.entries(scope).map(([key, value]) => ({ index, key, value })),
    );
    // An empty list has no type that could be bound: a clause of no budget stands for it.
    if (clauses.length === 0) clauses.push({ index: -1, key: 'pipeline', value: '' });
    const rows = await this.#rows('load_hard_spend', {
      sinces: listValue(sinces),
      first: sinces.reduce((a, b) => (a < b ? a : b)),
      clauseBudgets: listValue(clauses.map(({ index }) => BigInt(index))),
      clauseKeys: listValue(clauses.map(({ key }) => key)),
      clauseValues: listValue(clauses.map(({ value }) => value)),
    });
    const found = budgets.map((): SpendBucket[] => []);
    for (const row of rows) {
      found[Number(row['budget'])]?.push([row['bucket_ns'] as bigint, row['cost'] as bigint]);
    }
    return budgets.map((budget, index) => ({
      budget: budget.id,
      buckets: gathered(budget, atNs, found[index] ?? []),
    }));
  }

  /** One question after the other: they share a connection. */
  #rows(query: string, values: Record<string, DuckDBValue>): Promise<HoldRow[]> {
    const rows = this.#last.then(async () => {
      const result = await this.#connection.runAndReadAll(this.#sql.get(query), values);
      return result.getRowObjects();
    });
    this.#last = rows.catch(() => undefined);
    return rows;
  }
}
