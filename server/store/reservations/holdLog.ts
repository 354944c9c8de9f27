/**
 * Puts changes of reservations on disk, in order. While one write waits for the disk, what comes gathers in the next: each
 * write is one statement and so one transaction.
 *
 * The table is in a database file of its own, attached to the one instance: transactions of two files have no lock in
 * common, so that no grant waits for a COMMIT of telemetry, nor for the checkpoint that one of them may bring (measured:
 * 0.6 to 1.8 s at the 99th percentile on one file).
 */
import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api';
import { BIGINT, BOOLEAN, LIST, listValue, VARCHAR } from '../duckdb.js';
import type { SqlTexts } from '../sqlTexts.js';
import type { HoldChange } from './holdBook.js';
import { factsOf } from './holdRow.js';

const TYPES = {
  seqs: LIST(BIGINT),
  ids: LIST(VARCHAR),
  states: LIST(VARCHAR),
  ended: LIST(BOOLEAN),
  facts: LIST(VARCHAR),
};

export class HoldLog {
  readonly #insert: DuckDBPreparedStatement;
  readonly #onFailure: () => void;
  #seq: bigint;
  #waiting: HoldChange[] = [];
  #written: Promise<void> = Promise.resolve();
  /** The write that will take what waits; null: none is planned. */
  #next: Promise<void> | null = null;
  /** Counts failures: what was decided before one must not be written after it. */
  #epoch = 0;

  private constructor(insert: DuckDBPreparedStatement, seq: bigint, onFailure: () => void) {
    this.#insert = insert;
    this.#seq = seq;
    this.#onFailure = onFailure;
  }

  /** @param onFailure told at once when a write fails: what memory has decided is not on disk. */
  static async open(
    connection: DuckDBConnection,
    sql: SqlTexts,
    onFailure: () => void,
  ): Promise<HoldLog> {
    const newest = await connection.runAndReadAll(sql.get('newest_reservation_change'));
    const insert = await connection.prepare(sql.get('insert_reservation_changes'));
    return new HoldLog(insert, newest.getRows()[0]?.[0] as bigint, onFailure);
  }

  /** Takes a change; it is on disk when the next `flushed` resolves. */
  append(change: HoldChange): void {
    this.#waiting.push(change);
  }

  /** Resolves when all that was appended is on disk. @throws when a write failed since; nothing later was written. */
  flushed(): Promise<void> {
    if (this.#waiting.length === 0) return this.#written;
    this.#next ??= this.#write(this.#written, this.#epoch);
    return this.#next;
  }

  #write(before: Promise<void>, epoch: number): Promise<void> {
    const written = before.catch(() => undefined).then(() => this.#take(epoch));
    this.#written = written;
    // Who waited for it is told; who asks later asks of what is there then.
    written.catch(() => {
      if (this.#written === written) this.#written = Promise.resolve();
    });
    return written;
  }

  async #take(epoch: number): Promise<void> {
    this.#next = null;
    if (epoch !== this.#epoch) throw new Error('an earlier write of reservations failed');
    const changes = this.#waiting;
    this.#waiting = [];
    const reservations = changes.map(({ reservation }) => reservation);
    try {
      this.#insert.clearBindings();
      this.#insert.bind(
        {
          seqs: listValue(changes.map((_, index) => this.#seq + BigInt(index + 1))),
          ids: listValue(reservations.map(({ id }) => id)),
          states: listValue(reservations.map(({ state }) => state)),
          ended: listValue(reservations.map(({ endedNs }) => endedNs !== null)),
          facts: listValue(changes.map(({ reservation, grant }) => factsOf(reservation, grant))),
        },
        TYPES,
      );
      await this.#insert.run();
      this.#seq += BigInt(changes.length);
    } catch (error) {
      this.#epoch++;
      this.#waiting = [];
      this.#onFailure();
      throw error;
    }
  }
}
