/** Executions as they are stored. */
import type { StoreClient } from '../store/storeClient.js';
import { eventOf, followedOf } from './executionRows.js';
import type { Followed, FollowedEvent } from './followed.js';

/** What is left out does not matter. */
export interface ExecutionsAsked {
  readonly id?: string;
  /** Name of the runbook. */
  readonly runbook?: string | null;
  readonly incident?: string | null;
  readonly state?: 'open' | 'finished' | null;
  readonly limit?: number;
  readonly offset?: number;
}

const ANY = { id: null, runbook: null, incident: null, state: null, limit: 1, offset: 0 };

/** The newest first. @throws StoreError */
export async function readExecutions(
  store: StoreClient,
  asked: ExecutionsAsked,
): Promise<{ items: readonly Followed[]; matching: number }> {
  const rows = await store.query('executions', { ...ANY, ...asked });
  const events = new Map<unknown, FollowedEvent[]>(rows.map((row) => [row['execution_id'], []]));
  // A list that may be empty says what it is a list of.
  const ids = ['', ...rows.map((row) => row['execution_id'] as string)];
  for (const row of await store.query('execution_events', { ids })) {
    events.get(row['execution_id'])?.push(eventOf(row));
  }
  return {
    items: rows.map((row) => followedOf(row, events.get(row['execution_id']) ?? [])),
    matching: Number(rows[0]?.['matching'] ?? 0),
  };
}
