/** Brings changes of reservations over from their journal, and forgets what ended long ago. */
import { BIGINT, LIST, listValue, VARCHAR } from '../duckdb.js';
import type { HoldEntry } from '../reservations/holdEntry.js';
import type { CommandContext } from './command.js';

export interface StoreReservations {
  readonly entries: readonly HoldEntry[];
  /** Reservations that ended before it go, UTC nanoseconds; null: none goes. */
  readonly forgetBeforeNs: bigint | null;
}

const TYPES = {
  ids: LIST(VARCHAR),
  seqs: LIST(BIGINT),
  states: LIST(VARCHAR),
  ended: LIST(BIGINT),
  lastFacts: LIST(VARCHAR),
};
const FIRST_TYPES = { firstSeqs: LIST(BIGINT), firstFacts: LIST(VARCHAR) };

export async function storeReservations(
  { connection, sql }: CommandContext,
  { entries, forgetBeforeNs }: StoreReservations,
): Promise<void> {
  if (entries.length > 0) {
    await connection.run(sql.get('update_reservations'), valuesOf(entries), TYPES);
  }
  const granted = entries.flatMap(({ first, ...entry }) => (first ? [{ ...entry, first }] : []));
  if (granted.length > 0) {
    await connection.run(
      sql.get('insert_reservations'),
      {
        ...valuesOf(granted),
        firstSeqs: listValue(granted.map(({ first }) => first.seq)),
        firstFacts: listValue(granted.map(({ first }) => first.facts)),
      },
      { ...TYPES, ...FIRST_TYPES },
    );
  }
  if (forgetBeforeNs !== null) {
    await connection.run(sql.get('delete_old_reservations'), { before: forgetBeforeNs });
  }
}

const valuesOf = (entries: readonly Omit<HoldEntry, 'first'>[]) => ({
  ids: listValue(entries.map(({ id }) => id)),
  seqs: listValue(entries.map(({ seq }) => seq)),
  states: listValue(entries.map(({ state }) => state)),
  ended: listValue(entries.map(({ endedNs }) => endedNs)),
  lastFacts: listValue(entries.map(({ lastFacts }) => lastFacts)),
});
