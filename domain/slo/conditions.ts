/** What an SLO has to say to those who watch it: one condition for each pair that holds, and one for an empty budget. */
import type { AlertCondition, AlertDetails } from '../alert/alert.js';
import type { SloStatus } from './evaluate.js';
import { formatLength } from './minutes.js';
import type { PairStatus } from './pairStatus.js';
import type { Slo } from './slo.js';
import type { AlertName } from '../alertNames.js';
import { pairName } from './windowPairs.js';

const BURN: AlertName = 'ErrorBudgetBurn';
const EXHAUSTED: AlertName = 'ErrorBudgetExhausted';

/** @param nameOf which alert an SLO's runbook names; null: none that there is. */
export function sloConditions(
  slo: Slo,
  status: SloStatus,
  nameOf: (runbook: string) => AlertName | null,
): AlertCondition[] {
  const name = (slo.runbook === null ? null : nameOf(slo.runbook)) ?? BURN;
  const burning = status.pairs.flatMap((pair): AlertCondition[] =>
    pair.holds
      ? [
          {
            ...common(slo),
            name,
            runbook: name,
            subject: subjectOf(slo, { pair: pairName(pair.pair) }),
            severity: pair.pair.severity,
            state: pair.frozenSinceNs === null ? 'firing' : 'frozen',
            summary: pairSummary(slo, pair),
            sinceNs: pair.sinceNs ?? status.atNs,
            details: detailsOf(status, pairFigures(pair)),
          },
        ]
      : [],
  );
  return [...burning, ...exhausted(slo, status)];
}

/** Nobody has to get up for a budget that is empty and does not burn: what burns pages by its pairs. */
function exhausted(slo: Slo, status: SloStatus): AlertCondition[] {
  const { left, badLeft } = status.budget;
  if (left === null || left > 0 || status.budget.estimated) return [];
  const over = badLeft === null ? '' : ` by ${Math.ceil(-badLeft)} events`;
  return [
    {
      ...common(slo),
      name: EXHAUSTED,
      runbook: EXHAUSTED,
      subject: subjectOf(slo, {}),
      severity: 'ticket',
      state: 'firing',
      summary: `${slo.displayName}: the error budget is overspent${over}.`,
      sinceNs: status.atNs,
      details: detailsOf(status, badLeft === null ? {} : { over: String(Math.ceil(-badLeft)) }),
    },
  ];
}

const common = ({ owner }: Slo): Pick<AlertCondition, 'owner'> => ({ owner });

function subjectOf(slo: Slo, more: AlertCondition['subject']): AlertCondition['subject'] {
  const [pipeline] = slo.pipelines;
  return {
    ...more,
    ...(slo.pipelines.length === 1 && pipeline !== undefined ? { pipeline } : {}),
    slo: slo.name,
  };
}

function pairSummary(slo: Slo, { pair, long, short, fires, frozenSinceNs }: PairStatus): string {
  const bad = long.total - long.good;
  const window = formatLength(pair.longNs);
  const burn =
    long.burnRate === null ? 'an unknown burn rate' : `burn rate ${shown(long.burnRate)}`;
  const figures = `${bad} of ${long.total} bad in ${window}, ${burn} (limit ${shown(pair.factor)})`;
  if (fires) return `${slo.displayName}: ${figures}.`;
  return frozenSinceNs === null
    ? `${slo.displayName}: recovering; ${figures}, ${shown(short.burnRate ?? 0)} in ${formatLength(pair.shortNs)}.`
    : `${slo.displayName}: fired, and no data shows whether it is over; ${figures}.`;
}

function pairFigures({ pair, long, short, askOwner }: PairStatus): Record<string, string> {
  return {
    windows: `${formatLength(pair.longNs)}/${formatLength(pair.shortNs)}`,
    factor: shown(pair.factor),
    burnRateLong: long.burnRate === null ? 'none' : shown(long.burnRate),
    burnRateShort: short.burnRate === null ? 'none' : shown(short.burnRate),
    bad: String(long.total - long.good),
    total: String(long.total),
    ...(long.coverage === null ? {} : { coverage: shown(long.coverage) }),
    ...(askOwner ? { askOwner: 'yes' } : {}),
  };
}

function detailsOf({ budget }: SloStatus, figures: Record<string, string>): AlertDetails {
  return {
    ...(budget.left === null ? {} : { budgetLeft: budget.left }),
    ...(budget.emptyAtNs === null ? {} : { emptyAtNs: budget.emptyAtNs }),
    figures,
  };
}

const shown = (value: number): string => String(Number(value.toPrecision(3)));
