/** Raises and resolves alerts of cost budgets and closes their periods: each once, whoever asks how often. */
import { writeAlertChange, type AlertDeskChange } from './changeAlerts.js';
import type { CommandContext } from './command.js';

export interface RaisedAlert {
  readonly alertId: string;
  readonly name: string;
  readonly budget: string;
  readonly version: number;
  readonly periodStartNs: bigint;
  readonly kind: string;
  readonly percent: number | null;
  readonly severity: 'page' | 'ticket';
  readonly owner: string | null;
  readonly runbook: string;
  readonly summary: string;
  /** JSON with the figures of the moment. */
  readonly details: string;
}

export interface ClosedPeriod {
  readonly budget: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly version: number;
  readonly spentNano: bigint;
  readonly unpriced: bigint;
}

export interface SettleBudgets {
  readonly raise: readonly RaisedAlert[];
  readonly resolve: readonly { readonly alertId: string; readonly reason: string }[];
  readonly close: readonly ClosedPeriod[];
  readonly atNs: bigint;
  /** What the alert desk makes of it; null: nothing. */
  readonly alerts: AlertDeskChange | null;
}

export async function settleBudgets(
  context: CommandContext,
  { raise, resolve, close, atNs, alerts }: SettleBudgets,
): Promise<void> {
  const { connection, sql } = context;
  for (const { alertId, reason } of resolve) {
    await connection.run(sql.get('resolve_budget_alert'), { alertId, reason, at: atNs });
  }
  for (const { periodStartNs, ...alert } of raise) {
    const values = { ...alert, periodStart: periodStartNs, at: atNs };
    await connection.run(sql.get('insert_budget_alert'), values);
  }
  for (const { budget, startNs, endNs, version, spentNano, unpriced } of close) {
    await connection.run(sql.get('insert_budget_closing'), {
      budget,
      start: startNs,
      end: endNs,
      version,
      spent: spentNano,
      unpriced,
      at: atNs,
    });
  }
  if (alerts) await writeAlertChange(context, alerts);
}
