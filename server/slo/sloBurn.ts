/** How an SLO's budget and burn went over a stretch of time, at most so many points. */
import { badOf, budgetShare, burnRate } from '@burnbook/domain/slo/burnRate';
import type { SloInput } from '@burnbook/domain/slo/evaluate';
import { errorBudget } from '@burnbook/domain/slo/errorBudget';
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

const POINTS_MAX = 500n;
const WEEK_NS = 7n * DAY_NS;

/** @param input its sums reach back a period before `fromNs`. */
export function sloBurn(
  slo: Slo,
  input: Omit<SloInput, 'before' | 'nowNs'>,
  { fromNs, toNs }: { readonly fromNs: bigint; readonly toNs: bigint },
): BurnPoint[] {
  const points: BurnPoint[] = [];
  const startNs = minuteOf(fromNs);
  const endNs = minuteEnd(toNs);
  const minutes = (endNs - startNs) / MINUTE_NS;
  const stepNs = ((minutes + POINTS_MAX - 1n) / POINTS_MAX) * MINUTE_NS;
  const pairs = slo.policies.flatMap((policy) => policy.pairs);
  const weekly = input.expected.between(endNs, endNs + WEEK_NS);
  const perNs = weekly === null ? 0 : weekly / Number(WEEK_NS);
  for (let atNs = startNs + stepNs; atNs - stepNs < endNs; atNs += stepNs) {
    const pointNs = atNs < endNs ? atNs : endNs;
    const { good, total } = input.sums.sum(atNs - stepNs, pointNs);
    points.push({
      atNs: pointNs,
      good,
      total,
      coverage: input.coverage.coverage(atNs - stepNs, pointNs),
      budgetLeft: leftAt(slo, { ...input, perNs }, pointNs),
      pace: paceAt(slo, { ...input, perNs, sinceNs: startNs }, pointNs),
      burnRates: pairs.map(({ longNs }) => {
        const sum = input.sums.sum(pointNs - longNs, pointNs);
        return burnRate({ bad: badOf(sum), total: sum.total }, slo);
      }),
    });
  }
  return points;
}

type PointInput = Omit<SloInput, 'before' | 'nowNs'> & { readonly perNs: number };

/** What was left; what a young history still lacks of a rolling window comes at the rate of a week, not day by day. */
function leftAt(slo: Slo, { sums, expected, perNs }: PointInput, atNs: bigint): number | null {
  if (slo.window.kind === 'calendar') {
    // The period that the point ends, not the one that begins with it.
    return errorBudget(slo, { nowNs: atNs - 1n, sums, expected }).left;
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
