/** What the server asks of the holds, and what they answer. */
import type { Reservation, ReservationRequest } from '@burnbook/domain/reservation';
import type { BreakGlass } from './hardBudget.js';

export interface ReserveOp extends ReservationRequest {
  readonly atNs: bigint;
  readonly id: string;
  readonly ttlNs: bigint;
}

/** How a budget stood right after a grant. */
export interface GrantedBudget {
  readonly id: string;
  /** Never below 0. */
  readonly leftNano: bigint;
  /** End of its calendar period; null: it is rolling. */
  readonly resetsNs: bigint | null;
  /** Whether its limit was set aside. */
  readonly breakGlass: boolean;
}

/** The first answer of a reservation; every repeat gives it again. */
export interface Grant {
  readonly id: string;
  readonly createdNs: bigint;
  readonly expiresNs: bigint;
  readonly amountNano: bigint | null;
  readonly budgets: readonly GrantedBudget[];
}

export type ReserveResult =
  | { readonly kind: 'granted'; readonly grant: Grant }
  | {
      readonly kind: 'refused';
      readonly budget: string;
      /** Below 0 when spend and holds have passed the limit. */
      readonly leftNano: bigint;
      /** When there is room again if nothing more is spent; null: not by time alone. */
      readonly resetsNs: bigint | null;
    }
  /** What is asked for has no price, and this budget denies that. */
  | { readonly kind: 'unpriced'; readonly budget: string }
  /** The key was used for another request. */
  | { readonly kind: 'keyReused' }
  /** There is no hard budget in force of that id. */
  | { readonly kind: 'noBudget' };

export interface ReservationOp {
  readonly atNs: bigint;
  readonly id: string;
}

export interface SettleOp extends ReservationOp {
  readonly actualNano: bigint;
}

export interface RenewOp extends ReservationOp {
  readonly ttlNs: bigint;
}

/** `over`: its state does not allow it. */
export type ChangeResult =
  | { readonly kind: 'done'; readonly reservation: Reservation }
  | { readonly kind: 'over'; readonly reservation: Reservation }
  | { readonly kind: 'unknown' };

/** How the holds of a hard budget stand. */
export interface HoldStatus {
  readonly budget: string;
  readonly heldNano: bigint;
  /** Open holds. */
  readonly holds: number;
  /** What a reservation can get; below 0 when spend and holds have passed the limit. */
  readonly leftNano: bigint;
  readonly breakGlass: BreakGlass | null;
  /** Whether what was refused last would be refused again; null: none was refused since the start. */
  readonly refusing: boolean | null;
}

export interface BreakGlassOp extends BreakGlass {
  readonly budget: string;
}

export interface HoldOps {
  readonly reserve: { readonly payload: ReserveOp; readonly result: ReserveResult };
  readonly settle: { readonly payload: SettleOp; readonly result: ChangeResult };
  readonly release: { readonly payload: ReservationOp; readonly result: ChangeResult };
  readonly renew: { readonly payload: RenewOp; readonly result: ChangeResult };
  /** Writes what time has ended and brings all into the database, for questions that follow. */
  readonly store: { readonly payload: { readonly atNs: bigint }; readonly result: null };
  /** Writes what time has ended and tells how the hard budgets stand. */
  readonly status: {
    readonly payload: { readonly atNs: bigint };
    readonly result: readonly HoldStatus[];
  };
  /** Sets a limit aside, or, with an end that has passed, in force again. False: there is no such hard budget. */
  readonly breakGlass: { readonly payload: BreakGlassOp; readonly result: boolean };
}

export type HoldOpName = keyof HoldOps;
export type HoldPayload<Name extends HoldOpName> = HoldOps[Name]['payload'];
export type HoldResult<Name extends HoldOpName> = HoldOps[Name]['result'];
