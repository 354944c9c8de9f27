import { cheapCall, runOperations, unusable } from './operations.js';
import type { FaultMaker } from './fault.js';

/** RetryStorm: three attempts an operation, then so many good ones that it is below 1.2 again. */
export const retryStorm: FaultMaker = ({ collector, stamp }) => {
  const name = `game-day-retries-${stamp}`;
  const common = { collector, pipeline: name, call: cheapCall };
  return {
    inject: async () => {
      await runOperations({
        ...common,
        batch: `storm ${stamp}`,
        count: 40,
        failure: unusable,
        failures: 2,
      });
      return `${name} needed 3 attempts for each of 40 operations: answers came cut off`;
    },
    revert: async () => {
      await runOperations({ ...common, batch: `calm ${stamp}`, count: 500 });
      return `${name} needed 1 attempt for each of 500 operations`;
    },
    goOn: () => runOperations({ ...common, batch: `calm ${stamp}`, count: 10 }),
  };
};
