/** Reservations between the database's rows and what decides on them. */
import { canonicalTags, tagsOf } from '@burnbook/domain/tags';
import type { Reservation, ReservationState } from '@burnbook/domain/reservation';
import type { HoldChange } from './holdBook.js';
import type { Grant, GrantedBudget } from './holdOps.js';

export type HoldRow = Readonly<Record<string, unknown>>;
type ColumnType = 'BIGINT' | 'VARCHAR';

/** By the parameter of `insert_reservation_changes`: its type, and its value of a change. */
export const CHANGE_COLUMNS: readonly (readonly [
  name: string,
  type: ColumnType,
  value: (change: HoldChange) => bigint | string | null,
])[] = [
  ['ids', 'VARCHAR', ({ reservation }) => reservation.id],
  ['states', 'VARCHAR', ({ reservation }) => reservation.state],
  ['ats', 'BIGINT', ({ atNs }) => atNs],
  ['expires', 'BIGINT', ({ reservation }) => reservation.expiresNs],
  ['settled', 'BIGINT', ({ reservation }) => reservation.settledNs],
  ['ended', 'BIGINT', ({ reservation }) => reservation.endedNs],
  ['actuals', 'BIGINT', ({ reservation }) => reservation.actualNano],
  ['unreconciled', 'BIGINT', ({ reservation }) => reservation.unreconciledNano],
  ['created', 'BIGINT', ofGrant(({ createdNs }) => createdNs)],
  ['amounts', 'BIGINT', ofGrant(({ amountNano }) => amountNano)],
  ['keys', 'VARCHAR', ofGrant(({ idempotencyKey }) => idempotencyKey)],
  ['fingerprints', 'VARCHAR', ofGrant(({ fingerprint }) => fingerprint)],
  ['onlyBudgets', 'VARCHAR', ofGrant(({ onlyBudget }) => onlyBudget)],
  ['pipelines', 'VARCHAR', ofGrant(({ origin }) => origin.pipeline)],
  ['batches', 'VARCHAR', ofGrant(({ batch }) => batch)],
  ['models', 'VARCHAR', ofGrant(({ origin }) => origin.model)],
  ['providers', 'VARCHAR', ofGrant(({ origin }) => origin.provider)],
  ['teams', 'VARCHAR', ofGrant(({ origin }) => origin.team)],
  ['environments', 'VARCHAR', ofGrant(({ origin }) => origin.environment)],
  ['tags', 'VARCHAR', ofGrant(({ origin }) => canonicalTags(Object.entries(origin.tags)))],
  ['budgets', 'VARCHAR', ({ grant }) => grant && budgetsText(grant.budgets)],
];

export function reservationOf(row: HoldRow): Reservation {
  const text = (name: string): string | null => (row[name] ?? null) as string | null;
  const big = (name: string): bigint | null => (row[name] ?? null) as bigint | null;
  return {
    id: text('reservation_id') ?? '',
    idempotencyKey: text('idempotency_key') ?? '',
    fingerprint: text('fingerprint') ?? '',
    amountNano: big('amount_nano'),
    origin: {
      pipeline: text('pipeline'),
      model: text('model'),
      provider: text('provider'),
      team: text('team'),
      environment: text('environment'),
      tags: Object.fromEntries(tagsOf(text('tags'))),
    },
    batch: text('batch'),
    onlyBudget: text('only_budget'),
    createdNs: big('created_ns') ?? 0n,
    state: text('state') as ReservationState,
    expiresNs: big('expires_ns') ?? 0n,
    settledNs: big('settled_ns'),
    actualNano: big('actual_nano'),
    telemetryNano: big('telemetry_nano') ?? 0n,
    endedNs: big('ended_ns'),
    unreconciledNano: big('unreconciled_nano'),
  };
}

/** The first answer, as it was. */
export function grantOf(row: HoldRow): Grant {
  return {
    id: row['reservation_id'] as string,
    createdNs: row['created_ns'] as bigint,
    expiresNs: row['first_expires_ns'] as bigint,
    amountNano: (row['amount_nano'] ?? null) as bigint | null,
    budgets: grantedBudgets(row['budgets'] as string),
  };
}

function ofGrant(
  value: (reservation: Reservation) => bigint | string | null,
): (change: HoldChange) => bigint | string | null {
  return ({ grant, reservation }) => grant && value(reservation);
}

const budgetsText = (budgets: readonly GrantedBudget[]): string =>
  JSON.stringify(budgets, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );

function grantedBudgets(text: string): GrantedBudget[] {
  const budgets = JSON.parse(text) as {
    id: string;
    leftNano: string;
    resetsNs: string | null;
    breakGlass: boolean;
  }[];
  return budgets.map(({ id, leftNano, resetsNs, breakGlass }) => ({
    id,
    leftNano: BigInt(leftNano),
    resetsNs: resetsNs === null ? null : BigInt(resetsNs),
    breakGlass,
  }));
}
