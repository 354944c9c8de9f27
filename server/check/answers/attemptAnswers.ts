/** Attempts: how many an operation needs, and what share of them fails. The figures of RetryStorm and of the providers' alerts. */
import { PROVIDER_MINUTES } from '../../alert/rules/providerErrors.js';
import { STORM_MINUTES } from '../../alert/rules/retryStorm.js';
import type { Answer } from '../answer.js';
import { newestNs, sumOf } from '../answerRows.js';
import { noFacts } from '../checkFacts.js';
import { retriesPath } from '../evidence.js';

export const attemptsPerOperation: Answer = {
  minutes: STORM_MINUTES,
  facts: async (asked) => {
    const rows = await asked.query('alert_retry_storm', {
      from: asked.fromNs,
      pipeline: asked.param('pipeline'),
      ratioMax: 0,
      operationsMin: 1n,
    });
    const evidence = retriesPath(asked);
    const factsNs = newestNs(rows, 'last_ns');
    if (factsNs === null) return noFacts(`no attempt ended in ${asked.minutes} min`, evidence);
    return {
      answer: sumOf(rows, 'attempts') / sumOf(rows, 'operations'),
      factsNs,
      coverage: asked.coverage(),
      evidence,
    };
  },
};

export const attemptErrorShare: Answer = {
  minutes: PROVIDER_MINUTES,
  facts: async (asked) => {
    const rows = await asked.query('alert_provider_errors', {
      from: asked.fromNs,
      pipeline: asked.param('pipeline'),
      provider: asked.param('provider'),
    });
    const evidence = retriesPath(asked);
    const factsNs = newestNs(rows, 'last_ns');
    if (factsNs === null) return noFacts(`no attempt ended in ${asked.minutes} min`, evidence);
    const classes = asked.names('errorClass');
    const failed = rows.filter(
      (row) =>
        row['failed'] === true &&
        (classes.length === 0 || classes.includes(row['error_class'] as string)),
    );
    return {
      answer: sumOf(failed, 'attempts') / sumOf(rows, 'attempts'),
      factsNs,
      coverage: asked.coverage(),
      evidence,
    };
  },
};
