/**
 * What questions about retries need worked out before them, in their transaction: what of the copies holds no more, and what
 * is rare. Mostly nothing. As parts of the questions these would be planned each time, which costs more than all the rest.
 */
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { SqlTexts } from './sqlTexts.js';

type Values = Readonly<Record<string, DuckDBValue>>;

/** Questions that take the parameters which `prepareRetries` gives. */
export const OF_RETRIES: ReadonlySet<string> = new Set(['waste', 'what_if']);

/**
 * Fills the temporary tables of `create_retry_tables.sql`.
 *
 * @param goOn throws between two statements when nobody waits any more.
 * @returns parameters of the question besides its own.
 */
export async function prepareRetries(
  connection: DuckDBConnection,
  question: {
    readonly sql: SqlTexts;
    readonly name: string;
    readonly values: Values;
    readonly goOn: () => void;
  },
): Promise<Values> {
  const { sql, name, values, goOn } = question;
  const { from = null, to = null } = values;
  const found = await connection.runAndReadAll(sql.get('retry_state'), { from, to });
  const [state] = found.getRowObjects();
  if (!state) throw new Error('retry_state.sql gave no row');
  const { stale = null, noted = null, nested = null } = state;
  const fill = async (table: string, params?: Values): Promise<void> => {
    goOn();
    await connection.run(sql.get(`fill_${table}`), params);
  };
  if (noted === true) await fill('fresh_tries');
  if (name === 'what_if') {
    if (nested === true) {
      const { timeout = null, patterns = null } = values;
      await fill('tangled_operations', { from, to });
      await fill('nested_attempts', { from, to, timeout, patterns, noted });
    }
    return { noted, nested };
  }
  if (stale === true) await fill('stale_places');
  if (nested === true) await fill('lost_fates', { from, to, noted });
  return { stale, noted, nested };
}
