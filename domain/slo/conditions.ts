/** What an SLO has to say to those who watch it: one condition for each pair that holds, and one for an empty budget. */
import type { AlertCondition, AlertDetails } from '../alert/alert.js';
import type { SloStatus } from './evaluate.js';
import { amountText, badOfText, eventUnit, unitWord } from './eventUnit.js';
import { BAD_OPERATIONS_MIN } from './lowTraffic.js';
import { formatLength } from './minutes.js';
import type { PairStatus } from './pairStatus.js';
import type { Slo } from './slo.js';
import type { AlertName } from '../alertNames.js';
import { policyDestinations } from './policyDestinations.js';
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
            details: {
              ...detailsOf(status, pairFigures(slo, pair)),
              ...policyDestinations([slo], pair.name),
            },
          },
        ]
      : [],
  );
  return [...burning, ...exhausted(slo, status)];
}

/**
 * Nobody has to get up for a budget that is empty and does not burn: what burns pages by its pairs. A calendar period is an
 * estimate until it is over, and by then it is too late: what is overspent by all that is still expected is told.
 */
function exhausted(slo: Slo, status: SloStatus): AlertCondition[] {
  const { left, badLeft, estimated } = status.budget;
  if (left === null || left > 0 || (estimated && isAccident(slo, status))) return [];
  const over = badLeft === null ? '' : ` by ${overText(slo, -badLeft)}`;
  const by = estimated ? ', by what the rest of the period is expected to bring' : '';
  return [
    {
      ...common(slo),
      name: EXHAUSTED,
      runbook: EXHAUSTED,
      subject: subjectOf(slo, {}),
      severity: 'ticket',
      state: 'firing',
      summary: `${slo.displayName}: the error budget is overspent${over}${by}.`,
      sinceNs: status.atNs,
      details: {
        ...detailsOf(status, overFigures(slo, badLeft)),
        ...policyDestinations([slo], null),
      },
    },
  ];
}

/** How much a young history is still to bring is a guess: one bad thing alone empties no budget by it. */
const isAccident = ({ indicator }: Slo, { period }: SloStatus): boolean =>
  indicator.kind !== 'deadline' && period.badOperations < BAD_OPERATIONS_MIN;

/** For pages that say it in their own language: of events alone. */
const overFigures = (slo: Slo, badLeft: number | null): Record<string, string> =>
  badLeft === null || eventUnit(slo) !== 'events' ? {} : { over: String(Math.ceil(-badLeft)) };

function overText(slo: Slo, over: number): string {
  const unit = eventUnit(slo);
  const isWhole = unit !== 'dollars' && slo.method !== 'RatioTimeslices';
  const amount = amountText(slo, isWhole ? Math.ceil(over) : over);
  return unit === 'events' ? `${amount} events` : `${amount}${unitWord(slo, ' ')}`;
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
  const counts = badOfText(slo, { bad, total: long.total });
  const figures = `${counts} in ${window}, ${burn} (limit ${shown(pair.factor)})`;
  if (fires) return `${slo.displayName}: ${figures}.`;
  return frozenSinceNs === null
    ? `${slo.displayName}: recovering; ${figures}, ${shown(short.burnRate ?? 0)} in ${formatLength(pair.shortNs)}.`
    : `${slo.displayName}: fired, and no data shows whether it is over; ${figures}.`;
}

function pairFigures(
  slo: Slo,
  { pair, long, short, fires, frozenSinceNs, askOwner }: PairStatus,
): Record<string, string> {
  const unit = eventUnit(slo);
  return {
    windows: `${formatLength(pair.longNs)}/${formatLength(pair.shortNs)}`,
    factor: shown(pair.factor),
    burnRateLong: long.burnRate === null ? 'none' : shown(long.burnRate),
    burnRateShort: short.burnRate === null ? 'none' : shown(short.burnRate),
    bad: amountText(slo, long.total - long.good),
    total: amountText(slo, long.total),
    ...(unit === 'events' ? {} : { unit }),
    ...(long.coverage === null ? {} : { coverage: shown(long.coverage) }),
    ...(fires ? {} : { now: frozenSinceNs === null ? 'recovering' : 'unseen' }),
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
