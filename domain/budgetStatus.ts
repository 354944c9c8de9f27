/** How a cost budget stands: pure arithmetic over what the store has measured. */
import type { Severity } from './slo/slo.js';
import {
  elapsedShare,
  isTelling,
  lengthNs,
  periodAt,
  type BudgetPeriod,
  type TimeSpan,
} from './budgetPeriod.js';
import { isInForce, reaches, shareOf, type CostBudget } from './costBudget.js';
import {
  forecast,
  type DaySpend,
  type ExpectedSpend,
  type Forecast,
  type PriceStep,
} from './forecast.js';
import { emptyAt, rollingEmptyAt } from './timeToEmpty.js';

/** Money of a span of time, nano-USD. */
export interface SpanSpend extends TimeSpan {
  readonly spentNano: bigint;
}

export interface BudgetMeasure {
  readonly nowNs: bigint;
  /** Of the current period. */
  readonly spentNano: bigint;
  /** Lines in scope and period without a price: with any, `spentNano` is a lower bound. */
  readonly unpriced: number;
  /** Whether anything in scope was ever seen in what was measured. */
  readonly seen: boolean;
  /** The latest day or week, whichever covers a cycle of the schedule. */
  readonly window: SpanSpend;
  /** The same window at the same time of the same weekday of the weeks before, as far as there was telemetry. */
  readonly normsNano: readonly bigint[];
  /** Whole days before today in the budget's zone, oldest first, from the first with spend. */
  readonly history: readonly DaySpend[];
  readonly today: DaySpend;
  readonly priceSteps: readonly PriceStep[];
}

/** `unknown`: something in scope has no price. `noData`: nothing in scope was seen. `inactive`: not in force. */
export type BudgetState = 'ok' | 'increasing' | 'critical' | 'unknown' | 'noData' | 'inactive';

/** `lasts`: not before the period ends, or, rolling, within its length. */
export type EmptyState = 'empty' | 'empties' | 'lasts' | 'unknown';

export interface BudgetForecast {
  readonly method: Forecast['method'];
  readonly nano: bigint;
  readonly lowNano: bigint | null;
  readonly highNano: bigint | null;
}

export interface BudgetStatus {
  readonly nowNs: bigint;
  readonly inForce: boolean;
  readonly span: TimeSpan;
  readonly spentNano: bigint;
  /** Never below 0; what was spent above the amount is `overrunNano`. */
  readonly leftNano: bigint;
  readonly overrunNano: bigint;
  readonly share: number;
  /** null: a rolling period has no beginning. */
  readonly elapsed: number | null;
  readonly unpriced: number;
  readonly seen: boolean;
  /** Money burn over the window: 1 spends exactly the amount in a period. */
  readonly windowBurn: number;
  readonly windowNs: bigint;
  readonly windowNano: bigint;
  /** The most that the same window held in the weeks before; null: there is none to compare with. */
  readonly normNano: bigint | null;
  /** Share spent over share elapsed; null before 5 % has elapsed, and of a rolling period. */
  readonly periodBurn: number | null;
  /** At the period's end; null: too early to tell, or rolling. */
  readonly forecast: BudgetForecast | null;
  readonly forecastOver: boolean;
  readonly burning: boolean;
  readonly emptyState: EmptyState;
  readonly emptyAtNs: bigint | null;
  /** What the forecast expects piece by piece; empty where there is none. */
  readonly expected: readonly ExpectedSpend[];
}

/** At this pace the amount is gone in half the period. */
const BURN_ALERT = 2;

export function budgetStatus(budget: CostBudget, measure: BudgetMeasure): BudgetStatus {
  const { nowNs, spentNano, window } = measure;
  const { amountNano, period, timeZone } = budget;
  const span = periodAt(period, timeZone, nowNs);
  const rolling = period.kind === 'rolling';
  const elapsed = rolling ? null : elapsedShare(span, nowNs);
  const overrunNano = spentNano > amountNano ? spentNano - amountNano : 0n;
  const leftNano = amountNano > spentNano ? amountNano - spentNano : 0n;
  const share = shareOf(spentNano, amountNano);
  const windowBurn =
    (shareOf(window.spentNano, amountNano) * Number(lengthNs(span))) / Number(lengthNs(window));
  const normNano = greatest(measure.normsNano);
  const expected = expectedOf(budget, measure, span);
  const projected = rolling ? null : projection(spentNano, expected);
  return {
    nowNs,
    inForce: isInForce(budget, nowNs),
    span,
    spentNano,
    leftNano,
    overrunNano,
    share,
    elapsed,
    unpriced: measure.unpriced,
    seen: measure.seen,
    windowBurn,
    windowNs: lengthNs(window),
    windowNano: window.spentNano,
    normNano,
    periodBurn: elapsed !== null && isTelling(elapsed) ? share / elapsed : null,
    forecast: projected,
    forecastOver:
      budget.forecastOver !== null &&
      projected !== null &&
      projected.nano * 100n > amountNano * BigInt(budget.forecastOver),
    burning:
      (elapsed === null || isTelling(elapsed)) &&
      windowBurn >= BURN_ALERT &&
      normNano !== null &&
      window.spentNano > normNano,
    expected: expected?.pieces ?? [],
    ...emptiness(budget, { measure, expected, leftNano }),
  };
}

/** What the status is in one word. @param firing the worst severity of its alerts that stand; null: none does. */
export function budgetState(
  budget: CostBudget,
  status: BudgetStatus,
  firing: Severity | null,
): BudgetState {
  if (!status.inForce) return 'inactive';
  // It refuses: that stops work, whatever is seen and left.
  if (firing === 'page') return 'critical';
  if (!status.seen) return 'noData';
  if (reaches(status.spentNano, budget.amountNano, 100)) return 'critical';
  if (firing !== null || status.forecastOver || status.burning) return 'increasing';
  return status.unpriced > 0 ? 'unknown' : 'ok';
}

function expectedOf(budget: CostBudget, measure: BudgetMeasure, span: TimeSpan): Forecast | null {
  const { nowNs, history, today, priceSteps } = measure;
  const firstNs = history[0]?.startNs ?? today.startNs;
  return forecast({
    timeZone: budget.timeZone,
    nowNs,
    history,
    today,
    rate: {
      // A pipeline that began in the middle of the period spent nothing before, and that is no rate.
      fromNs: firstNs > span.startNs ? firstNs : span.startNs,
      spentNano: measure.spentNano,
      spanMinNs: lengthNs(span) / 20n,
    },
    endNs: horizonNs(budget.period, span),
    priceSteps,
  });
}

function horizonNs(period: BudgetPeriod, span: TimeSpan): bigint {
  return period.kind === 'rolling' ? span.endNs + period.durationNs : span.endNs;
}

function projection(spentNano: bigint, expected: Forecast | null): BudgetForecast | null {
  if (!expected) return null;
  const { method, moreNano, moreLowNano, moreHighNano } = expected;
  return {
    method,
    nano: spentNano + moreNano,
    lowNano: moreLowNano === null ? null : spentNano + moreLowNano,
    highNano: moreHighNano === null ? null : spentNano + moreHighNano,
  };
}

function emptiness(
  { period }: CostBudget,
  {
    measure: { nowNs, history, today },
    expected,
    leftNano,
  }: {
    readonly measure: BudgetMeasure;
    readonly expected: Forecast | null;
    readonly leftNano: bigint;
  },
): { readonly emptyState: EmptyState; readonly emptyAtNs: bigint | null } {
  if (leftNano === 0n) return { emptyState: 'empty', emptyAtNs: null };
  if (!expected) return { emptyState: 'unknown', emptyAtNs: null };
  const { pieces } = expected;
  const emptyAtNs =
    period.kind === 'calendar'
      ? emptyAt(nowNs, leftNano, pieces)
      : rollingEmptyAt({
          nowNs,
          leftNano,
          expected: pieces,
          durationNs: period.durationNs,
          past: [...history, { ...today, endNs: nowNs }].filter(
            (day) => day.endNs > day.startNs && day.endNs > nowNs - period.durationNs,
          ),
        });
  return emptyAtNs === null
    ? { emptyState: 'lasts', emptyAtNs: null }
    : { emptyState: 'empties', emptyAtNs };
}

function greatest(amounts: readonly bigint[]): bigint | null {
  return amounts.reduce<bigint | null>(
    (most, amount) => (most === null || amount > most ? amount : most),
    null,
  );
}
