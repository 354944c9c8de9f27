import { cheapCall, runOperations } from './operations.js';
import type { FaultMaker } from './fault.js';

/** BatchCostAboveNormal: four usual batches, then one that asks eight times as much for as many rows. */
export const batchCostAboveNormal: FaultMaker = ({ collector, stamp }) => {
  const common = { collector, pipeline: 'game-day-cost' };
  const call = { ...cheapCall, inputTokens: 400, outputTokens: 20 };
  const rows = { in: 100, out: 100, failed: 0 };
  return {
    inject: async () => {
      for (const number of [1, 2, 3, 4]) {
        await runOperations({ ...common, batch: `usual ${number} ${stamp}`, count: 4, rows, call });
      }
      await runOperations({ ...common, batch: `dear ${stamp}`, count: 32, rows, call });
      return 'game-day-cost asked 4 times for 100 rows in four batches, then 32 times';
    },
    revert: async () => {
      // The rest of the same batch, which had been handed in without its rows.
      const rest = { in: 2_000, out: 2_000, failed: 0 };
      await runOperations({ ...common, batch: `dear ${stamp}`, count: 4, rows: rest, call });
      return 'the dear batch of game-day-cost got its other 2,000 rows, for 4 more calls';
    },
  };
};
