import { putUp, source, takeDown } from './gameDaySlo.js';
import { runOperations } from './operations.js';
import type { FaultMaker } from './fault.js';

/** RowQualityLow: the gate turns a fifth of the rows away, of which 99 of 100 should pass. */
export const rowQualityLow: FaultMaker = (place) => {
  const { collector, stamp } = place;
  const name = `game-day-rows-${stamp}`;
  const batch = (batch: string, rows: { in: number; out: number; failed: number }): Promise<void> =>
    runOperations({ collector, pipeline: name, batch, count: 1, rows });
  return {
    inject: async () => {
      await putUp(place, {
        name,
        displayName: 'Game day rows valid',
        runbook: 'RowQualityLow',
        indicator: {
          ratioMetric: {
            counter: true,
            bad: source({ events: 'rows', where: { pipeline: name, outcome: 'failed' } }),
            total: source({ events: 'rows', where: { pipeline: name } }),
          },
        },
        objective: { target: 0.99 },
      });
      for (const number of [1, 2, 3]) {
        await batch(`bad ${number} ${stamp}`, { in: 500, out: 400, failed: 100 });
      }
      return `300 of 1,500 rows of ${name} failed the gate; 1 of 100 may`;
    },
    revert: async () => {
      await batch(`repaired ${stamp}`, { in: 60_000, out: 60_000, failed: 0 });
      return `60,000 rows of ${name} passed the gate`;
    },
    end: () => takeDown(place, name),
  };
};
