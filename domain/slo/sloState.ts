/** An SLO's state in one word. */
import type { ErrorBudget } from './errorBudget.js';
import { isUnknown } from './coverage.js';
import type { BurnWord, PairStatus, WindowSum } from './pairStatus.js';

/** `unknown`: too little of the due time is covered. `idle`: nothing was due. `exhausted`: no error budget is left. */
export type SloState =
  'ok' | 'increasing' | 'critical' | 'recovering' | 'exhausted' | 'unknown' | 'idle';

/** The worst that can be said; what is unknown is never called ok or recovering. */
export function sloState({
  budget,
  pairs,
  period,
  headline,
}: {
  readonly budget: Pick<ErrorBudget, 'left'>;
  readonly pairs: readonly PairStatus[];
  readonly period: WindowSum;
  readonly headline: WindowSum;
}): SloState {
  if (pairs.some(({ fires, frozenSinceNs }) => fires || frozenSinceNs !== null)) return 'critical';
  if (budget.left !== null && budget.left <= 0) return 'exhausted';
  const word = latestWord(pairs);
  if (word === 'increasing') return 'increasing';
  if (isUnknown(headline.coverage)) return 'unknown';
  if (word === 'recovering') return 'recovering';
  if (headline.coverage === null && headline.total === 0) return 'idle';
  if (period.total === 0) return 'unknown';
  return 'ok';
}

/** Of the pairs that have something to say the shortest speaks of now: after an outage the long ones go on for hours. */
function latestWord(pairs: readonly PairStatus[]): BurnWord | undefined {
  return pairs
    .filter(({ word }) => word !== 'acceptable')
    .reduce<PairStatus | undefined>(
      (first, pair) => (first && first.pair.longNs <= pair.pair.longNs ? first : pair),
      undefined,
    )?.word;
}
