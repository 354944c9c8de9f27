/** Runs named read queries on a few connections, bounded in number and time. */
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { listValue } from './duckdb.js';
import type { CostCube } from './cube/costCube.js';
import { TooMuch } from './cube/tooMuch.js';
import { boundedSql, checkSql, SQL_ROWS_MAX } from './checkedSql.js';
import { StoreError, type QueryParams, type QueryRow, type QueryValue } from './protocol.js';
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
const WAITING_MAX = 200;
/** A commit may change what a question has just read of the cube's edges. */
const CUBE_TRIES = 4;

interface Job {
  readonly id: number;
  /** In messages. */
  readonly name: string;
  /** @param goOn throws between two statements when nobody waits any more. */
  readonly read: (connection: DuckDBConnection, goOn: () => void) => Promise<QueryRow[]>;
  readonly timeoutMs: number;
  readonly resolve: (rows: QueryRow[]) => void;
  readonly reject: (error: Error) => void;
}

export class QueryRunner {
  readonly #sql: SqlTexts;
  readonly #cube: CostCube;
  readonly #idle: DuckDBConnection[];
  readonly #waiting: Job[] = [];
  readonly #running = new Map<number, DuckDBConnection>();
  readonly #cancelled = new Set<number>();
  /** Names of what each connection has. */
  readonly #created = new WeakMap<DuckDBConnection, Set<string>>();

  private constructor(sql: SqlTexts, cube: CostCube, connections: DuckDBConnection[]) {
    this.#sql = sql;
    this.#cube = cube;
    this.#idle = connections;
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
    const connections = await Promise.all(Array.from({ length: CONNECTIONS }, connect));
    return new QueryRunner(sql, cube, connections);
  }

  run({
    params,
    ...job
  }: {
    readonly id: number;
    readonly name: string;
    readonly params: QueryParams;
    readonly timeoutMs: number;
  }): Promise<QueryRow[]> {
    const read: Job['read'] = async (connection, goOn) => {
      const values = Object.fromEntries(
        Object.entries(params).map(([name, value]) => [name, bindable(value)]),
      );
      // Planned anew each time, which costs 4 to 6 ms. A plan that is kept goes by the minima and maxima that the tables
      // had when it was made: what was stored since is left out of it, or read through a garbled pointer (1.5.6).
      const ask = async (more: typeof values = {}): Promise<QueryRow[]> => {
        goOn();
        const all = { ...values, ...more };
        const result = await connection.runAndReadAll(this.#sql.get(job.name), all);
        return result.getRowObjects();
      };
      const rows = await this.#askCube(connection, { name: job.name, params }, goOn);
      if (rows) return rows;
      if (OF_RETRIES.has(job.name)) {
        await this.#ensure(connection, ['create_stale_places', 'create_retry_tables']);
        const question = { sql: this.#sql, name: job.name, values, goOn };
        return inSnapshot(connection, async () => ask(await prepareRetries(connection, question)));
      }
      return OF_PLACES.has(job.name) ? this.#askOfPlaces(connection, ask) : ask();
    };
    return this.#queue({ ...job, read });
  }

  /** @returns null when memory does not tell. */
  async #askCube(
    connection: DuckDBConnection,
    { name, params }: { readonly name: string; readonly params: QueryParams },
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
    return this.#queue({ ...job, name: 'SQL of an indicator', read });
  }

  #queue(job: Omit<Job, 'resolve' | 'reject'>): Promise<QueryRow[]> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length >= WAITING_MAX) {
        reject(new StoreError('busy', `more than ${WAITING_MAX} queries are waiting`));
        return;
      }
      this.#waiting.push({ ...job, resolve, reject });
      this.#next();
    });
  }

  cancel(id: number): void {
    const index = this.#waiting.findIndex((job) => job.id === id);
    if (index >= 0) {
      const [job] = this.#waiting.splice(index, 1);
      job?.reject(new StoreError('cancelled', 'the query was cancelled'));
      return;
    }
    const connection = this.#running.get(id);
    if (!connection) return;
    this.#cancelled.add(id);
    connection.interrupt();
  }

  #next(): void {
    const connection = this.#idle.pop();
    if (!connection) return;
    const job = this.#waiting.shift();
    if (!job) {
      this.#idle.push(connection);
      return;
    }
    void this.#execute(job, connection).finally(() => {
      this.#idle.push(connection);
      this.#next();
    });
  }

  async #execute(job: Job, connection: DuckDBConnection): Promise<void> {
    this.#running.set(job.id, connection);
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      connection.interrupt();
    }, job.timeoutMs);
    try {
      const goOn = (): void => {
        if (timedOut || this.#cancelled.has(job.id)) throw new Error('interrupted');
      };
      job.resolve(await job.read(connection, goOn));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (timedOut) {
        job.reject(
          new StoreError('timeout', `the query ${job.name} took over ${job.timeoutMs} ms`),
        );
      } else if (this.#cancelled.has(job.id)) {
        job.reject(new StoreError('cancelled', 'the query was cancelled'));
      } else if (error instanceof StoreError) job.reject(error);
      else job.reject(new StoreError('error', `${job.name}: ${message}`));
    } finally {
      clearTimeout(timer);
      this.#running.delete(job.id);
      this.#cancelled.delete(job.id);
    }
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
