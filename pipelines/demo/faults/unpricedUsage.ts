import { cheapCall, runOperations } from './operations.js';
import { figureOf, reloadMs } from './demoServer.js';
import type { FaultMaker } from './fault.js';

const priceFile = 'prices.yaml';
const perRound = 120;
const roundsMax = 40;
/** Of a day's calls; the alert wants a hundredth. */
const shareWanted = 0.02;

/** UnpricedUsage: a model that no price list knows; then it gets a price, and its calls are priced again. */
export const unpricedUsage: FaultMaker = ({ collector, config, server, sleep, stamp }) => {
  const model = `game-day-${stamp}`;
  // Its own: whoever prices the calls of others again takes away the price that they had while their game day lasted.
  const pipeline = `game-day-prices-${stamp}`;
  return {
    inject: async () => {
      // Fails now rather than when it should be put right.
      config();
      const call = { ...cheapCall, model };
      let share: number | null = null;
      let calls = 0;
      for (let round = 0; round < roundsMax && (share === null || share < shareWanted); round++) {
        await runOperations({
          collector,
          pipeline,
          batch: `new ${round + 1} ${stamp}`,
          count: perRound,
          call,
        });
        calls += perRound;
        const asked = { minutes: '1440', expect: '< 1 %' };
        share = await figureOf({ server, sleep }, 'unpriced-call-share', asked);
      }
      return `${pipeline} asked ${model} of openai ${calls} times: no price list knows it`;
    },
    revert: async () => {
      await config().addEntry(
        priceFile,
        'prices',
        `- provider: openai\n  model: ${model}\n  inputUsdPerMillion: '0.15'\n  outputUsdPerMillion: '0.60'\n  source: game day`,
      );
      await sleep(reloadMs);
      const { status, body } = await server.post('/api/reprice', {
        from: new Date(Date.now() - 3_600_000).toISOString(),
        to: new Date().toISOString(),
        pipeline,
        kind: 'model',
        why: 'game day: the model has a price now',
      });
      if (status >= 300) throw new Error(`the server did not price again: ${JSON.stringify(body)}`);
      return `${model} has a price, and its calls are priced again`;
    },
    end: () => config().restore(priceFile),
  };
};
