/** Stretches of time that do not count, and how several make one. */
import type { TimeSpan } from '../budgetPeriod.js';

/** What an exclusion is for; empty: everything. All that is said must match. */
export interface ExclusionScope {
  readonly slo?: string;
  readonly service?: string;
  readonly pipeline?: string;
}

export interface ExclusionSubject {
  /** null: not an SLO, but a pipeline's occurrence. */
  readonly slo: string | null;
  readonly service: string | null;
  /** Pipelines that its events come from; empty: any. */
  readonly pipelines: readonly string[];
}

/** A scope of one pipeline excludes an SLO only where all its events come from there: no other's are taken away. */
export function excludes(scope: ExclusionScope, subject: ExclusionSubject): boolean {
  if (scope.slo !== undefined && scope.slo !== subject.slo) return false;
  if (scope.service !== undefined && scope.service !== subject.service) return false;
  if (scope.pipeline === undefined) return true;
  return subject.pipelines.length > 0 && subject.pipelines.every((name) => name === scope.pipeline);
}

/** The same time as stretches in order that neither touch nor overlap, cut to `[fromNs, toNs)`. */
export function mergeSpans(
  spans: readonly TimeSpan[],
  { startNs, endNs }: TimeSpan,
): readonly TimeSpan[] {
  const cut = spans
    .map((span) => ({
      startNs: span.startNs > startNs ? span.startNs : startNs,
      endNs: span.endNs < endNs ? span.endNs : endNs,
    }))
    .filter((span) => span.startNs < span.endNs)
    .sort((a, b) => Number(a.startNs > b.startNs) - Number(a.startNs < b.startNs));
  const merged: { startNs: bigint; endNs: bigint }[] = [];
  for (const span of cut) {
    const last = merged.at(-1);
    if (last && span.startNs <= last.endNs) {
      if (span.endNs > last.endNs) last.endNs = span.endNs;
    } else merged.push(span);
  }
  return merged;
}

/** How much time the stretches are, nanoseconds. */
export const lengthOf = (spans: readonly TimeSpan[]): bigint =>
  spans.reduce((sum, { startNs, endNs }) => sum + endNs - startNs, 0n);
