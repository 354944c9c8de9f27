/** Takes over the definitions of SLOs: what differs from the newest version is a new one, and is audited. */
import type { CommandContext } from './command.js';

export interface DefineSlos {
  /** All SLOs that there are now; `definition` is canonical text. */
  readonly slos: readonly { readonly name: string; readonly definition: string }[];
  readonly atNs: bigint;
  readonly actor: string;
  readonly reason: string | null;
}

export interface DefinedSlo {
  readonly name: string;
  readonly version: number;
  /** When this version came into force. */
  readonly fromNs: bigint;
}

/** @returns the version of each SLO. */
export async function defineSlos(
  { connection, sql }: CommandContext,
  { slos, atNs, actor, reason }: DefineSlos,
): Promise<readonly DefinedSlo[]> {
  const rows = await connection.runAndReadAll(sql.get('slo_newest_versions'));
  const known = new Map(
    rows.getRowObjects().map((row) => [
      row['slo'] as string,
      {
        version: Number(row['version']),
        definition: row['definition'] as string | null,
        fromNs: row['from_ns'] as bigint,
      },
    ]),
  );
  const write = async (name: string, definition: string | null): Promise<number> => {
    const before = known.get(name);
    const was = before?.definition ?? null;
    const version = (before?.version ?? 0) + 1;
    const values = { name, version, definition, at: atNs, actor, reason };
    await connection.run(sql.get('insert_slo_version'), values);
    await connection.run(sql.get('insert_audit'), {
      at: atNs,
      actor,
      action: `slo.${definition === null ? 'delete' : was === null ? 'create' : 'edit'}`,
      subject: `slo ${name}`,
      before: was,
      after: definition,
      reason,
    });
    return version;
  };
  const defined: DefinedSlo[] = [];
  for (const { name, definition } of slos) {
    const before = known.get(name);
    if (before?.definition === definition) {
      defined.push({ name, version: before.version, fromNs: before.fromNs });
    } else defined.push({ name, version: await write(name, definition), fromNs: atNs });
  }
  const there = new Set(slos.map(({ name }) => name));
  for (const [name, { definition }] of known) {
    if (definition !== null && !there.has(name)) await write(name, null);
  }
  return defined;
}
