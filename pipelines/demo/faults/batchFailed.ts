import { pipeline } from '@burnbook/collectors';
import { expectBatch, expectNothing, thisMinute } from './gameDaySchedule.js';
import type { FaultMaker } from './fault.js';

/** BatchFailed: the run of an expected batch fails; the next try lands in time. */
export const batchFailed: FaultMaker = (place) => {
  const { collector, stamp } = place;
  const name = `game-day-failed-${stamp}`;
  const nominal = thisMinute();
  const run = (work: () => void): Promise<void> =>
    pipeline(name, { collector }).run(
      { batch: nominal.toISOString(), nominalTime: nominal, kind: 'scheduled' },
      async (run) => run.step('load', work),
    );
  return {
    inject: async () => {
      // Fails before the run rather than after it.
      place.config();
      const refused = new Error('the table to load into is locked');
      await run(() => {
        throw refused;
      }).catch((error: unknown) => {
        if (error !== refused) throw error;
      });
      await expectBatch(place, { pipeline: name, nominal, deadlineMinutes: 60 });
      return `the run of ${name} for ${nominal.toISOString()} failed: ${refused.message}`;
    },
    revert: async () => {
      await run(() => undefined);
      return `the next run of ${name} for ${nominal.toISOString()} landed`;
    },
    end: () => expectNothing(place),
  };
};
