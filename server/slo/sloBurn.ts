/** How an SLO's budget and burn went over a stretch of time, at most so many points. */
import { badOf, budgetShare, burnRate } from '@burnbook/domain/slo/burnRate';
import type { SloInput } from '@burnbook/domain/slo/evaluate';
import { errorBudget } from '@burnbook/domain/slo/errorBudget';
import { DAY_NS, MINUTE_NS, minuteEnd, minuteOf } from '@burnbook/domain/slo/minutes';
import type { Slo } from '@burnbook/domain/slo/slo';
import { sloPeriodAt } from '@burnbook/domain/slo/sloWindow';

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
      pace: paceAt(slo, pointNs),
      burnRates: pairs.map(({ longNs }) => {
        const sum = input.sums.sum(pointNs - longNs, pointNs);
        return burnRate({ bad: badOf(sum), total: sum.total }, slo);
      }),
    });
  }
  return points;
}

/** What was left; what a young history still lacks of a rolling window comes at the rate of a week, not day by day. */
function leftAt(
  slo: Slo,
  { sums, expected, perNs }: Omit<SloInput, 'before' | 'nowNs'> & { readonly perNs: number },
  atNs: bigint,
): number | null {
  if (slo.window.kind === 'calendar') {
    // The period that the point ends, not the one that begins with it.
    return errorBudget(slo, { nowNs: atNs - 1n, sums, expected }).left;
  }
  const period = sloPeriodAt(slo.window, atNs);
  const seen = sums.sum(period.startNs, atNs);
  if (seen.total === 0) return null;
  const { sinceNs } = expected;
  const missingNs = sinceNs !== null && sinceNs > period.startNs ? sinceNs - period.startNs : 0n;
  const more = perNs * Number(missingNs);
  return 1 - badOf(seen) / (budgetShare(slo) * (seen.total + more));
}

/** Of a calendar period what an even pace leaves; a rolling window has no end to save for. */
function paceAt(slo: Slo, atNs: bigint): number | null {
  if (slo.window.kind === 'rolling') return null;
  const { startNs, endNs } = sloPeriodAt(slo.window, atNs - 1n);
  return 1 - Number(atNs - startNs) / Number(endNs - startNs);
}
