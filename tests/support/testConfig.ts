/** Prices and rates with round figures: wren costs 1 nano-USD a token in and 10 out, a CPU-second 1,000 nano-USD. */
import type { Config } from '../../server/config/config.js';

export const TEST_CONFIG: Config = {
  prices: {
    prices: [
      {
        provider: 'testai',
        model: 'wren',
        tier: 'standard',
        inputUsdPerMillion: '0.001',
        outputUsdPerMillion: '0.01',
        source: 'the test',
      },
    ],
  },
  pipelines: {
    computeRates: { cpuSecondUsd: '0.000001', memoryGbSecondUsd: '0.000002', source: 'the test' },
  },
};
