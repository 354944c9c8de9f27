/** What a span takes on disk after a checkpoint, by table. */
import { stat } from 'node:fs/promises';
import { databaseFile, withStoredFile, type ReadRows } from './storedFile.js';

export interface DiskBench {
  readonly spans: number;
  /** Bytes of the file, free blocks included, per span. */
  readonly fileBytesPerSpan: number;
  readonly freeBytesPerSpan: number;
  /** The tables spans, sources and traces. */
  readonly rawBytesPerSpan: number;
  /** Bill lines, activities, attempts, rollups and everything else. */
  readonly derivedBytesPerSpan: number;
  readonly tables: readonly DiskTable[];
}

export interface DiskTable {
  readonly table: string;
  readonly rows: number;
  readonly bytesPerSpan: number;
}

const RAW: ReadonlySet<string> = new Set(['spans', 'sources', 'traces']);

/** @param dataFolder of a server that has stopped, and so has checkpointed. */
export async function benchDisk(dataFolder: string): Promise<DiskBench> {
  const { size } = await stat(databaseFile(dataFolder));
  return withStoredFile(dataFolder, async (read) => {
    const [sizes] = await read(
      "SELECT block_size, free_blocks FROM pragma_database_size() WHERE NOT database_name IN ('system', 'temp')",
    );
    const blockBytes = Number(sizes?.['block_size'] ?? 0);
    const freeBytes = Number(sizes?.['free_blocks'] ?? 0) * blockBytes;
    const rows = new Map<string, number>();
    const blocks = new Map<string, number>();
    const names = await read(
      'SELECT table_name AS name FROM duckdb_tables() WHERE NOT internal AND NOT temporary ORDER BY name',
    );
    for (const { name } of names) {
      const table = String(name);
      const [count] = await read(`SELECT count(*) AS rows FROM ${table}`);
      rows.set(table, Number(count?.['rows'] ?? 0));
    }
    for (const [table, share] of await blockShares(read, [...rows.keys()]))
      blocks.set(table, share);
    const spans = rows.get('spans') ?? 0;
    const tables = [...rows]
      .map(([table, count]) => ({
        table,
        rows: count,
        bytesPerSpan: ((blocks.get(table) ?? 0) * blockBytes) / spans,
      }))
      .toSorted((a, b) => b.bytesPerSpan - a.bytesPerSpan);
    const sum = (isRaw: boolean): number =>
      tables
        .filter(({ table }) => RAW.has(table) === isRaw)
        .reduce((total, { bytesPerSpan }) => total + bytesPerSpan, 0);
    return {
      spans,
      fileBytesPerSpan: size / spans,
      freeBytesPerSpan: freeBytes / spans,
      rawBytesPerSpan: sum(true),
      derivedBytesPerSpan: sum(false),
      tables,
    };
  });
}

/** Blocks that hold each table's segments; a block that several tables share counts in parts. */
async function blockShares(
  read: ReadRows,
  tables: readonly string[],
): Promise<Map<string, number>> {
  const owners = new Map<string, Set<string>>();
  for (const table of tables) {
    const found = await read(
      `SELECT DISTINCT unnest([block_id] || coalesce(additional_block_ids, [])) AS block
       FROM pragma_storage_info('${table}') WHERE persistent AND block_id >= 0`,
    );
    for (const { block } of found) {
      const key = String(block);
      owners.set(key, (owners.get(key) ?? new Set()).add(table));
    }
  }
  const shares = new Map<string, number>();
  for (const tablesOf of owners.values()) {
    for (const table of tablesOf) shares.set(table, (shares.get(table) ?? 0) + 1 / tablesOf.size);
  }
  return shares;
}
