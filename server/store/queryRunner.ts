/** Runs named read queries on a few connections, bounded in number and time. */
import {
  listValue,
  type DuckDBConnection,
  type DuckDBPreparedStatement,
  type DuckDBValue,
} from '@duckdb/node-api';
import { StoreError, type QueryParams, type QueryRow, type QueryValue } from './protocol.js';
import type { SqlTexts } from './sqlTexts.js';

/** More at once only share the same two cores; the others wait. */
const CONNECTIONS = 3;
const WAITING_MAX = 200;

interface Job {
  readonly id: number;
  readonly name: string;
  readonly params: QueryParams;
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

  run(query: {
    readonly id: number;
    readonly name: string;
    readonly params: QueryParams;
    readonly timeoutMs: number;
  }): Promise<QueryRow[]> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length >= WAITING_MAX) {
        reject(new StoreError('busy', `more than ${WAITING_MAX} queries are waiting`));
        return;
      }
      this.#waiting.push({ ...query, resolve, reject });
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
    const text = this.#sql.get(name);
    const statement = await connection.prepare(text);
    // Without parameters DuckDB (1.5.6) keeps the plan with what the tables held when it was made: texts and numbers that
    // came later are read wrong. With any it plans anew each time.
    if (text.includes('$')) prepared.set(name, statement);
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
      const values = Object.fromEntries(
        Object.entries(job.params).map(([name, value]) => [name, bindable(value)]),
      );
      const statement = await this.#statement(job.name, reader);
      statement.clearBindings();
      statement.bind(values);
      const result = await statement.runAndReadAll();
      job.resolve(result.getRowObjects());
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (timedOut) {
        job.reject(
          new StoreError('timeout', `the query ${job.name} took over ${job.timeoutMs} ms`),
        );
      } else if (this.#cancelled.has(job.id)) {
        job.reject(new StoreError('cancelled', 'the query was cancelled'));
      } else job.reject(new StoreError('error', `${job.name}: ${message}`));
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
  return Array.isArray(value)
    ? listValue([...(value as readonly (string | bigint)[])])
    : (value as DuckDBValue);
}
