/** Alerts of budgets between the store's rows and the words that tell them. */
import { randomUUID } from 'node:crypto';
import type { AlertName } from '@burnbook/domain/alertNames';
import type { BudgetAlert, BudgetAlertKey, BudgetAlertKind } from '@burnbook/domain/budgetAlert';
import type { BudgetStatus } from '@burnbook/domain/budgetStatus';
import type { CostBudget } from '@burnbook/domain/costBudget';
import { formatUsd, formatUsdShort } from '@burnbook/domain/money';
import { formatTime } from '@burnbook/domain/time';
import type { RaisedAlert } from '../store/commands/settleBudgets.js';
import type { QueryRow } from '../store/protocol.js';
import { budgetFigures } from './budgetConditions.js';

/** An alert as it is stored. */
export interface BudgetAlertRow extends BudgetAlert {
  readonly alertId: string;
  readonly severity: 'page' | 'ticket';
  readonly owner: string | null;
  readonly runbook: string;
  readonly summary: string;
  readonly reason: string | null;
  /** Of the sentence, as of when it was raised; none of what was raised before they were kept. */
  readonly figures: Readonly<Record<string, string>>;
}

interface Details {
  readonly figures?: Readonly<Record<string, string>>;
}

export function alertRowOf(row: QueryRow): BudgetAlertRow {
  return {
    alertId: row['alert_id'] as string,
    name: row['name'] as AlertName,
    budget: row['budget_id'] as string,
    version: Number(row['version']),
    periodStartNs: row['period_start_ns'] as bigint,
    kind: row['kind'] as BudgetAlertKind,
    percent: row['percent'] === null ? null : Number(row['percent']),
    severity: row['severity'] as BudgetAlertRow['severity'],
    owner: (row['owner'] ?? null) as string | null,
    runbook: row['runbook'] as string,
    summary: row['summary'] as string,
    raisedNs: row['raised_ns'] as bigint,
    resolvedNs: (row['resolved_ns'] ?? null) as bigint | null,
    reason: (row['reason'] ?? null) as string | null,
    figures: (JSON.parse(row['details'] as string) as Details).figures ?? {},
  };
}

export function raisedAlert(
  key: BudgetAlertKey & { readonly name: AlertName },
  budget: CostBudget,
  status: BudgetStatus,
): RaisedAlert & BudgetAlertKey & { readonly name: AlertName } {
  const { forecast, emptyAtNs } = status;
  return {
    ...key,
    alertId: randomUUID(),
    severity: key.kind === 'refusal' ? 'page' : 'ticket',
    owner: budget.owner,
    runbook: budget.runbook ?? key.name,
    summary: summaryOf(key, budget, status),
    details: JSON.stringify({
      amountUsd: formatUsd(budget.amountNano),
      spentUsd: formatUsd(status.spentNano),
      unpricedCalls: status.unpriced,
      windowBurn: status.windowBurn,
      windowUsd: formatUsd(status.windowNano),
      forecastUsd: forecast ? formatUsd(forecast.nano) : null,
      emptyAt: emptyAtNs === null ? null : formatTime(emptyAtNs),
      figures: budgetFigures(budget, status),
    }),
  };
}

function summaryOf(
  { kind, percent }: BudgetAlertKey,
  budget: CostBudget,
  status: BudgetStatus,
): string {
  const { id, amountNano } = budget;
  const amount = `$${formatUsdShort(amountNano)}`;
  const least = status.unpriced > 0 ? 'at least ' : '';
  const spent = `${least}$${formatUsdShort(status.spentNano)}`;
  switch (kind) {
    case 'threshold':
      return `${id} has spent ${spent} of ${amount}: ${percent} % reached`;
    case 'forecast': {
      const total = formatUsdShort(status.forecast?.nano ?? status.spentNano);
      return `${id} is forecast to spend ${least}$${total} of ${amount} by the end of its period`;
    }
    case 'refusal':
      return `${id} refuses reservations: ${spent} of ${amount} is spent, and what is left is held or too little`;
    case 'burn': {
      const hours = Math.round(Number(status.windowNs) / 3.6e12);
      const pace = status.windowBurn.toFixed(1);
      return `${id} spent ${least}$${formatUsdShort(status.windowNano)} in ${hours} h: ${pace} × the pace of ${amount}, and more than in the same hours of the last weeks`;
    }
  }
}
