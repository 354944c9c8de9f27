/** The past of a budget: its periods with what was known at their closing, and the days of the current one. */
import { daysOf, periodAt, periodBefore, type TimeSpan } from '@burnbook/domain/budgetPeriod';
import type { CostBudget } from '@burnbook/domain/costBudget';
import { DAY_NS } from '@burnbook/domain/time';
import type { StoreClient } from '../store/storeClient.js';
import { edgeSpend, NO_SPEND, added, quarterCeil, SpendTable, type Spend } from './budgetSpend.js';

export interface PeriodHistory extends TimeSpan, Spend {
  /** What was known at its closing. */
  readonly closed: {
    readonly atNs: bigint;
    readonly spentNano: bigint;
    readonly unpriced: bigint;
  } | null;
}

export interface BudgetHistoryFacts {
  /** Newest first, the current one among them. */
  readonly periods: readonly PeriodHistory[];
  /** Oldest first. */
  readonly days: readonly (TimeSpan & Spend)[];
}

const AHEAD_NS = DAY_NS;

export async function budgetHistory(
  store: StoreClient,
  budget: CostBudget,
  { nowNs, periods }: { readonly nowNs: bigint; readonly periods: number },
): Promise<BudgetHistoryFacts> {
  const { period, timeZone } = budget;
  const rolling = period.kind === 'rolling';
  const spans: TimeSpan[] = [periodAt(period, timeZone, nowNs)];
  while (spans.length < periods) {
    const last = spans.at(-1);
    if (!last || last.startNs <= 0n) break;
    spans.push(periodBefore(period, timeZone, last));
  }
  const lastNs = quarterCeil(nowNs) + AHEAD_NS;
  const whole = spans.map((span, index) => ({
    startNs: quarterCeil(span.startNs),
    endNs: rolling && index === 0 ? lastNs : quarterCeil(span.endNs),
  }));
  const days = daysOf(timeZone, spans[0]?.startNs ?? nowNs, nowNs + 1n);
  const table = await SpendTable.load(
    store,
    [budget],
    [...whole, ...days].flatMap(({ startNs, endNs }) => [startNs, endNs]),
  );
  const oldestNs = spans.at(-1)?.startNs ?? nowNs;
  const rows = rolling ? [] : await store.query('budget_closings', { since: oldestNs });
  const closings = new Map(
    rows
      .filter((row) => row['budget_id'] === budget.id)
      .map((row) => [`${String(row['period_start_ns'])} ${String(row['period_end_ns'])}`, row]),
  );
  // A rolling window begins, and those before it end, within a quarter of an hour.
  const edges = rolling ? await edgesOf(store, budget, spans) : [];
  const found = spans.map((span, index): PeriodHistory => {
    const closing = closings.get(`${span.startNs} ${span.endNs}`);
    const inner = table.between(0, whole[index] ?? span);
    const begun = added(inner, edges[index] ?? NO_SPEND);
    return {
      ...span,
      ...less(begun, edges[index - 1] ?? NO_SPEND),
      closed: closing
        ? {
            atNs: closing['closed_ns'] as bigint,
            spentNano: closing['spent_nano'] as bigint,
            unpriced: closing['unpriced'] as bigint,
          }
        : null,
    };
  });
  return { periods: found, days: days.map((day) => ({ ...day, ...table.between(0, day) })) };
}

/** What was spent from each window's beginning to the next quarter of an hour. */
async function edgesOf(
  store: StoreClient,
  budget: CostBudget,
  spans: readonly TimeSpan[],
): Promise<Spend[]> {
  const edges: Spend[] = [];
  for (const { startNs } of spans) {
    const edge = { startNs, endNs: quarterCeil(startNs) };
    const counts = edge.endNs > startNs && (budget.fromNs === null || budget.fromNs <= startNs);
    const [spend = NO_SPEND] = counts ? await edgeSpend(store, [budget], edge) : [];
    edges.push(spend);
  }
  return edges;
}

const less = (a: Spend, b: Spend): Spend => ({
  spentNano: a.spentNano - b.spentNano,
  unpriced: a.unpriced - b.unpriced,
  lines: a.lines - b.lines,
});
