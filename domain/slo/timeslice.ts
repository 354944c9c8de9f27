/**
 * Budgeting by slices of time. With Timeslices an event is a slice, good when enough of its events were; with
 * RatioTimeslices the share of good is the mean of the slices' shares, so a quiet slice weighs as much as a busy one.
 * A slice without events is no slice: whether there should have been some is a matter of coverage.
 */
import type { BudgetingMethod } from './slo.js';

/** What a whole slice counts in RatioTimeslices: a slice that is half good is half of it. */
export const SLICE_PARTS = 1_000_000;

/**
 * What one slice adds to the sums that an SLO is judged by.
 * @param events good and total of the slice.
 * @param target share of good that makes a slice good; only Timeslices asks.
 */
export function sliceCounts(
  events: { readonly good: number; readonly total: number },
  { method, target }: { readonly method: BudgetingMethod; readonly target: number },
): { good: number; total: number } {
  const { good, total } = events;
  if (method === 'Occurrences') return { good, total };
  if (total === 0) return { good: 0, total: 0 };
  if (method === 'Timeslices') return { good: good / total >= target ? 1 : 0, total: 1 };
  // Rounded against the service: a slice with one bad event is never whole.
  return { good: Math.floor((good * SLICE_PARTS) / total), total: SLICE_PARTS };
}

/** The beginning of the slice that an instant is in: slices count from 1970-01-01 UTC. */
export function sliceStart(ns: bigint, lengthNs: bigint): bigint {
  return ns - (((ns % lengthNs) + lengthNs) % lengthNs);
}
