import { createCollector } from '@burnbook/collectors';
import { runOperations } from './operations.js';
import type { FaultMaker } from './fault.js';

/** CollectorDropping: a collector that may hold far too few spans, and says so with the next one that it can hold. */
export const collectorDropping: FaultMaker = ({ collector, receiver, stamp }) => {
  const name = `game-day-drops-${stamp}`;
  const common = { pipeline: name };
  return {
    inject: async () => {
      const small = createCollector({
        ...receiver,
        serviceName: 'game-day',
        queueSpansMax: 16,
        batchSpansMax: 16,
        // What is dropped is news on stderr, as it should be elsewhere.
        writeLog: () => undefined,
      });
      await runOperations({ ...common, collector: small, batch: `lost ${stamp}`, count: 400 });
      await small.flush();
      await runOperations({ ...common, collector: small, batch: `told ${stamp}`, count: 1 });
      const { droppedSpans } = small.stats();
      await small.shutdown();
      return `the collector of ${name} had room for 16 spans and dropped ${droppedSpans}`;
    },
    revert: async () => {
      await runOperations({ ...common, collector, batch: `whole ${stamp}`, count: 50 });
      return `the collector of ${name} has room for all spans again`;
    },
    goOn: () => runOperations({ ...common, collector, batch: `whole ${stamp}`, count: 2 }),
  };
};
