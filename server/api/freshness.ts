/** How old the data behind an answer is. */
import { formatTime } from '@burnbook/domain/time';
import type { ApiContext } from './apiContext.js';

export interface Freshness {
  readonly asOf: string;
  readonly dataUntil: string | null;
}

/** @param atNs when the answer was worked out; without it now. */
export async function freshness(api: ApiContext, atNs = api.nowNs()): Promise<Freshness> {
  const newest = await newestSpanNs(api);
  return { asOf: formatTime(atNs), dataUntil: newest === null ? null : formatTime(newest) };
}

/** When the newest span arrived, null when none ever did. */
export function newestSpanNs({ feed, store }: ApiContext): Promise<bigint | null> {
  return feed.newestNs(async () => {
    const [row] = await store.query('freshness');
    return (row?.['received_ns'] ?? null) as bigint | null;
  });
}
