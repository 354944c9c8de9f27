/** Runs questions on a few connections, bounded in number and time; the others wait in order. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { StoreError } from './protocol.js';

const WAITING_MAX = 200;

export interface Question<Result> {
  readonly id: number;
  /** In messages. */
  readonly name: string;
  /** @param goOn throws between two statements when nobody waits any more. */
  readonly read: (connection: DuckDBConnection, goOn: () => void) => Promise<Result>;
  readonly timeoutMs: number;
}

interface Job<Result> extends Question<Result> {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

export class QueryLane<Result> {
  readonly #idle: DuckDBConnection[];
  readonly #waiting: Job<Result>[] = [];
  readonly #running = new Map<number, DuckDBConnection>();
  readonly #cancelled = new Set<number>();

  constructor(connections: readonly DuckDBConnection[]) {
    this.#idle = [...connections];
  }

  /** @throws StoreError */
  run(question: Question<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length >= WAITING_MAX) {
        reject(new StoreError('busy', `more than ${WAITING_MAX} queries are waiting`));
        return;
      }
      this.#waiting.push({ ...question, resolve, reject });
      this.#next();
    });
  }

  /** Ends a question, waiting or under way; nothing where there is none of the id. */
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

  async #execute(job: Job<Result>, connection: DuckDBConnection): Promise<void> {
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
