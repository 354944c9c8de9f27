/** Reservations from facts to what the contract says. */
import { formatUsd } from '@burnbook/domain/money';
import { heldNano, type Reservation } from '@burnbook/domain/reservation';
import { formatTime } from '@burnbook/domain/time';
import type { Budget, GrantView, ReservationView } from '../contract.js';
import type { Grant, HoldStatus } from '../store/reservations/holdOps.js';
import { timeOrNull, usdOrNull } from './views.js';

export const grantView = (grant: Grant): GrantView => ({
  id: grant.id,
  state: 'held',
  amountUsd: usdOrNull(grant.amountNano),
  createdAt: formatTime(grant.createdNs),
  expiresAt: formatTime(grant.expiresNs),
  budgets: grant.budgets.map(({ id, leftNano, resetsNs, breakGlass }) => ({
    id,
    leftUsd: formatUsd(leftNano),
    resetsAt: timeOrNull(resetsNs),
    breakGlass,
  })),
});

export function reservationView(reservation: Reservation): ReservationView {
  const { origin } = reservation;
  return {
    id: reservation.id,
    state: reservation.state,
    amountUsd: usdOrNull(reservation.amountNano),
    actualUsd: usdOrNull(reservation.actualNano),
    telemetryUsd: formatUsd(reservation.telemetryNano),
    heldUsd: formatUsd(heldNano(reservation)),
    unreconciledUsd: usdOrNull(reservation.unreconciledNano),
    createdAt: formatTime(reservation.createdNs),
    expiresAt: formatTime(reservation.expiresNs),
    settledAt: timeOrNull(reservation.settledNs),
    endedAt: timeOrNull(reservation.endedNs),
    idempotencyKey: reservation.idempotencyKey,
    pipeline: origin.pipeline,
    batch: reservation.batch,
    model: origin.model,
    provider: origin.provider,
    team: origin.team,
    environment: origin.environment,
    tags: { ...origin.tags },
    budget: reservation.onlyBudget,
  };
}

export const budgetHoldsView = (status: HoldStatus): NonNullable<Budget['holds']> => ({
  heldUsd: formatUsd(status.heldNano),
  reservations: status.holds,
  availableUsd: formatUsd(status.leftNano > 0n ? status.leftNano : 0n),
  breakGlass: status.breakGlass && {
    from: formatTime(status.breakGlass.atNs),
    until: formatTime(status.breakGlass.untilNs),
    by: status.breakGlass.actor,
    reason: status.breakGlass.reason,
  },
});

/** Why a reservation cannot be changed any more. */
export function overText({ id, state, endedAt, settledAt, actualUsd }: ReservationView): string {
  switch (state) {
    case 'settled':
    case 'unreconciled':
      return `reservation ${id} was settled at ${settledAt ?? ''} with $${actualUsd ?? ''}`;
    case 'released':
      return `reservation ${id} was given back at ${endedAt ?? ''}`;
    case 'expired':
      return `reservation ${id} expired at ${endedAt ?? ''}; what spans with its id cost is spend all the same`;
    case 'held':
      return `reservation ${id} is held`;
  }
}
