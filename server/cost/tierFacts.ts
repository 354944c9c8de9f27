/**
 * What providers publish about tiers that cost a part of the standard list price.
 *
 * They hold for list prices alone: a contracted price in `prices.yaml` brings its own tiers. A tier that no line here
 * or there tells stays unpriced (priority tiers, for one, differ by model).
 */
import type { TokenClass } from '@burnbook/domain/price';

export interface TierFact {
  /** The catalogue's provider. */
  readonly provider: string;
  readonly tier: string;
  /** Decimal, of the standard price. */
  readonly multiplier: string;
  /** Classes that keep their standard price. */
  readonly keeps: readonly TokenClass[];
  readonly source: string;
  readonly checkedOn: string;
}

export const TIER_FACTS: readonly TierFact[] = [
  {
    provider: 'openai',
    tier: 'batch',
    multiplier: '0.5',
    keeps: [],
    source: 'https://developers.openai.com/api/docs/guides/batch',
    checkedOn: '2026-11-22',
  },
  {
    // "Tokens are priced at Batch API rates, with additional discounts from prompt caching."
    provider: 'openai',
    tier: 'flex',
    multiplier: '0.5',
    keeps: [],
    source: 'https://developers.openai.com/api/docs/guides/flex-processing',
    checkedOn: '2026-11-22',
  },
  {
    provider: 'anthropic',
    tier: 'batch',
    multiplier: '0.5',
    keeps: [],
    source: 'https://docs.anthropic.com/en/docs/build-with-claude/batch-processing',
    checkedOn: '2026-11-22',
  },
  {
    // The discount of a cache hit takes precedence; the two do not stack.
    provider: 'google',
    tier: 'batch',
    multiplier: '0.5',
    keeps: ['cacheRead'],
    source:
      'https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/batch-prediction-gemini',
    checkedOn: '2026-11-22',
  },
];
