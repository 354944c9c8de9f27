/** Whether a burn is more than chance would make of few events. */
import { badOf, budgetShare, type EventSum } from './burnRate.js';
import { binomialTail } from './binomialTail.js';
import type { BudgetingMethod, Severity } from './slo.js';
import { SLICE_PARTS } from './timeslice.js';

/** One failed operation is an accident, however often it was tried. */
export const BAD_OPERATIONS_MIN = 2;

/** So improbable must the bad events of the long window be, were the service exactly as bad as its target allows. */
export const CHANCE_MAX: Readonly<Record<Severity, number>> = { page: 1e-4, ticket: 1e-3 };

/** @param sum of the long window. */
export function isSignificant(
  sum: EventSum,
  {
    severity,
    targetPpb,
    method,
  }: {
    readonly severity: Severity;
    readonly targetPpb: number;
    readonly method: BudgetingMethod;
  },
): boolean {
  const { trials, bad } = trialsOf(sum, method);
  if (sum.badOperations < BAD_OPERATIONS_MIN) return false;
  return binomialTail(bad, trials, budgetShare({ targetPpb })) <= CHANCE_MAX[severity];
}

/**
 * The attempts of one operation fail together: they are one trial. A bad slice is one by itself; the parts of a slice that
 * was partly bad add up.
 */
function trialsOf(sum: EventSum, method: BudgetingMethod): { trials: number; bad: number } {
  if (method === 'RatioTimeslices') {
    return {
      trials: Math.round(sum.total / SLICE_PARTS),
      bad: Math.floor(badOf(sum) / SLICE_PARTS),
    };
  }
  return { trials: sum.good + sum.badOperations, bad: sum.badOperations };
}
