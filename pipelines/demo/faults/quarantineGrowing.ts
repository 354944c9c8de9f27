import { runOperations } from './operations.js';
import type { FaultMaker } from './fault.js';

/** QuarantineGrowing: four usual batches, then two that leave ten times the rows behind. */
export const quarantineGrowing: FaultMaker = ({ collector, stamp }) => {
  const own = `game-day-quarantine-${stamp}`;
  const batch = (name: string, failed: number): Promise<void> =>
    runOperations({
      collector,
      pipeline: own,
      batch: `${name} ${stamp}`,
      count: 1,
      rows: { in: 1_000, out: 1_000 - failed, failed },
    });
  return {
    inject: async () => {
      for (const number of [1, 2, 3, 4]) await batch(`usual ${number}`, 4);
      for (const number of [1, 2]) await batch(`odd ${number}`, 40);
      return `${own} left 4 of 1,000 rows in quarantine four times, then 40 twice`;
    },
    revert: async () => {
      await batch('repaired', 4);
      return `the next batch of ${own} left 4 of 1,000 rows in quarantine`;
    },
  };
};
