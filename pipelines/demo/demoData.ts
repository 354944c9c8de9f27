import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface DemoData {
  /** Burnbook's own data and its log. */
  serverFolder: string;
  /** Finished steps. */
  workFolder: string;
  /** Published features. */
  outFolder: string;
  /** True when an earlier demo is continued. */
  isContinued: boolean;
}

/** Lies in a folder that a demo made: only such a folder's content is ever deleted. */
const markName = '.burnbook-demo';

/**
 * Opens the demo's data folder, empty when `isFresh`. Throws when the folder holds something that
 * no demo made.
 */
export function openDemoData(folder: string, isFresh: boolean): DemoData {
  const data = {
    serverFolder: join(folder, 'server'),
    workFolder: join(folder, 'work'),
    outFolder: join(folder, 'features'),
  };
  const parts = Object.values(data);
  const isOurs = existsSync(join(folder, markName));
  const taken = parts.find((part) => existsSync(part));
  if (!isOurs && taken !== undefined) {
    throw new Error(`${taken} is not from a demo. Choose another folder with --data.`);
  }
  // Finished steps whose telemetry is gone would make an empty page: all three or none.
  const isContinued = !isFresh && parts.every((part) => existsSync(part));
  if (!isContinued) for (const part of parts) rmSync(part, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, markName), '');
  return { ...data, isContinued };
}
