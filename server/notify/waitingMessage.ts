/** A message of the outbox that waits for its delivery. */
import { messageSchema, type Message } from '../contract/delivery.js';
import type { QueryRow } from '../store/protocol.js';

export interface Waiting {
  readonly messageId: string;
  readonly dedupKey: string;
  readonly destination: string;
  readonly kind: string;
  readonly body: string;
  readonly createdNs: bigint;
  readonly expiresNs: bigint;
  readonly replaces: number;
  readonly attempts: number;
  readonly nextNs: bigint;
  readonly due: boolean;
}

/** @returns null when what is stored is not one of our messages. */
export function messageOf({ body }: Waiting): Message | null {
  const parsed = messageSchema.safeParse(jsonOf(body));
  return parsed.success ? parsed.data : null;
}

export const waitingOf = (row: QueryRow): Waiting => ({
  messageId: row['message_id'] as string,
  dedupKey: row['dedup_key'] as string,
  destination: row['destination'] as string,
  kind: row['kind'] as string,
  body: row['body'] as string,
  createdNs: row['created_ns'] as bigint,
  expiresNs: row['expires_ns'] as bigint,
  replaces: Number(row['replaces']),
  attempts: Number(row['attempts']),
  nextNs: row['next_ns'] as bigint,
  due: row['due'] === true,
});

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
