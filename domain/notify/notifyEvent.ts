/** Something about an alert that people are to be told. */
import type { AlertDetails, AlertState, AlertSubject } from '../alert/alert.js';
import type { Severity } from '../slo/slo.js';

export const NOTIFY_KINDS = [
  'firing',
  'severity',
  'escalated',
  'reminder',
  'acknowledged',
  'resolved',
  'test',
] as const;
export type NotifyKind = (typeof NOTIFY_KINDS)[number];

/** What people are told of an alert. */
export interface NotifyAlert {
  readonly alertId: string;
  readonly name: string;
  readonly subject: AlertSubject;
  readonly severity: Severity;
  /** With which severity it was told of before; null: it was not. Who was told of a page is told of its end too. */
  readonly told: Severity | null;
  readonly state: AlertState;
  readonly summary: string;
  readonly details: AlertDetails;
  readonly owner: string | null;
  readonly startedNs: bigint;
  readonly firedNs: bigint | null;
  readonly resolvedNs: bigint | null;
  readonly reason: string | null;
}

export interface NotifyIncident {
  readonly incidentId: string;
  readonly title: string;
  /** null: the destinations of escalations know nothing of it. */
  readonly escalatedNs: bigint | null;
}

export interface NotifyEvent {
  readonly kind: NotifyKind;
  readonly alert: NotifyAlert;
  readonly incident: NotifyIncident | null;
  /** When the alert changed so. */
  readonly atNs: bigint;
  /** What to say besides the alert: why it reminds, who acknowledged. */
  readonly note: string | null;
  /** Path of the runbook's page, filled for this alert. */
  readonly runbookPath: string;
  readonly firstAction: string | null;
  /** Destinations that the SLO's own policy names; none: those of the file. */
  readonly destinations?: readonly string[];
}
