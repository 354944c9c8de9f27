/** Runs named read queries on a few connections, bounded in number and time. */
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { listValue } from './duckdb.js';
import type { CostCube } from './cube/costCube.js';
import { TooMuch } from './cube/tooMuch.js';
import { boundedSql, checkSql, SQL_ROWS_MAX } from './checkedSql.js';
import { StoreError, type QueryParams, type QueryRow, type QueryValue } from './protocol.js';
import { QueryLane } from './queryLane.js';
import { OF_RETRIES, prepareRetries } from './retryQuestions.js';
import type { SqlTexts } from './sqlTexts.js';

/**
 * Questions that read what is settled of places together with `stale_places`, which is filled for each: a query of its own in
 * the same transaction, and none where nothing is stale. As a part of the question it would cost more than all the rest.
 */
const OF_PLACES: ReadonlySet<string> = new Set([
  'costs',
  'costs_of_origins',
  'cost_periods',
  'cost_periods_of_origins',
  'cost_changes',
  'overview_costs',
]);
/** More at once only share the same two cores; the others wait. */
const CONNECTIONS = 3;
/** For what memory answers: one reads ends of ranges while the other adds up, and no long question of the database is before them. */
const MEMORY_CONNECTIONS = 2;
/** A commit may change what a question has just read of the cube's edges. */
const CUBE_TRIES = 4;
/**
 * What budgets are measured with has connections of its own: a page waits for them longer than for its charts, since much is
 * worked out from it.
 */
const OF_BUDGETS: ReadonlySet<string> = new Set(['budget_spend', 'budget_edge', 'models_used']);
const BUDGET_CONNECTIONS = 2;

interface Named {
  readonly id: number;
  readonly name: string;
  readonly params: QueryParams;
  readonly timeoutMs: number;
}

export class QueryRunner {
  readonly #sql: SqlTexts;
  readonly #cube: CostCube;
  readonly #database: QueryLane<QueryRow[]>;
  readonly #memory: QueryLane<QueryRow[] | null>;
  readonly #budgets: QueryLane<QueryRow[] | null>;
  /** Names of what each connection has. */
  readonly #created = new WeakMap<DuckDBConnection, Set<string>>();

  private constructor(
    sql: SqlTexts,
    cube: CostCube,
    connections: Record<'database' | 'memory' | 'budgets', readonly DuckDBConnection[]>,
  ) {
    this.#sql = sql;
    this.#cube = cube;
    this.#database = new QueryLane(connections.database);
    this.#memory = new QueryLane(connections.memory);
    this.#budgets = new QueryLane(connections.budgets);
  }

  static async create({
    sql,
    cube,
    connect,
  }: {
    readonly sql: SqlTexts;
    readonly cube: CostCube;
    readonly connect: () => Promise<DuckDBConnection>;
  }): Promise<QueryRunner> {
    const many = (length: number) => Promise.all(Array.from({ length }, connect));
    return new QueryRunner(sql, cube, {
      database: await many(CONNECTIONS),
      memory: await many(MEMORY_CONNECTIONS),
      budgets: await many(BUDGET_CONNECTIONS),
    });
  }

  /** @throws StoreError */
  async run(question: Named): Promise<QueryRow[]> {
    const { params: _, ...asked } = question;
    if (this.#cube.answers(question.name)) {
      const read = (connection: DuckDBConnection, goOn: () => void) =>
        this.#askCube(connection, question, goOn);
      const lane = OF_BUDGETS.has(question.name) ? this.#budgets : this.#memory;
      const rows = await lane.run({ ...asked, read });
      if (rows) return rows;
    }
    const read = (connection: DuckDBConnection, goOn: () => void) =>
      this.#askDatabase(connection, question, goOn);
    return this.#database.run({ ...asked, read });
  }

  async #askDatabase(
    connection: DuckDBConnection,
    { name, params }: Named,
    goOn: () => void,
  ): Promise<QueryRow[]> {
    const values = Object.fromEntries(
      Object.entries(params).map(([key, value]) => [key, bindable(value)]),
    );
    // Planned anew each time, which costs 4 to 6 ms. A plan that is kept goes by the minima and maxima that the tables
    // had when it was made: what was stored since is left out of it, or read through a garbled pointer (1.5.6).
    const ask = async (more: typeof values = {}): Promise<QueryRow[]> => {
      goOn();
      const result = await connection.runAndReadAll(this.#sql.get(name), { ...values, ...more });
      return result.getRowObjects();
    };
    if (OF_RETRIES.has(name)) {
      await this.#ensure(connection, ['create_stale_places', 'create_retry_tables']);
      const question = { sql: this.#sql, name, values, goOn };
      return inSnapshot(connection, async () => ask(await prepareRetries(connection, question)));
    }
    return OF_PLACES.has(name) ? this.#askOfPlaces(connection, ask) : ask();
  }

  /** @returns null when memory does not tell. */
  async #askCube(
    connection: DuckDBConnection,
    { name, params }: Named,
    goOn: () => void,
  ): Promise<QueryRow[] | null> {
    for (let tries = 0; tries < CUBE_TRIES; tries++) {
      const question = this.#cube.take(name, params);
      if (!question) return null;
      try {
        const rows = await inSnapshot(connection, () => this.#cube.ask(connection, question));
        if (rows) return rows;
      } catch (error) {
        if (error instanceof TooMuch) return null;
        throw error;
      }
      goOn();
    }
    return null;
  }

  /** Temporary tables that a connection has not had a question for yet. */
  async #ensure(connection: DuckDBConnection, names: readonly string[]): Promise<void> {
    const created = this.#created.get(connection) ?? new Set<string>();
    this.#created.set(connection, created);
    for (const name of names) {
      if (created.has(name)) continue;
      await connection.run(this.#sql.get(name));
      created.add(name);
    }
  }

  /** Asks with `stale_places` as they are in the snapshot that the question sees. */
  async #askOfPlaces(
    connection: DuckDBConnection,
    ask: () => Promise<QueryRow[]>,
  ): Promise<QueryRow[]> {
    await this.#ensure(connection, ['create_stale_places']);
    return inSnapshot(connection, async () => {
      const found = await connection.runAndReadAll(this.#sql.get('any_unsettled'));
      if (found.getRows()[0]?.[0] === true)
        await connection.run(this.#sql.get('fill_stale_places'));
      return ask();
    });
  }

  /** SQL that a person wrote: checked, and with a bound on its rows. */
  runSql({
    sql,
    range,
    ...job
  }: {
    readonly id: number;
    readonly sql: string;
    readonly range: { readonly fromNs: bigint; readonly toNs: bigint } | null;
    readonly timeoutMs: number;
  }): Promise<QueryRow[]> {
    const read = async (connection: DuckDBConnection): Promise<QueryRow[]> => {
      await checkSql(connection, sql);
      const statement = await connection.prepare(boundedSql(sql));
      if (!range) return [];
      statement.bind({ from: range.fromNs, to: range.toNs });
      const rows = (await statement.runAndReadAll()).getRowObjects();
      if (rows.length > SQL_ROWS_MAX) {
        throw new StoreError('refused', `the SQL gives more than ${SQL_ROWS_MAX} rows`);
      }
      return rows;
    };
    return this.#database.run({ ...job, name: 'SQL of an indicator', read });
  }

  cancel(id: number): void {
    this.#memory.cancel(id);
    this.#budgets.cancel(id);
    this.#database.cancel(id);
  }
}

async function inSnapshot<Result>(
  connection: DuckDBConnection,
  read: () => Promise<Result>,
): Promise<Result> {
  await connection.run('BEGIN');
  try {
    const result = await read();
    // Nothing is kept, and so temporary tables are empty before each question: rows of them that were committed and
    // deleted again would never be given back.
    await connection.run('ROLLBACK');
    return result;
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

function bindable(value: QueryValue): DuckDBValue {
  if (!Array.isArray(value)) return value as DuckDBValue;
  // Nothing tells of an empty list what it is a list of; queries cast their parameters, and as text it is any list.
  return value.length === 0 ? '[]' : listValue([...(value as readonly (string | bigint)[])]);
}
