/** Writes who did something by hand, and why. */
import type { CommandContext } from './command.js';

export interface AuditOp {
  readonly atNs: bigint;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly reason: string;
}

export async function recordAudit(
  { connection, sql }: CommandContext,
  { atNs, actor, action, subject, reason }: AuditOp,
): Promise<void> {
  await connection.run(sql.get('insert_audit'), {
    ...{ at: atNs, actor, action, subject, reason },
    before: null,
    after: null,
  });
}
