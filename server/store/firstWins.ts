/** Sums of first attempts that succeeded, for their rollup: nearly all attempts are such. */
import type { ChangeSet } from './attribution/changeSet.js';
import { bucketOf } from './costRollup.js';
import type { AttemptRow } from './rows.js';

/** First attempts that succeeded, −old +new, in a quarter of an hour. */
export interface FirstWins {
  readonly bucketNs: bigint;
  readonly attempt: AttemptRow;
  wins: number;
}

export const isFirstWin = ({ number, outcome }: AttemptRow): boolean =>
  number === 1 && outcome === 'succeeded';

export function firstWins({ remove, add }: ChangeSet['attempts']): FirstWins[] {
  const sums = new Map<string, FirstWins>();
  const enter = (attempt: AttemptRow, sign: 1 | -1): void => {
    if (!isFirstWin(attempt)) return;
    const { pipeline, run, step } = attempt.owner;
    const bucketNs = bucketOf(attempt.span.startNs);
    const key = JSON.stringify([`${bucketNs}`, pipeline, run, step]);
    const sum = sums.get(key);
    if (sum) sum.wins += sign;
    else sums.set(key, { bucketNs, attempt, wins: sign });
  };
  for (const row of remove) enter(row, -1);
  for (const row of add) enter(row, 1);
  return [...sums.values()].filter(({ wins }) => wins !== 0);
}
