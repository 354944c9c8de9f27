/** An incident: what a page opens and what people work on. */
import type { EntryFacts } from './entryFacts.js';
import type { Severity } from '../slo/slo.js';

export type IncidentState = 'open' | 'acknowledged' | 'closed';

export interface Incident {
  readonly incidentId: string;
  readonly title: string;
  readonly severity: Severity;
  readonly pipeline: string | null;
  /** Alerts of one group that fire soon after each other share an incident. */
  readonly groupKey: string;
  readonly state: IncidentState;
  readonly openedNs: bigint;
  readonly changedNs: bigint;
  /** When an alert last fired in it. */
  readonly firedNs: bigint;
  /** Since when it waits for an acknowledgement. */
  readonly waitingNs: bigint;
  readonly acknowledgedNs: bigint | null;
  readonly acknowledgedBy: string | null;
  readonly acknowledgementEndsNs: bigint | null;
  readonly escalatedNs: bigint | null;
  readonly closedNs: bigint | null;
  readonly closedBy: string | null;
  readonly reason: string | null;
  /** Entries of its timeline so far. */
  readonly entries: number;
}

/** How an incident stands that waits for somebody from an instant on, whatever was before. */
export const openSince = (atNs: bigint) =>
  ({
    state: 'open',
    waitingNs: atNs,
    acknowledgedNs: null,
    acknowledgedBy: null,
    acknowledgementEndsNs: null,
    escalatedNs: null,
    closedNs: null,
    closedBy: null,
    reason: null,
  }) satisfies Partial<Incident>;

export const ENTRY_KINDS = [
  'opened',
  'alert',
  'acknowledged',
  'escalated',
  'note',
  'step',
  'silenced',
  'notified',
  'reopened',
  'closed',
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** A line of a timeline: never changed. */
export interface IncidentEntry {
  readonly incidentId: string;
  readonly entryId: string;
  readonly atNs: bigint;
  readonly kind: EntryKind;
  readonly actor: string;
  readonly text: string;
  /** null: it has a person's own words, or was written before they were kept. */
  readonly facts: EntryFacts | null;
}

/** Who writes what nobody did by hand. */
export const SYSTEM_ACTOR = 'burnbook';
