/** SLO reports as the API tells them. */
import { eventUnit, inUnit } from '@burnbook/domain/slo/eventUnit';
import type { WindowSum } from '@burnbook/domain/slo/pairStatus';
import type { Slo } from '@burnbook/domain/slo/slo';
import { formatSloWindow } from '@burnbook/domain/slo/sloWindow';
import { formatLength } from '@burnbook/domain/slo/minutes';
import { formatTime } from '@burnbook/domain/time';
import type { SloDetail, SloView } from '../contract.js';
import type { SloReport } from '../slo/sloReport.js';
import type { ApiContext } from './apiContext.js';
import { sloVerdict, verdictFacts } from '../slo/sloVerdict.js';

export type AlertsBySlo = ReadonlyMap<string, SloView['alerts']>;

/** Alerts that stand, by the name of their SLO. */
export async function alertsBySlo(api: ApiContext): Promise<AlertsBySlo> {
  const bySlo = new Map<string, SloView['alerts']>();
  for (const row of await api.store.query('slo_alerts')) {
    const name = row['slo'] as string;
    const alert = {
      id: row['alert_id'] as string,
      name: row['name'] as string,
      summary: row['summary'] as string,
      runbook: row['runbook'] as string,
      severity: row['severity'] as 'page' | 'ticket',
      state: row['state'] as 'pending' | 'firing' | 'frozen',
      subject: JSON.parse(row['subject'] as string) as Record<string, string>,
      figures: JSON.parse(row['figures'] as string) as Record<string, string>,
    };
    bySlo.set(name, [...(bySlo.get(name) ?? []), alert]);
  }
  return bySlo;
}

type PairView = SloDetail['pairs'][number];

export function sloView(report: SloReport, alerts: AlertsBySlo): SloView {
  const { slo, version, status } = report;
  const { budget } = status;
  return {
    name: slo.name,
    displayName: slo.displayName,
    service: slo.service,
    description: slo.description,
    owner: slo.owner,
    runbook: slo.runbook ?? 'ErrorBudgetBurn',
    version,
    target: slo.target,
    method: slo.method,
    window: formatSloWindow(slo.window),
    windowKind: slo.window.kind,
    indicatorKind: slo.indicator.kind,
    pipelines: [...slo.pipelines],
    state: status.state,
    verdict: sloVerdict(report),
    verdictFacts: verdictFacts(report),
    unit: eventUnit(slo),
    period: windowView(slo, status.period),
    elapsed: rounded(budget.elapsed),
    budgetLeft: roundedOrNull(budget.left),
    estimated: budget.estimated,
    badLeft: budget.badLeft === null ? null : rounded(inUnit(slo, budget.badLeft)),
    emptyAt: budget.emptyAtNs === null ? null : formatTime(budget.emptyAtNs),
    burnRate: roundedOrNull(status.headline.burnRate),
    excludedSeconds: report.excluded?.seconds ?? 0,
    budgetLeftWithoutExclusions: roundedOrNull(report.excluded?.leftWithout ?? null),
    alerts: alerts.get(slo.name) ?? [],
  };
}

export function windowView(
  slo: Pick<Slo, 'method' | 'indicator'>,
  { fromNs, toNs, good, total, burnRate, coverage }: WindowSum,
) {
  return {
    from: formatTime(fromNs),
    to: formatTime(toNs),
    good: inUnit(slo, good),
    total: inUnit(slo, total),
    burnRate: roundedOrNull(burnRate),
    coverage: roundedOrNull(coverage),
  };
}

export const pairViews = ({ slo, status }: SloReport): PairView[] =>
  status.pairs.map(({ pair, word, long, short, significant }) => ({
    severity: pair.severity,
    long: formatLength(pair.longNs),
    short: formatLength(pair.shortNs),
    factor: pair.factor,
    op: pair.op ?? 'gt',
    word,
    longWindow: windowView(slo, long),
    shortWindow: windowView(slo, short),
    significant,
  }));

/** Ratios are floats: more than nine digits say nothing. */
export const rounded = (value: number): number => Number(value.toPrecision(9));
export const roundedOrNull = (value: number | null): number | null =>
  value === null ? null : rounded(value);
