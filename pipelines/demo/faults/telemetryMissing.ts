import { createCollector } from '@burnbook/collectors';
import { expectBatch, expectNothing, thisMinute } from './gameDaySchedule.js';
import { openRun } from './openRun.js';
import type { OpenRun } from './openRun.js';
import type { FaultMaker } from './fault.js';

const hourMs = 3_600_000;

/** TelemetryMissing: a run is seen to begin, then nothing of it comes for longer than its signs of life are apart. */
export const telemetryMissing: FaultMaker = (place) => {
  const name = `game-day-silent-${place.stamp}`;
  // Its signs of life are too far apart to be seen.
  const silent = createCollector({
    ...place.receiver,
    serviceName: 'game-day',
    heartbeatMs: hourMs,
  });
  let run: OpenRun | undefined;
  return {
    inject: async () => {
      place.config();
      const nominal = thisMinute();
      run = await openRun(silent, { pipeline: name, nominal });
      // Lost before it is due: else it is late, whatever becomes of its telemetry.
      await expectBatch(place, { pipeline: name, nominal, deadlineMinutes: 4 });
      return `a run of ${name} began, and its telemetry has stopped`;
    },
    revert: async () => {
      await run?.land();
      return `the end of the run of ${name} has arrived`;
    },
    end: async () => {
      await silent.shutdown();
      await expectNothing(place);
    },
  };
};
