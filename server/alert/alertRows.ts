/** Rows of the store as the alert desk's nouns. */
import type { AlertName } from '@burnbook/domain/alertNames';
import type {
  AlertDetails,
  AlertSource,
  AlertState,
  AlertSubject,
} from '@burnbook/domain/alert/alert';
import type { EntryFacts } from '@burnbook/domain/alert/entryFacts';
import type { EntryKind, Incident, IncidentEntry } from '@burnbook/domain/alert/incident';
import type { Silence } from '@burnbook/domain/alert/silence';
import type { StandingAlert } from '@burnbook/domain/alert/standingAlert';
import type { Severity } from '@burnbook/domain/slo/slo';
import type { QueryRow } from '../store/protocol.js';

export function alertOf(row: QueryRow): StandingAlert {
  return {
    alertId: text(row, 'alert_id'),
    name: row['name'] as AlertName,
    source: row['source'] as AlertSource,
    subject: JSON.parse(text(row, 'subject')) as AlertSubject,
    severity: row['severity'] as Severity,
    state: row['state'] as AlertState,
    summary: text(row, 'summary'),
    details: detailsOf(text(row, 'details')),
    owner: maybeText(row, 'owner'),
    runbook: text(row, 'runbook'),
    incidentId: maybeText(row, 'incident_id'),
    startedNs: ns(row, 'started_ns'),
    firedNs: maybeNs(row, 'fired_ns'),
    changedNs: ns(row, 'changed_ns'),
    updatedNs: ns(row, 'updated_ns'),
    frozenNs: maybeNs(row, 'frozen_ns'),
    askedNs: maybeNs(row, 'asked_ns'),
    resolvedNs: maybeNs(row, 'resolved_ns'),
    reason: maybeText(row, 'reason'),
    closedBy: maybeText(row, 'closed_by'),
    suppressed: maybeText(row, 'suppressed') as StandingAlert['suppressed'],
    told: maybeText(row, 'told') as Severity | null,
    toldNs: maybeNs(row, 'told_ns'),
  };
}

export function incidentOf(row: QueryRow): Incident {
  return {
    incidentId: text(row, 'incident_id'),
    title: text(row, 'title'),
    severity: row['severity'] as Severity,
    pipeline: maybeText(row, 'pipeline'),
    groupKey: text(row, 'group_key'),
    state: row['state'] as Incident['state'],
    openedNs: ns(row, 'opened_ns'),
    changedNs: ns(row, 'changed_ns'),
    firedNs: ns(row, 'fired_ns'),
    waitingNs: ns(row, 'waiting_ns'),
    acknowledgedNs: maybeNs(row, 'acknowledged_ns'),
    acknowledgedBy: maybeText(row, 'acknowledged_by'),
    acknowledgementEndsNs: maybeNs(row, 'acknowledgement_ends_ns'),
    escalatedNs: maybeNs(row, 'escalated_ns'),
    closedNs: maybeNs(row, 'closed_ns'),
    closedBy: maybeText(row, 'closed_by'),
    reason: maybeText(row, 'reason'),
    entries: Number(row['entries']),
  };
}

export const entryOf = (row: QueryRow): IncidentEntry => ({
  incidentId: text(row, 'incident_id'),
  entryId: text(row, 'entry_id'),
  atNs: ns(row, 'at_ns'),
  kind: row['kind'] as EntryKind,
  actor: text(row, 'actor'),
  text: text(row, 'text'),
  facts: factsOf(maybeText(row, 'details')),
});

const factsOf = (json: string | null): EntryFacts | null =>
  json === null ? null : (JSON.parse(json) as EntryFacts);

export const silenceOf = (row: QueryRow): Silence => ({
  silenceId: text(row, 'silence_id'),
  matchers: JSON.parse(text(row, 'matchers')) as Record<string, string>,
  fromNs: ns(row, 'from_ns'),
  toNs: ns(row, 'to_ns'),
  actor: text(row, 'actor'),
  reason: text(row, 'reason'),
  createdNs: ns(row, 'created_ns'),
  removedNs: maybeNs(row, 'removed_ns'),
  removedBy: maybeText(row, 'removed_by'),
});

/** Details as JSON has them: 64-bit numbers are texts. */
type StoredDetails = Omit<AlertDetails, 'emptyAtNs' | 'stakeNano'> & {
  readonly emptyAtNs?: string;
  readonly stakeNano?: string;
};

function detailsOf(json: string): AlertDetails {
  const { emptyAtNs, stakeNano, ...rest } = JSON.parse(json) as StoredDetails;
  return {
    ...rest,
    ...(emptyAtNs === undefined ? {} : { emptyAtNs: BigInt(emptyAtNs) }),
    ...(stakeNano === undefined ? {} : { stakeNano: BigInt(stakeNano) }),
  };
}

const text = (row: QueryRow, name: string): string => row[name] as string;
const maybeText = (row: QueryRow, name: string): string | null =>
  (row[name] ?? null) as string | null;
const ns = (row: QueryRow, name: string): bigint => row[name] as bigint;
const maybeNs = (row: QueryRow, name: string): bigint | null =>
  (row[name] ?? null) as bigint | null;
