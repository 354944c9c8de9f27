/** An alert as it stands, and what makes it the same one. */
import type { AlertName } from '../alertNames.js';
import type { Severity } from '../slo/slo.js';
import type { AlertDetails, AlertSource, AlertState, AlertSubject } from './alert.js';

export interface StandingAlert {
  readonly alertId: string;
  readonly name: AlertName;
  readonly source: AlertSource;
  readonly subject: AlertSubject;
  readonly severity: Severity;
  readonly state: AlertState;
  readonly summary: string;
  readonly details: AlertDetails;
  readonly owner: string | null;
  /** Name of the runbook. */
  readonly runbook: string;
  readonly incidentId: string | null;
  /** When the condition began to hold. */
  readonly startedNs: bigint;
  readonly firedNs: bigint | null;
  /** When state or severity last changed. */
  readonly changedNs: bigint;
  /** When sentence and details were last taken over. */
  readonly updatedNs: bigint;
  readonly frozenNs: bigint | null;
  /** When its owner was last asked what to do with a frozen one. */
  readonly askedNs: bigint | null;
  readonly resolvedNs: bigint | null;
  readonly reason: string | null;
  readonly closedBy: string | null;
  /** The state in which a person closed it while it was still reported; null: it may fire again. */
  readonly suppressed: 'firing' | 'frozen' | null;
  /** Severity with which the world knows that it fires; null: the world knows of nothing. */
  readonly told: Severity | null;
  readonly toldNs: bigint | null;
}

/** Keys sorted, so that equal subjects are equal texts. */
export const subjectText = (subject: AlertSubject): string =>
  JSON.stringify(Object.fromEntries(Object.entries(subject).toSorted(([a], [b]) => compare(a, b))));

/** What makes an alert the same one over time. */
export const alertKey = ({ name, subject }: Pick<StandingAlert, 'name' | 'subject'>): string =>
  `${name} ${subjectText(subject)}`;

/** It burns, as far as anybody knows. */
export const isActive = ({ state }: Pick<StandingAlert, 'state'>): boolean =>
  state === 'firing' || state === 'frozen';

export const isActivePage = (alert: Pick<StandingAlert, 'state' | 'severity'>): boolean =>
  isActive(alert) && alert.severity === 'page';

/** What silences and filters match. */
export const labelsOf = (
  alert: Pick<StandingAlert, 'name' | 'source' | 'severity' | 'subject' | 'owner'>,
): Readonly<Record<string, string>> => ({
  ...alert.subject,
  name: alert.name,
  source: alert.source,
  severity: alert.severity,
  ...(alert.owner === null ? {} : { owner: alert.owner }),
});

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
