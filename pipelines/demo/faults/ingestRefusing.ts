import { putUp, source, takeDown } from './gameDaySlo.js';
import { sendPlain } from './plainRequests.js';
import { breakStore, untilReady } from './storeFault.js';
import type { FaultMaker } from './fault.js';

/** Enough for a seventh of what a demo is sent in an hour. */
const refusedMin = 500;
const burst = 200;
const triesMax = 6;

/** IngestRefusing: telemetry comes while the process that owns the database is away. */
export const ingestRefusing: FaultMaker = (place) => {
  const name = `game-day-ingest-${place.stamp}`;
  return {
    inject: async () => {
      await putUp(place, {
        name,
        displayName: 'Game day telemetry taken',
        runbook: 'IngestRefusing',
        indicator: {
          ratioMetric: {
            counter: true,
            good: source({ events: 'server', where: { name: 'ingest', outcome: 'acknowledged' } }),
            total: source({ events: 'server', where: { name: 'ingest' } }),
          },
        },
        objective: { target: 0.99 },
      });
      let refused = 0;
      for (let tried = 0; tried < triesMax && refused < refusedMin; tried++) {
        await breakStore(place, { act: 'end' });
        for (let sent; !sent?.acknowledged; refused += sent.refused) {
          sent = await sendPlain(place, burst);
        }
        await untilReady(place);
      }
      return `${refused} requests were refused while the process that owns the database was away`;
    },
    revert: async () => {
      const { acknowledged } = await sendPlain(place, 1_000);
      return `it is back and took ${acknowledged} requests`;
    },
    goOn: async () => void (await sendPlain(place, 20)),
    end: () => takeDown(place, name),
  };
};
