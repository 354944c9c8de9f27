/** An expected occurrence as it is judged now, with what was said of it before. */
import type { MissProbability } from '@burnbook/domain/slo/missProbability';
import type { OccurrenceRun, Reached, Verdict } from '@burnbook/domain/slo/occurrence';
import type { OccurrenceWeight } from '@burnbook/domain/slo/slo';

/** Verdicts that were stored. */
export interface KnownVerdict {
  readonly first: Verdict;
  readonly firstNs: bigint;
  readonly last: Verdict;
  readonly lastNs: bigint;
}

export interface Occurrence extends Reached {
  readonly pipeline: string;
  readonly nominalNs: bigint;
  readonly dueNs: bigint;
  readonly runs: readonly OccurrenceRun[];
  readonly batch: string | null;
  readonly rows: bigint | null;
  readonly costNano: bigint | null;
  /** Lines of the batch without a price: its cost is a lower bound. */
  readonly unpriced: number;
  /** When it counts: at its landing or failure, at the latest at its deadline. */
  readonly eventNs: bigint;
  /** null: none was stored yet. */
  readonly known: KnownVerdict | null;
  /** In units of the SLO of its deadline; of one whose weight is not known the median of those before it. */
  readonly weight: number;
  /** Of one under way; null: it is not, or too few earlier runs tell. */
  readonly odds: MissProbability | null;
}

/** In units of an SLO: 1, rows or nano-USD; null: it is not known. */
export function weightOf(
  { verdict, rows, costNano }: Pick<Occurrence, 'verdict' | 'rows' | 'costNano'>,
  weight: OccurrenceWeight,
): number | null {
  if (weight === 'occurrences') return 1;
  // What a run that did not get there has done so far is not what it would have been.
  if (verdict !== 'on_time' && verdict !== 'late') return null;
  const known = weight === 'rows' ? rows : costNano;
  return known === null ? null : Number(known);
}

/** When a verdict counts: at the landing or the failure, at the latest at the deadline. */
export function eventOf(
  { verdict, landedNs, run }: Pick<Reached, 'verdict' | 'landedNs' | 'run'>,
  dueNs: bigint,
): bigint {
  const atNs =
    verdict === 'on_time' ? landedNs : verdict === 'failed' ? (run?.endNs ?? null) : null;
  return atNs !== null && atNs < dueNs ? atNs : dueNs;
}
