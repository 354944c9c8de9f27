/**
 * Decides on holds of money, in memory: one decision after the other, none waits for anything. What it decides is on disk
 * only when its changes are (`HoldLog`), and nobody may be told before.
 *
 * What remains of an open hold counts in the period that now is: what it pays for is spent from now on. Spend counts in
 * the period of its own time, and lowers the hold whose id it carries.
 */
import { scopeMatches, type CostBudget } from '@burnbook/domain/costBudget';
import { dueNs, heldNano, type Reservation } from '@burnbook/domain/reservation';
import { DueHeap } from './dueHeap.js';
import { HardBudget, type BreakGlass, type SpendBucket } from './hardBudget.js';
import type {
  Grant,
  GrantedBudget,
  HoldStatus,
  RenewOp,
  ReservationOp,
  ReserveOp,
  ReserveResult,
  SettleOp,
} from './holdOps.js';
import type { SpendChange } from './holdSpend.js';

/** A change of a reservation as the log keeps it. `grant`: it is the first. */
export interface HoldChange {
  readonly reservation: Reservation;
  readonly grant: Grant | null;
}

/** Sums of counted lines in scope of a budget, for a start from what is stored. */
export interface StoredSpend {
  readonly budget: string;
  readonly buckets: readonly SpendBucket[];
}

/** A definition that grants obey, with its limit set aside or not. */
export interface HardDefinition {
  readonly budget: CostBudget;
  readonly breakGlass: BreakGlass | null;
}

/** A reservation with its first answer. */
export interface StoredHold {
  readonly reservation: Reservation;
  readonly grant: Grant;
}

interface Hold extends StoredHold {
  reservation: Reservation;
  /** Budgets that it counts in. */
  budgets: readonly HardBudget[];
  /** What it counts in each of them now. */
  countedNano: bigint;
}

export class HoldBook {
  #nowNs = 0n;
  readonly #holds = new Map<string, Hold>();
  #due = new DueHeap();
  #budgets: readonly HardBudget[] = [];
  readonly #changed: (change: HoldChange) => void;

  /** @param changed told of every change, in order. */
  constructor(changed: (change: HoldChange) => void) {
    this.#changed = changed;
  }

  /** The latest instant that it was told of, UTC nanoseconds; 0: none yet. */
  get nowNs(): bigint {
    return this.#nowNs;
  }

  /** Open holds. */
  get size(): number {
    return this.#holds.size;
  }

  /** Takes over definitions with the spend of their windows; holds that are open count in the new ones. */
  define(
    definitions: readonly HardDefinition[],
    spend: readonly StoredSpend[],
    nowNs: bigint,
  ): void {
    this.#tick(nowNs);
    const before = new Map(this.#budgets.map((budget) => [budget.budget.id, budget]));
    this.#budgets = definitions.map(({ budget, breakGlass }) => {
      const hard = new HardBudget(budget, this.#nowNs);
      hard.breakGlass = breakGlass;
      hard.refusal = before.get(budget.id)?.refusal ?? null;
      return hard;
    });
    const byId = new Map(this.#budgets.map((budget) => [budget.budget.id, budget]));
    for (const { budget, buckets } of spend) {
      for (const [bucketNs, nano] of buckets) byId.get(budget)?.spend(bucketNs, nano);
    }
    for (const hold of this.#holds.values()) {
      hold.countedNano = 0n;
      hold.budgets = [];
      this.#enter(hold, this.#budgetsOf(hold.reservation));
      // The telemetry that accounts for it may have come while nobody told of it.
      this.#endIfAccounted(hold);
    }
  }

  /** Begins anew with the open holds that are stored. */
  restore(stored: readonly StoredHold[]): void {
    this.#holds.clear();
    this.#due = new DueHeap();
    for (const { reservation, grant } of stored) {
      const hold: Hold = { reservation, grant, budgets: [], countedNano: 0n };
      this.#holds.set(reservation.id, hold);
      this.#due.add(dueNs(reservation), reservation.id);
    }
  }

  /** An open one. */
  find(id: string): StoredHold | undefined {
    return this.#holds.get(id);
  }

  /** Ends what time has ended, and begins the periods that have begun. Time never goes back. */
  advance(nowNs: bigint): void {
    this.#tick(nowNs);
    for (const budget of this.#budgets) budget.advance(this.#nowNs);
    for (let id = this.#due.take(this.#nowNs); id; id = this.#due.take(this.#nowNs)) {
      const hold = this.#holds.get(id);
      // A renewed or settled hold stands in the heap again, later.
      if (!hold || dueNs(hold.reservation) > this.#nowNs) continue;
      const ranOut = hold.reservation.settledNs === null;
      this.#end(hold, ranOut ? 'expired' : 'unreconciled', dueNs(hold.reservation));
    }
  }

  /** Holds an amount in all its budgets, or in none. The id must be new. */
  reserve(op: ReserveOp): ReserveResult {
    this.advance(op.atNs);
    const budgets = this.#budgetsOf(op).filter((budget) => budget.isInForce(this.#nowNs));
    if (op.onlyBudget !== null && budgets.length === 0) return { kind: 'noBudget' };
    const amountNano = op.amountNano ?? 0n;
    if (op.amountNano === null) {
      const denies = budgets.find(({ budget }) => budget.unpriced === 'deny');
      if (denies) return { kind: 'unpriced', budget: denies.budget.id };
    }
    const blockers = budgets.filter(
      (budget) => budget.leftNano < amountNano && !budget.isOpen(this.#nowNs),
    );
    for (const blocker of blockers) blocker.refusal = { atNs: this.#nowNs, amountNano };
    const [tightest] = blockers.toSorted((a, b) => (a.leftNano < b.leftNano ? -1 : 1));
    if (tightest) {
      return {
        kind: 'refused',
        budget: tightest.budget.id,
        leftNano: tightest.leftNano,
        resetsNs: tightest.roomNs(amountNano),
      };
    }
    return { kind: 'granted', grant: this.#grant(op, budgets) };
  }

  /** Tells what it cost in the end. Undefined: it is not held any more. */
  settle({ atNs, id, actualNano }: SettleOp): Reservation | undefined {
    this.advance(atNs);
    const hold = this.#holds.get(id);
    if (hold?.reservation.state !== 'held') return undefined;
    hold.reservation = {
      ...hold.reservation,
      state: 'settled',
      settledNs: this.#nowNs,
      actualNano,
    };
    this.#recount(hold);
    if (!this.#endIfAccounted(hold)) {
      this.#due.add(dueNs(hold.reservation), id);
      this.#tell(hold);
    }
    return hold.reservation;
  }

  /** Gives back what is held. Undefined: it is not held any more. */
  release({ atNs, id }: ReservationOp): Reservation | undefined {
    this.advance(atNs);
    const hold = this.#holds.get(id);
    if (hold?.reservation.state !== 'held') return undefined;
    this.#end(hold, 'released');
    return hold.reservation;
  }

  /** Lets a lease last until so long from now; never shorter than it is. Undefined: it is not held any more. */
  renew({ atNs, id, ttlNs }: RenewOp): Reservation | undefined {
    this.advance(atNs);
    const hold = this.#holds.get(id);
    if (hold?.reservation.state !== 'held') return undefined;
    const expiresNs = this.#nowNs + ttlNs;
    if (expiresNs > hold.reservation.expiresNs) {
      hold.reservation = { ...hold.reservation, expiresNs };
      this.#due.add(expiresNs, id);
      this.#tell(hold);
    }
    return hold.reservation;
  }

  /** Takes over what lines cost more or less: it is spend, and lowers the holds whose id they carry. */
  spent({ sums, held }: SpendChange): void {
    const byId = new Map(this.#budgets.map((budget) => [budget.budget.id, budget]));
    for (const { budget, bucketNs, nano } of sums) byId.get(budget)?.spend(bucketNs, nano);
    for (const [id, nano] of held) {
      const hold = this.#holds.get(id);
      if (!hold) continue;
      const telemetryNano = hold.reservation.telemetryNano + nano;
      hold.reservation = { ...hold.reservation, telemetryNano };
      this.#recount(hold);
      this.#endIfAccounted(hold);
    }
  }

  breakGlass(id: string, breakGlass: BreakGlass): void {
    const budget = this.#budgets.find((each) => each.budget.id === id);
    if (budget) budget.breakGlass = breakGlass;
  }

  hasBudget(id: string): boolean {
    return this.#budgets.some(({ budget }) => budget.id === id);
  }

  status(nowNs: bigint): HoldStatus[] {
    this.advance(nowNs);
    return this.#budgets.map((budget) => ({
      budget: budget.budget.id,
      heldNano: budget.heldNano,
      holds: budget.holds,
      leftNano: budget.leftNano,
      breakGlass: budget.isOpen(this.#nowNs) ? budget.breakGlass : null,
      refusing: budget.refusal && budget.leftNano < budget.refusal.amountNano,
    }));
  }

  #grant(op: ReserveOp, budgets: readonly HardBudget[]): Grant {
    // Written out: put together by a rest and a spread, each took kilobytes for as long as it was open.
    const reservation: Reservation = {
      id: op.id,
      idempotencyKey: op.idempotencyKey,
      fingerprint: op.fingerprint,
      amountNano: op.amountNano,
      origin: op.origin,
      batch: op.batch,
      onlyBudget: op.onlyBudget,
      createdNs: this.#nowNs,
      state: 'held',
      expiresNs: this.#nowNs + op.ttlNs,
      settledNs: null,
      actualNano: null,
      telemetryNano: 0n,
      endedNs: null,
      unreconciledNano: null,
    };
    const left = (budget: HardBudget): bigint => budget.leftNano - heldNano(reservation);
    const grant: Grant = {
      id: op.id,
      createdNs: reservation.createdNs,
      expiresNs: reservation.expiresNs,
      amountNano: op.amountNano,
      budgets: budgets.map((budget): GrantedBudget => ({
        id: budget.budget.id,
        leftNano: left(budget) > 0n ? left(budget) : 0n,
        resetsNs: budget.budget.period.kind === 'calendar' ? budget.roomNs(0n) : null,
        breakGlass: budget.isOpen(this.#nowNs),
      })),
    };
    const hold: Hold = { reservation, grant, budgets: [], countedNano: 0n };
    this.#holds.set(op.id, hold);
    this.#enter(hold, this.#budgetsOf(op));
    this.#due.add(reservation.expiresNs, op.id);
    this.#changed({ reservation, grant });
    return grant;
  }

  #budgetsOf({ origin, onlyBudget }: Pick<Reservation, 'origin' | 'onlyBudget'>): HardBudget[] {
    return this.#budgets.filter(({ budget }) =>
      onlyBudget === null ? scopeMatches(budget.scope, origin) : budget.id === onlyBudget,
    );
  }

  #enter(hold: Hold, budgets: readonly HardBudget[]): void {
    hold.budgets = budgets;
    for (const budget of budgets) budget.holds++;
    this.#recount(hold);
  }

  #recount(hold: Hold): void {
    const counts = heldNano(hold.reservation);
    for (const budget of hold.budgets) budget.heldNano += counts - hold.countedNano;
    hold.countedNano = counts;
  }

  /** Telemetry that accounts for all of the actual cost has nothing left to wait for. */
  #endIfAccounted(hold: Hold): boolean {
    const { actualNano, telemetryNano } = hold.reservation;
    if (actualNano === null || telemetryNano < actualNano) return false;
    this.#end(hold, 'settled');
    return true;
  }

  #end(hold: Hold, state: Reservation['state'], endedNs = this.#nowNs): void {
    const rest = heldNano(hold.reservation);
    hold.reservation = {
      ...hold.reservation,
      state,
      endedNs,
      // What its owner gives back needs no telemetry.
      unreconciledNano: state === 'released' ? 0n : rest,
    };
    this.#recount(hold);
    for (const budget of hold.budgets) budget.holds--;
    this.#holds.delete(hold.reservation.id);
    this.#tell(hold);
  }

  #tell({ reservation }: Hold): void {
    this.#changed({ reservation, grant: null });
  }

  #tick(nowNs: bigint): void {
    if (nowNs > this.#nowNs) this.#nowNs = nowNs;
  }
}
