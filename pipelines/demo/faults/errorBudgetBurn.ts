import { putUp, source, takeDown } from './gameDaySlo.js';
import { runOperations, unusable } from './operations.js';
import type { FaultMaker } from './fault.js';

/** ErrorBudgetBurn: every other operation of a pipeline fails, of which 99 of 100 should not. */
export const errorBudgetBurn: FaultMaker = (place) => {
  const { collector, stamp } = place;
  const name = `game-day-errors-${stamp}`;
  const common = { collector, pipeline: name };
  return {
    inject: async () => {
      await putUp(place, {
        name,
        displayName: 'Game day attempts succeed',
        runbook: 'ErrorBudgetBurn',
        indicator: {
          ratioMetric: {
            counter: true,
            good: source({ events: 'attempts', where: { pipeline: name, outcome: 'succeeded' } }),
            total: source({ events: 'attempts', where: { pipeline: name } }),
          },
        },
        objective: { target: 0.99 },
      });
      await runOperations({ ...common, batch: `good ${stamp}`, count: 8 });
      await runOperations({
        ...common,
        batch: `bad ${stamp}`,
        count: 8,
        failure: unusable,
        failures: 1,
        givesUp: true,
      });
      return `8 of 16 operations of ${name} failed; 1 of 100 may`;
    },
    revert: async () => {
      await runOperations({ ...common, batch: `repaired ${stamp}`, count: 1_200 });
      return `1,200 operations of ${name} succeeded`;
    },
    end: () => takeDown(place, name),
  };
};
