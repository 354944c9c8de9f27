/** Writes what happened in an execution of a runbook, with what the alert desk makes of it: all or nothing, each once. */
import { writeAlertChange, type AlertDeskChange } from './changeAlerts.js';
import type { CommandContext } from './command.js';
import { jsonRows } from './jsonRows.js';

export interface ExecutionRow {
  readonly executionId: string;
  readonly runbook: string;
  readonly title: string;
  readonly revision: string;
  readonly place: object;
  readonly steps: readonly object[];
  readonly incidentId: string | null;
  readonly alertId: string | null;
  readonly gameDay: boolean;
  readonly startedNs: bigint;
  readonly startedBy: string;
}

export interface ExecutionEventRow {
  readonly executionId: string;
  readonly eventId: string;
  readonly atNs: bigint;
  readonly doneNs: bigint;
  readonly actor: string;
  readonly kind: string;
  readonly step: number | null;
  readonly text: string | null;
  /** JSON. */
  readonly details: string | null;
}

export interface RecordExecution {
  /** null: it is there already. */
  readonly execution: ExecutionRow | null;
  readonly events: readonly ExecutionEventRow[];
  /** What the alert desk makes of it; null: nothing. */
  readonly alerts: AlertDeskChange | null;
}

export async function recordExecution(
  context: CommandContext,
  { execution, events, alerts }: RecordExecution,
): Promise<void> {
  const { connection, sql } = context;
  if (execution) {
    await connection.run(sql.get('insert_execution'), {
      id: execution.executionId,
      runbook: execution.runbook,
      title: execution.title,
      revision: execution.revision,
      place: JSON.stringify(execution.place),
      steps: JSON.stringify(execution.steps),
      incident: execution.incidentId,
      alert: execution.alertId,
      gameDay: execution.gameDay,
      started: execution.startedNs,
      startedBy: execution.startedBy,
    });
  }
  await connection.run(sql.get('insert_execution_events'), { rows: jsonRows(events) });
  if (alerts) await writeAlertChange(context, alerts);
}
