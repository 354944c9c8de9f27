import { expectBatch, expectNothing, thisMinute } from './gameDaySchedule.js';
import { openRun } from './openRun.js';
import type { OpenRun } from './openRun.js';
import type { FaultMaker } from './fault.js';

/** BatchLateOrMissing: the run of an expected batch is still under way at its deadline; then it lands. */
export const batchLateOrMissing: FaultMaker = (place) => {
  const name = `game-day-late-${place.stamp}`;
  let run: OpenRun | undefined;
  return {
    inject: async () => {
      place.config();
      const nominal = thisMinute();
      run = await openRun(place.collector, { pipeline: name, nominal });
      await expectBatch(place, { pipeline: name, nominal, deadlineMinutes: 1 });
      return `the run of ${name} for ${nominal.toISOString()} is due a minute later and does not end`;
    },
    revert: async () => {
      await run?.land();
      return `the run of ${name} landed, late`;
    },
    end: () => expectNothing(place),
  };
};
