/** Runs named read queries on a few connections, bounded in number and time. */
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { listValue } from './duckdb.js';
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
  readonly #idle: DuckDBConnection[];
  readonly #waiting: Job[] = [];
  readonly #running = new Map<number, DuckDBConnection>();
  readonly #cancelled = new Set<number>();

  private constructor(sql: SqlTexts, connections: DuckDBConnection[]) {
    this.#sql = sql;
    this.#idle = connections;
  }

  static async create(
    sql: SqlTexts,
    connect: () => Promise<DuckDBConnection>,
  ): Promise<QueryRunner> {
    const connections = await Promise.all(Array.from({ length: CONNECTIONS }, connect));
    return new QueryRunner(sql, connections);
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
      const values = Object.fromEntries(
        Object.entries(job.params).map(([name, value]) => [name, bindable(value)]),
      );
      // Planned anew each time, which costs 4 to 6 ms. A plan that is kept goes by the minima and maxima that the tables
      // had when it was made: what was stored since is left out of it, or read through a garbled pointer (1.5.6).
      const result = await connection.runAndReadAll(this.#sql.get(job.name), values);
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

function bindable(value: QueryValue): DuckDBValue {
  return Array.isArray(value)
    ? listValue([...(value as readonly (string | bigint)[])])
    : (value as DuckDBValue);
}
