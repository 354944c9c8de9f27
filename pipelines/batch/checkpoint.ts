import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomic } from './atomicFile.js';

/** What is known on disk of one step of one partition. */
export interface Checkpoint {
  /** True when the step finished: its output need not be made, or paid for, again. */
  isFinished: () => Promise<boolean>;
  /** The finished step's output. */
  load: () => Promise<unknown>;
  /** Marks the step finished. The output must survive JSON. */
  save: (output: unknown) => Promise<void>;
  /** `work`'s result, from disk where an earlier, unfinished run of the step already has it. */
  once: <T>(id: string, work: () => Promise<T>) => Promise<T>;
}

export interface CheckpointOptions {
  /** Folder of the partition. */
  folder: string;
  step: string;
  /** Hash of everything that the output depends on. It is part of the file's name, so a step whose
   * code, settings or input changed has no checkpoint. */
  key: string;
}

/**
 * Layout: `<step>.<key>.json` is the output, and its existence the mark that the step finished;
 * `<step>.<key>.parts/` holds what `once` has so far. A step may keep files of its own there under
 * `<step>.<key>.`; what has the step's name and another key is outdated and removed.
 */
export function checkpoint({ folder, step, key }: CheckpointOptions): Checkpoint {
  const file = `${step}.${key}.json`;
  const partsFolder = join(folder, `${step}.${key}.parts`);
  return {
    isFinished: async () => (await list(folder)).includes(file),
    load: async () => JSON.parse(await readFile(join(folder, file), 'utf8')) as unknown,
    save: async (output) => {
      await writeAtomic(join(folder, file), JSON.stringify(output ?? null));
      await rm(partsFolder, { recursive: true, force: true });
      for (const name of await list(folder)) {
        const isOutdated = name.startsWith(`${step}.`) && !name.startsWith(`${step}.${key}.`);
        if (isOutdated) await rm(join(folder, name), { recursive: true, force: true });
      }
    },
    once: async <T>(id: string, work: () => Promise<T>): Promise<T> => {
      const part = join(partsFolder, `${shortHash([id])}.json`);
      const stored = await readFile(part, 'utf8').catch(ignoreMissing);
      if (stored !== undefined) return JSON.parse(stored) as T;
      const result = await work();
      await writeAtomic(part, JSON.stringify(result));
      return result;
    },
  };
}

/** 128 bits of SHA-256, in hexadecimal. */
export function shortHash(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

async function list(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(ignoreMissing)) ?? [];
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
