/** Tells when the configuration folder, or `slos` in it with its folders, changed. */
import { existsSync, readdirSync, watch, type FSWatcher } from 'node:fs';
import path from 'node:path';

/** An editor writes a file in several steps. */
const RELOAD_DELAY_MS = 200;
const FOLDERS_MAX = 100;

interface ConfigWatch {
  readonly folder: string;
  /** Reads it again; called anew only once that is done, so that what was read last is what is in force. */
  readonly changed: () => Promise<void>;
  readonly warn: (message: string) => void;
}

/** @returns what ends the watch. */
export function watchConfig({ folder, changed, warn }: ConfigWatch): () => void {
  let timer: NodeJS.Timeout | undefined;
  let slosWatchers: readonly FSWatcher[] = [];
  let reading = Promise.resolve();
  const reload = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      watchSlos();
      reading = reading.then(changed);
    }, RELOAD_DELAY_MS).unref();
  };
  const unwatched = (each: string, error: unknown): void =>
    warn(`${each} is not watched any more: ${(error as Error).message}`);
  // It may be gone since it was listed, or the system may watch no more folders for us: the others are watched all the same.
  const watched = (each: string): FSWatcher[] => {
    try {
      return [watch(each, reload).on('error', (error) => unwatched(each, error))];
    } catch (error) {
      unwatched(each, error);
      return [];
    }
  };
  // It may come, go and be another one of the same name: each change of the folder above looks anew.
  const watchSlos = (): void => {
    for (const each of slosWatchers) each.close();
    slosWatchers = foldersOf(path.join(folder, 'slos')).flatMap(watched);
  };
  const watchers = watched(folder);
  watchSlos();
  return () => {
    clearTimeout(timer);
    for (const each of [...watchers, ...slosWatchers]) each.close();
  };
}

/** It and all folders in it; none where it is not there. */
function foldersOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  try {
    const inside = readdirSync(folder, { recursive: true, withFileTypes: true });
    const folders = inside.filter((entry) => entry.isDirectory()).slice(0, FOLDERS_MAX);
    return [folder, ...folders.map(({ parentPath, name }) => path.join(parentPath, name))];
  } catch {
    // No folder, or one that is being taken away: reading the files says what is wrong.
    return [folder];
  }
}
