/** Writes what became of messages, and switches off destinations that said they are gone. */
import type { CommandContext } from './command.js';
import { jsonRows } from './jsonRows.js';

export interface DeliveryResult {
  readonly messageId: string;
  readonly state: 'pending' | 'delivered' | 'dead' | 'disabled';
  /** Tries so far, this one included. */
  readonly attempts: number;
  readonly triedNs: bigint | null;
  readonly nextNs: bigint;
  /** Of the HTTP answer. */
  readonly status: number | null;
  readonly error: string | null;
}

export interface SettleDeliveries {
  readonly results: readonly DeliveryResult[];
  readonly disable: readonly { readonly destination: string; readonly reason: string }[];
  readonly atNs: bigint;
}

const ACTOR = 'notifier';

export async function settleDeliveries(
  { connection, sql }: CommandContext,
  { results, disable, atNs }: SettleDeliveries,
): Promise<void> {
  if (results.length > 0) {
    await connection.run(sql.get('settle_messages'), { results: jsonRows(results), at: atNs });
  }
  for (const { destination, reason } of disable) {
    const change = { destination, reason, enabled: false, at: atNs, actor: ACTOR };
    await connection.run(sql.get('insert_destination_change'), change);
    await connection.run(sql.get('hold_messages'), { destination });
  }
}
