/** A folder of backups: each a folder of its own with the database and a manifest that is written last. */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { formatTime, parseTime } from '@burnbook/domain/time';
import type { CopyReport } from './copyDatabase.js';

export interface Backup {
  readonly name: string;
  /** Its folder. */
  readonly path: string;
  readonly atNs: bigint;
  readonly bytes: number;
  readonly rows: bigint;
}

export const DATABASE_FILE = 'burnbook.duckdb';

const NAME = /^burnbook-\d{8}T\d{6}Z$/;
const PARTIAL = /^burnbook-\d{8}T\d{6}Z\.partial$/;
const MANIFEST = 'manifest.json';

/** Complete backups, the newest first; none where there is no such folder. */
export async function listBackups(folder: string): Promise<Backup[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const found = await Promise.all(
    names.filter((name) => NAME.test(name)).map((name) => readBackup(folder, name)),
  );
  return found
    .flatMap((backup) => backup ?? [])
    .toSorted((a, b) => (a.atNs < b.atNs ? 1 : a.atNs > b.atNs ? -1 : 0));
}

/**
 * Lets `copy` fill a new folder, and gives it its name when all of it is there: what stops in between is no backup.
 * One of the same second is that one.
 * @throws what `copy` throws, or an error of the file system.
 */
export async function writeBackup(
  folder: string,
  atNs: bigint,
  copy: (into: string) => Promise<readonly CopyReport[]>,
): Promise<Backup> {
  const name = `burnbook-${formatTime(atNs).slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const target = path.join(folder, name);
  const partial = `${target}.partial`;
  const known = await readBackup(folder, name);
  if (known) return known;
  await mkdir(folder, { recursive: true });
  for (const left of (await readdir(folder)).filter((each) => PARTIAL.test(each))) {
    await rm(path.join(folder, left), { recursive: true, force: true });
  }
  await mkdir(partial);
  try {
    const reports = await copy(partial);
    const sizes = await Promise.all(reports.map(async ({ file }) => (await stat(file)).size));
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    const rows = reports.reduce((sum, report) => sum + report.rows, 0n);
    const manifest = { at: formatTime(atNs), bytes, rows: rows.toString() };
    await writeFile(path.join(partial, MANIFEST), `${JSON.stringify(manifest)}\n`);
    await rename(partial, target);
    return { name, path: target, atNs, bytes, rows };
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

/** Removes all but the newest ones. */
export async function pruneBackups(folder: string, keep: number): Promise<void> {
  for (const { path: old } of (await listBackups(folder)).slice(keep)) {
    await rm(old, { recursive: true, force: true });
  }
}

/** @returns null for what is none of ours. */
async function readBackup(folder: string, name: string): Promise<Backup | null> {
  const own = path.join(folder, name);
  try {
    const said = JSON.parse(await readFile(path.join(own, MANIFEST), 'utf8')) as {
      readonly at: string;
      readonly bytes: number;
      readonly rows: string;
    };
    const atNs = parseTime(said.at);
    return atNs === null
      ? null
      : { name, path: own, atNs, bytes: said.bytes, rows: BigInt(said.rows) };
  } catch {
    return null;
  }
}
