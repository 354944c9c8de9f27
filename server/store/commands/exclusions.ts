/** Time that does not count: added and taken away by people, both audited. */
import type { CommandContext } from './command.js';

export interface ExclusionRow {
  readonly id: string;
  readonly scope: object;
  readonly fromNs: bigint;
  readonly toNs: bigint;
  readonly rrule: string | null;
  readonly timeZone: string;
  readonly reason: string;
  readonly actor: string;
  readonly createdNs: bigint;
  readonly removedNs: bigint | null;
  readonly removedBy: string | null;
  readonly removedReason: string | null;
}

export async function addExclusion(context: CommandContext, row: ExclusionRow): Promise<void> {
  const { connection, sql } = context;
  await connection.run(sql.get('insert_exclusion'), {
    id: row.id,
    scope: JSON.stringify(row.scope),
    from: row.fromNs,
    to: row.toNs,
    rrule: row.rrule,
    timeZone: row.timeZone,
    reason: row.reason,
    actor: row.actor,
    created: row.createdNs,
  });
  await audit(context, 'exclusion.create', row);
}

export async function removeExclusion(context: CommandContext, row: ExclusionRow): Promise<void> {
  const { connection, sql } = context;
  await connection.run(sql.get('remove_exclusion'), {
    id: row.id,
    removed: row.removedNs,
    by: row.removedBy,
    reason: row.removedReason,
  });
  await audit(context, 'exclusion.remove', row);
}

async function audit(
  { connection, sql }: CommandContext,
  action: 'exclusion.create' | 'exclusion.remove',
  row: ExclusionRow,
): Promise<void> {
  const text = JSON.stringify({
    scope: row.scope,
    from: String(row.fromNs),
    to: String(row.toNs),
    rrule: row.rrule,
    timeZone: row.timeZone,
    reason: row.reason,
  });
  const created = action === 'exclusion.create';
  await connection.run(sql.get('insert_audit'), {
    at: created ? row.createdNs : row.removedNs,
    actor: created ? row.actor : row.removedBy,
    action,
    subject: `exclusion ${row.id}`,
    before: created ? null : text,
    after: created ? text : null,
    reason: created ? row.reason : row.removedReason,
  });
}
