/** Measures what the arithmetic of a budget's status wants to know: which spans of time, and their spend. */
import { daysOf, periodAt, type TimeSpan } from '@burnbook/domain/budgetPeriod';
import type { BudgetMeasure } from '@burnbook/domain/budgetStatus';
import type { CostBudget } from '@burnbook/domain/costBudget';
import type { PriceStep } from '@burnbook/domain/forecast';
import { DAY_NS } from '@burnbook/domain/time';
import { sameTimeNs } from '@burnbook/domain/timeZone';
import type { StoreClient } from '../store/storeClient.js';
import {
  added,
  edgeSpend,
  NO_SPEND,
  quarterCeil,
  quarterFloor,
  SpendTable,
  type Spend,
} from './budgetSpend.js';

/** What a forecast by weekday looks back to. */
const HISTORY_NS = 57n * DAY_NS;
/** Clocks of emitters may be ahead by minutes: what is dated after now belongs to now. */
const AHEAD_NS = DAY_NS;
const NORM_WEEKS = [1, 2, 3, 4];
/** As many recent days tell whether spend comes daily or more rarely. */
const CYCLE_DAYS = 28;

interface Windows {
  readonly window: TimeSpan;
  readonly norms: readonly TimeSpan[];
}

/** The spans of time that are measured for budgets of a period and time zone. */
interface PeriodPlan {
  readonly span: TimeSpan;
  /** What of the period is in whole quarters of an hour; `edge` is what is not. */
  readonly spent: TimeSpan;
  readonly edge: TimeSpan | null;
  readonly days: readonly TimeSpan[];
  readonly today: TimeSpan;
  readonly day: Windows;
  readonly week: Windows;
}

/** What is measured of a budget. Many budgets share a period and zone, and calendars cost more than sums. */
export interface BudgetPlan {
  readonly budget: CostBudget;
  readonly period: PeriodPlan;
}

export interface BudgetSpends {
  /** null: there is no budget. */
  readonly table: SpendTable | null;
  /** By budget. */
  readonly edges: readonly Spend[];
}

/** @returns one plan a budget, in their order, for how they stand now. */
export function planBudgets(budgets: readonly CostBudget[], nowNs: bigint): BudgetPlan[] {
  const lastNs = quarterCeil(nowNs) + AHEAD_NS;
  const periods = new Map<string, PeriodPlan>();
  return budgets.map((budget) => {
    const { period, timeZone } = budget;
    const name = JSON.stringify([timeZone, ...Object.entries(period).map(String)]);
    const plan = periods.get(name) ?? planOf(budget, nowNs, lastNs);
    periods.set(name, plan);
    return { budget, period: plan };
  });
}

export async function readSpends(
  store: StoreClient,
  plans: readonly BudgetPlan[],
): Promise<BudgetSpends> {
  if (plans.length === 0) return { table: null, edges: [] };
  const budgets = plans.map(({ budget }) => budget);
  const periods = new Set(plans.map(({ period }) => period));
  const [table, edges] = await Promise.all([
    SpendTable.load(store, budgets, [...periods].flatMap(boundsOf)),
    edgesOf(store, plans),
  ]);
  return { table, edges };
}

/**
 * @param options.priceSteps by budget, in their order.
 * @returns one measure a budget, in their order.
 */
export function measuresOf(
  plans: readonly BudgetPlan[],
  { table, edges }: BudgetSpends,
  {
    nowNs,
    priceSteps,
  }: { readonly nowNs: bigint; readonly priceSteps: readonly (readonly PriceStep[])[] },
): BudgetMeasure[] {
  return plans.map((plan, index) =>
    measureOf(plan, {
      nowNs,
      between: (span) => table?.between(index, span) ?? NO_SPEND,
      edge: edges[index] ?? NO_SPEND,
      priceSteps: priceSteps[index] ?? [],
    }),
  );
}

function planOf({ period, timeZone }: CostBudget, nowNs: bigint, lastNs: bigint): PeriodPlan {
  const span = periodAt(period, timeZone, nowNs);
  const rolling = period.kind === 'rolling';
  const [today = { startNs: nowNs, endNs: lastNs }] = daysOf(timeZone, nowNs, nowNs + 1n);
  const sinceNs = nowNs - HISTORY_NS < span.startNs ? nowNs - HISTORY_NS : span.startNs;
  const wholeNs = quarterCeil(span.startNs);
  return {
    span,
    spent: rolling ? { startNs: wholeNs, endNs: lastNs } : span,
    edge: rolling && wholeNs > span.startNs ? { startNs: span.startNs, endNs: wholeNs } : null,
    days: daysOf(timeZone, sinceNs, today.startNs),
    today,
    day: windowsOf(timeZone, nowNs, 1),
    week: windowsOf(timeZone, nowNs, 7),
  };
}

/**
 * The latest whole day or week of the zone's clocks, up to the last whole quarter of an hour: a nightly job is in it once,
 * whenever one looks, also in the night in which clocks change.
 */
function windowsOf(timeZone: string, nowNs: bigint, days: number): Windows {
  const endNs = quarterFloor(nowNs);
  const ending = (ns: bigint): TimeSpan => ({
    startNs: quarterFloor(sameTimeNs(timeZone, ns, -days)),
    endNs: ns,
  });
  return {
    window: ending(endNs),
    norms: NORM_WEEKS.map((weeks) => ending(quarterFloor(sameTimeNs(timeZone, endNs, -7 * weeks)))),
  };
}

function boundsOf({ spent, days, today, day, week }: PeriodPlan): bigint[] {
  const spans = [spent, today, ...days, day.window, ...day.norms, week.window, ...week.norms];
  return spans.flatMap(({ startNs, endNs }) => [startNs, endNs]);
}

async function edgesOf(store: StoreClient, plans: readonly BudgetPlan[]): Promise<Spend[]> {
  const sums = plans.map(() => NO_SPEND);
  const starts = new Set(plans.flatMap(({ period }) => period.edge?.startNs ?? []));
  await Promise.all(
    [...starts].map(async (startNs) => {
      const own = plans.flatMap((plan, index) =>
        plan.period.edge?.startNs === startNs ? [{ budget: plan.budget, index }] : [],
      );
      const found = await edgeSpend(
        store,
        own.map(({ budget }) => budget),
        { startNs, endNs: quarterCeil(startNs) },
      );
      own.forEach(({ budget: { fromNs }, index }, at) => {
        // Days begin on quarters: a budget comes into force before or after all of an edge.
        if (fromNs === null || fromNs <= startNs) sums[index] = found[at] ?? NO_SPEND;
      });
    }),
  );
  return sums;
}

function measureOf(
  { budget, period: { spent, days, today, day, week } }: BudgetPlan,
  {
    nowNs,
    between,
    edge,
    priceSteps,
  }: {
    readonly nowNs: bigint;
    readonly between: (span: TimeSpan) => Spend;
    readonly edge: Spend;
    readonly priceSteps: readonly PriceStep[];
  },
): BudgetMeasure {
  const inPeriod = added(between(spent), edge);
  const all = days.map((span) => ({ span, spend: between(span) }));
  const firstSeen = all.findIndex(({ spend }) => spend.lines > 0n);
  const history = firstSeen < 0 ? [] : all.slice(firstSeen);
  const ofToday = between(today);
  const { window, norms } = isDaily(history.map(({ spend }) => spend)) ? day : week;
  const sinceNs = history[0]?.span.startNs ?? today.startNs;
  return {
    nowNs,
    spentNano: inPeriod.spentNano,
    unpriced: Number(inPeriod.unpriced),
    seen: history.length > 0 || inPeriod.lines > 0n || ofToday.lines > 0n,
    window: { ...window, spentNano: between(window).spentNano },
    normsNano: norms
      .filter(({ startNs }) => startNs >= sinceNs && (budget.fromNs ?? startNs) <= startNs)
      .map((norm) => between(norm).spentNano),
    history: history.map(({ span, spend }) => ({ ...span, spentNano: spend.spentNano })),
    today: { ...today, spentNano: ofToday.spentNano },
    priceSteps,
  };
}

/** Whether spend comes on most days; else a day is less than a cycle of the schedule. */
function isDaily(days: readonly Spend[]): boolean {
  const recent = days.slice(-CYCLE_DAYS);
  if (recent.length < 7) return true;
  return recent.filter(({ lines }) => lines > 0n).length * 2 >= recent.length;
}
