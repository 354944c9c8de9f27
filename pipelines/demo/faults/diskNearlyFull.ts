import { reloadMs } from './demoServer.js';
import type { FaultMaker } from './fault.js';

const file = 'pipelines.yaml';

/**
 * DiskNearlyFull: what counts as nearly full becomes more than the disk has free. Nobody's disk is filled: it would be the
 * whole machine's.
 */
export const diskNearlyFull: FaultMaker = ({ config, sleep }) => ({
  inject: async () => {
    await config().addKeys(file, 'diskNearlyFull: { ticketBelow: 1, pageBelow: 0 }');
    await sleep(reloadMs);
    return 'any disk counts as nearly full';
  },
  revert: async () => {
    await config().restore(file);
    await sleep(reloadMs);
    return 'a disk counts as nearly full when a tenth of it is free, or what pipelines.yaml says';
  },
  end: () => config().restore(file),
});
