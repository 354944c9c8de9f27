/** Adds to what the server counted of itself. */
import { listValue } from '../duckdb.js';
import type { CommandContext } from './command.js';

/** Columns of equal length. */
export interface CountedServerMinutes {
  readonly minutesNs: readonly bigint[];
  readonly events: readonly string[];
  readonly outcomes: readonly string[];
  readonly counts: readonly bigint[];
  /** `bucket:count` pairs of latencies, blank-separated. */
  readonly buckets: readonly string[];
}

export async function countServer(
  { connection, sql }: CommandContext,
  { minutesNs, events, outcomes, counts, buckets }: CountedServerMinutes,
): Promise<void> {
  if (minutesNs.length === 0) return;
  await connection.run(sql.get('insert_server_minutes'), {
    minutes: listValue([...minutesNs]),
    events: listValue([...events]),
    outcomes: listValue([...outcomes]),
    counts: listValue([...counts]),
    buckets: listValue([...buckets]),
  });
}
