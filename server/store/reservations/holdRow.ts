/** Reservations as the database keeps them: of each the facts of its grant, and those that change. */
import type { Reservation, ReservationState } from '@burnbook/domain/reservation';
import type { StoredHold } from './holdBook.js';
import type { Grant, GrantedBudget } from './holdOps.js';

export type HoldRow = Readonly<Record<string, unknown>>;

/** Integers as text: JSON's numbers end at 2^53. */
type Texts<T> = { readonly [K in keyof T]: T[K] extends bigint | null ? string | null : T[K] };
type LastFacts = Texts<
  Pick<Reservation, 'expiresNs' | 'settledNs' | 'actualNano' | 'endedNs' | 'unreconciledNano'>
>;
type FirstFacts = LastFacts &
  Texts<
    Pick<
      Reservation,
      | 'idempotencyKey'
      | 'fingerprint'
      | 'amountNano'
      | 'origin'
      | 'batch'
      | 'onlyBudget'
      | 'createdNs'
    >
  > & { readonly budgets: readonly Texts<GrantedBudget>[] };

/** @param grant of the first row of a reservation; else null. */
export function factsOf(reservation: Reservation, grant: Grant | null): string {
  const { id: _id, state: _state, telemetryNano: _telemetry, ...facts } = reservation;
  const { expiresNs, settledNs, actualNano, endedNs, unreconciledNano } = facts;
  const last = { expiresNs, settledNs, actualNano, endedNs, unreconciledNano };
  return JSON.stringify(grant ? { ...facts, budgets: grant.budgets } : last, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}

export function holdOf(row: HoldRow): StoredHold {
  const id = row['reservation_id'] as string;
  const first = JSON.parse(row['first_facts'] as string) as FirstFacts;
  const last = JSON.parse(row['last_facts'] as string) as LastFacts;
  const { idempotencyKey, fingerprint, origin, batch, onlyBudget } = first;
  const createdNs = BigInt(first.createdNs ?? 0);
  const amountNano = bigOf(first.amountNano);
  return {
    reservation: {
      id,
      idempotencyKey,
      fingerprint,
      amountNano,
      origin,
      batch,
      onlyBudget,
      createdNs,
      state: row['state'] as ReservationState,
      expiresNs: BigInt(last.expiresNs ?? 0),
      settledNs: bigOf(last.settledNs),
      actualNano: bigOf(last.actualNano),
      telemetryNano: row['telemetry_nano'] as bigint,
      endedNs: bigOf(last.endedNs),
      unreconciledNano: bigOf(last.unreconciledNano),
    },
    grant: {
      id,
      createdNs,
      expiresNs: BigInt(first.expiresNs ?? 0),
      amountNano,
      budgets: first.budgets.map(({ leftNano, resetsNs, ...budget }) => ({
        ...budget,
        leftNano: BigInt(leftNano ?? 0),
        resetsNs: bigOf(resetsNs),
      })),
    },
  };
}

const bigOf = (text: string | null): bigint | null => (text === null ? null : BigInt(text));
