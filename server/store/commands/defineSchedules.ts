/** Takes over when pipelines are expected: a schedule that differs from the newest one of its pipeline is a new version. */
import type { CommandContext } from './command.js';

export interface DefineSchedules {
  /** All schedules that there are now, as canonical text. */
  readonly schedules: readonly { readonly pipeline: string; readonly definition: string }[];
  readonly atNs: bigint;
}

export interface ScheduleVersion {
  readonly pipeline: string;
  /** null: from then on it has none. */
  readonly definition: string | null;
  readonly fromNs: bigint;
}

/** @returns every version there ever was, of each pipeline the oldest first. */
export async function defineSchedules(
  { connection, sql }: CommandContext,
  { schedules, atNs }: DefineSchedules,
): Promise<readonly ScheduleVersion[]> {
  const rows = await connection.runAndReadAll(sql.get('schedule_versions'));
  const versions = rows.getRowObjects().map((row): ScheduleVersion => ({
    pipeline: row['pipeline'] as string,
    definition: row['definition'] as string | null,
    fromNs: row['from_ns'] as bigint,
  }));
  const newest = new Map(versions.map((version) => [version.pipeline, version]));
  const wanted = new Map<string, string | null>(
    [...newest.keys()].map((pipeline) => [pipeline, null]),
  );
  for (const { pipeline, definition } of schedules) wanted.set(pipeline, definition);
  for (const [pipeline, definition] of wanted) {
    const before = newest.get(pipeline);
    if ((before?.definition ?? null) === definition) continue;
    // A clock that was set back does not put a version before the one that it replaces.
    const fromNs = before && before.fromNs >= atNs ? before.fromNs + 1n : atNs;
    await connection.run(sql.get('insert_schedule_version'), { pipeline, definition, at: fromNs });
    versions.push({ pipeline, definition, fromNs });
  }
  return versions;
}
