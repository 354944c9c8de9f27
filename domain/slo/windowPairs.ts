/**
 * Which windows an SLO is watched by. A pair fires when its long window has spent a given share of the period's budget
 * and the short one says that it still burns. Source of the defaults: Beyer et al., The Site Reliability Workbook,
 * chapter 5, table 5-8, for a period of 30 days.
 */
import { DAY_NS, HOUR_NS, MINUTE_NS } from '../time.js';
import { budgetShare, burnRate, isOver } from './burnRate.js';
import { formatLength } from './minutes.js';
import type { Severity, SloWindow, WindowPair } from './slo.js';
import { nominalLengthNs } from './sloWindow.js';

const DEFAULTS: readonly {
  readonly severity: Severity;
  /** Share of the period's budget that the long window has spent when it fires. */
  readonly share: number;
  readonly longNs: bigint;
}[] = [
  { severity: 'page', share: 0.02, longNs: HOUR_NS },
  { severity: 'page', share: 0.05, longNs: 6n * HOUR_NS },
  { severity: 'ticket', share: 0.1, longNs: DAY_NS },
  { severity: 'ticket', share: 0.1, longNs: 3n * DAY_NS },
];

const DEFAULT_PERIOD_NS = 30n * DAY_NS;
/** Shorter periods have shorter windows; from here on the same windows have other factors. */
const FULL_WINDOWS_FROM_NS = 28n * DAY_NS;
const LONG_MIN_NS = 5n * MINUTE_NS;
const SHORT_PARTS = 12n;
/** Of what is left of a loose target, so that a total outage always pages. */
const FACTOR_MAX_SHARE = 0.9;

/** Burn rate at which a long window spends a share of the budget; never one that an SLO within its target has. */
export function burnFactor({
  share,
  periodNs,
  longNs,
}: {
  readonly share: number;
  readonly periodNs: bigint;
  readonly longNs: bigint;
}): number {
  return Math.max(1, (share * Number(periodNs)) / Number(longNs));
}

/** S = L/12 in whole minutes. */
export function shortNsOf(longNs: bigint): bigint {
  const part = longNs / SHORT_PARTS;
  const minutes = (part + MINUTE_NS - 1n) / MINUTE_NS;
  return (minutes > 0n ? minutes : 1n) * MINUTE_NS;
}

/** The four pairs of an SLO without a policy of its own. */
export function standardPairs(slo: {
  readonly window: SloWindow;
  readonly targetPpb: number;
}): WindowPair[] {
  const periodNs = nominalLengthNs(slo.window);
  const reachable = Math.max(1, FACTOR_MAX_SHARE / budgetShare(slo));
  const pairs = DEFAULTS.map(({ severity, share, longNs }): WindowPair => {
    const isShort = periodNs < FULL_WINDOWS_FROM_NS;
    const long = isShort ? scaled(longNs, periodNs) : longNs;
    const fullPeriodNs = isShort ? DEFAULT_PERIOD_NS : periodNs;
    const factor = burnFactor({ share, periodNs: fullPeriodNs, longNs });
    return {
      severity,
      longNs: long,
      shortNs: shortNsOf(long),
      factor: Math.min(factor, reachable),
    };
  });
  // Windows of a short period shrink to the same ones: the lower factor tells of all that the higher one would.
  return pairs.filter(
    (pair, index) => !pairs.slice(index + 1).some((later) => pairName(later) === pairName(pair)),
  );
}

/** Why a pair can never be of use for an SLO, and which part of it is at fault; null: it can. */
export function pairProblem(
  pair: WindowPair,
  slo: { readonly window: SloWindow; readonly targetPpb: number },
): { readonly part: 'factor' | 'longNs' | 'shortNs'; readonly why: string } | null {
  const dead = burnRate({ bad: 1, total: 1 }, slo) ?? 0;
  const long = formatLength(pair.longNs);
  if (!isOver(dead, pair)) {
    const most = Number(dead.toPrecision(6));
    const beyond = pair.op === 'gte' ? 'of' : 'above';
    const why = `a burn rate ${beyond} ${pair.factor} can never be: with everything bad it is ${most}`;
    return { part: 'factor', why };
  }
  if (pair.factor < 1) {
    return {
      part: 'factor',
      why: `a burn rate of ${pair.factor} is within the target: at least 1`,
    };
  }
  if (pair.shortNs >= pair.longNs) {
    const short = formatLength(pair.shortNs);
    return {
      part: 'shortNs',
      why: `the short window (${short}) must be shorter than the long one (${long})`,
    };
  }
  if (pair.longNs > nominalLengthNs(slo.window)) {
    return { part: 'longNs', why: `the window (${long}) is longer than the period` };
  }
  return null;
}

/** Names a pair within its SLO, such as `page 1h/5m`. */
export const pairName = ({ severity, longNs, shortNs }: WindowPair): string =>
  `${severity} ${formatLength(longNs)}/${formatLength(shortNs)}`;

function scaled(longNs: bigint, periodNs: bigint): bigint {
  const exact = (longNs * periodNs) / DEFAULT_PERIOD_NS;
  const minutes = (exact + MINUTE_NS / 2n) / MINUTE_NS;
  const rounded = minutes * MINUTE_NS;
  return rounded < LONG_MIN_NS ? LONG_MIN_NS : rounded;
}
