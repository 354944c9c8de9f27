import { cheapCall, runOperations, unusable } from './operations.js';
import type { FaultMaker } from './fault.js';

/** RetryWasteHigh: a third of the spend goes into answers that had to be asked for again. */
export const retryWasteHigh: FaultMaker = ({ collector, stamp }) => {
  const name = `game-day-waste-${stamp}`;
  const common = {
    collector,
    pipeline: name,
    call: { ...cheapCall, isPaidAlways: true },
  };
  return {
    inject: async () => {
      await runOperations({
        ...common,
        batch: `waste ${stamp}`,
        // Under 20 operations it is no storm.
        count: 15,
        failure: unusable,
        failures: 2,
      });
      return `${name} paid for 45 answers and could use 15`;
    },
    revert: async () => {
      await runOperations({ ...common, batch: `thrift ${stamp}`, count: 400 });
      return `${name} paid for 400 answers and could use them all`;
    },
  };
};
