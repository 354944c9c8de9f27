/** How old the data behind an answer is. */
import { formatTime } from '@burnbook/domain/time';
import type { ApiContext } from './apiContext.js';

export interface Freshness {
  readonly asOf: string;
  readonly dataUntil: string | null;
}

export async function freshness(api: ApiContext): Promise<Freshness> {
  const newest = await newestSpanNs(api);
  return { asOf: formatTime(api.nowNs()), dataUntil: newest === null ? null : formatTime(newest) };
}

/** When the newest span arrived, null when none ever did. */
export async function newestSpanNs(api: ApiContext): Promise<bigint | null> {
  if (api.feed.lastCommitNs !== null) return api.feed.lastCommitNs;
  const [row] = await api.store.query('freshness');
  return (row?.['received_ns'] ?? null) as bigint | null;
}
