/** A hold of money in cost budgets: what of it still counts, and when time ends it. */
import type { SpendOrigin } from './costBudget.js';

/**
 * `held`: granted, neither settled nor over. `settled`: its actual cost was told. `released`: given back before it was
 * settled. `expired`: its time ran out before it was settled. `unreconciled`: settled, but 15 minutes later telemetry had
 * not accounted for all of the actual cost.
 */
export const RESERVATION_STATES = [
  'held',
  'settled',
  'released',
  'expired',
  'unreconciled',
] as const;
export type ReservationState = (typeof RESERVATION_STATES)[number];

/** How long what was settled is held for telemetry that has not come yet. */
export const SETTLED_WAIT_NS = 900_000_000_000n;

/** What was asked for. */
export interface ReservationRequest {
  /** The same key asks for the same hold. */
  readonly idempotencyKey: string;
  /** Equal for equal requests. */
  readonly fingerprint: string;
  /** Nano-USD; null: what is asked for has no price. */
  readonly amountNano: bigint | null;
  /** What the spend will be, as far as it is known: it decides the budgets. */
  readonly origin: SpendOrigin;
  readonly batch: string | null;
  /** The one budget to hold in; null: every hard one whose scope matches. */
  readonly onlyBudget: string | null;
}

/** A hold as it stands. Instants are UTC nanoseconds. */
export interface Reservation extends ReservationRequest {
  readonly id: string;
  readonly createdNs: bigint;
  readonly state: ReservationState;
  readonly expiresNs: bigint;
  readonly settledNs: bigint | null;
  readonly actualNano: bigint | null;
  /** What counted lines that carry the id cost. */
  readonly telemetryNano: bigint;
  /** Since when nothing is held any more; null: it is open. */
  readonly endedNs: bigint | null;
  /** What was given back at its end although no telemetry accounts for it; null: it is open. */
  readonly unreconciledNano: bigint | null;
}

type Counted = Pick<Reservation, 'amountNano' | 'actualNano' | 'telemetryNano' | 'endedNs'>;

/** What still counts against budgets besides spend: never below 0, and nothing once it has ended. */
export function heldNano({ amountNano, actualNano, telemetryNano, endedNs }: Counted): bigint {
  const wanted = actualNano ?? amountNano ?? 0n;
  return endedNs === null && wanted > telemetryNano ? wanted - telemetryNano : 0n;
}

/** When time ends an open hold: its lease is over, or telemetry has had long enough. */
export function dueNs({
  settledNs,
  expiresNs,
}: Pick<Reservation, 'settledNs' | 'expiresNs'>): bigint {
  return settledNs === null ? expiresNs : settledNs + SETTLED_WAIT_NS;
}
