/**
 * Writes what the alert desk decided: alerts, incidents, silences and the messages about them, all or nothing. Whoever
 * changes something else in the same breath (a budget's alert) calls `writeAlertChange` in its own transaction.
 */
import type { DeskChange } from '@burnbook/domain/alert/deskDraft';
import { subjectText, type StandingAlert } from '@burnbook/domain/alert/standingAlert';
import { listValue } from '../duckdb.js';
import type { CommandContext } from './command.js';
import { writeMessages, type OutboxRow } from './outbox.js';

export interface AlertDeskChange extends Omit<DeskChange, 'events'> {
  readonly messages: readonly OutboxRow[];
}

export async function changeAlerts(
  context: CommandContext,
  change: AlertDeskChange,
): Promise<void> {
  await writeAlertChange(context, change);
}

export async function writeAlertChange(
  context: CommandContext,
  change: AlertDeskChange,
): Promise<void> {
  const { connection, sql } = context;
  const replace = async (
    table: 'alerts' | 'incidents' | 'silences',
    ids: readonly string[],
    rows: readonly object[],
  ): Promise<void> => {
    if (rows.length === 0) return;
    await connection.run(sql.get(`delete_${table}`), { ids: listValue([...ids]) });
    await insert(`insert_${table}`, rows);
  };
  const insert = async (name: string, rows: readonly object[]): Promise<void> => {
    if (rows.length > 0) await connection.run(sql.get(name), { rows: jsonText(rows) });
  };
  const { alerts, changes, incidents, entries, silences, messages } = change;
  await replace(
    'alerts',
    alerts.map(({ alertId }) => alertId),
    alerts.map(alertRow),
  );
  await insert(
    'insert_alert_changes',
    changes.map((each) => ({ ...alertRow(each.alert), atNs: each.atNs, actor: each.actor })),
  );
  await replace(
    'incidents',
    incidents.map(({ incidentId }) => incidentId),
    incidents,
  );
  await insert(
    'insert_incident_entries',
    entries.map(({ facts, ...entry }) => ({ ...entry, details: facts && jsonText(facts) })),
  );
  await replace(
    'silences',
    silences.map(({ silenceId }) => silenceId),
    silences.map((each) => ({ ...each, matchers: jsonText(each.matchers) })),
  );
  await writeMessages(context, messages);
}

const alertRow = (alert: StandingAlert): object => ({
  ...alert,
  subject: subjectText(alert.subject),
  details: jsonText(alert.details),
});

/** 64-bit numbers become texts: JSON's own lose their last digits. */
const jsonText = (value: unknown): string =>
  JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'bigint' ? part.toString() : part,
  );
