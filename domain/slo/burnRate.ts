/**
 * How fast an error budget burns: the share of bad events over the share that may be bad. 1 spends exactly the budget
 * in a period. Source of the words: Beyer et al., The Site Reliability Workbook, chapter 5.
 */

/** Valid events of a stretch of time; integers up to 2^53. */
export interface EventSum {
  readonly good: number;
  readonly total: number;
  /**
   * Distinct things that went wrong: ten failed attempts of one operation are one. Where events have no operations
   * (slices of time, rows, runs) each bad one counts for itself, so that this is total − good.
   */
  readonly badOperations: number;
}

export const NO_EVENTS: EventSum = { good: 0, total: 0, badOperations: 0 };

const PPB = 1_000_000_000;

/** Billionths that may be bad. */
export const budgetPpb = ({ targetPpb }: { readonly targetPpb: number }): number => PPB - targetPpb;

/** Share of events that may be bad, 0 to 1. */
export const budgetShare = (slo: { readonly targetPpb: number }): number => budgetPpb(slo) / PPB;

export const badOf = ({ good, total }: Pick<EventSum, 'good' | 'total'>): number => total - good;

/** @returns e(w)/B; null without events. `total` may be an estimate of the full total. */
export function burnRate(
  { bad, total }: { readonly bad: number; readonly total: number },
  slo: { readonly targetPpb: number },
): number | null {
  // One division: 15 of 100 at 99.9 % is exactly 150, which a product of rounded shares would miss.
  return total > 0 ? (bad * PPB) / (total * budgetPpb(slo)) : null;
}

/** From which burn rate on something is to be told. */
export interface BurnLimit {
  readonly factor: number;
  /** `gte`: at the factor, too; unless said only above it. */
  readonly op?: 'gte';
}

/** @param burn null: there is no event. */
export const isOver = (burn: number | null, { factor, op }: BurnLimit): boolean =>
  burn !== null && (op === 'gte' ? burn >= factor : burn > factor);

/** How long a constant share of bad events burns until a window of length `longNs` is over its limit; null: never. */
export function detectionNs(
  pair: BurnLimit & { readonly longNs: bigint },
  { badShare, targetPpb }: { readonly badShare: number; readonly targetPpb: number },
): number | null {
  const burn = burnRate({ bad: badShare, total: 1 }, { targetPpb });
  if (burn === null || !isOver(burn, pair)) return null;
  return (Number(pair.longNs) * pair.factor) / burn;
}

/** How much of a length of time may be bad, nanoseconds. */
export function badTimeNs(lengthNs: bigint, slo: { readonly targetPpb: number }): bigint {
  return (lengthNs * BigInt(budgetPpb(slo))) / BigInt(PPB);
}
