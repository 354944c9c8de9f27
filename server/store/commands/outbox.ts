/** Messages written into the outbox, in the transaction of what they tell. */
import { listValue } from '@duckdb/node-api';
import type { NotifyKind } from '@burnbook/domain/notify/notifyEvent';
import type { CommandContext } from './command.js';

export interface OutboxRow {
  /** Stable over all tries: receivers know a message that came twice by it. */
  readonly messageId: string;
  /** What the message is about, at all destinations. */
  readonly dedupKey: string;
  readonly destination: string;
  readonly kind: NotifyKind;
  readonly severity: 'page' | 'ticket';
  readonly alertId: string | null;
  readonly incidentId: string | null;
  readonly summary: string;
  /** Neutral JSON, `messageSchema`. */
  readonly body: string;
  readonly createdNs: bigint;
  /** Before this it is not given up. */
  readonly expiresNs: bigint;
}

/**
 * Kinds that a message makes needless while they wait. An acknowledgement tells nothing of the state, so it follows
 * what waits; a test has an alert of its own.
 */
const STATE_KINDS: readonly NotifyKind[] = [
  'firing',
  'severity',
  'escalated',
  'reminder',
  'acknowledged',
  'resolved',
];
const REPLACED: Readonly<Record<NotifyKind, readonly NotifyKind[]>> = {
  firing: STATE_KINDS,
  severity: STATE_KINDS,
  escalated: STATE_KINDS,
  reminder: STATE_KINDS,
  resolved: STATE_KINDS,
  acknowledged: ['acknowledged'],
  test: ['test'],
};

/** For commands that change what is told: a message that stands there already is left as it is. */
export async function writeMessages(
  { connection, sql }: CommandContext,
  messages: readonly OutboxRow[],
): Promise<void> {
  for (const { createdNs, expiresNs, ...message } of messages) {
    const { messageId, dedupKey, destination } = message;
    const replaced = await connection.runAndReadAll(sql.get('replace_messages'), {
      messageId,
      dedupKey,
      destination,
      kinds: listValue([...REPLACED[message.kind]]),
      at: createdNs,
    });
    await connection.run(sql.get('insert_message'), {
      ...message,
      created: createdNs,
      expires: expiresNs,
      replaces: replaced.getRows().reduce((sum, [before]) => sum + 1 + Number(before), 0),
    });
  }
}

/** Messages that no other change brings: tests of a destination. */
export const queueMessages = writeMessages;
