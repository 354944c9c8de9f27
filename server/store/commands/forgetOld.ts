/** Takes away what would grow without end and what no answer reaches back to; incidents and their timelines stay. */
import { DAY_NS } from '@burnbook/domain/time';
import type { CommandContext } from './command.js';

/** Settled messages; what became of them stays in the timeline of their incident. */
const MESSAGES_DAYS = 90n;
/** Snapshots are hourly for so long, and daily before. */
const HOURLY_DAYS = 92n;
/** SLOs look back a year, with the window before its first day. */
const HISTORY_DAYS = 400n;
/** Occurrences are watched a little longer than SLOs look back. */
const VERDICTS_DAYS = 430n;

export async function forgetOld(
  { connection, sql }: CommandContext,
  { atNs }: { readonly atNs: bigint },
): Promise<void> {
  const before = (days: bigint): { before: bigint } => ({ before: atNs - days * DAY_NS });
  const run = async (name: string, values: Record<string, bigint>): Promise<void> => {
    await connection.run(sql.get(name), values);
  };
  await run('insert_told_entries', before(MESSAGES_DAYS));
  await run('delete_old_messages', before(MESSAGES_DAYS));
  await run('delete_old_snapshots', {
    ...before(HISTORY_DAYS),
    thin: atNs - HOURLY_DAYS * DAY_NS,
  });
  await run('delete_old_sli_minutes', before(HISTORY_DAYS));
  await run('delete_old_server_minutes', before(HISTORY_DAYS));
  await run('delete_old_verdicts', before(VERDICTS_DAYS));
  await run('delete_old_alerts', before(HISTORY_DAYS));
  await run('delete_old_alert_changes', before(HISTORY_DAYS));
}
