/** How an SLO stands: everything that its page shows and its alerts go by. Pure; asked after every commit. */
import type { CoverageReader } from './coverage.js';
import { errorBudget, type BudgetInput, type ErrorBudget } from './errorBudget.js';
import { minuteEnd } from './minutes.js';
import {
  HEADLINE_NS,
  pairStatus,
  windowSum,
  type PairStatus,
  type StandingPair,
  type WindowSum,
} from './pairStatus.js';
import type { Slo } from './slo.js';
import { sloState, type SloState } from './sloState.js';
import { pairName, standardPairs } from './windowPairs.js';

export interface SloInput extends BudgetInput {
  readonly coverage: CoverageReader;
  /** Pairs that held at the last evaluation, as its `PairStatus` says: `holds`, with `sinceNs`, `frozenSinceNs`. */
  readonly before: readonly StandingPair[];
}

export interface SloStatus {
  readonly atNs: bigint;
  readonly budget: ErrorBudget;
  /** The period's part that has passed. */
  readonly period: WindowSum;
  /** The last hour, or the shortest long window where that is longer. */
  readonly headline: WindowSum;
  /** Of all policies, in their order; of an SLO by occurrences none, see `occurrenceStatus`. */
  readonly pairs: readonly PairStatus[];
  readonly state: SloState;
}

/** @throws RangeError when the SLO's zone or start time cannot be read; a definition that loaded has none such. */
export function evaluateSlo(slo: Slo, input: SloInput): SloStatus {
  const { nowNs, before } = input;
  const budget = errorBudget(slo, input);
  const pairs =
    slo.indicator.kind === 'deadline'
      ? []
      : slo.policies
          .flatMap((policy) => policy.pairs)
          .map((pair) => {
            const standing = before.find(({ name }) => name === pairName(pair));
            return pairStatus(slo, pair, { ...input, standing });
          });
  const toNs = minuteEnd(nowNs);
  const period = windowSum(slo, { fromNs: budget.period.startNs, toNs }, input);
  // Occurrences have no windows on the clock: of them the last few speak of now.
  const headlineFromNs =
    slo.indicator.kind === 'deadline'
      ? (input.recentFromNs ?? budget.period.startNs)
      : toNs - headlineNs(slo);
  const headline = windowSum(slo, { fromNs: headlineFromNs, toNs }, input);
  return {
    atNs: nowNs,
    budget,
    period,
    headline,
    pairs,
    state: sloState({ budget, pairs, period, headline }),
  };
}

function headlineNs(slo: Slo): bigint {
  const longs = slo.policies.flatMap(({ pairs }) => pairs.map(({ longNs }) => longNs));
  const shortest = longs.length > 0 ? longs.reduce((a, b) => (a < b ? a : b)) : HEADLINE_NS;
  return shortest > HEADLINE_NS ? shortest : HEADLINE_NS;
}

/** The policy of an SLO that names none. */
export const standardPolicy = (
  slo: Pick<Slo, 'window' | 'targetPpb'>,
): Slo['policies'][number] => ({
  name: 'standard',
  pairs: standardPairs(slo),
  destinations: [],
});
