/** What the alert desk is told of cost budgets: each alert of a budget that fires is a condition. */
import type { AlertCondition, AlertSubject } from '@burnbook/domain/alert/alert';
import type { StakeOf } from '@burnbook/domain/alert/stake';
import type { BudgetAlertKey } from '@burnbook/domain/budgetAlert';
import type { AlertName } from '@burnbook/domain/alertNames';
import type { CostBudget } from '@burnbook/domain/costBudget';
import type { BudgetStatus } from '@burnbook/domain/budgetStatus';
import { formatUsdShort } from '@burnbook/domain/money';
import { formatTime } from '@burnbook/domain/time';
import type { AlertDeskChange } from '../store/commands/changeAlerts.js';

/** The alert desk as budgets see it: what it makes of the conditions is written in the transaction of `commit`. */
export interface BudgetAlertSink {
  reportWith(
    report: {
      readonly source: 'budget';
      readonly conditions: readonly AlertCondition[];
      readonly atNs: bigint;
      /** Why an alert that is no longer reported ended. */
      readonly withdrawn: (subject: AlertSubject) => string | null;
    },
    commit: (alerts: AlertDeskChange | null) => Promise<void>,
  ): Promise<void>;
}

/** An alert of a budget that fires, raised just now or before. */
export interface FiringBudgetAlert extends BudgetAlertKey {
  readonly name: AlertName;
  readonly severity: 'page' | 'ticket';
  readonly owner: string | null;
  readonly runbook: string;
  readonly summary: string;
  readonly raisedNs: bigint;
}

/** The same alert has the same subject; versions of a definition share it. */
export const budgetSubject = ({
  budget,
  kind,
  percent,
  periodStartNs,
}: BudgetAlertKey): AlertSubject => ({
  budget,
  budgetKind: percent === null ? kind : `${kind} ${percent}`,
  period: formatTime(periodStartNs),
});

/** What the sentence of a budget's alert says, as of now. */
export function budgetFigures(
  { amountNano }: Pick<CostBudget, 'amountNano'>,
  status: BudgetStatus,
): Readonly<Record<string, string>> {
  const { spentNano, unpriced, forecast, windowNs, windowNano, windowBurn } = status;
  return {
    amountUsd: formatUsdShort(amountNano),
    spentUsd: formatUsdShort(spentNano),
    ...(forecast === null ? {} : { forecastUsd: formatUsdShort(forecast.nano) }),
    windowUsd: formatUsdShort(windowNano),
    windowHours: String(Math.round(Number(windowNs) / 3.6e12)),
    windowBurn: windowBurn.toFixed(1),
    atLeast: unpriced > 0 ? 'yes' : 'no',
  };
}

export function budgetCondition(
  alert: FiringBudgetAlert,
  { budget, status }: { readonly budget: CostBudget; readonly status: BudgetStatus },
): AlertCondition {
  const { leftNano, overrunNano, emptyAtNs } = status;
  return {
    name: alert.name,
    subject: budgetSubject(alert),
    severity: alert.severity,
    state: 'firing',
    summary: alert.summary,
    owner: alert.owner,
    runbook: alert.runbook,
    sinceNs: alert.raisedNs,
    details: {
      budgetLeft: Math.round((1 - status.share) * 1e6) / 1e6,
      ...(emptyAtNs === null ? {} : { emptyAtNs }),
      stakeNano: overrunNano > 0n ? overrunNano : leftNano,
      figures: {
        ...budgetFigures(budget, status),
        stake: (overrunNano > 0n ? 'overspent' : 'left of the budget') satisfies StakeOf,
      },
    },
  };
}
