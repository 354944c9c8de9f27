/**
 * The budget of an SLO that counts expected occurrences: no windows on the clock, no floor. Each bad verdict alerts by
 * itself; that too many of the last ones were bad is a ticket.
 */
import { badOf, budgetShare, burnRate, type EventSum } from './burnRate.js';
import { median } from './expectedEvents.js';
import type { Verdict } from './occurrence.js';

export interface JudgedOccurrence {
  readonly nominalNs: bigint;
  readonly dueNs: bigint;
  readonly verdict: Verdict;
  /** In units of the SLO: 1, rows or nano-USD; null: it is not known, as of one that is missing. */
  readonly weight: number | null;
}

export interface OccurrenceStatus {
  readonly sum: EventSum;
  /** Decided over due, 0 to 1; null: nothing was due. */
  readonly coverage: number | null;
  /** Of the last occurrences in which the target allows one to be bad; null: none is decided. */
  readonly burn: number | null;
  /** How many these are. */
  readonly of: number;
  /** More of them were bad than the target allows. */
  readonly isTicket: boolean;
  /** Where the burn of the last 8 begins; null: there are none. */
  readonly recentFromNs: bigint | null;
}

/** What a missing occurrence would have weighed: the median of so many before it. */
const WEIGHT_OF_LAST = 8;
const RECENT = 8;
const TICKET_MIN = 8;
const TICKET_MAX = 200;

/** @param occurrences in order of time, with some from before the period, so that the first have a weight. */
export function occurrenceStatus(
  occurrences: readonly JudgedOccurrence[],
  {
    targetPpb,
    fromNs,
    nowNs,
  }: { readonly targetPpb: number; readonly fromNs: bigint; readonly nowNs: bigint },
): OccurrenceStatus {
  const weighed = withWeights(occurrences);
  const decided = weighed.filter(({ verdict }) => isGood(verdict) || isBad(verdict));
  const due = occurrences.filter(
    ({ dueNs, verdict }) => dueNs >= fromNs && dueNs <= nowNs && verdict !== 'excluded',
  );
  const seen = due.filter(({ verdict }) => isGood(verdict) || isBad(verdict)).length;
  const ofTicket = occurrencesOfTicket({ targetPpb });
  const last = sumOf(decided.slice(-ofTicket));
  const burn = burnRate({ bad: badOf(last), total: last.total }, { targetPpb });
  return {
    sum: sumOf(decided.filter(({ dueNs }) => dueNs >= fromNs)),
    coverage: due.length === 0 ? null : seen / due.length,
    burn,
    of: Math.min(ofTicket, decided.length),
    isTicket: isBurnTicket({ burn, of: decided.length }),
    recentFromNs: decided.at(-RECENT)?.dueNs ?? decided[0]?.dueNs ?? null,
  };
}

/** Of how many of the last occurrences a ticket speaks: those in which the target allows one to be bad. */
export const occurrencesOfTicket = (slo: { readonly targetPpb: number }): number =>
  Math.min(TICKET_MAX, Math.max(TICKET_MIN, Math.ceil(1 / budgetShare(slo) - 1e-9)));

export const isBurnTicket = ({ burn, of }: Pick<OccurrenceStatus, 'burn' | 'of'>): boolean =>
  burn !== null && of >= TICKET_MIN && burn > 1;

/** Weights of all: one that is not known is the median of those before it, and 1 where there are none. */
export function withWeights<Weighed extends { readonly weight: number | null }>(
  occurrences: readonly Weighed[],
): (Omit<Weighed, 'weight'> & { readonly weight: number })[] {
  const known: number[] = [];
  return occurrences.map((occurrence) => {
    const weight = occurrence.weight ?? median(known.slice(-WEIGHT_OF_LAST)) ?? 1;
    if (occurrence.weight !== null) known.push(occurrence.weight);
    return { ...occurrence, weight };
  });
}

export const isBad = (verdict: Verdict): boolean =>
  verdict === 'late' || verdict === 'failed' || verdict === 'missing';

const isGood = (verdict: Verdict): boolean => verdict === 'on_time';

function sumOf(occurrences: readonly { verdict: Verdict; weight: number }[]): EventSum {
  let total = 0;
  let good = 0;
  let badOperations = 0;
  for (const { verdict, weight } of occurrences) {
    total += weight;
    if (isGood(verdict)) good += weight;
    else badOperations++;
  }
  return { good, total, badOperations };
}
