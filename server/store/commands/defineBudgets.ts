/** Takes over the definitions of cost budgets: what differs from the newest version is a new one, and is audited. */
import type { CommandContext } from './command.js';

export interface DefineBudgets {
  /** All budgets that there are now; `definition` is canonical text. */
  readonly budgets: readonly { readonly id: string; readonly definition: string }[];
  readonly atNs: bigint;
  readonly actor: string;
  readonly reason: string | null;
}

export interface DefinedBudget {
  readonly id: string;
  readonly version: number;
  /** When its first version was written. */
  readonly sinceNs: bigint;
}

/** @returns the version of each budget. */
export async function defineBudgets(
  { connection, sql }: CommandContext,
  { budgets, atNs, actor, reason }: DefineBudgets,
): Promise<readonly DefinedBudget[]> {
  const rows = await connection.runAndReadAll(sql.get('budget_newest_versions'));
  const known = new Map(
    rows.getRows().map(([id, version, definition, sinceNs]) => [
      id as string,
      {
        version: Number(version),
        definition: (definition ?? null) as string | null,
        sinceNs: sinceNs as bigint,
      },
    ]),
  );
  const write = async (id: string, definition: string | null): Promise<number> => {
    const before = known.get(id);
    const version = (before?.version ?? 0) + 1;
    const was = before?.definition ?? null;
    await connection.run(sql.get('insert_budget_version'), {
      id,
      version,
      definition,
      at: atNs,
      actor,
      reason,
    });
    await connection.run(sql.get('insert_audit'), {
      at: atNs,
      actor,
      action: `budget.${definition === null ? 'delete' : was === null ? 'create' : 'edit'}`,
      subject: `budget ${id}`,
      before: was,
      after: definition,
      reason,
    });
    return version;
  };
  const defined: DefinedBudget[] = [];
  for (const { id, definition } of budgets) {
    const before = known.get(id);
    const version =
      before?.definition === definition ? before.version : await write(id, definition);
    defined.push({ id, version, sinceNs: before?.sinceNs ?? atNs });
  }
  const there = new Set(budgets.map(({ id }) => id));
  for (const [id, { definition }] of known) {
    if (definition !== null && !there.has(id)) await write(id, null);
  }
  return defined;
}
