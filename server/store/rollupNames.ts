/**
 * What the keys of the rollup stand for: `cost_origins` and `cost_places` hold each key once. A commit brings in what it
 * names first, in its own transaction; what is known to be stored is not looked for again.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { RollupRow } from './costRollup.js';
import type { RowAppenders } from './rowAppenders.js';
import type { SqlTexts } from './sqlTexts.js';

/** Keys that are remembered; then all are forgotten, which costs a look at the table. */
const KNOWN_MAX = 50_000;

export class RollupNames {
  readonly #known = new Set<bigint>();
  /** Of the transaction that is open. */
  readonly #coming = new Set<bigint>();

  /** Appends the names that are not known to be there. */
  note(rows: readonly RollupRow[], appenders: RowAppenders): void {
    for (const { origin, place } of rows) {
      if (this.#isNew(origin.key)) appenders.costOrigin(origin);
      if (this.#isNew(place.key)) appenders.costPlace(place);
    }
  }

  /** After the appenders have finished: stores those that are not there. */
  async store(connection: DuckDBConnection, sql: SqlTexts): Promise<void> {
    if (this.#coming.size > 0) await connection.run(sql.get('insert_cost_names'));
  }

  committed(): void {
    if (this.#known.size + this.#coming.size > KNOWN_MAX) this.#known.clear();
    for (const key of this.#coming) this.#known.add(key);
    this.#coming.clear();
  }

  /** The transaction was rolled back. */
  abandon(): void {
    this.#coming.clear();
  }

  /** Names that nothing refers to were taken away. */
  forget(): void {
    this.#known.clear();
  }

  #isNew(key: bigint): boolean {
    if (this.#known.has(key) || this.#coming.has(key)) return false;
    this.#coming.add(key);
    return true;
  }
}
