import { sendPlain } from './plainRequests.js';
import { breakStore, untilReady } from './storeFault.js';
import type { FaultMaker } from './fault.js';

/** StoreRestarted: the process that owns the database is killed, and comes back; it does not die again. */
export const storeRestarted: FaultMaker = (place) => ({
  inject: async () => {
    await breakStore(place, { act: 'end' });
    await untilReady(place);
    return 'the process that owns the database was killed and is back';
  },
  revert: async () => {
    const { acknowledged } = await sendPlain(place, 50);
    return `nothing kills it any more; it took ${acknowledged} requests`;
  },
  goOn: async () => void (await sendPlain(place, 5)),
});
