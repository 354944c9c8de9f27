/** Money of a group of lines: nano-USD, every part a sum of whole lines. */
import type { QueryRow } from '../store/protocol.js';

export interface CostSum {
  readonly total: bigint;
  readonly compute: bigint;
  readonly model: bigint;
  readonly waste: bigint;
  readonly failure: bigint;
  /** Lines without a price: with any, the true total is at least `total`. */
  readonly unpriced: number;
}

export const NO_COST: CostSum = {
  total: 0n,
  compute: 0n,
  model: 0n,
  waste: 0n,
  failure: 0n,
  unpriced: 0,
};

export function costSumOf(row: QueryRow): CostSum {
  return {
    total: row['total'] as bigint,
    compute: row['compute'] as bigint,
    model: row['model_cost'] as bigint,
    waste: row['waste'] as bigint,
    failure: row['failure'] as bigint,
    unpriced: Number(row['unpriced']),
  };
}

export function addCosts(sums: readonly CostSum[]): CostSum {
  return sums.reduce<CostSum>(
    (a, b) => ({
      total: a.total + b.total,
      compute: a.compute + b.compute,
      model: a.model + b.model,
      waste: a.waste + b.waste,
      failure: a.failure + b.failure,
      unpriced: a.unpriced + b.unpriced,
    }),
    NO_COST,
  );
}
