/** Sets a hard limit aside for a time, or in force again, with its entry in the audit log. */
import { formatTime } from '@burnbook/domain/time';
import type { BreakGlassOp } from '../reservations/holdOps.js';
import type { CommandContext } from './command.js';

export async function breakGlass(
  { connection, sql }: CommandContext,
  { budget, atNs, untilNs, actor, reason }: BreakGlassOp,
): Promise<void> {
  const values = { budget, at: atNs, until: untilNs, actor, reason };
  await connection.run(sql.get('insert_break_glass'), values);
  await connection.run(sql.get('insert_audit'), {
    at: atNs,
    actor,
    action: `budget.${untilNs > atNs ? 'breakGlass' : 'endBreakGlass'}`,
    subject: `budget ${budget}`,
    before: null,
    after: JSON.stringify({ until: formatTime(untilNs) }),
    reason,
  });
}
