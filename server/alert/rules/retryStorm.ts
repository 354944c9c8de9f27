/** RetryStorm: operations need many more tries than they should; the provider is hit the harder the worse it goes. */
import type { StakeOf } from '@burnbook/domain/alert/stake';
import { formatUsdShort } from '@burnbook/domain/money';
import { MINUTE_NS } from '@burnbook/domain/time';
import type { AlertRule } from './alertRule.js';

/** Minutes of attempts that it looks at. */
export const STORM_MINUTES = 10;
const WINDOW_NS = BigInt(STORM_MINUTES) * MINUTE_NS;
/** Attempts an operation above which it fires. */
const RATIO_MAX = 1.5;
/** A ratio of fewer says nothing. */
const OPERATIONS_MIN = 20;

export const retryStorm: AlertRule = {
  source: 'event',
  names: ['RetryStorm'],
  after: 'commit',
  evaluate: async ({ store, nowNs, ownerOf }) => {
    const rows = await store.query('alert_retry_storm', {
      from: nowNs - WINDOW_NS,
      pipeline: null,
      ratioMax: RATIO_MAX,
      operationsMin: OPERATIONS_MIN,
    });
    return rows.map((row) => {
      const pipeline = row['pipeline'] as string;
      const attempts = Number(row['attempts']);
      const operations = Number(row['operations']);
      const stakeNano = row['lost'] as bigint;
      const ratio = (attempts / operations).toFixed(2);
      return {
        name: 'RetryStorm',
        subject: { pipeline },
        severity: 'page',
        state: 'firing',
        summary: `${pipeline} needed ${attempts} attempts for ${operations} operations in 10 min: ${ratio} each, at most ${RATIO_MAX} is usual`,
        owner: ownerOf(pipeline),
        runbook: 'RetryStorm',
        sinceNs: row['first_ns'] as bigint,
        details: {
          stakeNano,
          figures: {
            attempts: String(attempts),
            operations: String(operations),
            attemptsPerOperation: ratio,
            lostUsd: formatUsdShort(stakeNano),
            stake: 'failed attempts' satisfies StakeOf,
            stakeWindow: '10m',
          },
        },
      };
    });
  },
};
