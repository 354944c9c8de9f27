/** QuarantineGrowing: two batches running left far more rows in quarantine than the ones before. */
import { DAY_NS } from '@burnbook/domain/time';
import type { AlertRule } from './alertRule.js';

/** Times the median of the eight batches before. A median below one row counts as one. */
const RATIO_MAX = 3;
/** A median of fewer says nothing. */
export const QUARANTINE_BATCHES_MIN = 3;
/** Batches longer ago say nothing of now. */
export const QUARANTINE_MEMORY_NS = 90n * DAY_NS;

export const quarantineGrowing: AlertRule = {
  source: 'event',
  names: ['QuarantineGrowing'],
  after: 'minute',
  evaluate: async ({ store, nowNs, ownerOf }) => {
    const rows = await store.query('alert_quarantine', {
      from: nowNs - QUARANTINE_MEMORY_NS,
      pipeline: null,
      ratioMax: RATIO_MAX,
      batchesMin: QUARANTINE_BATCHES_MIN,
    });
    return rows.map((row) => {
      const pipeline = row['pipeline'] as string;
      const batch = row['batch_id'] as string;
      const newest = Number(row['newest']);
      const previous = Number(row['previous']);
      const usual = Number(row['usual']);
      return {
        name: 'QuarantineGrowing',
        subject: { pipeline },
        severity: 'ticket',
        state: 'firing',
        summary: `${pipeline} left ${previous} and then ${newest} rows in quarantine: more than ${RATIO_MAX} × the usual ${usual}, twice running`,
        owner: ownerOf(pipeline),
        runbook: 'QuarantineGrowing',
        sinceNs: row['since_ns'] as bigint,
        details: {
          figures: {
            batch,
            rowsFailed: String(newest),
            rowsFailedBefore: String(previous),
            usual: String(usual),
          },
        },
      };
    });
  },
};
