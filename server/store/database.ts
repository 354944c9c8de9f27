/**
 * Opens the one DuckDB instance of the one process that may.
 *
 * Two instances on one file, even in two threads of a process, silently corrupt it; so nobody else opens it, and
 * nothing in this process touches the file with `fs` (closing it would drop DuckDB's lock).
 */
import { readdir, readFile } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from './duckdb.js';

export interface DatabaseOptions {
  readonly file: string;
  /** DuckDB's own limit; the process needs about 250 MB besides. */
  readonly memoryLimit: string;
  readonly threads: number;
  readonly tempDirectory: string;
  /** How long to wait for another process to let go of the file, ms. */
  readonly lockWaitMs: number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Another process holds the file; `message` names it. */
export class DatabaseLockedError extends Error {
  override readonly name = 'DatabaseLockedError';
}

export interface Database {
  connect(): Promise<DuckDBConnection>;
  close(): void;
}

const LOCK_RETRY_MS = 250;

export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const instance = await openInstance(options);
  const connection = await instance.connect();
  try {
    await migrate(connection);
  } finally {
    connection.closeSync();
  }
  return {
    connect: () => instance.connect(),
    close: () => instance.closeSync(),
  };
}

async function openInstance(options: DatabaseOptions): Promise<DuckDBInstance> {
  const settings = {
    storage_compatibility_version: 'latest',
    memory_limit: options.memoryLimit,
    threads: String(options.threads),
    temp_directory: options.tempDirectory,
    // A checkpoint stops commits for about 2 µs a span since the last one, and what it has not taken is replayed at the
    // next start: 16 MB (the default) stops them all the time, 192 MB for 0.7 s and makes a start last 3 s longer.
    wal_autocheckpoint: '64MB',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  };
  for (let waitedMs = 0; ; waitedMs += LOCK_RETRY_MS) {
    try {
      return await DuckDBInstance.create(options.file, settings);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!/lock/i.test(message)) throw error;
      if (waitedMs >= options.lockWaitMs) {
        throw new DatabaseLockedError(
          `${options.file} is in use by another process${holder(message)}; stop it or choose another --data folder`,
          { cause: error },
        );
      }
      await options.sleep(LOCK_RETRY_MS);
    }
  }
}

function holder(message: string): string {
  const pid = /PID (\d+)/.exec(message)?.[1];
  return pid ? ` (process ${pid})` : '';
}

/** Brings the database to the newest schema. */
async function migrate(connection: DuckDBConnection): Promise<void> {
  await connection.run(
    'CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER NOT NULL, name VARCHAR NOT NULL)',
  );
  const applied = await connection.runAndReadAll(
    'SELECT coalesce(max(version), 0) AS version FROM schema_versions',
  );
  const current = Number(applied.getRowObjects()[0]?.['version'] ?? 0);
  const folder = new URL('./migrations/', import.meta.url);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted();
  const newest = Number(names.at(-1)?.slice(0, 4) ?? 0);
  if (current > newest) {
    throw new Error(
      `the database has schema version ${current}, this program knows up to ${newest}: use a newer program`,
    );
  }
  for (const file of names) {
    const version = Number(file.slice(0, 4));
    if (version <= current) continue;
    await connection.run('BEGIN');
    await connection.run(await readFile(new URL(file, folder), 'utf8'));
    await connection.run('INSERT INTO schema_versions VALUES (?, ?)', [version, file]);
    await connection.run('COMMIT');
  }
}
