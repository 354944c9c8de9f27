/** The money that an alert is about, and what it is the cost of. */
import type { AlertDetails } from './alert.js';

/** What the money is the cost of; where there is no figure, why. Pages have a word for each. */
export const STAKES = [
  'bad attempts',
  'bad operations',
  'bad model calls',
  'bad runs',
  'runs with bad rows',
  'runs with failed checks',
  'bad batches',
  'batch so far',
  'above the usual',
  'failed attempts',
  'retry waste',
  'overspent',
  'left of the budget',
  'no run was seen',
  'no cost is known',
  'events without a cost',
  'not measured in time',
] as const;
export type StakeOf = (typeof STAKES)[number];

export interface Stake {
  /** null: there is none, or nobody knows it; `of` says why. */
  readonly nano: bigint | null;
  readonly of: StakeOf;
  /** Of so long, as `1h`; null: of all that the alert is about. */
  readonly window: string | null;
  /** Lines of it that have no price: the figure is a lower bound. */
  readonly unpriced: number;
}

export const noStake = (of: StakeOf): Stake => ({ nano: null, of, window: null, unpriced: 0 });

/** A sum of lines: no line is no cost that is known, and neither is a line without a price. */
export function stakeOfLines(
  sum: { readonly lines: number; readonly unpriced: number; readonly nano: bigint },
  what: Pick<Stake, 'of' | 'window'>,
): Stake {
  const { lines, unpriced, nano } = sum;
  if (lines === unpriced && nano === 0n) return noStake('no cost is known');
  return { ...what, nano, unpriced };
}

export function withStake(
  details: AlertDetails,
  { nano, of, window, unpriced }: Stake,
): AlertDetails {
  return {
    ...details,
    ...(nano === null ? {} : { stakeNano: nano }),
    figures: {
      ...details.figures,
      stake: of,
      ...(window === null ? {} : { stakeWindow: window }),
      ...(unpriced === 0 ? {} : { stakeUnpriced: String(unpriced) }),
    },
  };
}
