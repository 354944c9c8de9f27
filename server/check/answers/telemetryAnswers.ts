/** How old what is known of a pipeline is: its telemetry, its data, and what collectors left out. */
import type { Answer } from '../answer.js';
import { newestNs, secondsSince, sumOf } from '../answerRows.js';
import { noFacts } from '../checkFacts.js';
import { batchesPath } from '../evidence.js';

export const telemetryAge: Answer = {
  facts: async (asked) => {
    const pipeline = asked.needed('pipeline');
    const [row] = await asked.query('telemetry_age', { pipeline });
    const evidence = batchesPath(asked);
    const lastNs = (row?.['received_ns'] ?? null) as bigint | null;
    if (lastNs === null) return noFacts(`no span of ${pipeline} was ever seen`, evidence);
    // That nothing came since then is known as of now.
    return { answer: secondsSince(lastNs, asked.nowNs), factsNs: asked.nowNs, evidence };
  },
};

export const dataAge: Answer = {
  facts: async (asked) => {
    const dataset = asked.param('dataset');
    const pipeline = asked.param('pipeline');
    const [row] = await asked.query('data_age', { pipeline, dataset });
    const evidence = batchesPath(asked);
    const lastNs = (row?.['end_ns'] ?? null) as bigint | null;
    if (lastNs === null) {
      return noFacts(
        dataset === null
          ? `no run of ${pipeline ?? ''} was ever seen to succeed`
          : `nothing was ever seen to write the dataset ${dataset}`,
        evidence,
      );
    }
    return { answer: secondsSince(lastNs, asked.nowNs), factsNs: asked.nowNs, evidence };
  },
};

export const droppedSpans: Answer = {
  // As CollectorDropping looks.
  minutes: 60,
  facts: async (asked) => {
    const rows = await asked.query('alert_dropped_spans', {
      from: asked.fromNs,
      pipeline: asked.param('pipeline'),
      droppedMax: -1n,
    });
    const evidence = batchesPath(asked);
    const factsNs = newestNs(rows, 'last_ns');
    // A collector that is silent says nothing of what it drops.
    if (factsNs === null) return noFacts(`no telemetry came in ${asked.minutes} min`, evidence);
    return { answer: sumOf(rows, 'dropped'), factsNs, evidence };
  },
};
