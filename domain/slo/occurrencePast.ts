/** An expected occurrence told once more: what was known of it at each moment, and which alerts that would have raised. */
import type { AlertName } from '../alertNames.js';
import type { AwayTime } from './away.js';
import {
  verdictOf,
  type ExpectedOccurrence,
  type OccurrenceRun,
  type Reached,
  type Verdict,
  type VerdictCause,
} from './occurrence.js';
import { isBad } from './occurrenceBurn.js';
import { firstFailure, occurrenceAlert } from './occurrenceConditions.js';
import { runAsOf, turnsOf, type RunSigns } from './runSigns.js';

/** A run as it is known now, and what arrived of it when. */
export interface SignedRun {
  readonly run: OccurrenceRun;
  readonly signs: RunSigns;
}

export interface ExpectedPast {
  readonly entry: ExpectedOccurrence;
  readonly runs: readonly SignedRun[];
  /** Why it does not count; null: it does. */
  readonly excludedBy: string | null;
}

/** Holds until the next one. */
export interface KnownState {
  readonly atNs: bigint;
  readonly verdict: Verdict;
  readonly cause: VerdictCause;
}

export interface OccurrenceAlert {
  readonly name: AlertName;
  readonly fromNs: bigint;
  /** null: it still stood at the end. */
  readonly toNs: bigint | null;
}

export interface OccurrencePast {
  readonly nominalNs: bigint;
  readonly dueNs: bigint;
  /** As of now. */
  readonly reached: Reached;
  /** From its nominal time on, oldest first. */
  readonly known: readonly KnownState[];
  readonly alerts: readonly OccurrenceAlert[];
  /** When it went wrong, by what is known now; null: it did not. */
  readonly badNs: bigint | null;
}

export interface PastView {
  /** Nothing is told that became known later. */
  readonly endNs: bigint;
  /** What is known now is as of then. */
  readonly nowNs: bigint;
  /** When nothing was judged. */
  readonly away: AwayTime;
}

export function occurrencePast(
  expected: ExpectedPast,
  { endNs, nowNs, away }: PastView,
): OccurrencePast {
  const { entry, runs, excludedBy } = expected;
  const { nominalNs, dueNs } = entry;
  const known: KnownState[] = [];
  const alerts: OccurrenceAlert[] = [];
  let first: Verdict | null = null;
  for (const atNs of instantsOf(expected, { endNs, away })) {
    const seen = runs.flatMap(({ run, signs }) => runAsOf(run, signs, atNs) ?? []);
    const { verdict, cause } = awaited(verdictOf(entry, seen, { nowNs: atNs, excludedBy }), {
      isWaiting: first === null && away.waitsUntilNs(dueNs, atNs) !== null,
    });
    if (verdict !== 'pending') first ??= verdict;
    const before = known.at(-1);
    if (before?.verdict !== verdict || before.cause !== cause) known.push({ atNs, verdict, cause });
    const name = occurrenceAlert({
      verdict,
      dueNs,
      failure: firstFailure(seen),
      wasMissing: first === 'missing',
    });
    const last = alerts.at(-1);
    const stands = last?.toNs === null ? last.name : null;
    if (name === stands) continue;
    if (last && stands !== null) alerts[alerts.length - 1] = { ...last, toNs: atNs };
    if (name !== null) alerts.push({ name, fromNs: atNs, toNs: null });
  }
  const present = runs.map(({ run }) => run);
  const reached = verdictOf(entry, present, { nowNs, excludedBy });
  return {
    nominalNs,
    dueNs,
    reached,
    known,
    alerts,
    badNs: isBad(reached.verdict) ? wentWrong(dueNs, present) : null,
  };
}

/** What a start of the server finds missing may still be on its way. */
const awaited = (
  reached: Reached,
  { isWaiting }: { readonly isWaiting: boolean },
): Pick<Reached, 'verdict' | 'cause'> =>
  isWaiting && reached.verdict === 'missing'
    ? { verdict: 'pending', cause: 'the server was away' }
    : reached;

/** When something may come to be seen otherwise: while the server was away nothing did. */
function instantsOf(
  { entry, runs }: ExpectedPast,
  { endNs, away }: Pick<PastView, 'endNs' | 'away'>,
): bigint[] {
  const { nominalNs, dueNs } = entry;
  const turns = runs.flatMap(({ signs }) => turnsOf(signs));
  const waits: bigint[] = [];
  let judgedNs = away.judgedNs(dueNs + 1n);
  for (;;) {
    const untilNs = away.waitsUntilNs(dueNs, judgedNs);
    if (untilNs === null) break;
    judgedNs = away.judgedNs(untilNs);
    waits.push(judgedNs);
  }
  const later = [dueNs + 1n, ...turns, ...waits]
    .map((atNs) => away.judgedNs(atNs))
    .filter((atNs) => atNs > nominalNs && atNs <= endNs);
  return [...new Set([nominalNs, ...later])].sort((a, b) => (a < b ? -1 : 1));
}

/** At its first failure, at the latest at its deadline. */
function wentWrong(dueNs: bigint, runs: readonly OccurrenceRun[]): bigint {
  const failure = firstFailure(runs);
  const failedNs = failure && (failure.endNs ?? failure.startNs);
  return failedNs !== null && failedNs < dueNs ? failedNs : dueNs;
}
