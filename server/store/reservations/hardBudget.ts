/** A budget with a hard limit as grants see it: spend of its window and what is held, kept up to date in memory. */
import { periodAt, type TimeSpan } from '@burnbook/domain/budgetPeriod';
import { isInForce, type CostBudget } from '@burnbook/domain/costBudget';
import { BUCKET_NS, bucketOf } from '../costRollup.js';

/** A limit set aside by hand. */
export interface BreakGlass {
  readonly atNs: bigint;
  readonly untilNs: bigint;
  readonly actor: string;
  readonly reason: string;
}

/** Nano-USD spent in the quarter of an hour that begins then. */
export type SpendBucket = readonly [bucketNs: bigint, nano: bigint];

export class HardBudget {
  readonly budget: CostBudget;
  breakGlass: BreakGlass | null = null;
  /** The last refusal in the window: how much did not fit. */
  refusal: { readonly atNs: bigint; readonly amountNano: bigint } | null = null;
  heldNano = 0n;
  holds = 0;
  /** Spend by the quarter of an hour it falls in: those of the window, and what is dated after it. */
  readonly #buckets = new Map<bigint, bigint>();
  #window: TimeSpan;
  #spentNano = 0n;

  constructor(budget: CostBudget, nowNs: bigint) {
    this.budget = budget;
    this.#window = windowAt(budget, nowNs);
  }

  /** Takes a later instant for now: what has left the window counts no more. */
  advance(nowNs: bigint): void {
    const { endNs } = this.#window;
    const rolling = this.budget.period.kind === 'rolling';
    if (nowNs < endNs && !rolling) return;
    const next = windowAt(this.budget, nowNs);
    if (next.startNs === this.#window.startNs) return;
    this.#window = next;
    if (!rolling) this.refusal = null;
    this.#spentNano = 0n;
    for (const [bucketNs, nano] of this.#buckets) {
      if (bucketNs < next.startNs) this.#buckets.delete(bucketNs);
      else if (this.#counts(bucketNs)) this.#spentNano += nano;
    }
  }

  /** @param nano more or, below 0, less was spent then. */
  spend(bucketNs: bigint, nano: bigint): void {
    if (bucketNs < this.#window.startNs) return;
    this.#buckets.set(bucketNs, (this.#buckets.get(bucketNs) ?? 0n) + nano);
    if (this.#counts(bucketNs)) this.#spentNano += nano;
  }

  /** What a reservation can get; below 0 when spend and holds have passed the limit. */
  get leftNano(): bigint {
    return this.budget.amountNano - this.#spentNano - this.heldNano;
  }

  isInForce(nowNs: bigint): boolean {
    return isInForce(this.budget, nowNs);
  }

  isOpen(nowNs: bigint): boolean {
    return this.breakGlass !== null && nowNs < this.breakGlass.untilNs;
  }

  /**
   * When there is room again if nothing more is spent: the end of a calendar period; of a rolling one the instant at which
   * enough spend has left the window for the amount. null: never by the passing of time alone.
   */
  roomNs(amountNano: bigint): bigint | null {
    const { period } = this.budget;
    if (period.kind === 'calendar') return this.#window.endNs;
    let leftNano = this.leftNano;
    for (const bucketNs of [...this.#buckets.keys()].toSorted((a, b) => (a < b ? -1 : 1))) {
      if (leftNano >= amountNano) break;
      if (this.#counts(bucketNs)) leftNano += this.#buckets.get(bucketNs) ?? 0n;
      if (leftNano >= amountNano) return bucketNs + BUCKET_NS + period.durationNs;
    }
    return null;
  }

  #counts(bucketNs: bigint): boolean {
    return countsIn(this.budget, this.#window, bucketNs);
  }
}

/**
 * The same spend in as few buckets as the budget needs from an instant on: a calendar period is over as a whole, so what
 * counts in it is one.
 */
export function gathered(
  budget: CostBudget,
  nowNs: bigint,
  buckets: readonly SpendBucket[],
): SpendBucket[] {
  const window = windowAt(budget, nowNs);
  if (budget.period.kind === 'rolling') return [...buckets];
  const later = buckets.filter(([bucketNs]) => bucketNs >= window.endNs);
  const [first, ...others] = buckets.filter(([bucketNs]) => countsIn(budget, window, bucketNs));
  if (!first) return later;
  return [[first[0], others.reduce((sum, [, nano]) => sum + nano, first[1])], ...later];
}

const countsIn = (
  { fromNs, toNs }: CostBudget,
  { startNs, endNs }: TimeSpan,
  bucketNs: bigint,
): boolean =>
  bucketNs >= startNs &&
  bucketNs < endNs &&
  (fromNs === null || bucketNs >= fromNs) &&
  (toNs === null || bucketNs < toNs);

/** After all that is ever stored: what clocks ahead of ours have dated after now belongs to a rolling window too. */
const NEVER_NS = 2n ** 63n - 1n;

/** Where the spend begins that counts at an instant. */
export const windowStartNs = (budget: CostBudget, nowNs: bigint): bigint =>
  windowAt(budget, nowNs).startNs;

/** A rolling window begins with a whole quarter of an hour: a grant takes a little too much for spent, never too little. */
function windowAt({ period, timeZone }: CostBudget, nowNs: bigint): TimeSpan {
  if (period.kind === 'calendar') return periodAt(period, timeZone, nowNs);
  return { startNs: bucketOf(nowNs - period.durationNs), endNs: NEVER_NS };
}
