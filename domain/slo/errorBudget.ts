/** What is left of an error budget, and when it is empty. */
import type { TimeSpan } from '../budgetPeriod.js';
import { DAY_NS, HOUR_NS } from '../time.js';
import { badOf, budgetShare, burnRate, type EventSum } from './burnRate.js';
import type { ExpectedEvents } from './expectedEvents.js';
import { minuteEnd } from './minutes.js';
import type { Slo } from './slo.js';
import { sloPeriodAt } from './sloWindow.js';

/** Events of stretches [from, to) of whole minutes; of an SLO with slices, sums of `sliceCounts`. */
export interface SumReader {
  sum(fromNs: bigint, toNs: bigint): EventSum;
}

export interface BudgetInput {
  readonly nowNs: bigint;
  readonly sums: SumReader;
  readonly expected: ExpectedEvents;
  /** Where the burn for the time to empty is measured from; of occurrences the eighth last. Unless said, the last hours. */
  readonly recentFromNs?: bigint;
}

export interface ErrorBudget {
  readonly period: TimeSpan;
  /** How much of the period has passed, 0 to 1; of a full rolling window 1. */
  readonly elapsed: number;
  /** R = 1 − bad/(B·N̂), signed; null: no event. */
  readonly left: number | null;
  /** Bad events that the budget still allows, signed, a float; null: no event. */
  readonly badLeft: number | null;
  /** N̂: events that the whole period will have had. */
  readonly totalExpected: number;
  /** Part of N̂ is not seen but expected. */
  readonly estimated: boolean;
  /** Burn rate of the recent past that `emptyAtNs` goes by; null: no recent event. */
  readonly recentBurn: number | null;
  /** When the budget is empty at that burn; now, when it is; null: not before the period ends. */
  readonly emptyAtNs: bigint | null;
}

type BudgetedSlo = Pick<Slo, 'window' | 'targetPpb'>;

/** Where burn is measured for the time to empty: the shortest with an event. */
const RECENT_NS = [6n * HOUR_NS, DAY_NS, 3n * DAY_NS, 8n * DAY_NS];
/** Pieces that the way to empty is walked in. */
const PIECES = 60n;

export function errorBudget(slo: BudgetedSlo, input: BudgetInput): ErrorBudget {
  const { nowNs } = input;
  const { period, ahead, left, totalExpected, allowed, bad } = spent(slo, input);
  const recentBurn = recent(slo, input);
  return {
    period,
    elapsed: elapsed(ahead, period),
    left,
    badLeft: left === null ? null : allowed - bad,
    totalExpected,
    estimated: ahead.endNs > ahead.startNs,
    recentBurn,
    emptyAtNs:
      left === null
        ? null
        : left <= 0
          ? nowNs
          : walk(slo, input, { period, allowed, bad, recentBurn }),
  };
}

/** R alone, signed; null: no event. Asks for one sum, where the whole budget asks for dozens. */
export const budgetLeft = (slo: BudgetedSlo, input: BudgetInput): number | null =>
  spent(slo, input).left;

/** What of the period was spent by now. */
function spent(slo: BudgetedSlo, input: BudgetInput) {
  const { nowNs, sums, expected } = input;
  const period = sloPeriodAt(slo.window, nowNs);
  const seen = sums.sum(period.startNs, minuteEnd(nowNs));
  const ahead = aheadOf(slo, period, input);
  const more = ahead.endNs > ahead.startNs ? expected.between(ahead.startNs, ahead.endNs) : 0;
  // Where nothing tells, what was seen is all that may be counted on: the budget is the smaller for it.
  const totalExpected = seen.total + (more ?? 0);
  const allowed = budgetShare(slo) * totalExpected;
  const bad = badOf(seen);
  const known = totalExpected > 0 && seen.total > 0;
  return { period, ahead, totalExpected, allowed, bad, left: known ? 1 - bad / allowed : null };
}

/** What of the period is still to come: of a rolling one nothing, once there are events of its whole length. */
function aheadOf(
  { window }: BudgetedSlo,
  period: TimeSpan,
  { nowNs, expected: { sinceNs } }: BudgetInput,
): TimeSpan {
  const toNs = minuteEnd(nowNs);
  if (window.kind === 'calendar') return { startNs: toNs, endNs: period.endNs };
  const missingNs = sinceNs !== null && sinceNs > period.startNs ? sinceNs - period.startNs : 0n;
  return { startNs: toNs, endNs: toNs + missingNs };
}

function elapsed(ahead: TimeSpan, period: TimeSpan): number {
  const aheadNs = ahead.endNs > ahead.startNs ? ahead.endNs - ahead.startNs : 0n;
  return 1 - Number(aheadNs) / Number(period.endNs - period.startNs);
}

function recent(slo: BudgetedSlo, { nowNs, sums, recentFromNs }: BudgetInput): number | null {
  const toNs = minuteEnd(nowNs);
  const starts =
    recentFromNs === undefined ? RECENT_NS.map((lengthNs) => toNs - lengthNs) : [recentFromNs];
  for (const fromNs of starts) {
    const sum = sums.sum(fromNs, toNs);
    if (sum.total > 0) return burnRate({ bad: badOf(sum), total: sum.total }, slo);
  }
  return null;
}

/**
 * Follows the bad events ahead: the recent burn on the events that are expected, less, in a rolling window, what rolls
 * off: R′(t) = (burn(t − P) − burn now)/P.
 */
function walk(
  slo: BudgetedSlo,
  { nowNs, sums, expected }: BudgetInput,
  at: {
    readonly period: TimeSpan;
    readonly allowed: number;
    readonly bad: number;
    readonly recentBurn: number | null;
  },
): bigint | null {
  const { period, allowed } = at;
  if (!at.recentBurn) return null;
  const rolls = slo.window.kind === 'rolling';
  const periodNs = period.endNs - period.startNs;
  const startNs = minuteEnd(nowNs);
  const endNs = rolls ? startNs + periodNs : period.endNs;
  let bad = at.bad;
  for (let piece = 0n; piece < PIECES; piece++) {
    const fromNs = startNs + ((endNs - startNs) * piece) / PIECES;
    const toNs = startNs + ((endNs - startNs) * (piece + 1n)) / PIECES;
    const events = expected.between(fromNs, toNs);
    if (events === null) return null;
    const arriving = events * at.recentBurn * budgetShare(slo);
    const leaving = rolls ? badOf(sums.sum(fromNs - periodNs, toNs - periodNs)) : 0;
    const change = arriving - leaving;
    if (bad + change > allowed && change > 0) {
      return fromNs + BigInt(Math.round((Number(toNs - fromNs) * (allowed - bad)) / change));
    }
    bad += change;
  }
  return null;
}
