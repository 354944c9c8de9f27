/** Events of one minute that have the same attributes, as many as there are: what indicators are counted from. */
import type { EventKind } from '@burnbook/domain/slo/slo';
import { MINUTE_NS } from '@burnbook/domain/time';
import type { QueryRow } from '../store/protocol.js';

export interface EventGroup {
  readonly kind: EventKind;
  /** Whole minutes since 1970. */
  readonly minute: number;
  /** '' for events that no pipeline has: the server's own. */
  readonly pipeline: string;
  /** By the names that filters use; null: the event does not say. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** How many of the limits that were asked for the value reaches; null: it has none. */
  readonly rank: number | null;
  readonly events: number;
  /** Operations that they stand for. */
  readonly operations: number;
}

export const minuteOfNs = (ns: bigint): number => Number(ns / MINUTE_NS);
export const nsOfMinute = (minute: number): bigint => BigInt(minute) * MINUTE_NS;

export function eventGroupOf(row: QueryRow): EventGroup {
  return {
    kind: row['kind'] as EventKind,
    minute: minuteOfNs(row['minute_ns'] as bigint),
    pipeline: (row['pipeline'] ?? '') as string,
    attributes: row,
    rank: row['rank'] === null || row['rank'] === undefined ? null : Number(row['rank']),
    events: Number(row['events']),
    operations: Number(row['operations']),
  };
}
