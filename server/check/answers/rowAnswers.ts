/** Rows: what share of them is good, and how many a batch put into quarantine. */
import {
  QUARANTINE_BATCHES_MIN,
  QUARANTINE_MEMORY_NS,
} from '../../alert/rules/quarantineGrowing.js';
import type { Answer } from '../answer.js';
import { noFacts } from '../checkFacts.js';
import { batchesPath, batchPath } from '../evidence.js';

const DAY_MINUTES = 1_440;

export const rowsValidShare: Answer = {
  minutes: DAY_MINUTES,
  facts: async (asked) => {
    const pipeline = asked.needed('pipeline');
    const batch = asked.param('batch');
    const [row] = await asked.query('rows_valid', { from: asked.fromNs, pipeline, batch });
    const evidence = batch === null ? batchesPath(asked) : batchPath(pipeline, batch);
    const factsNs = (row?.['last_ns'] ?? null) as bigint | null;
    const total = Number(row?.['total'] ?? 0);
    if (factsNs === null || total === 0) {
      return noFacts(`no step told of its rows in ${asked.minutes} min`, evidence);
    }
    const answer = (total - Number(row?.['bad'])) / total;
    return { answer, factsNs, coverage: batch === null ? asked.coverage() : null, evidence };
  },
};

export const quarantineRatio: Answer = {
  facts: async (asked) => {
    const pipeline = asked.needed('pipeline');
    const [row] = await asked.query('alert_quarantine', {
      from: asked.nowNs - QUARANTINE_MEMORY_NS,
      pipeline,
      ratioMax: null,
      batchesMin: QUARANTINE_BATCHES_MIN,
    });
    if (!row) {
      const reason = `${QUARANTINE_BATCHES_MIN} batches before the two newest must have told of rows that failed: a usual of fewer says nothing`;
      return noFacts(reason, batchesPath(asked));
    }
    return {
      answer: Number(row['newest']) / Math.max(1, Number(row['usual'])),
      factsNs: row['ended_ns'] as bigint,
      evidence: batchPath(pipeline, row['batch_id'] as string),
    };
  },
};
