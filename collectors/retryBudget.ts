import { checkNumber } from './optionCheck.js';

/**
 * Bounds how much retries may add to the load of a provider that already fails: a bucket of tokens, filled by first
 * attempts, emptied by retries. Over any time, retries ≤ ratio · first attempts + reserve.
 */
export interface RetryBudget {
  /** A first attempt was made: earns `ratio` of a retry. */
  readonly earn: () => void;
  /** Takes one retry; false when none is left. */
  readonly spend: () => boolean;
  /** Retries that could be taken now. */
  readonly available: number;
}

export interface RetryBudgetOptions {
  /** Retries earned per first attempt, 0 to 1. Default 0.1. */
  ratio?: number;
  /** Retries that may be taken before any were earned, and the most that are ever saved up. Default 10. */
  reserve?: number;
}

/** Tokens are counted in thousandths of a retry, as integers, so that no rounding error adds up. */
const SCALE = 1000;

export function createRetryBudget({
  ratio = 0.1,
  reserve = 10,
}: RetryBudgetOptions = {}): RetryBudget {
  checkNumber({ option: 'ratio', value: ratio, min: 0, max: 1 });
  checkNumber({ option: 'reserve', value: reserve, min: 0, max: 1e6, integer: true });
  const earned = Math.round(ratio * SCALE);
  // With a reserve of 0, one whole retry must still fit, or none could ever be earned.
  const tokensMax = Math.max(reserve, earned > 0 ? 1 : 0) * SCALE;
  let tokens = reserve * SCALE;
  return {
    earn: () => {
      tokens = Math.min(tokensMax, tokens + earned);
    },
    spend: () => {
      if (tokens < SCALE) return false;
      tokens -= SCALE;
      return true;
    },
    get available() {
      return Math.floor(tokens / SCALE);
    },
  };
}
