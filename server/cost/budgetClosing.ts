/** Closes periods of budgets three days after their end: what changes later is shown as an adjustment. */
import { periodAt, periodBefore, type TimeSpan } from '@burnbook/domain/budgetPeriod';
import type { CostBudget } from '@burnbook/domain/costBudget';
import { DAY_NS } from '@burnbook/domain/time';
import type { ClosedPeriod } from '../store/commands/settleBudgets.js';
import type { StoreClient } from '../store/storeClient.js';
import { SpendTable } from './budgetSpend.js';

/** Late telemetry of three days lands in its period without a word. */
const CLOSES_AFTER_NS = 3n * DAY_NS;
/** After a long absence the older ones stay open: what was known of them when is not known. */
const PERIODS_BACK_MAX = 40;

interface Entry {
  readonly budget: CostBudget;
  readonly version: number;
  readonly sinceNs: bigint;
}

export class PeriodCloser {
  readonly #store: StoreClient;
  /** Nothing is to be closed before. */
  #nextNs = 0n;

  constructor(store: StoreClient) {
    this.#store = store;
  }

  /** Definitions have changed. */
  reset(): void {
    this.#nextNs = 0n;
  }

  /** Whether a period may have to be closed now. */
  isDue(nowNs: bigint): boolean {
    return nowNs >= this.#nextNs;
  }

  /** Periods that are to be closed now. */
  async due(entries: readonly Entry[], nowNs: bigint): Promise<ClosedPeriod[]> {
    if (!this.isDue(nowNs)) return [];
    const ended = entries.flatMap((entry) =>
      endedPeriods(entry, nowNs).map((span) => ({ ...entry, span })),
    );
    const [first] = ended;
    if (!first) return [];
    const sinceNs = ended.reduce(
      (least, { span }) => (span.startNs < least ? span.startNs : least),
      first.span.startNs,
    );
    const rows = await this.#store.query('budget_closings', { since: sinceNs });
    const closed = new Set(rows.map((row) => keyOf(row['budget_id'], row['period_start_ns'])));
    const open = ended.filter(({ budget, span }) => !closed.has(keyOf(budget.id, span.startNs)));
    if (open.length === 0) return [];
    const table = await SpendTable.load(
      this.#store,
      open.map(({ budget }) => budget),
      open.flatMap(({ span }) => [span.startNs, span.endNs]),
    );
    return open.map(({ budget, version, span }, index) => {
      const { spentNano, unpriced } = table.between(index, span);
      return { budget: budget.id, version, ...span, spentNano, unpriced };
    });
  }

  /** What was due is in the store. */
  closed(entries: readonly Entry[], nowNs: bigint): void {
    const next = entries.flatMap(({ budget }) =>
      budget.period.kind === 'rolling' ? [] : [nextClosingNs(budget, nowNs)],
    );
    this.#nextNs = next.reduce((a, b) => (a < b ? a : b), nowNs + CLOSES_AFTER_NS);
  }
}

/** Periods that ended long enough ago, and while the budget existed or was young enough to be closed in time. */
function endedPeriods({ budget, sinceNs }: Entry, nowNs: bigint): TimeSpan[] {
  const { period, timeZone } = budget;
  if (period.kind === 'rolling') return [];
  const found: TimeSpan[] = [];
  let span = periodAt(period, timeZone, nowNs);
  for (let back = 0; back < PERIODS_BACK_MAX; back++) {
    span = periodBefore(period, timeZone, span);
    if (span.endNs + CLOSES_AFTER_NS <= sinceNs) break;
    if (span.endNs + CLOSES_AFTER_NS <= nowNs) found.push(span);
  }
  return found;
}

function nextClosingNs({ period, timeZone }: CostBudget, nowNs: bigint): bigint {
  let span = periodAt(period, timeZone, nowNs);
  for (;;) {
    const before = periodBefore(period, timeZone, span);
    if (before.endNs + CLOSES_AFTER_NS <= nowNs) return span.endNs + CLOSES_AFTER_NS;
    span = before;
  }
}

const keyOf = (budget: unknown, startNs: unknown): string => `${String(budget)} ${String(startNs)}`;
