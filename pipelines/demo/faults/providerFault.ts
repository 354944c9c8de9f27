import { cheapCall, refusedWith, runOperations } from './operations.js';
import type { FaultMaker } from './fault.js';

/** As those of the catalogue, and not the one that the mail pipeline asks. */
const call = { ...cheapCall, provider: 'anthropic', model: 'claude-3-5-haiku-latest' };

function providerFault(how: { status: number; message: string; says: string }): FaultMaker {
  return ({ collector, stamp }) => {
    const common = { collector, pipeline: 'game-day-provider', call };
    return {
      inject: async () => {
        await runOperations({
          ...common,
          batch: `bad ${stamp}`,
          // Under 20 operations it is no storm.
          count: 15,
          failure: refusedWith(how.status, how.message),
          failures: 1,
        });
        return `anthropic ${how.says} 15 of 30 attempts of game-day-provider`;
      },
      revert: async () => {
        await runOperations({ ...common, batch: `good ${stamp}`, count: 300 });
        return 'anthropic answered 300 attempts of game-day-provider';
      },
    };
  };
}

/** ProviderOutage: half of the attempts meet a server error. */
export const providerOutage = providerFault({
  status: 503,
  message: '503 overloaded',
  says: 'failed',
});

/** ProviderRateLimited: half of the attempts are refused for their rate. */
export const providerRateLimited = providerFault({
  status: 429,
  message: '429 too many requests',
  says: 'refused for their rate',
});
