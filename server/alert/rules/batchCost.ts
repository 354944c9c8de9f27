/** BatchCostAboveNormal for the batches of the last day: the same rule that their pages show. */
import type { StakeOf } from '@burnbook/domain/alert/stake';
import { formatUsdShort } from '@burnbook/domain/money';
import { DAY_NS } from '@burnbook/domain/time';
import { BATCHES_BEFORE_MIN, type BatchCostRule } from '../../cost/batchCostAlert.js';
import type { AlertRule } from './alertRule.js';

/** @param rule as the configuration has it now. */
export const batchCost = (rule: () => BatchCostRule): AlertRule => ({
  source: 'cost',
  names: ['BatchCostAboveNormal'],
  after: 'minute',
  evaluate: async ({ store, nowNs, ownerOf }) => {
    const { ratioMax, costMinNano } = rule();
    const rows = await store.query('alert_dear_batches', {
      from: nowNs - DAY_NS,
      batchesMin: BATCHES_BEFORE_MIN,
      costMin: costMinNano,
      ratioMax,
    });
    return rows.map((row) => {
      const pipeline = row['pipeline'] as string;
      const batch = row['batch_id'] as string;
      const totalNano = BigInt(row['total'] as string);
      const ratio = row['ratio'] as number;
      const times = ratio.toFixed(1);
      return {
        name: 'BatchCostAboveNormal',
        subject: { pipeline, batch },
        severity: 'ticket',
        state: 'firing',
        summary: `${pipeline} ${batch} costs $${formatUsdShort(totalNano)}: ${times} × the usual per row`,
        owner: ownerOf(pipeline),
        runbook: 'BatchCostAboveNormal',
        sinceNs: row['since_ns'] as bigint,
        details: {
          // What it costs beyond the usual.
          stakeNano: totalNano - BigInt(Math.round(Number(totalNano) / ratio)),
          figures: {
            costUsd: formatUsdShort(totalNano),
            ratio: times,
            stake: 'above the usual' satisfies StakeOf,
          },
        },
      };
    });
  },
});
