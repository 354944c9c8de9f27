/** Figures of rows that a query gave. */
import type { QueryRow } from '../store/protocol.js';

export const sumOf = (rows: readonly QueryRow[], column: string): number =>
  rows.reduce((sum, row) => sum + Number(row[column] ?? 0), 0);

/** The latest of a column of times; null: there is none. */
export const newestNs = (rows: readonly QueryRow[], column: string): bigint | null =>
  rows.reduce<bigint | null>((newest, row) => {
    const ns = (row[column] ?? null) as bigint | null;
    return ns !== null && (newest === null || ns > newest) ? ns : newest;
  }, null);

/** Seconds from an instant to now; never below 0, also where clocks of two machines differ. */
export const secondsSince = (ns: bigint, nowNs: bigint): number =>
  ns >= nowNs ? 0 : Number(nowNs - ns) / 1e9;
