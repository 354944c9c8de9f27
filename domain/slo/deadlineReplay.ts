/** What an SLO of a deadline would have told of its past: an alert for each occurrence gone wrong, and tickets of too many. */
import type { AlertName } from '../alertNames.js';
import { HOUR_NS } from '../time.js';
import { burnRate } from './burnRate.js';
import type { Verdict } from './occurrence.js';
import { isBad, isBurnTicket, occurrencesOfTicket } from './occurrenceBurn.js';
import type { OccurrencePast } from './occurrencePast.js';
import type { Severity } from './slo.js';

export interface WeighedPast extends OccurrencePast {
  /** In units of the SLO: of one that landed, and of one that did not, which is as heavy as those before it. */
  readonly weighs: { readonly landed: number; readonly other: number };
}

export interface DeadlineFire {
  readonly severity: Severity;
  readonly name: AlertName;
  /** The occurrence that it is about; null: it is about the last ones. */
  readonly nominalNs: bigint | null;
  readonly fromNs: bigint;
  /** null: it still stood at the end. */
  readonly toNs: bigint | null;
  /** What was bad of it, in units of the SLO. */
  readonly bad: number;
  /** From when the first of it went wrong, by what is known now; null: nothing did. */
  readonly latenessNs: bigint | null;
  /** By what is known now there was nothing to tell. */
  readonly noise: boolean;
}

export interface DeadlineMiss {
  readonly nominalNs: bigint;
  readonly fromNs: bigint;
  readonly toNs: bigint;
  readonly bad: number;
}

export interface DeadlineReplayOptions {
  readonly targetPpb: number;
  /** Of the alerts of single occurrences. */
  readonly severity: Severity;
  readonly fromNs: bigint;
  readonly toNs: bigint;
}

/** What went wrong and was not told so soon after is a miss. */
const TOLD_WITHIN_NS = HOUR_NS;
/** So many may be undecided among the last ones. */
const UNDECIDED_MAX = 100;

/** How many occurrences before the first that matters tell how many of the last were bad. */
export const occurrencesBefore = (slo: { readonly targetPpb: number }): number =>
  occurrencesOfTicket(slo) + UNDECIDED_MAX;

/** Whether the time of an occurrence, from its nominal time to its deadline, is in a range. */
export const isOfRange = (
  { nominalNs, dueNs }: Pick<OccurrencePast, 'nominalNs' | 'dueNs'>,
  { fromNs, toNs }: Pick<DeadlineReplayOptions, 'fromNs' | 'toNs'>,
): boolean => dueNs >= fromNs && nominalNs < toNs;

/** @param pasts in order of time, with `occurrencesBefore` from before the range. */
export function replayDeadline(
  pasts: readonly WeighedPast[],
  options: DeadlineReplayOptions,
): { readonly fires: readonly DeadlineFire[]; readonly misses: readonly DeadlineMiss[] } {
  const own = pasts.filter((past) => isOfRange(past, options));
  const fires = [...own.flatMap((past) => firesOf(past, options)), ...burnTickets(pasts, options)];
  return {
    fires: fires
      .filter(({ toNs }) => toNs === null || toNs > options.fromNs)
      .sort((a, b) => byTime(a.fromNs, b.fromNs)),
    misses: own.flatMap((past) => missOf(past, options)).sort((a, b) => byTime(a.fromNs, b.fromNs)),
  };
}

export const weightAs = ({ weighs }: Pick<WeighedPast, 'weighs'>, verdict: Verdict): number =>
  verdict === 'on_time' || verdict === 'late' ? weighs.landed : weighs.other;

function firesOf(past: WeighedPast, { severity }: DeadlineReplayOptions): DeadlineFire[] {
  const { nominalNs, reached, badNs, alerts } = past;
  return alerts.map(({ name, fromNs, toNs }) => ({
    severity,
    name,
    nominalNs,
    fromNs,
    toNs,
    bad: isBad(reached.verdict) ? weightAs(past, reached.verdict) : 0,
    latenessNs: badNs === null ? null : fromNs > badNs ? fromNs - badNs : 0n,
    noise: reached.verdict === 'on_time',
  }));
}

function missOf(past: WeighedPast, { toNs }: DeadlineReplayOptions): DeadlineMiss[] {
  const { nominalNs, badNs, alerts, reached } = past;
  // Whether it would have been told in time is not known before that time has passed.
  if (badNs === null || badNs + TOLD_WITHIN_NS > toNs) return [];
  const toldNs = alerts[0]?.fromNs ?? null;
  if (toldNs !== null && toldNs <= badNs + TOLD_WITHIN_NS) return [];
  const endNs = toldNs ?? reached.landedNs ?? toNs;
  const bad = weightAs(past, reached.verdict);
  return [{ nominalNs, fromNs: badNs, toNs: endNs < toNs ? endNs : toNs, bad }];
}

/** Tickets that more of the last occurrences were bad than the target allows, by the verdicts of each moment. */
function burnTickets(
  pasts: readonly WeighedPast[],
  { targetPpb, fromNs }: DeadlineReplayOptions,
): DeadlineFire[] {
  const changes = pasts
    .flatMap(({ known }, index) => known.map(({ atNs, verdict }) => ({ atNs, verdict, index })))
    .sort((a, b) => byTime(a.atNs, b.atNs) || a.index - b.index);
  const verdicts: Verdict[] = [];
  const fires: DeadlineFire[] = [];
  let standing: DeadlineFire | null = null;
  for (const [place, { atNs, verdict, index }] of changes.entries()) {
    verdicts[index] = verdict;
    if (changes[place + 1]?.atNs === atNs) continue;
    const seen = { pasts, length: verdicts.length, targetPpb };
    const last = lastOnes(seen, (at) => verdicts[at] ?? 'pending');
    if (isBurnTicket(last) === (standing !== null)) continue;
    if (standing) {
      if (atNs > fromNs) fires.push({ ...standing, toNs: atNs });
      standing = null;
      continue;
    }
    const inTruth = lastOnes(seen, (at) => pasts[at]?.reached.verdict ?? 'pending');
    standing = {
      severity: 'ticket',
      name: 'ErrorBudgetBurn',
      nominalNs: null,
      fromNs: atNs,
      toNs: null,
      bad: inTruth.bad,
      latenessNs: inTruth.badNs !== null && inTruth.badNs <= atNs ? atNs - inTruth.badNs : null,
      noise: !isBurnTicket(inTruth),
    };
  }
  return standing ? [...fires, standing] : fires;
}

interface LastOnes {
  readonly of: number;
  readonly burn: number | null;
  readonly bad: number;
  /** When the first of them went wrong, by what is known now. */
  readonly badNs: bigint | null;
}

/** The last occurrences that are decided, as many as a ticket speaks of. */
function lastOnes(
  {
    pasts,
    length,
    targetPpb,
  }: {
    readonly pasts: readonly WeighedPast[];
    readonly length: number;
    readonly targetPpb: number;
  },
  verdictAt: (index: number) => Verdict,
): LastOnes {
  const ofMax = occurrencesOfTicket({ targetPpb });
  let [of, total, bad] = [0, 0, 0];
  let badNs: bigint | null = null;
  for (let index = length - 1; index >= 0 && of < ofMax; index--) {
    const past = pasts[index];
    const verdict = verdictAt(index);
    if (!past || (verdict !== 'on_time' && !isBad(verdict))) continue;
    const weight = weightAs(past, verdict);
    of++;
    total += weight;
    if (!isBad(verdict)) continue;
    bad += weight;
    if (past.badNs !== null && (badNs === null || past.badNs < badNs)) badNs = past.badNs;
  }
  return { of, burn: burnRate({ bad, total }, { targetPpb }), bad, badNs };
}

const byTime = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
