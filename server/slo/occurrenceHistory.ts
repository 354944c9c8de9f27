/** The past of an SLO of a deadline: what was said of each occurrence first, and what is known of it now. */
import type { TimeSpan } from '@burnbook/domain/budgetPeriod';
import { isBad } from '@burnbook/domain/slo/occurrenceBurn';
import type { Verdict } from '@burnbook/domain/slo/occurrence';
import { formatTime } from '@burnbook/domain/time';
import type { Occurrence } from './occurrence.js';
import { touches } from './occurrenceSums.js';
import type { HistoryItem, KnownFacts } from './sloHistory.js';

/** One item for each occurrence of which something was said in [fromNs, toNs), in no order. */
export function occurrenceItems(
  occurrences: readonly Occurrence[],
  {
    fromNs,
    toNs,
    versionAt,
    excluded,
  }: {
    readonly fromNs: bigint;
    readonly toNs: bigint;
    readonly versionAt: (atNs: bigint) => number;
    /** Stretches that do not count for the SLO. */
    readonly excluded: readonly TimeSpan[];
  },
): HistoryItem[] {
  return occurrences.flatMap((occurrence): HistoryItem[] => {
    const { known, cause } = occurrence;
    if (!known || known.firstNs < fromNs || known.firstNs >= toNs) return [];
    const verdict = excluded.some((span) => touches(span, occurrence))
      ? 'excluded'
      : occurrence.verdict;
    const differs = verdict !== known.first;
    return [
      {
        atNs: known.firstNs,
        version: versionAt(known.firstNs),
        kind: 'occurrence',
        knownThen: factsOf(occurrence, known.first),
        correctedNow: factsOf(occurrence, verdict),
        causes: differs ? [verdict === 'excluded' ? 'exclusion' : cause] : [],
        occurrence: occurrence.nominalNs,
      },
    ];
  });
}

/** Why what is known of the occurrences of [fromNs, toNs) now is not what was known as of an instant. */
export function causesSince(
  occurrences: readonly Occurrence[],
  { fromNs, toNs, atNs }: { readonly fromNs: bigint; readonly toNs: bigint; readonly atNs: bigint },
): string[] {
  const changed = occurrences.filter(
    ({ eventNs, known }) =>
      eventNs >= fromNs && eventNs < toNs && (known === null || known.lastNs > atNs),
  );
  return changed.map(({ verdict }) => (verdict === 'excluded' ? 'exclusion' : 'late'));
}

function factsOf({ nominalNs, weight }: Occurrence, verdict: Verdict): KnownFacts {
  const [total, good] = isBad(verdict)
    ? [weight, 0]
    : verdict === 'on_time'
      ? [weight, weight]
      : [0, 0];
  return {
    good: Math.round(good),
    total: Math.round(total),
    budgetLeft: null,
    verdict: `${formatTime(nominalNs)}: ${verdict.replace('_', ' ')}.`,
    outcome: verdict,
  };
}
