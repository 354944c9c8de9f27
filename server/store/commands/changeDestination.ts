/** Switches a destination on or off by hand: what waits for it is released or held. */
import type { CommandContext } from './command.js';

export interface ChangeDestination {
  readonly destination: string;
  readonly enabled: boolean;
  readonly actor: string;
  readonly reason: string;
  readonly atNs: bigint;
  /** Before this, what is released is not given up. */
  readonly expiresNs: bigint;
}

export async function changeDestination(
  { connection, sql }: CommandContext,
  { destination, enabled, actor, reason, atNs, expiresNs }: ChangeDestination,
): Promise<void> {
  const change = { destination, enabled, actor, reason, at: atNs };
  await connection.run(sql.get('insert_destination_change'), change);
  if (enabled) {
    await connection.run(sql.get('release_messages'), {
      destination,
      at: atNs,
      expires: expiresNs,
    });
  } else await connection.run(sql.get('hold_messages'), { destination });
  await connection.run(sql.get('insert_audit'), {
    at: atNs,
    actor,
    action: `destination.${enabled ? 'enable' : 'disable'}`,
    subject: `destination ${destination}`,
    before: null,
    after: JSON.stringify({ enabled }),
    reason,
  });
}
