/** Keeps how SLOs stand at an instant, as it was shown then. */
import { listValue } from '../duckdb.js';
import type { CommandContext } from './command.js';

export interface SloSnapshot {
  readonly slo: string;
  readonly version: number;
  readonly good: bigint;
  readonly total: bigint;
  /** JSON */
  readonly facts: string;
}

export interface KeepSlos {
  readonly snapshots: readonly SloSnapshot[];
  readonly atNs: bigint;
}

export async function keepSlos(
  { connection, sql }: CommandContext,
  { snapshots, atNs }: KeepSlos,
): Promise<void> {
  if (snapshots.length === 0) return;
  await connection.run(sql.get('insert_slo_snapshots'), {
    slos: listValue(snapshots.map(({ slo }) => slo)),
    versions: listValue(snapshots.map(({ version }) => BigInt(version))),
    at: atNs,
    good: listValue(snapshots.map(({ good }) => good)),
    total: listValue(snapshots.map(({ total }) => total)),
    facts: listValue(snapshots.map(({ facts }) => facts)),
  });
}
