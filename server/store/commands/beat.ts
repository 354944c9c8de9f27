/** Keeps the latest sign of life of a heartbeat. */
import type { CommandContext } from './command.js';

export interface Beat {
  readonly name: string;
  readonly atNs: bigint;
}

export async function beat(
  { connection, sql }: CommandContext,
  { name, atNs }: Beat,
): Promise<void> {
  await connection.run(sql.get('delete_heartbeat'), { name });
  await connection.run(sql.get('insert_heartbeat'), { name, at: atNs });
}
