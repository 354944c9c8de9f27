import { cheapCall, runOperations } from './operations.js';
import type { FaultMaker } from './fault.js';

/** BatchCostAboveNormal: four usual batches, then one that asks eight times as much for as many rows. */
export const batchCostAboveNormal: FaultMaker = ({ collector, stamp }) => {
  const name = `game-day-cost-${stamp}`;
  const common = { collector, pipeline: name };
  const call = { ...cheapCall, inputTokens: 400, outputTokens: 20 };
  const rows = { in: 100, out: 100, failed: 0 };
  return {
    inject: async () => {
      for (const number of [1, 2, 3, 4]) {
        await runOperations({ ...common, batch: `usual ${number} ${stamp}`, count: 4, rows, call });
      }
      await runOperations({ ...common, batch: `dear ${stamp}`, count: 32, rows, call });
      return `${name} asked 4 times for 100 rows in four batches, then 32 times`;
    },
    revert: async () => {
      await runOperations({ ...common, batch: `next ${stamp}`, count: 4, rows, call });
      return `the next batch of ${name} asked 4 times again`;
    },
  };
};
