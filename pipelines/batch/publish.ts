import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomic } from './atomicFile.js';
import type { FeatureFile } from './features.js';
import type { RejectedMail } from './gate.js';

export interface PublishInput {
  /** Where the features file is. */
  folder: string;
  outFolder: string;
  partition: string;
  /** Names this version of the partition's files. */
  key: string;
  features: FeatureFile;
  quarantined: readonly RejectedMail[];
  /** Rows that came in, to compare with. */
  rowsIn: number;
  /** Mails without a label. */
  rowsFailed: number;
}

export interface Manifest {
  partition: string;
  version: string;
  features: { file: string; rows: number; bytes: number; sha256: string };
  quarantine: { file: string; rows: number };
  rowsIn: number;
  rowsFailed: number;
}

/**
 * Puts a partition's files where readers look. Readers open `manifest.json` first; its rename is
 * the moment of publication, so they see the old version or the new one, never a mix.
 */
export async function publish(input: PublishInput): Promise<Manifest> {
  const { partition, key: version, features, quarantined, rowsIn, rowsFailed } = input;
  const target = join(input.outFolder, partition);
  const featuresName = `features-${version}.parquet`;
  const quarantineName = `quarantine-${version}.jsonl`;
  await mkdir(target, { recursive: true });
  await copyFile(join(input.folder, features.file), join(target, `${featuresName}.tmp`));
  await rename(join(target, `${featuresName}.tmp`), join(target, featuresName));
  await writeAtomic(
    join(target, quarantineName),
    quarantined.map((row) => `${JSON.stringify(row)}\n`).join(''),
  );
  const { rows, bytes, sha256 } = features;
  const manifest: Manifest = {
    partition,
    version,
    features: { file: featuresName, rows, bytes, sha256 },
    quarantine: { file: quarantineName, rows: quarantined.length },
    rowsIn,
    rowsFailed,
  };
  await writeAtomic(join(target, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await removeOthers(target, new Set([featuresName, quarantineName, 'manifest.json']));
  return manifest;
}

/** A reader that still has an older version open keeps it: the name goes, not the open file. */
async function removeOthers(folder: string, keep: Set<string>): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!keep.has(name)) await rm(join(folder, name), { force: true });
  }
}
