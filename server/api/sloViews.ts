/** SLO reports as the API tells them. */
import type { WindowSum } from '@burnbook/domain/slo/pairStatus';
import { formatSloWindow } from '@burnbook/domain/slo/sloWindow';
import { formatLength } from '@burnbook/domain/slo/minutes';
import { formatTime } from '@burnbook/domain/time';
import type { SloDetail, SloView } from '../contract.js';
import type { SloReport } from '../slo/sloEngine.js';
import { sloVerdict } from '../slo/sloVerdict.js';

type PairView = SloDetail['pairs'][number];

export function sloView(report: SloReport): SloView {
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
    period: windowView(status.period),
    elapsed: rounded(budget.elapsed),
    budgetLeft: roundedOrNull(budget.left),
    estimated: budget.estimated,
    badLeft: roundedOrNull(budget.badLeft),
    emptyAt: budget.emptyAtNs === null ? null : formatTime(budget.emptyAtNs),
    burnRate: roundedOrNull(status.headline.burnRate),
    excludedSeconds: 0,
    budgetLeftWithoutExclusions: null,
    alerts: [],
  };
}

export function windowView({ fromNs, toNs, good, total, burnRate, coverage }: WindowSum) {
  return {
    from: formatTime(fromNs),
    to: formatTime(toNs),
    good,
    total,
    burnRate: roundedOrNull(burnRate),
    coverage: roundedOrNull(coverage),
  };
}

export const pairViews = ({ status }: SloReport): PairView[] =>
  status.pairs.map(({ pair, word, long, short, significant }) => ({
    severity: pair.severity,
    long: formatLength(pair.longNs),
    short: formatLength(pair.shortNs),
    factor: pair.factor,
    word,
    longWindow: windowView(long),
    shortWindow: windowView(short),
    significant,
  }));

/** Ratios are floats: more than nine digits say nothing. */
const rounded = (value: number): number => Number(value.toPrecision(9));
const roundedOrNull = (value: number | null): number | null =>
  value === null ? null : rounded(value);
