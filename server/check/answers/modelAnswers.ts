/** Model calls: how long they take. */
import type { Answer } from '../answer.js';
import { noFacts } from '../checkFacts.js';
import { costPath } from '../evidence.js';

export const modelLatency: Answer = {
  minutes: 10,
  facts: async (asked) => {
    const [row] = await asked.query('model_latency', {
      from: asked.fromNs,
      pipeline: asked.param('pipeline'),
      provider: asked.param('provider'),
      model: asked.param('model'),
      quantile: 0.95,
    });
    const evidence = costPath(asked);
    const factsNs = (row?.['last_ns'] ?? null) as bigint | null;
    if (factsNs === null) return noFacts(`no model call ended in ${asked.minutes} min`, evidence);
    const answer = Number(row?.['duration_ns']) / 1e9;
    return { answer, factsNs, coverage: asked.coverage(), evidence };
  },
};
