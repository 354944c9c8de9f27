/** An expected occurrence told once more: what was known of it at each moment, and which alerts that would have raised. */
import type { AlertName } from '../alertNames.js';
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

/**
 * @param endNs nothing is told that became known later.
 * @param nowNs what is known now is as of then.
 */
export function occurrencePast(
  expected: ExpectedPast,
  { endNs, nowNs }: { readonly endNs: bigint; readonly nowNs: bigint },
): OccurrencePast {
  const { entry, runs, excludedBy } = expected;
  const { nominalNs, dueNs } = entry;
  const known: KnownState[] = [];
  const alerts: OccurrenceAlert[] = [];
  let first: Verdict | null = null;
  for (const atNs of instantsOf(expected, endNs)) {
    const seen = runs.flatMap(({ run, signs }) => runAsOf(run, signs, atNs) ?? []);
    const reached = verdictOf(entry, seen, { nowNs: atNs, excludedBy });
    const { verdict, cause } = reached;
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

function instantsOf({ entry, runs }: ExpectedPast, endNs: bigint): bigint[] {
  const { nominalNs, dueNs } = entry;
  const turns = runs.flatMap(({ signs }) => turnsOf(signs));
  const later = [dueNs + 1n, ...turns].filter((atNs) => atNs > nominalNs && atNs <= endNs);
  return [...new Set([nominalNs, ...later])].sort((a, b) => (a < b ? -1 : 1));
}

/** At its first failure, at the latest at its deadline. */
function wentWrong(dueNs: bigint, runs: readonly OccurrenceRun[]): bigint {
  const failure = firstFailure(runs);
  const failedNs = failure && (failure.endNs ?? failure.startNs);
  return failedNs !== null && failedNs < dueNs ? failedNs : dueNs;
}
