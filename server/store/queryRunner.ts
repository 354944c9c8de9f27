/** Runs named read queries on a few connections, bounded in number and time. */
import {
  listValue,
  type DuckDBConnection,
  type DuckDBPreparedStatement,
  type DuckDBValue,
} from '@duckdb/node-api';
import { boundedSql, checkSql, SQL_ROWS_MAX } from './checkedSql.js';
import { StoreError, type QueryParams, type QueryRow, type QueryValue } from './protocol.js';
import type { SqlTexts } from './sqlTexts.js';

/** More at once only share the same two cores; the others wait. */
const CONNECTIONS = 3;
const WAITING_MAX = 200;

interface Job {
  readonly id: number;
  /** In messages. */
  readonly name: string;
  readonly read: (reader: Reader) => Promise<QueryRow[]>;
  readonly timeoutMs: number;
  readonly resolve: (rows: QueryRow[]) => void;
  readonly reject: (error: Error) => void;
}

export class QueryRunner {
  readonly #sql: SqlTexts;
  readonly #idle: Reader[];
  readonly #waiting: Job[] = [];
  readonly #running = new Map<number, Reader>();
  readonly #cancelled = new Set<number>();

  private constructor(sql: SqlTexts, readers: Reader[]) {
    this.#sql = sql;
    this.#idle = readers;
  }

  static async create(
    sql: SqlTexts,
    connect: () => Promise<DuckDBConnection>,
  ): Promise<QueryRunner> {
    const connections = await Promise.all(Array.from({ length: CONNECTIONS }, connect));
    const readers = connections.map((connection) => ({ connection, prepared: new Map() }));
    return new QueryRunner(sql, readers);
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
    const read = async (reader: Reader): Promise<QueryRow[]> => {
      const values = Object.fromEntries(
        Object.entries(params).map(([name, value]) => [name, bindable(value)]),
      );
      const statement = await this.#statement(job.name, reader);
      statement.clearBindings();
      statement.bind(values);
      const result = await statement.runAndReadAll();
      return result.getRowObjects();
    };
    return this.#queue({ ...job, read });
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
    const read = async ({ connection }: Reader): Promise<QueryRow[]> => {
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
    const reader = this.#running.get(id);
    if (!reader) return;
    this.#cancelled.add(id);
    reader.connection.interrupt();
  }

  #next(): void {
    const reader = this.#idle.pop();
    if (!reader) return;
    const job = this.#waiting.shift();
    if (!job) {
      this.#idle.push(reader);
      return;
    }
    void this.#execute(job, reader).finally(() => {
      this.#idle.push(reader);
      this.#next();
    });
  }

  async #statement(
    name: string,
    { connection, prepared }: Reader,
  ): Promise<DuckDBPreparedStatement> {
    const known = prepared.get(name);
    if (known) return known;
    const statement = await connection.prepare(this.#sql.get(name));
    // DuckDB 1.5 plans a statement without parameters once, by what its tables hold then: kept, it answers wrong later.
    if (statement.parameterCount > 0) prepared.set(name, statement);
    return statement;
  }

  async #execute(job: Job, reader: Reader): Promise<void> {
    this.#running.set(job.id, reader);
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      reader.connection.interrupt();
    }, job.timeoutMs);
    try {
      job.resolve(await job.read(reader));
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

/** Parsing and planning a question costs 5 to 10 ms: once a connection, not every time. */
interface Reader {
  readonly connection: DuckDBConnection;
  readonly prepared: Map<string, DuckDBPreparedStatement>;
}

function bindable(value: QueryValue): DuckDBValue {
  if (!Array.isArray(value)) return value as DuckDBValue;
  // Nothing tells of an empty list what it is a list of; queries cast their parameters, and as text it is any list.
  return value.length === 0 ? '[]' : listValue([...(value as readonly (string | bigint)[])]);
}
