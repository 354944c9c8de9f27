/** Messages written into the outbox, in the transaction of what they tell. */
import type { NotifyKind } from '@burnbook/domain/notify/notifyEvent';
import type { CommandContext } from './command.js';
import { jsonRows } from './jsonRows.js';

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
  for (const round of rounds(messages)) {
    const replaced = await connection.runAndReadAll(sql.get('replace_messages'), {
      messages: jsonRows(round.map((each) => ({ ...each, replacedKinds: REPLACED[each.kind] }))),
    });
    const counts = new Map<string, number>();
    for (const [dedupKey, destination, before] of replaced.getRows()) {
      const key = keyOf({ dedupKey: dedupKey as string, destination: destination as string });
      counts.set(key, (counts.get(key) ?? 0) + 1 + Number(before));
    }
    await connection.run(sql.get('write_messages'), {
      messages: jsonRows(
        round.map((each) => ({ ...each, replaces: counts.get(keyOf(each)) ?? 0 })),
      ),
    });
  }
}

/** Messages that no other change brings: tests of a destination. */
export async function queueMessages(
  context: CommandContext,
  messages: readonly OutboxRow[],
): Promise<void> {
  await writeMessages(context, messages);
}

/** In their order, with at most one of a thing and a destination in each round. */
function rounds(messages: readonly OutboxRow[]): OutboxRow[][] {
  const seen = new Map<string, number>();
  const all: OutboxRow[][] = [];
  for (const message of messages) {
    const round = seen.get(keyOf(message)) ?? 0;
    seen.set(keyOf(message), round + 1);
    (all[round] ??= []).push(message);
  }
  return all;
}

const keyOf = ({ dedupKey, destination }: Pick<OutboxRow, 'dedupKey' | 'destination'>): string =>
  `${destination}\n${dedupKey}`;
