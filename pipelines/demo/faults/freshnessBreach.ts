import { pipeline } from '@burnbook/collectors';
import { putUp, source, takeDown } from './gameDaySlo.js';
import type { FaultMaker } from './fault.js';

/** The least that an SLO may ask for. */
const ageSecondsMax = 60;
const everyMs = 8_000;

/** FreshnessBreach: a dataset is written once and then no more; afterwards it is written all the time. */
export const freshnessBreach: FaultMaker = (place) => {
  const { collector, stamp } = place;
  const name = `game-day-fresh-${stamp}`;
  let timer: NodeJS.Timeout | undefined;
  const write = (): Promise<void> =>
    pipeline(name, { collector }).run(
      { batch: new Date().toISOString(), kind: 'gameday' },
      async (run) => run.step('publish', (step) => step.publishes(name)),
    );
  return {
    inject: async () => {
      await write();
      await putUp(place, {
        name,
        displayName: 'Game day data fresh',
        runbook: 'FreshnessBreach',
        budgetingMethod: 'Timeslices',
        indicator: { thresholdMetric: source({ freshness: { dataset: name } }) },
        objective: {
          op: 'lte',
          value: ageSecondsMax,
          target: 0.99,
          timeSliceTarget: 1,
          timeSliceWindow: '1m',
        },
      });
      return `${name} was written once and is not written again; it may be ${ageSecondsMax} s old`;
    },
    revert: async () => {
      await write();
      timer = setInterval(() => void write().catch(() => undefined), everyMs);
      return `${name} is written every ${everyMs / 1000} s`;
    },
    end: async () => {
      clearInterval(timer);
      await takeDown(place, name);
    },
  };
};
