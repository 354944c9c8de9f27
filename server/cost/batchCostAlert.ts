/** BatchCostAboveNormal: a batch costs more than twice the usual per row, and enough to matter. */
import { NANO_PER_USD } from '@burnbook/domain/money';
import type { BatchFacts } from './batches.js';

export const BATCH_COST_ALERT = 'BatchCostAboveNormal';

export interface BatchCostRule {
  /** Fires above this many times the median cost per row of the up to 8 batches before. */
  readonly ratioMax: number;
  /** Cheaper batches are nobody's business. */
  readonly costMinNano: bigint;
}

export const BATCH_COST_RULE: BatchCostRule = { ratioMax: 2, costMinNano: NANO_PER_USD };

/** A median of fewer batches says nothing. */
export const BATCHES_BEFORE_MIN = 3;

/** @returns how many times the normal cost per row, or null when the rule does not fire. */
export function batchCostAboveNormal(batch: BatchFacts, rule: BatchCostRule): number | null {
  if (batch.costRatio === null || (batch.before?.batches ?? 0) < BATCHES_BEFORE_MIN) return null;
  return batch.costRatio > rule.ratioMax && batch.cost.total >= rule.costMinNano
    ? batch.costRatio
    : null;
}
