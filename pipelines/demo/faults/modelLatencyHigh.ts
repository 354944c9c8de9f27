import { putUp, source, takeDown } from './gameDaySlo.js';
import { cheapCall, runOperations } from './operations.js';
import type { FaultMaker } from './fault.js';

const limitMs = 200;

/** ModelLatencyHigh: answers take three times as long as they may. */
export const modelLatencyHigh: FaultMaker = (place) => {
  const { collector, stamp } = place;
  const name = `game-day-latency-${stamp}`;
  const common = { collector, pipeline: name };
  return {
    inject: async () => {
      await putUp(place, {
        name,
        displayName: 'Game day model latency',
        runbook: 'ModelLatencyHigh',
        indicator: {
          thresholdMetric: source({
            events: 'modelCalls',
            where: { pipeline: name },
            value: 'latency',
          }),
        },
        objective: { op: 'lte', value: limitMs, target: 0.95 },
      });
      const slow = { ...cheapCall, tookMs: 3 * limitMs };
      await runOperations({ ...common, batch: `slow ${stamp}`, count: 20, call: slow });
      return `20 model calls of ${name} took ${3 * limitMs} ms; ${limitMs} ms are allowed`;
    },
    revert: async () => {
      await runOperations({ ...common, batch: `quick ${stamp}`, count: 600, call: cheapCall });
      return `600 model calls of ${name} were answered at once`;
    },
    end: () => takeDown(place, name),
  };
};
