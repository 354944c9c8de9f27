/**
 * ProviderRateLimited and ProviderOutage: a model provider refuses, or fails, too many of the tries. A ticket, or a page
 * where it puts a deadline at risk.
 */
import type { AlertCondition } from '@burnbook/domain/alert/alert';
import { MINUTE_NS } from '@burnbook/domain/time';
import type { QueryRow } from '../../store/protocol.js';
import { percent, type AlertRule } from './alertRule.js';

export const PROVIDER_MINUTES = 10;
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
      from: nowNs - BigInt(PROVIDER_MINUTES) * MINUTE_NS,
      pipeline: null,
      provider: null,
    });
    return byProvider(rows).flatMap(
      ({ provider, attempts, limited, broken, pipelines, firstNs }) => {
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
              sinceNs: firstNs ?? nowNs,
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
      },
    );
  },
});

interface ProviderTries {
  readonly provider: string;
  readonly attempts: number;
  /** Refused for their rate. */
  readonly limited: number;
  readonly broken: number;
  readonly pipelines: readonly string[];
  /** When the first that failed began; null: none did. */
  readonly firstNs: bigint | null;
}

const BROKEN: readonly unknown[] = ['server', 'timeout', 'network'];
const PIPELINES_MAX = 20;

/** Providers with enough attempts to say something. */
function byProvider(rows: readonly QueryRow[]): ProviderTries[] {
  const providers = [...new Set(rows.map((row) => row['provider'] as string | null))];
  return providers.flatMap((provider) => {
    const own = rows.filter((row) => row['provider'] === provider);
    const failed = own.filter((row) => row['failed'] === true);
    const attempts = countOf(own);
    if (provider === null || attempts < ATTEMPTS_MIN) return [];
    const names = own.flatMap((row) => JSON.parse(row['pipelines'] as string) as string[]);
    return [
      {
        provider,
        attempts,
        limited: countOf(failed.filter((row) => row['error_class'] === 'rate_limited')),
        broken: countOf(failed.filter((row) => BROKEN.includes(row['error_class']))),
        pipelines: [...new Set(names)].slice(0, PIPELINES_MAX),
        firstNs: failed
          .map((row) => row['first_ns'] as bigint)
          .reduce<bigint | null>((a, b) => (a !== null && a < b ? a : b), null),
      },
    ];
  });
}

const countOf = (rows: readonly QueryRow[]): number =>
  rows.reduce((sum, row) => sum + Number(row['attempts']), 0);
