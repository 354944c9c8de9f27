/** Budgets from facts to what the contract says. */
import { shareOf } from '@burnbook/domain/costBudget';
import { formatUsd } from '@burnbook/domain/money';
import { formatTime, HOUR_NS } from '@burnbook/domain/time';
import type { Budget, BudgetAlertView, Overview } from '../contract.js';
import type { BudgetAlertRow } from '../cost/budgetAlertRow.js';
import type { BudgetReport } from '../cost/budgetBook.js';
import { budgetFigures, budgetSubject } from '../cost/budgetConditions.js';
import { budgetHoldsView } from './reservationViews.js';
import { timeOrNull, usdOrNull } from './views.js';

const NS_PER_HOUR = Number(HOUR_NS);

export function budgetView(report: BudgetReport): Budget {
  const { budget, definition, version, status, state } = report;
  const { forecast } = status;
  return {
    id: budget.id,
    version,
    definition: {
      ...definition,
      scope: { ...definition.scope },
      thresholds: [...budget.thresholds],
    },
    state,
    period: {
      kind: budget.period.kind,
      start: formatTime(status.span.startNs),
      end: formatTime(status.span.endNs),
    },
    amountUsd: formatUsd(budget.amountNano),
    spentUsd: formatUsd(status.spentNano),
    leftUsd: formatUsd(status.leftNano),
    overrunUsd: formatUsd(status.overrunNano),
    share: rounded(status.share),
    elapsed: status.elapsed === null ? null : rounded(status.elapsed),
    atLeast: status.unpriced > 0,
    unpricedCalls: status.unpriced,
    burn: {
      window: rounded(status.windowBurn),
      windowHours: rounded(Number(status.windowNs) / NS_PER_HOUR),
      windowUsd: formatUsd(status.windowNano),
      usualUsd: usdOrNull(status.normNano),
      period: status.periodBurn === null ? null : rounded(status.periodBurn),
    },
    forecast: forecast
      ? {
          method: forecast.method,
          usd: formatUsd(forecast.nano),
          lowUsd: usdOrNull(forecast.lowNano),
          highUsd: usdOrNull(forecast.highNano),
          share: rounded(shareOf(forecast.nano, budget.amountNano)),
        }
      : null,
    emptyState: status.emptyState,
    emptyAt: timeOrNull(status.emptyAtNs),
    priceChanges: report.priceChanges.map(({ provider, model, fromNs, ratio, share }) => ({
      provider,
      model,
      at: formatTime(fromNs),
      ratio: rounded(ratio),
      share: rounded(share),
    })),
    holds: report.holds && budgetHoldsView(report.holds),
    alerts: report.alerts.map(budgetAlertView),
    owner: budget.owner,
    asOf: formatTime(status.nowNs),
  };
}

export function budgetAlertView(alert: BudgetAlertRow): BudgetAlertView {
  return {
    id: alert.alertId,
    name: alert.name,
    summary: alert.summary,
    runbook: alert.runbook,
    kind: alert.kind,
    percent: alert.percent,
    severity: alert.severity,
    owner: alert.owner,
    state: alert.resolvedNs === null ? 'firing' : 'resolved',
    raisedAt: formatTime(alert.raisedNs),
    resolvedAt: timeOrNull(alert.resolvedNs),
    reason: alert.reason,
    periodStart: formatTime(alert.periodStartNs),
    subject: { ...budgetSubject(alert) },
    figures: { ...alert.figures },
  };
}

/** Firing alerts of budgets for the first page: of each budget and alert name the one that says most. */
export function budgetNeeds(reports: readonly BudgetReport[]): Overview['needsYou'] {
  return reports.flatMap(({ budget, alerts, status }) =>
    [...new Set(alerts.map(({ name }) => name))].flatMap((name) => {
      const [worst] = alerts
        .filter((alert) => alert.name === name)
        .toSorted((a, b) => (b.percent ?? 0) - (a.percent ?? 0));
      if (!worst) return [];
      return [
        {
          name,
          summary: worst.summary,
          runbook: worst.runbook,
          alertId: null,
          incidentId: null,
          pipeline: null,
          batchId: null,
          budget: budget.id,
          emptyAt: timeOrNull(status.emptyAtNs),
          owner: worst.owner,
          since: formatTime(worst.raisedNs),
          severity: worst.severity,
          subject: { ...budgetSubject(worst) },
          figures: { ...budgetFigures(budget, status) },
          place: { budget: budget.id },
        },
      ];
    }),
  );
}

/** The tile "budget left". */
export function budgetLeft(reports: readonly BudgetReport[]): Overview['budgetLeft'] {
  const [worst] = reports
    .filter(({ status }) => status.inForce)
    .toSorted((a, b) => b.status.share - a.status.share);
  if (!worst) return null;
  const { budget, status, state } = worst;
  return {
    budgets: reports.length,
    worst: {
      id: budget.id,
      state,
      amountUsd: formatUsd(budget.amountNano),
      leftUsd: formatUsd(status.leftNano),
      overrunUsd: formatUsd(status.overrunNano),
      share: rounded(status.share),
      elapsed: status.elapsed === null ? null : rounded(status.elapsed),
      atLeast: status.unpriced > 0,
      emptyState: status.emptyState,
      emptyAt: timeOrNull(status.emptyAtNs),
      asOf: formatTime(status.nowNs),
    },
  };
}

const rounded = (ratio: number): number => Math.round(ratio * 1e6) / 1e6;
