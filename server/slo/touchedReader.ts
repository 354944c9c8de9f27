/** Reads which minutes commits touched, and what else changes with them. */
import { MINUTE_NS } from '@burnbook/domain/time';
import type { QueryRow } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';
import { minuteOfNs, nsOfMinute } from './eventGroup.js';
import { minutePieces } from './minutePieces.js';

export interface Touched {
  /** Number of the newest commit among them. */
  readonly seen: bigint;
  /** Rows that tell of them. */
  readonly noted: number;
  /** Minute → pipelines. */
  readonly minutes: ReadonlyMap<number, ReadonlySet<string>>;
}

/** null: nothing is noted. */
export async function readTouched(store: StoreClient): Promise<Touched | null> {
  const rows = await store.query('uncounted');
  const [head] = rows;
  if (!head) return null;
  const minutes = new Map<number, Set<string>>();
  note(minutes, rows);
  const lost = rows.filter((row) => row['operation_key'] !== null || row['run_id'] !== null);
  for (const times of minutePieces(minutes.keys())) {
    const [first, last] = [times[0] ?? 0, times.at(-1) ?? 0];
    const ours = lost.filter((row) => {
      const minute = minuteOfNs(row['minute_ns'] as bigint);
      return minute >= first && minute <= last;
    });
    const runs = ours.filter((row) => row['run_id'] !== null);
    const more = await store.query('sli_touched', {
      minutes: times.map(nsOfMinute),
      first: nsOfMinute(first),
      last: nsOfMinute(last) + MINUTE_NS,
      operations: ours.flatMap((row) => (row['operation_key'] as bigint | null) ?? []),
      runs: runs.map((row) => row['run_id'] as string),
      runPipelines: runs.map((row) => row['pipeline'] as string),
    });
    note(minutes, more);
  }
  return { seen: head['seen'] as bigint, noted: Number(head['noted']), minutes };
}

function note(minutes: Map<number, Set<string>>, rows: readonly QueryRow[]): void {
  for (const row of rows) {
    const minute = minuteOfNs(row['minute_ns'] as bigint);
    const pipelines = minutes.get(minute);
    if (pipelines) pipelines.add(row['pipeline'] as string);
    else minutes.set(minute, new Set([row['pipeline'] as string]));
  }
}
