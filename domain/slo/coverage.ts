/** What may be said of events that telemetry did not all tell of. */
import { badOf, type EventSum } from './burnRate.js';

/** Below it a window is unknown: it may still fire, by what was seen, but nothing resolves by it. */
export const COVERAGE_MIN = 0.9;

/** Covered share of the time in which something was open or due, 0 to 1; null: nothing was due. */
export interface CoverageReader {
  coverage(fromNs: bigint, toNs: bigint): number | null;
}

export const isUnknown = (coverage: number | null): boolean =>
  coverage !== null && coverage < COVERAGE_MIN;

/**
 * Bad events over all that there would be with full telemetry: what was not seen is taken for good, so that the burn
 * is a lower bound and what fires by it fires rightly.
 * @param expected events that the window should have; null: nothing tells.
 */
export function knownBad(
  sum: EventSum,
  { coverage, expected }: { readonly coverage: number | null; readonly expected: number | null },
): { bad: number; total: number } {
  const bad = badOf(sum);
  if (!isUnknown(coverage)) return { bad, total: sum.total };
  const scaled = coverage ? sum.total / coverage : sum.total;
  return { bad, total: Math.max(sum.total, scaled, expected ?? 0) };
}
