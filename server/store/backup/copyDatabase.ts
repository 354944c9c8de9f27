/**
 * Copies the database of the running instance into a file, as of one instant, while everything goes on; then opens the
 * copy and counts what is in it. `COPY FROM DATABASE` reads a snapshot and keeps no writer waiting.
 */
import type { DuckDBConnection } from '@duckdb/node-api';

export interface CopyReport {
  readonly file: string;
  readonly tables: number;
  readonly rows: bigint;
}

const COPY = 'backup_copy';

/**
 * @param to.database its name in the instance; `file` must not exist yet.
 * @throws Error when the copy cannot be written, or does not hold what it should.
 */
export async function copyDatabase(
  connection: DuckDBConnection,
  { database, file }: { readonly database: string; readonly file: string },
): Promise<CopyReport> {
  const counted = await attached(
    connection,
    `${quoted(file)} AS ${COPY} (STORAGE_VERSION 'latest')`,
    async () => {
      await connection.run('BEGIN');
      try {
        await connection.run(`COPY FROM DATABASE ${identifier(database)} TO ${COPY}`);
        // In the snapshot that was copied.
        const rows = await rowsOf(connection, database);
        await connection.run('COMMIT');
        await connection.run(`CHECKPOINT ${COPY}`);
        return rows;
      } catch (error) {
        await connection.run('ROLLBACK').catch(() => undefined);
        throw error;
      }
    },
  );
  const found = await attached(connection, `${quoted(file)} AS ${COPY} (READ_ONLY)`, () =>
    rowsOf(connection, COPY),
  );
  for (const [table, rows] of counted) {
    if (found.get(table) !== rows) {
      throw new Error(
        `the copy of ${table} holds ${found.get(table) ?? 'no'} rows instead of ${rows}: ${file}`,
      );
    }
  }
  return {
    file,
    tables: counted.size,
    rows: [...counted.values()].reduce((sum, rows) => sum + rows, 0n),
  };
}

async function attached<Result>(
  connection: DuckDBConnection,
  what: string,
  work: () => Promise<Result>,
): Promise<Result> {
  await connection.run(`ATTACH ${what}`);
  try {
    return await work();
  } finally {
    await connection.run(`DETACH ${COPY}`);
  }
}

/** Table → rows. */
async function rowsOf(
  connection: DuckDBConnection,
  database: string,
): Promise<Map<string, bigint>> {
  const tables = await connection.runAndReadAll(
    'SELECT table_name FROM duckdb_tables() WHERE database_name = ? AND NOT internal AND NOT temporary',
    [database],
  );
  const rows = new Map<string, bigint>();
  for (const [table] of tables.getRows()) {
    const name = table as string;
    const counted = await connection.runAndReadAll(
      `SELECT count(*) FROM ${identifier(database)}.${identifier(name)}`,
    );
    rows.set(name, counted.getRows()[0]?.[0] as bigint);
  }
  return rows;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
