/** Merges the additive rows of rollups at once, where the writer would do it only after many. */
import type { CommandContext } from './command.js';

export async function compact({ connection, sql }: CommandContext, _: null): Promise<void> {
  for (const statements of ['compact_rollup', 'compact_summary', 'compact_minutes']) {
    await connection.run(sql.get(statements));
  }
}
