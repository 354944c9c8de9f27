import { putUp, source, takeDown } from './gameDaySlo.js';
import { sendPlain } from './plainRequests.js';
import { breakStore } from './storeFault.js';
import type { FaultMaker } from './fault.js';

const limitMs = 500;
const pauseSeconds = 2;
const pauses = 6;
/** In each pause: all at once, and each waits for its end. */
const requests = 50;

/** AckLatencyHigh: the process that owns the database stands still again and again, as on a disk that does not answer. */
export const ackLatencyHigh: FaultMaker = (place) => {
  const name = `game-day-ack-${place.stamp}`;
  return {
    inject: async () => {
      await putUp(place, {
        name,
        displayName: 'Game day acknowledged soon',
        runbook: 'AckLatencyHigh',
        indicator: {
          thresholdMetric: source({
            events: 'server',
            where: { name: 'ingest', outcome: 'acknowledged' },
            value: 'latency',
          }),
        },
        objective: { op: 'lte', value: limitMs, target: 0.99 },
      });
      for (let pause = 0; pause < pauses; pause++) {
        const paused = breakStore(place, { act: 'pause', seconds: pauseSeconds });
        await place.sleep(100);
        await Promise.all([paused, sendPlain(place, requests)]);
      }
      return `the process that owns the database stood still for ${pauseSeconds} s, ${pauses} times, while telemetry came`;
    },
    revert: async () => {
      const { acknowledged } = await sendPlain(place, 1_000);
      return `it answers, and took ${acknowledged} requests`;
    },
    goOn: async () => void (await sendPlain(place, 50)),
    end: () => takeDown(place, name),
  };
};
