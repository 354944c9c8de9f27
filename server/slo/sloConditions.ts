/** What SLOs have to say to the alert desk: one condition an SLO and severity, and one for a budget that is spent. */
import type { AlertCondition } from '@burnbook/domain/alert/alert';
import { alertNames, type AlertName } from '@burnbook/domain/alertNames';
import { badOf } from '@burnbook/domain/slo/burnRate';
import { formatLength } from '@burnbook/domain/slo/minutes';
import type { PairStatus } from '@burnbook/domain/slo/pairStatus';
import type { Severity } from '@burnbook/domain/slo/slo';
import type { SloReport } from './sloEngine.js';

const SEVERITIES: readonly Severity[] = ['page', 'ticket'];

export function sloConditions(report: SloReport): AlertCondition[] {
  const burning = SEVERITIES.flatMap((severity) => {
    const pairs = report.status.pairs.filter(
      ({ pair, holds }) => holds && pair.severity === severity,
    );
    return pairs.length > 0 ? [burn(report, severity, pairs)] : [];
  });
  const { budget } = report.status;
  return budget.left !== null && budget.left <= 0 ? [...burning, exhausted(report)] : burning;
}

/** The alert that an SLO raises, and its runbook. */
export const alertNameOf = ({ runbook }: SloReport['slo']): AlertName =>
  alertNames.find((name) => name === runbook) ?? 'ErrorBudgetBurn';

function burn(report: SloReport, severity: Severity, pairs: readonly PairStatus[]): AlertCondition {
  const { slo, status } = report;
  const name = alertNameOf(slo);
  // The one that tells most: it fires, and its window is the shortest.
  const lead = pairs.find(({ fires }) => fires) ?? pairs[0];
  const isFrozen = pairs.every(({ frozenSinceNs }) => frozenSinceNs !== null);
  return {
    name,
    subject: subjectOf(report, { pair: severity }),
    severity,
    state: isFrozen ? 'frozen' : 'firing',
    summary: lead ? burnSentence(report, lead, isFrozen) : slo.displayName,
    owner: slo.owner,
    runbook: name,
    sinceNs: pairs.reduce(
      (first, { sinceNs }) => (sinceNs !== null && sinceNs < first ? sinceNs : first),
      status.atNs,
    ),
    details: {
      ...budgetDetails(report),
      figures: Object.fromEntries(
        pairs.map(({ name: pair, long, short }) => [
          pair,
          `burn rate ${burnText(long.burnRate)} and ${burnText(short.burnRate)}, ${badOf(long)} of ${long.total} bad`,
        ]),
      ),
    },
  };
}

function burnSentence({ slo }: SloReport, lead: PairStatus, isFrozen: boolean): string {
  const { long, pair, fires } = lead;
  const window = formatLength(pair.longNs);
  const seen = `${badOf(long)} of ${long.total} were bad in ${window}`;
  if (isFrozen)
    return `${slo.displayName} burned its error budget, and no data shows whether it is over`;
  if (!fires) return `${slo.displayName} is recovering: ${seen}`;
  return `${slo.displayName} burns its error budget ${burnText(long.burnRate)} times as fast as it may: ${seen}`;
}

function exhausted(report: SloReport): AlertCondition {
  const { slo, status } = report;
  const { period } = status;
  return {
    name: 'ErrorBudgetExhausted',
    subject: subjectOf(report, {}),
    severity: 'ticket',
    state: 'firing',
    summary: `${slo.displayName} has spent its error budget: ${badOf(period)} of ${period.total} were bad in its period`,
    owner: slo.owner,
    runbook: 'ErrorBudgetExhausted',
    sinceNs: status.atNs,
    details: budgetDetails(report),
  };
}

function subjectOf({ slo }: SloReport, more: AlertCondition['subject']): AlertCondition['subject'] {
  const [pipeline] = slo.pipelines;
  return {
    ...more,
    ...(pipeline !== undefined && slo.pipelines.length === 1 ? { pipeline } : {}),
    slo: slo.name,
  };
}

function budgetDetails({ status: { budget } }: SloReport): AlertCondition['details'] {
  return {
    ...(budget.left === null ? {} : { budgetLeft: budget.left }),
    ...(budget.emptyAtNs === null ? {} : { emptyAtNs: budget.emptyAtNs }),
  };
}

const burnText = (burn: number | null): string =>
  burn === null ? '0' : String(Number(burn.toPrecision(3)));
