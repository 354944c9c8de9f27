/** RetryWasteHigh: too much of what a pipeline spends in a day goes into tries that lost where another won. */
import type { RetryWasteSettings } from '@burnbook/domain/alert/ruleSettings';
import type { StakeOf } from '@burnbook/domain/alert/stake';
import { formatUsdShort } from '@burnbook/domain/money';
import { DAY_NS } from '@burnbook/domain/time';
import { factBounds } from '../../cost/timeRange.js';
import { percent, type AlertRule } from './alertRule.js';

/** @param settings as the configuration has them now. */
export const retryWaste = (settings: () => RetryWasteSettings): AlertRule => ({
  source: 'cost',
  names: ['RetryWasteHigh'],
  after: 'minute',
  evaluate: async ({ store, nowNs, ownerOf }) => {
    const { shareMax, wasteMinNano } = settings();
    const range = { fromNs: nowNs - DAY_NS, toNs: nowNs };
    const rows = await store.query('alert_retry_waste', {
      ...factBounds(range),
      pipeline: null,
      shareMax,
      wasteMin: wasteMinNano,
    });
    return rows.map((row) => {
      const pipeline = row['pipeline'] as string;
      const wasteNano = row['waste'] as bigint;
      const spentNano = row['spent'] as bigint;
      const share = percent(Number(wasteNano) / Number(spentNano));
      const waste = formatUsdShort(wasteNano);
      const spent = formatUsdShort(spentNano);
      return {
        name: 'RetryWasteHigh',
        subject: { pipeline },
        severity: 'ticket',
        state: 'firing',
        summary: `${pipeline} lost $${waste} of $${spent} to retries in 24 h: ${share}, at most ${percent(shareMax)} is usual`,
        owner: ownerOf(pipeline),
        runbook: 'RetryWasteHigh',
        sinceNs: nowNs,
        details: {
          stakeNano: wasteNano,
          figures: {
            wasteUsd: waste,
            spentUsd: spent,
            share,
            stake: 'retry waste' satisfies StakeOf,
            stakeWindow: '24h',
          },
        },
      };
    });
  },
});
