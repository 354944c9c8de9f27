/** UnpricedUsage: model calls without a price make every total a lower bound. */
import { DAY_NS } from '@burnbook/domain/time';
import { factBounds } from '../../cost/timeRange.js';
import { percent, type AlertRule } from './alertRule.js';

const SHARE_MAX = 0.01;

export const unpricedUsage: AlertRule = {
  source: 'cost',
  names: ['UnpricedUsage'],
  after: 'minute',
  evaluate: async ({ store, nowNs }) => {
    const range = { fromNs: nowNs - DAY_NS, toNs: nowNs };
    const [row] = await store.query('alert_unpriced_usage', {
      ...factBounds(range),
      pipeline: null,
      model: null,
    });
    const calls = Number(row?.['calls'] ?? 0);
    const unpriced = Number(row?.['unpriced'] ?? 0);
    if (unpriced <= SHARE_MAX * calls) return [];
    const models = row?.['models'] as string;
    const share = percent(unpriced / calls);
    return [
      {
        name: 'UnpricedUsage',
        subject: {},
        severity: 'ticket',
        state: 'firing',
        summary: `${unpriced} of ${calls} model calls in 24 h have no price (${share}): ${models}`,
        owner: null,
        runbook: 'UnpricedUsage',
        sinceNs: nowNs,
        details: { figures: { calls: String(calls), unpriced: String(unpriced), share, models } },
      },
    ];
  },
};
