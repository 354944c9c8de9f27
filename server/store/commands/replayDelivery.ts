/** Sends a message again that was given up: by hand, with its id, from the first try on. */
import { StoreError } from '../protocol.js';
import type { CommandContext } from './command.js';

export interface ReplayDelivery {
  readonly messageId: string;
  readonly actor: string;
  readonly atNs: bigint;
  /** Before this it is not given up again, by its destination; of one that is not listed `expiresNs`. */
  readonly expiresOf: readonly { readonly destination: string; readonly expiresNs: bigint }[];
  readonly expiresNs: bigint;
}

/** @returns false when there is no such message. @throws StoreError `refused` when it is not one to send again. */
export async function replayDelivery(
  { connection, sql }: CommandContext,
  { messageId, actor, atNs, ...more }: ReplayDelivery,
): Promise<boolean> {
  const found = await connection.runAndReadAll(sql.get('message_to_replay'), { messageId });
  const [row] = found.getRows();
  if (!row) return false;
  const [state, destination, newer] = row;
  if (state !== 'dead') {
    throw new StoreError('refused', `it is ${String(state)}; only a dead message is sent again`);
  }
  if (Number(newer) > 0) {
    throw new StoreError(
      'refused',
      `${String(destination)} has a newer message on the same alert: this one tells a state that is over`,
    );
  }
  const own = more.expiresOf.find((each) => each.destination === destination);
  const expires = own?.expiresNs ?? more.expiresNs;
  await connection.run(sql.get('replay_message'), { messageId, at: atNs, expires });
  await connection.run(sql.get('insert_audit'), {
    at: atNs,
    actor,
    action: 'delivery.replay',
    subject: `delivery ${messageId}`,
    before: JSON.stringify({ state }),
    after: JSON.stringify({ state: 'pending' }),
    reason: null,
  });
  return true;
}
