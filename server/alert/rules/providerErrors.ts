/**
 * ProviderRateLimited and ProviderOutage: a model provider refuses, or fails, too many of the tries. A ticket, or a page
 * where it puts a deadline at risk.
 */
import type { AlertCondition } from '@burnbook/domain/alert/alert';
import { MINUTE_NS, percent, type AlertRule } from './alertRule.js';

const WINDOW_NS = 10n * MINUTE_NS;
const SHARE_MAX = 0.2;
/** A share of fewer says nothing. */
const ATTEMPTS_MIN = 20;

/** @param deadlineAtRisk whether one of these pipelines is likely to miss a deadline. */
export const providerErrors = (
  deadlineAtRisk: (pipelines: readonly string[]) => boolean,
): AlertRule => ({
  source: 'event',
  names: ['ProviderRateLimited', 'ProviderOutage'],
  after: 'commit',
  evaluate: async ({ store, nowNs }) => {
    const rows = await store.query('alert_provider_errors', {
      from: nowNs - WINDOW_NS,
      attemptsMin: ATTEMPTS_MIN,
    });
    return rows.flatMap((row) => {
      const provider = row['provider'] as string;
      const attempts = Number(row['attempts']);
      const limited = Number(row['limited']);
      const broken = Number(row['broken']);
      const pipelines = JSON.parse(row['pipelines'] as string) as string[];
      const severity = deadlineAtRisk(pipelines) ? 'page' : 'ticket';
      const raised = (
        name: 'ProviderRateLimited' | 'ProviderOutage',
        { count, words }: { readonly count: number; readonly words: string },
      ): AlertCondition[] => {
        if (count <= SHARE_MAX * attempts) return [];
        const share = percent(count / attempts);
        return [
          {
            name,
            subject: { provider },
            severity,
            state: 'firing',
            summary: `${provider} ${words} ${count} of ${attempts} attempts in 10 min: ${share}, at most ${percent(SHARE_MAX)} is usual`,
            owner: null,
            runbook: name,
            sinceNs: row['first_ns'] as bigint,
            details: {
              figures: {
                attempts: String(attempts),
                failed: String(count),
                share,
                pipelines: pipelines.join(', '),
              },
            },
          },
        ];
      };
      return [
        ...raised('ProviderRateLimited', { count: limited, words: 'refused for their rate' }),
        ...raised('ProviderOutage', { count: broken, words: 'failed' }),
      ];
    });
  },
});
