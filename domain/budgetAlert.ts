/** Which alerts a cost budget raises and closes: each condition once a period, closed when the period ends. */
import type { AlertName } from './alertNames.js';
import type { CostBudget } from './costBudget.js';
import { reaches } from './costBudget.js';
import type { BudgetStatus } from './budgetStatus.js';

/** `refusal`: a hard limit refused a reservation, and would refuse it again. */
export type BudgetAlertKind = 'threshold' | 'forecast' | 'burn' | 'refusal';

/** What makes an alert the same one; a new version of the definition has alerts of its own. */
export interface BudgetAlertKey {
  readonly budget: string;
  readonly version: number;
  /** Beginning of its period; of a rolling period when it was raised. */
  readonly periodStartNs: bigint;
  readonly kind: BudgetAlertKind;
  /** Of a threshold and of a forecast; null of a burn. */
  readonly percent: number | null;
}

export interface BudgetAlert extends BudgetAlertKey {
  readonly name: AlertName;
  readonly raisedNs: bigint;
  /** null: it fires. */
  readonly resolvedNs: bigint | null;
}

export interface AlertChanges<Alert extends BudgetAlert> {
  readonly raise: readonly (BudgetAlertKey & { readonly name: AlertName })[];
  readonly resolve: readonly { readonly alert: Alert; readonly reason: string }[];
}

/**
 * @param known alerts of this budget: all that fire, and those of the current period (rolling: of its length).
 * @param version of the definition in force.
 * @param refused whether what a hard limit refused in this period would be refused again; null: unknown, as after a restart.
 */
export function alertChanges<Alert extends BudgetAlert>(
  budget: CostBudget,
  {
    version,
    status,
    known,
    refused = false,
  }: {
    readonly version: number;
    readonly status: BudgetStatus;
    readonly known: readonly Alert[];
    readonly refused?: boolean | null;
  },
): AlertChanges<Alert> {
  const rolling = budget.period.kind === 'rolling';
  const { span, nowNs } = status;
  const isCurrent = (alert: BudgetAlert): boolean =>
    rolling ? alert.raisedNs > span.startNs : alert.periodStartNs === span.startNs;
  const due = status.inForce ? conditions(budget, status) : [];
  if (status.inForce && refused === true) {
    due.push({ name: 'CostBudgetExhausted', kind: 'refusal', percent: null });
  }
  const firing = known.filter(({ resolvedNs }) => resolvedNs === null);
  const resolve = firing.flatMap((alert) => {
    if (!status.inForce) return [{ alert, reason: 'budget not in force' }];
    if (!rolling && !isCurrent(alert)) return [{ alert, reason: 'period reset' }];
    const isUnknown = alert.kind === 'refusal' && refused === null && alert.version === version;
    return isUnknown || due.some((condition) => isSame(condition, alert))
      ? []
      : [{ alert, reason: alert.version === version ? 'back under' : 'budget changed' }];
  });
  const raise = due
    .filter(
      (condition) =>
        !known.some(
          (alert) =>
            isSame(condition, alert) &&
            (alert.resolvedNs === null
              ? rolling || isCurrent(alert)
              : isCurrent(alert) && alert.version === version),
        ),
    )
    .map((condition) => ({
      ...condition,
      budget: budget.id,
      version,
      periodStartNs: rolling ? nowNs : span.startNs,
    }));
  return { raise, resolve };
}

type Condition = Pick<BudgetAlert, 'name' | 'kind' | 'percent'>;

function conditions(budget: CostBudget, status: BudgetStatus): Condition[] {
  const found: Condition[] = budget.thresholds
    .filter((percent) => reaches(status.spentNano, budget.amountNano, percent))
    .map((percent) => ({
      name: percent >= 100 ? 'CostBudgetExhausted' : 'CostBudgetBurningFast',
      kind: 'threshold',
      percent,
    }));
  if (status.forecastOver) {
    found.push({ name: 'CostBudgetBurningFast', kind: 'forecast', percent: budget.forecastOver });
  }
  if (status.burning) found.push({ name: 'CostBudgetBurningFast', kind: 'burn', percent: null });
  return found;
}

const isSame = (condition: Condition, alert: BudgetAlert): boolean =>
  condition.kind === alert.kind && condition.percent === alert.percent;
