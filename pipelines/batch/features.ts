import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Chunk } from './chunk.js';
import type { Classification } from './classify.js';
import type { MaskedMail } from './mask.js';

export interface FeatureInput {
  partition: string;
  mails: readonly MaskedMail[];
  chunks: readonly Chunk[];
  /** One a chunk, base64 of little-endian float32. */
  vectors: readonly string[];
  classifications: readonly Classification[];
}

export interface FeatureFile {
  /** Name in its folder. */
  file: string;
  rows: number;
  bytes: number;
  /** Hexadecimal. */
  sha256: string;
}

/** One row a chunk. What a reader of the features may rely on. */
const columns = {
  mail_id: 'VARCHAR',
  chunk_index: 'INTEGER',
  partition_date: 'DATE',
  sent_at: 'TIMESTAMPTZ',
  from_domain: 'VARCHAR',
  text: 'VARCHAR',
  tokens: 'INTEGER',
  masked_pii: 'INTEGER',
  label: 'VARCHAR',
  confidence: 'DOUBLE',
  embedding: 'FLOAT[]',
};

/** Joins what the steps made and writes it as Parquet, whole or not at all. */
export async function writeFeatures(path: string, input: FeatureInput): Promise<FeatureFile> {
  const rowsPath = `${path}.ndjson`;
  const parquetPath = `${path}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(
      rowsPath,
      featureRows(input)
        .map((row) => `${JSON.stringify(row)}\n`)
        .join(''),
    );
    await writeParquet(rowsPath, parquetPath);
    const content = await readFile(parquetPath);
    await syncAndRename(parquetPath, path);
    const sha256 = createHash('sha256').update(content).digest('hex');
    return { file: basename(path), rows: input.chunks.length, bytes: content.length, sha256 };
  } finally {
    await rm(rowsPath, { force: true });
    await rm(parquetPath, { force: true });
  }
}

function featureRows(input: FeatureInput): Record<keyof typeof columns, unknown>[] {
  const mails = new Map(input.mails.map((mail) => [mail.id, mail]));
  const labels = new Map(input.classifications.map((row) => [row.mailId, row]));
  return input.chunks.map((chunk, index) => {
    const mail = mails.get(chunk.mailId);
    const label = labels.get(chunk.mailId);
    return {
      mail_id: chunk.mailId,
      chunk_index: chunk.index,
      partition_date: input.partition,
      sent_at: mail?.sentAt ?? null,
      from_domain: mail?.fromDomain ?? null,
      text: chunk.text,
      tokens: chunk.tokens,
      masked_pii: Object.values(mail?.masked ?? {}).reduce((sum, count) => sum + count, 0),
      label: label?.label ?? null,
      confidence: label?.confidence ?? null,
      embedding: decodeVector(input.vectors[index] ?? ''),
    };
  });
}

/** Base64 of little-endian float32 → numbers. */
export function decodeVector(base64: string): number[] {
  const bytes = Buffer.from(base64, 'base64');
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
}

async function writeParquet(rowsPath: string, parquetPath: string): Promise<void> {
  const database = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await database.connect();
  try {
    const types = Object.entries(columns).map(([name, type]) => `${name}: '${type}'`);
    await connection.run(
      `COPY (
         FROM read_json(${quote(rowsPath)}, format = 'newline_delimited', columns = {${types.join(', ')}})
         ORDER BY mail_id, chunk_index
       ) TO ${quote(parquetPath)} (FORMAT parquet, COMPRESSION zstd)`,
    );
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

async function syncAndRename(from: string, to: string): Promise<void> {
  const file = await open(from, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(from, to);
}
