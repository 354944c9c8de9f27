/**
 * What if: recorded attempts replayed under another retry policy.
 *
 * Every attempt that the policy would still make is taken to end as it was recorded, whenever it would begin. What the
 * record cannot tell stays unknown and is counted as such: the outcome and cost of attempts that never happened, whether
 * a longer wait would have spared a failure, and what cutting an attempt short would have saved of its cost. A success is
 * never invented: an operation that failed can only fail or become unknown.
 *
 * Operations can be nested in attempts of others. What is nested in an attempt that is not made is not made either, and
 * its cost is saved once. Where a nested operation may fail that had succeeded, the attempt around it is unknown.
 */
import { NS_PER_MS } from './time.js';
export interface RecordedAttempt {
  readonly operation: string;
  /** Names the attempt; several spans of one attempt share it. */
  readonly attempt: string;
  /** The attempt that this one's operation is nested in. */
  readonly outer: string | null;
  /** From 1. */
  readonly number: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly outcome: 'succeeded' | 'failed' | 'cancelled';
  /** A class of `ERROR_CLASSES`; null: not said. */
  readonly errorClass: string | null;
  /** Waited before the attempt; null: not said. */
  readonly backoffMs: number | null;
  /** Of what is directly under the attempt, not under one nested in it. null: something there has no known cost. */
  readonly costNano: bigint | null;
}

/** null: as it was. */
export interface RetryPolicy {
  /** At least 1. */
  readonly attemptsMax: number | null;
  /** Of one attempt, at least 1. */
  readonly timeoutMs: number | null;
  /** Mean wait before attempt n + 1: half of min(max, base · 2^(n-1)), as full jitter has it. */
  readonly backoffBaseMs: number | null;
  readonly backoffMaxMs: number | null;
}

/** How the operations end; the five add up to them. */
export interface Outcomes {
  /** Then and now. */
  readonly succeeded: number;
  /** Succeeded, with an attempt that the policy does not allow. */
  readonly successesLost: number;
  readonly failed: number;
  /** Would go on with an attempt that never happened, or stand on an operation that might. */
  readonly unknown: number;
  /** Nested in an attempt that is not made. */
  readonly notStarted: number;
}

export interface Replay {
  readonly operations: number;
  readonly recordedSucceeded: number;
  readonly outcomes: Outcomes;
  readonly attempts: number;
  readonly attemptsNotMade: number;
  /** Attempts beyond the record that the policy allows after a failure that can pass. */
  readonly attemptsUnknown: number;
  readonly attemptsCut: number;
  readonly cutCostNano: bigint;
  readonly savedNano: bigint;
  /** Attempts not made whose cost is not known. */
  readonly savedUnknownAttempts: number;
  /** Of the operations whose end is known before and after, those that are nested included. */
  readonly latencyChangeNs: bigint;
  readonly latencyOperations: number;
}

/** Failures that another attempt may overcome: what the collectors retry. */
const PASSING: ReadonlySet<string | null> = new Set([
  'rate_limited',
  'timeout',
  'server',
  'network',
  'invalid_output',
  null,
]);

/** @param attempts of whole operations: with part of one left out, what is left is taken for all of it. */
export function replay(attempts: readonly RecordedAttempt[], policy: RetryPolicy): Replay {
  const operations = gather(attempts);
  const played = operations.map((operation) => play(operation, policy));
  const nested = nesting(played);
  const dropped = droppedAttempts(played, nested);
  const isDropped = ({ operation: { outer } }: Played): boolean =>
    outer !== null && dropped.has(outer);
  const started = played.filter((each) => !isDropped(each));
  const doubtful = doubtfulAttempts(started);
  const verdicts = started.map((each) => verdictOf(each, doubtful));
  const many = (verdict: Verdict): number => verdicts.filter((each) => each === verdict).length;
  const notMade = operations.flatMap(({ tries }) =>
    tries.filter(({ attempt }) => dropped.has(attempt)),
  );
  const cut = started.flatMap((each) => each.cut);
  const timed = started.filter((each) => {
    const isSettled = verdictOf(each, doubtful) !== 'unknown';
    return isSettled && !belowOf(each, nested).some(changesTime);
  });
  return {
    operations: operations.length,
    recordedSucceeded: operations.filter(hasWon).length,
    outcomes: {
      succeeded: many('succeeded'),
      successesLost: many('successLost'),
      failed: many('failed'),
      unknown: many('unknown'),
      notStarted: played.length - started.length,
    },
    attempts: operations.reduce((sum, { tries }) => sum + tries.length, 0),
    attemptsNotMade: notMade.length,
    attemptsUnknown: started.reduce((sum, { possible }) => sum + possible, 0),
    attemptsCut: cut.length,
    cutCostNano: costOf(cut),
    savedNano: costOf(notMade),
    savedUnknownAttempts: notMade.filter(({ costNano }) => costNano === null).length,
    latencyChangeNs: timed.reduce((sum, { latencyChangeNs }) => sum + latencyChangeNs, 0n),
    latencyOperations: timed.length,
  };
}

/** All spans of one attempt as one. */
interface Try {
  readonly attempt: string;
  readonly number: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly won: boolean;
  readonly errorClass: string | null;
  readonly backoffMs: number | null;
  readonly costNano: bigint | null;
}

interface Operation {
  readonly outer: string | null;
  /** In order of their numbers. */
  readonly tries: readonly Try[];
}

/** An operation under the policy, by itself. */
interface Played {
  readonly operation: Operation;
  readonly verdict: Verdict;
  readonly made: readonly Try[];
  readonly notMade: readonly Try[];
  readonly cut: readonly Try[];
  readonly possible: number;
  readonly latencyChangeNs: bigint;
}

export type Verdict = 'succeeded' | 'successLost' | 'failed' | 'unknown';

function gather(attempts: readonly RecordedAttempt[]): Operation[] {
  const operations = new Map<string, Map<string, RecordedAttempt[]>>();
  for (const span of attempts) {
    const tries = operations.get(span.operation) ?? new Map<string, RecordedAttempt[]>();
    operations.set(span.operation, tries);
    tries.set(span.attempt, [...(tries.get(span.attempt) ?? []), span]);
  }
  return [...operations.values()].map((tries) => ({
    outer: [...tries.values()].flat().find(({ outer }) => outer !== null)?.outer ?? null,
    tries: [...tries.values()]
      .flatMap(oneOf)
      .toSorted((a, b) => a.number - b.number || (a.startNs < b.startNs ? -1 : 1)),
  }));
}

/** Parallel spans of one name and number are one attempt: it won if any of them did. */
function oneOf(spans: readonly RecordedAttempt[]): Try[] {
  const [first] = spans;
  if (!first) return [];
  // Under all of them are the same lines: the cost is the attempt's, told by each.
  const { attempt, number, costNano } = first;
  return [
    {
      attempt,
      number,
      costNano,
      startNs: spans.map(({ startNs }) => startNs).reduce((a, b) => (a < b ? a : b)),
      endNs: spans.map(({ endNs }) => endNs).reduce((a, b) => (a > b ? a : b)),
      won: spans.some(({ outcome }) => outcome === 'succeeded'),
      errorClass: spans.find(({ errorClass }) => errorClass !== null)?.errorClass ?? null,
      backoffMs: spans.find(({ backoffMs }) => backoffMs !== null)?.backoffMs ?? null,
    },
  ];
}

const hasWon = ({ tries }: Operation): boolean => tries.some(({ won }) => won);

const costOf = (tries: readonly Try[]): bigint =>
  tries.reduce((sum, { costNano }) => sum + (costNano ?? 0n), 0n);

function play(operation: Operation, policy: RetryPolicy): Played {
  const { tries } = operation;
  const { attemptsMax, timeoutMs } = policy;
  const made = tries.filter(({ number }) => attemptsMax === null || number <= attemptsMax);
  const timeoutNs = timeoutMs === null ? null : BigInt(timeoutMs) * NS_PER_MS;
  const isCut = (each: Try): boolean => timeoutNs !== null && durationOf(each) > timeoutNs;
  const cut = made.filter(isCut);
  return {
    operation,
    made,
    notMade: tries.filter((each) => !made.includes(each)),
    cut,
    ...judge(
      made.map((each) => ({ ...each, isCut: isCut(each) })),
      { hadWon: hasWon(operation), attemptsMax },
    ),
    latencyChangeNs: latencyChange(tries, made, { policy, timeoutNs }),
  };
}

export interface MadeTry {
  readonly number: number;
  readonly won: boolean;
  readonly errorClass: string | null;
  /** Longer than the time-out. */
  readonly isCut: boolean;
}

/** How an operation ends with the attempts that the policy makes, by itself. @param made in order of their numbers. */
export function judge(
  made: readonly MadeTry[],
  { hadWon, attemptsMax }: { readonly hadWon: boolean; readonly attemptsMax: number | null },
): { readonly verdict: Verdict; readonly possible: number } {
  if (made.some(({ won, isCut }) => won && !isCut)) return { verdict: 'succeeded', possible: 0 };
  const last = made.at(-1);
  const possible = last ? possibleAfter(last, attemptsMax) : 0;
  return { verdict: possible > 0 ? 'unknown' : hadWon ? 'successLost' : 'failed', possible };
}

/** Attempts that may follow the last recorded one, which did not win. */
function possibleAfter(last: MadeTry, attemptsMax: number | null): number {
  const canPass = last.isCut || (!last.won && PASSING.has(last.errorClass));
  if (!canPass) return 0;
  if (attemptsMax !== null) return Math.max(0, attemptsMax - last.number);
  // How many the recorded policy allows is not told: one where a success was cut, none where it had given up.
  return last.won ? 1 : 0;
}

const durationOf = ({ startNs, endNs }: Try): bigint => endNs - startNs;

function latencyChange(
  tries: readonly Try[],
  made: readonly Try[],
  { policy, timeoutNs }: { readonly policy: RetryPolicy; readonly timeoutNs: bigint | null },
): bigint {
  const recorded = spanOf(tries);
  const shortened = made.reduce((sum, each) => {
    const over = timeoutNs === null ? 0n : durationOf(each) - timeoutNs;
    return sum + (over > 0n ? over : 0n);
  }, 0n);
  const waited = made.slice(1).reduce((sum, each) => sum + waitChange(each, made, policy), 0n);
  return spanOf(made) - recorded - shortened + waited;
}

/** From the first start to the last end. */
function spanOf(tries: readonly Try[]): bigint {
  const first = tries[0];
  if (!first) return 0n;
  const start = tries.reduce((a, { startNs }) => (startNs < a ? startNs : a), first.startNs);
  const end = tries.reduce((a, { endNs }) => (endNs > a ? endNs : a), first.endNs);
  return end - start;
}

function waitChange(each: Try, made: readonly Try[], policy: RetryPolicy): bigint {
  const { backoffBaseMs, backoffMaxMs } = policy;
  if (backoffBaseMs === null && backoffMaxMs === null) return 0n;
  const before = made[made.indexOf(each) - 1];
  const gap = before ? each.startNs - before.endNs : 0n;
  const wait = each.backoffMs === null ? gap : BigInt(each.backoffMs) * NS_PER_MS;
  const max = backoffMaxMs === null ? null : BigInt(backoffMaxMs) * NS_PER_MS;
  if (backoffBaseMs === null) return max !== null && wait > max ? max - wait : 0n;
  // 2^40 ms is longer than any range; without the bound the exponent could be.
  const exponent = BigInt(Math.min(40, Math.max(0, each.number - 2)));
  const cap = BigInt(backoffBaseMs) * NS_PER_MS * 2n ** exponent;
  return (max !== null && cap > max ? max : cap) / 2n - wait;
}

/** Operations by the attempt that they are nested in. */
function nesting(played: readonly Played[]): ReadonlyMap<string, readonly Played[]> {
  const nested = new Map<string, Played[]>();
  for (const each of played) {
    const { outer } = each.operation;
    if (outer === null) continue;
    const siblings = nested.get(outer);
    if (siblings) siblings.push(each);
    else nested.set(outer, [each]);
  }
  return nested;
}

/** Attempts that are not made, and all that are nested in one. */
function droppedAttempts(
  played: readonly Played[],
  nested: ReadonlyMap<string, readonly Played[]>,
): ReadonlySet<string> {
  const dropped = new Set<string>();
  const stack = played.flatMap(({ notMade }) => notMade.map(({ attempt }) => attempt));
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (dropped.has(at)) continue;
    dropped.add(at);
    for (const { operation } of nested.get(at) ?? []) {
      for (const { attempt } of operation.tries) stack.push(attempt);
    }
  }
  return dropped;
}

/**
 * Attempts around an operation that had succeeded and may now fail, and so on outwards, as far as nothing else makes the
 * operation around them sure.
 */
function doubtfulAttempts(started: readonly Played[]): ReadonlySet<string> {
  const owners = new Map(
    started.flatMap((each) => each.operation.tries.map(({ attempt }) => [attempt, each] as const)),
  );
  const doubtful = new Set<string>();
  const unsure = started.filter(
    ({ operation, verdict }) => hasWon(operation) && verdict !== 'succeeded',
  );
  for (let each = unsure.pop(); each; each = unsure.pop()) {
    const { outer } = each.operation;
    if (outer === null || doubtful.has(outer)) continue;
    doubtful.add(outer);
    const owner = owners.get(outer);
    if (owner?.verdict === 'succeeded' && !isSure(owner, doubtful)) unsure.push(owner);
  }
  return doubtful;
}

/** A success that stands on doubtful attempts alone is unknown; a failure stays one. */
function verdictOf(each: Played, doubtful: ReadonlySet<string>): Verdict {
  return each.verdict === 'succeeded' && !isSure(each, doubtful) ? 'unknown' : each.verdict;
}

const isSure = ({ made, cut }: Played, doubtful: ReadonlySet<string>): boolean =>
  made.some((each) => each.won && !cut.includes(each) && !doubtful.has(each.attempt));

const changesTime = ({ latencyChangeNs, possible }: Played): boolean =>
  latencyChangeNs !== 0n || possible > 0;

/** Everything nested in the attempts that are made, however deep. */
function belowOf(each: Played, nested: ReadonlyMap<string, readonly Played[]>): Played[] {
  const below: Played[] = [];
  const seen = new Set<Played>([each]);
  const stack = [each];
  for (let at = stack.pop(); at; at = stack.pop()) {
    for (const { attempt } of at.made) {
      for (const inner of nested.get(attempt) ?? []) {
        if (seen.has(inner)) continue;
        seen.add(inner);
        below.push(inner);
        stack.push(inner);
      }
    }
  }
  return below;
}
