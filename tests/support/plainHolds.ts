/** Reservations worked out again from all that ever happened, in plain integers: what the server must agree with. */
import { periodAt } from '@burnbook/domain/budgetPeriod';

export interface PlainBudget {
  readonly id: string;
  readonly amount: bigint;
  readonly matches: (pipeline: string) => boolean;
}

interface PlainHold {
  readonly id: string;
  readonly pipeline: string;
  readonly amount: bigint;
  actual: bigint | null;
  telemetry: bigint;
  due: bigint;
  state: string;
  open: boolean;
}

const WAIT_NS = 900_000_000_000n;
const DAY = { kind: 'calendar', unit: 'day', fiscalYearStart: 1 } as const;

export class PlainHolds {
  readonly holds: PlainHold[] = [];
  readonly #budgets: readonly PlainBudget[];
  readonly #spend: { readonly atNs: bigint; readonly pipeline: string; readonly nano: bigint }[] =
    [];

  constructor(budgets: readonly PlainBudget[]) {
    this.#budgets = budgets;
  }

  /** @returns the tightest budget that refuses; null: it fits in all. */
  blocker(pipeline: string, amount: bigint, nowNs: bigint): string | null {
    const tight = this.#budgets
      .filter((budget) => budget.matches(pipeline))
      .map((budget) => ({ id: budget.id, left: this.left(budget, nowNs) }))
      .filter(({ left }) => left < amount)
      .toSorted((a, b) => (a.left < b.left ? -1 : 1));
    return tight[0]?.id ?? null;
  }

  left(budget: PlainBudget, nowNs: bigint): bigint {
    return budget.amount - this.#spentIn(budget, nowNs) - this.heldIn(budget);
  }

  heldIn({ matches }: PlainBudget): bigint {
    return this.holds
      .filter(({ pipeline }) => matches(pipeline))
      .reduce((sum, hold) => sum + heldOf(hold), 0n);
  }

  add(hold: { id: string; pipeline: string; amount: bigint; due: bigint }): void {
    this.holds.push({ ...hold, actual: null, telemetry: 0n, state: 'held', open: true });
  }

  settle(hold: PlainHold, actual: bigint, nowNs: bigint): boolean {
    if (hold.state !== 'held') return hold.actual === actual;
    hold.actual = actual;
    hold.state = 'settled';
    hold.due = nowNs + WAIT_NS;
    this.#account(hold);
    return true;
  }

  release(hold: PlainHold): boolean {
    if (hold.state === 'held') {
      hold.state = 'released';
      hold.open = false;
    }
    return hold.state === 'released';
  }

  renew(hold: PlainHold, due: bigint): boolean {
    if (hold.state !== 'held') return false;
    if (due > hold.due) hold.due = due;
    return true;
  }

  spent(spend: { pipeline: string; nano: bigint; atNs: bigint; hold: PlainHold | null }): void {
    this.#spend.push(spend);
    if (!spend.hold) return;
    spend.hold.telemetry += spend.nano;
    this.#account(spend.hold);
  }

  passed(nowNs: bigint): void {
    for (const hold of this.holds) {
      if (!hold.open || nowNs < hold.due) continue;
      hold.state = hold.actual === null ? 'expired' : 'unreconciled';
      hold.open = false;
    }
  }

  #account(hold: PlainHold): void {
    if (hold.open && hold.actual !== null && hold.telemetry >= hold.actual) hold.open = false;
  }

  #spentIn({ matches }: PlainBudget, nowNs: bigint): bigint {
    const { startNs, endNs } = periodAt(DAY, 'UTC', nowNs);
    return this.#spend
      .filter(({ pipeline, atNs }) => matches(pipeline) && atNs >= startNs && atNs < endNs)
      .reduce((sum, { nano }) => sum + nano, 0n);
  }
}

export const heldOf = ({ open, actual, amount, telemetry }: PlainHold): bigint => {
  const wanted = actual ?? amount;
  return open && wanted > telemetry ? wanted - telemetry : 0n;
};
