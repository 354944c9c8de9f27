/** Reads the database of a server that has stopped. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

export type ReadRows = (sql: string) => Promise<Record<string, unknown>[]>;

export const databaseFile = (dataFolder: string): string =>
  path.join(dataFolder, 'burnbook.duckdb');

export async function withStoredFile<T>(
  dataFolder: string,
  use: (read: ReadRows) => Promise<T>,
): Promise<T> {
  const instance = await DuckDBInstance.create(databaseFile(dataFolder), {
    access_mode: 'READ_ONLY',
  });
  const connection = await instance.connect();
  try {
    return await use(async (sql) => (await connection.runAndReadAll(sql)).getRowObjects());
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

export function countSpans(dataFolder: string): Promise<number> {
  return withStoredFile(dataFolder, async (read) => {
    const [row] = await read('SELECT count(*) AS spans FROM spans');
    return Number(row?.['spans'] ?? 0);
  });
}

/** Bytes of the write-ahead log now; 0 when there is none. */
export async function walBytes(dataFolder: string): Promise<number> {
  return (await stat(`${databaseFile(dataFolder)}.wal`).catch(() => null))?.size ?? 0;
}
