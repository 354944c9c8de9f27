import { resolve } from 'node:path';
import { reloadMs } from './demoServer.js';
import type { FaultMaker } from './fault.js';

const file = 'pipelines.yaml';
const tries = 10;

/** BackupFailed: backups should go into a folder that cannot be, and one is asked for; then into one that can. */
export const backupFailed: FaultMaker = ({ config, server, sleep }) => {
  /** The folder is another one a moment after the file says so. */
  const backUp = async (wanted: 'fails' | 'works'): Promise<void> => {
    for (let tried = 0; tried < tries; tried++) {
      await sleep(reloadMs);
      const { status } = await server.post('/api/backups');
      if (status < 300 === (wanted === 'works')) return;
    }
    throw new Error(`a backup should have been one that ${wanted}, ${tries} times over`);
  };
  return {
    inject: async () => {
      const folder = resolve(config().pathOf(file), 'backups');
      await config().addKeys(file, `backup:\n  folder: ${JSON.stringify(folder)}`);
      await backUp('fails');
      return `a backup failed: ${folder} lies in a file`;
    },
    revert: async () => {
      await config().restore(file);
      await backUp('works');
      return 'a backup was made where it was made before';
    },
    end: () => config().restore(file),
  };
};
