/** Reads the configuration again whenever its files change; what is wrong leaves the former one in force. */
import { existsSync, watch, type FSWatcher } from 'node:fs';
import path from 'node:path';
import type { Config } from './config.js';

export interface ConfigWatcher {
  /** @throws what is wrong with the files. */
  readonly load: () => Promise<Config>;
  readonly apply: (config: Config) => void;
  /** @param message `file:line: what is wrong`, a line a fault. */
  readonly reject: (message: string) => void;
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void;
}

/** An editor writes a file in several steps. */
const RELOAD_DELAY_MS = 200;

/** @returns stops the watching. */
export function watchConfig(
  folder: string,
  { load, apply, reject, log }: ConfigWatcher,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let slosWatcher: FSWatcher | undefined;
  const reload = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      watchSlos();
      load().then(
        (config) => {
          apply(config);
          log('info', `configuration of ${folder} in force`);
        },
        (error: unknown) => {
          const message = error instanceof Error ? error.message : String(error);
          reject(message);
          log('error', `configuration rejected, the former one stays in force:\n${message}`);
        },
      );
    }, RELOAD_DELAY_MS).unref();
  };
  const watched = (each: string): FSWatcher =>
    watch(each, reload).on('error', (error) =>
      log('warn', `${each} is not watched any more: ${error.message}`),
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
