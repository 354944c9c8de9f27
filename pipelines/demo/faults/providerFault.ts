import { cheapCall, refusedWith, runOperations } from './operations.js';
import { figureOf } from './demoServer.js';
import type { FaultMaker } from './fault.js';

interface ProviderTrouble {
  /** Of the catalogue, and not the one that the mail pipeline asks. */
  provider: string;
  model: string;
  status: number;
  message: string;
  says: string;
}

/** Under 20 operations it is no storm. */
const perRound = 15;
const roundsMax = 40;
/** The alert wants a fifth. */
const shareWanted = 0.22;
function providerFault(how: ProviderTrouble): FaultMaker {
  const { provider, model, status, message, says } = how;
  const call = { ...cheapCall, provider, model };
  return ({ collector, server, sleep, stamp }) => {
    const common = { collector, pipeline: 'game-day-provider', call };
    return {
      inject: async () => {
        let share: number | null = null;
        let bad = 0;
        // Of ten minutes, in which an earlier game day may have repaired it.
        for (let round = 0; round < roundsMax && (share === null || share < shareWanted); round++) {
          await runOperations({
            ...common,
            batch: `bad ${stamp}`,
            count: perRound,
            failure: refusedWith(status, message),
            failures: 1,
          });
          bad += perRound;
          const asked = { provider, minutes: '10', expect: '< 20 %' };
          share = await figureOf({ server, sleep }, 'attempt-error-share', asked);
        }
        return `${provider} ${says} ${bad} attempts of game-day-provider, every other one`;
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
