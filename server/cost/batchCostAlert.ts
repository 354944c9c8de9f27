/** BatchCostAboveNormal: a batch costs more than twice the usual per row, and enough to matter. */
import type { BatchFacts } from './batches.js';
import { NANO_PER_USD } from '@burnbook/domain/money';

export const BATCH_COST_ALERT = 'BatchCostAboveNormal';
/** $/row over the median of the up to 8 batches before. */
const RATIO_MAX = 2;
const COST_MIN_NANO = NANO_PER_USD;
/** A median of fewer batches says nothing. */
const BATCHES_BEFORE_MIN = 3;

/** @returns how many times the normal cost per row, or null when the rule does not fire. */
export function batchCostAboveNormal(batch: BatchFacts): number | null {
  if (batch.costRatio === null || (batch.before?.batches ?? 0) < BATCHES_BEFORE_MIN) return null;
  return batch.costRatio > RATIO_MAX && batch.cost.total >= COST_MIN_NANO ? batch.costRatio : null;
}
