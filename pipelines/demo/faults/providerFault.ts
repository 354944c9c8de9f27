import { cheapCall, refusedWith, runOperations } from './operations.js';
import type { FaultMaker } from './fault.js';

interface ProviderTrouble {
  /** Of the catalogue, and not the one that the mail pipeline asks. */
  provider: string;
  model: string;
  status: number;
  message: string;
  says: string;
}

function providerFault(how: ProviderTrouble): FaultMaker {
  const { provider, model, status, message, says } = how;
  const call = { ...cheapCall, provider, model };
  return ({ collector, stamp }) => {
    const common = { collector, pipeline: 'game-day-provider', call };
    return {
      inject: async () => {
        await runOperations({
          ...common,
          batch: `bad ${stamp}`,
          // Under 20 operations it is no storm.
          count: 15,
          failure: refusedWith(status, message),
          failures: 1,
        });
        return `${provider} ${says} 15 of 30 attempts of game-day-provider`;
      },
      revert: async () => {
        await runOperations({ ...common, batch: `good ${stamp}`, count: 400 });
        return `${provider} answered 400 attempts of game-day-provider`;
      },
      goOn: () => runOperations({ ...common, batch: `good ${stamp}`, count: 10 }),
    };
  };
}

/** ProviderOutage: half of the attempts meet a server error. */
export const providerOutage = providerFault({
  provider: 'anthropic',
  model: 'claude-3-5-haiku-latest',
  status: 503,
  message: '503 overloaded',
  says: 'failed',
});

/** ProviderRateLimited: half of the attempts are refused for their rate. */
export const providerRateLimited = providerFault({
  provider: 'mistral',
  model: 'mistral-small-latest',
  status: 429,
  message: '429 too many requests',
  says: 'refused for their rate',
});
