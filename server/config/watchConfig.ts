/** Tells when the configuration folder, or `slos` in it with its folders, changed. */
import { existsSync, readdirSync, watch, type FSWatcher } from 'node:fs';
import path from 'node:path';

/** An editor writes a file in several steps. */
const RELOAD_DELAY_MS = 200;
const FOLDERS_MAX = 100;

interface ConfigWatch {
  readonly folder: string;
  readonly changed: () => void;
  readonly warn: (message: string) => void;
}

/** @returns what ends the watch. */
export function watchConfig({ folder, changed, warn }: ConfigWatch): () => void {
  let timer: NodeJS.Timeout | undefined;
  let slosWatchers: readonly FSWatcher[] = [];
  const reload = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      watchSlos();
      changed();
    }, RELOAD_DELAY_MS).unref();
  };
  const watched = (each: string): FSWatcher =>
    watch(each, reload).on('error', (error) =>
      warn(`${each} is not watched any more: ${error.message}`),
    );
  // It may come, go and be another one of the same name: each change of the folder above looks anew.
  const watchSlos = (): void => {
    for (const each of slosWatchers) each.close();
    slosWatchers = foldersOf(path.join(folder, 'slos')).map(watched);
  };
  const watcher = watched(folder);
  watchSlos();
  return () => {
    clearTimeout(timer);
    watcher.close();
    for (const each of slosWatchers) each.close();
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
