/** CollectorDropping: a collector said that it had to leave spans out; what they cost is missing from the bills. */
import { HOUR_NS } from '@burnbook/domain/time';
import type { AlertRule } from './alertRule.js';

export const collectorDropping: AlertRule = {
  source: 'event',
  names: ['CollectorDropping'],
  after: 'commit',
  evaluate: async ({ store, nowNs, ownerOf }) => {
    const rows = await store.query('alert_dropped_spans', {
      from: nowNs - HOUR_NS,
      pipeline: null,
      droppedMax: 0n,
    });
    return rows.map((row) => {
      const pipeline = row['pipeline'] as string;
      const dropped = String(row['dropped']);
      return {
        name: 'CollectorDropping',
        subject: { pipeline },
        severity: 'ticket',
        state: 'firing',
        summary: `the collector of ${pipeline} dropped ${dropped} spans in the last hour: bills and counts of that time are too low`,
        owner: ownerOf(pipeline),
        runbook: 'CollectorDropping',
        sinceNs: row['first_ns'] as bigint,
        details: { figures: { droppedSpans: dropped } },
      };
    });
  },
};
