/** How an SLO's budget and burn went over a stretch of time, at most so many points. */
import { badOf, budgetShare, burnRate } from '@burnbook/domain/slo/burnRate';
import type { SloInput } from '@burnbook/domain/slo/evaluate';
import { budgetLeft } from '@burnbook/domain/slo/errorBudget';
import { minuteEnd, minuteOf } from '@burnbook/domain/slo/minutes';
import type { Slo } from '@burnbook/domain/slo/slo';
import { sloPeriodAt } from '@burnbook/domain/slo/sloWindow';
import { DAY_NS, MINUTE_NS } from '@burnbook/domain/time';

export interface BurnPoint {
  readonly atNs: bigint;
  /** Of the stretch since the point before. */
  readonly good: number;
  readonly total: number;
  readonly coverage: number | null;
  /** As of that time. */
  readonly budgetLeft: number | null;
  readonly pace: number | null;
  /** Of each pair's long window. */
  readonly burnRates: readonly (number | null)[];
}

const WEEK_NS = 7n * DAY_NS;
/** Minutes between two points. What ends with a whole hour is summed from hours, which memory has of months. */
const STEPS = [1, 2, 3, 5, 10, 60, 120, 180, 240, 360, 720, 1_440];
const POINTS_MAX = 500;
/** Ranges of more than three days have points by the hour. */
const FINE_MINUTES_MAX = 73 * 60;
const HOUR = 60;

/**
 * The ends of the stretches that a range is cut into, and before them the beginning of the first: whole steps since 1970,
 * from the one that `fromNs` is in, and the minute of `toNs`. At most 500 stretches.
 */
export function burnTimes({ fromNs, toNs }: TimeRange): bigint[] {
  const endNs = minuteEnd(toNs);
  const minutes = Number((endNs - minuteOf(fromNs)) / MINUTE_NS);
  const stepNs = BigInt(stepOf(minutes)) * MINUTE_NS;
  const rest = fromNs % stepNs;
  const startNs = fromNs - (rest < 0n ? rest + stepNs : rest);
  const times: bigint[] = [];
  for (let atNs = startNs; atNs < endNs; atNs += stepNs) times.push(atNs);
  return [...times, endNs];
}

function stepOf(minutes: number): number {
  const fits = (step: number): boolean =>
    minutes / step < POINTS_MAX && (step >= HOUR || minutes <= FINE_MINUTES_MAX);
  const days = Math.ceil(minutes / (POINTS_MAX - 1) / 1_440);
  return STEPS.find(fits) ?? days * 1_440;
}

interface TimeRange {
  readonly fromNs: bigint;
  readonly toNs: bigint;
}

export interface BurnRange {
  /** As `burnTimes` gives them, or some of them: each after the first is a point. */
  readonly times: readonly bigint[];
  /** Where the pace of a rolling window begins. */
  readonly sinceNs: bigint;
}

export function sloBurn(
  slo: Slo,
  input: Omit<SloInput, 'before' | 'nowNs'>,
  { times, sinceNs }: BurnRange,
): BurnPoint[] {
  const endNs = times.at(-1) ?? sinceNs;
  const pairs = slo.policies.flatMap((policy) => policy.pairs);
  const weekly = input.expected.between(endNs, endNs + WEEK_NS);
  const perNs = weekly === null ? 0 : weekly / Number(WEEK_NS);
  return times.slice(1).map((atNs, index) => {
    const fromNs = times[index] ?? atNs;
    const { good, total } = input.sums.sum(fromNs, atNs);
    return {
      atNs,
      good,
      total,
      coverage: input.coverage.coverage(fromNs, atNs),
      budgetLeft: leftAt(slo, { ...input, perNs }, atNs),
      pace: paceAt(slo, { ...input, perNs, sinceNs }, atNs),
      burnRates: pairs.map(({ longNs }) => {
        const sum = input.sums.sum(atNs - longNs, atNs);
        return burnRate({ bad: badOf(sum), total: sum.total }, slo);
      }),
    };
  });
}

type PointInput = Omit<SloInput, 'before' | 'nowNs'> & { readonly perNs: number };

/** What was left; what a young history still lacks of a rolling window comes at the rate of a week, not day by day. */
function leftAt(slo: Slo, { sums, expected, perNs }: PointInput, atNs: bigint): number | null {
  if (slo.window.kind === 'calendar') {
    // The period that the point ends, not the one that begins with it.
    return budgetLeft(slo, { nowNs: atNs - 1n, sums, expected });
  }
  const { startNs } = sloPeriodAt(slo.window, atNs);
  const seen = sums.sum(startNs, atNs);
  if (seen.total === 0) return null;
  const total = seen.total + missingOf(expected, startNs, perNs);
  return 1 - badOf(seen) / (budgetShare(slo) * total);
}

/**
 * Of a calendar period what an even pace leaves. A rolling window has no end to save for: its pace is what would be left if,
 * from the beginning of the range on, just as many events had gone bad as the target allows.
 */
function paceAt(
  slo: Slo,
  { sums, expected, perNs, sinceNs }: PointInput & { readonly sinceNs: bigint },
  atNs: bigint,
): number | null {
  if (slo.window.kind === 'calendar') {
    const { startNs, endNs } = sloPeriodAt(slo.window, atNs - 1n);
    return 1 - Number(atNs - startNs) / Number(endNs - startNs);
  }
  const { startNs } = sloPeriodAt(slo.window, atNs);
  const fromNs = sinceNs > startNs ? sinceNs : startNs;
  const before = sums.sum(startNs, fromNs);
  const since = sums.sum(fromNs, atNs).total;
  if (before.total + since === 0) return null;
  const total = before.total + since + missingOf(expected, startNs, perNs);
  const allowed = budgetShare(slo);
  return 1 - (badOf(before) + allowed * since) / (allowed * total);
}

/** Events of a rolling window from before there was any history. */
function missingOf({ sinceNs }: SloInput['expected'], startNs: bigint, perNs: number): number {
  return sinceNs !== null && sinceNs > startNs ? perNs * Number(sinceNs - startNs) : 0;
}
