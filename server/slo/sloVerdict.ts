/** How an SLO stands and what to expect: as facts for pages, in one English sentence for messages and lists. */
import { formatTime } from '@burnbook/domain/time';
import type { SloReport } from './sloReport.js';

type Reported = Pick<SloReport, 'status' | 'history' | 'problem' | 'occurrences'>;

export type VerdictKind =
  | 'problem'
  | 'idle'
  | 'unseen'
  | 'unknown'
  | 'exhausted'
  | 'occurrences'
  | 'frozen'
  | 'burning'
  | 'increasing'
  | 'recovering'
  | 'ok';

/** All that the sentence says; JSON as it is. */
export interface VerdictFacts {
  readonly kind: VerdictKind;
  /** Why its indicator cannot be counted. */
  readonly problem: string | null;
  /** Share of the error budget that is left, signed. */
  readonly left: number | null;
  /** Of `unknown`: what telemetry covers. */
  readonly coverage: number | null;
  /** Coverage is of occurrences, not of time. */
  readonly isOfOccurrences: boolean;
  /** Of `burning` and `frozen`: the pair of windows. */
  readonly pair: string | null;
  readonly burnRate: number | null;
  /** Of `occurrences`: how many of the last ones. */
  readonly last: number | null;
  /** When the budget is empty at this pace, RFC 3339. */
  readonly emptyAt: string | null;
  /** Share of its past that is counted; null: all of it. */
  readonly historyShare: number | null;
}

export function verdictFacts(report: Reported): VerdictFacts {
  const { status, history, problem, occurrences } = report;
  const { budget, pairs, headline, atNs } = status;
  const pair = pairs.find(({ fires, frozenSinceNs }) => fires || frozenSinceNs !== null);
  const kind = problem === null ? kindOf(report, pair?.frozenSinceNs != null) : 'problem';
  const isAhead =
    budget.left !== null && budget.left > 0 && budget.emptyAtNs !== null && budget.emptyAtNs > atNs;
  const burnRate =
    kind === 'occurrences'
      ? (occurrences?.burn ?? 0)
      : (pair?.long.burnRate ?? headline.burnRate ?? 0);
  return {
    kind,
    problem,
    left: budget.left,
    coverage: kind === 'unknown' ? (headline.coverage ?? 0) : null,
    isOfOccurrences: occurrences !== null,
    pair: pair?.name ?? null,
    burnRate: kind === 'occurrences' || kind === 'burning' ? burnRate : null,
    last: kind === 'occurrences' ? (occurrences?.of ?? 0) : null,
    emptyAt: isAhead && budget.emptyAtNs !== null ? formatTime(budget.emptyAtNs) : null,
    historyShare: history?.share ?? null,
  };
}

function kindOf({ status, occurrences }: Reported, isFrozen: boolean): VerdictKind {
  const { state, budget } = status;
  if (state === 'unknown') return budget.left === null ? 'unseen' : 'unknown';
  if (state !== 'critical') return state;
  return occurrences?.isTicket ? 'occurrences' : isFrozen ? 'frozen' : 'burning';
}

export const sloVerdict = (report: Reported): string => verdictSentence(verdictFacts(report));

export function verdictSentence(facts: VerdictFacts): string {
  const { problem, emptyAt, historyShare } = facts;
  if (problem !== null) return `Cannot be counted: ${problem}.`;
  return `${[
    standing(facts),
    ...(emptyAt === null ? [] : [`at this pace it is empty on ${minuteText(emptyAt)}`]),
    ...(historyShare === null
      ? []
      : [`its past is counted to ${Math.floor(historyShare * 100)} %`]),
  ].join('; ')}.`;
}

function standing(facts: VerdictFacts): string {
  const left = facts.left === null ? '' : `${percent(facts.left)} of the error budget is left`;
  switch (facts.kind) {
    case 'idle':
      return 'Nothing was due';
    case 'unseen':
      return 'No event was seen';
    case 'unknown':
      return `Unknown: telemetry covers ${percent(facts.coverage ?? 0)} of ${facts.isOfOccurrences ? 'what was due' : 'the last hour'}; ${left} by what was seen`;
    case 'exhausted':
      return `The error budget is spent: ${percent(facts.left ?? 0)} is left`;
    case 'occurrences':
      return `The last ${facts.last ?? 0} occurrences burn ${times(facts.burnRate ?? 0)} as fast as the budget allows; ${left}`;
    case 'frozen':
      return `${facts.pair ?? ''} fired, and no data shows whether it is over; ${left}`;
    case 'burning':
      return `Burns ${times(facts.burnRate ?? 0)} as fast as the budget allows (${facts.pair ?? ''}); ${left}`;
    case 'increasing':
      return `Bad events are increasing; ${left}`;
    case 'recovering':
      return `Recovering; ${left}`;
    case 'ok':
    case 'problem':
      return `Within its target; ${left}`;
  }
}

/** `2026-11-27 20:55 UTC` */
const minuteText = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`;
const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;
const times = (burn: number): string => `${Number(burn.toPrecision(3))} times`;
