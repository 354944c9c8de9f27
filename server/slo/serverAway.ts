/** When the server was away, as the minutes say in which it ran. */
import { AwayTime } from '@burnbook/domain/slo/away';
import { DAY_NS } from '@burnbook/domain/time';
import type { StoreClient } from '../store/storeClient.js';

/** How long before a range a minute is looked for in which it ran: before the first nobody knows whether it was there. */
const BEFORE_NS = 35n * DAY_NS;

/** @throws StoreError */
export async function serverAway(
  store: StoreClient,
  { fromNs, nowNs }: { readonly fromNs: bigint; readonly nowNs: bigint },
): Promise<AwayTime> {
  const rows = await store.query('server_away', { from: fromNs - BEFORE_NS, to: nowNs });
  return new AwayTime(
    rows.map((row) => ({ startNs: row['start_ns'] as bigint, endNs: row['end_ns'] as bigint })),
  );
}
