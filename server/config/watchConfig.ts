/** Tells when the configuration folder, or `slos` in it, changed. */
import { existsSync, watch, type FSWatcher } from 'node:fs';
import path from 'node:path';

/** An editor writes a file in several steps. */
const RELOAD_DELAY_MS = 200;

interface ConfigWatch {
  readonly folder: string;
  readonly changed: () => void;
  readonly warn: (message: string) => void;
}

/** @returns what ends the watch. */
export function watchConfig({ folder, changed, warn }: ConfigWatch): () => void {
  let timer: NodeJS.Timeout | undefined;
  let slosWatcher: FSWatcher | undefined;
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
    slosWatcher?.close();
    const slos = path.join(folder, 'slos');
    slosWatcher = existsSync(slos) ? watched(slos) : undefined;
  };
  const watcher = watched(folder);
  watchSlos();
  return () => {
    clearTimeout(timer);
    watcher.close();
    slosWatcher?.close();
  };
}
