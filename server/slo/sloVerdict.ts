/** How an SLO stands and what to expect, in one sentence. */
import { formatTime } from '@burnbook/domain/time';
import type { SloReport } from './sloReport.js';

export function sloVerdict({
  status,
  history,
  problem,
  occurrences,
}: Pick<SloReport, 'status' | 'history' | 'problem' | 'occurrences'>): string {
  if (problem !== null) return `Cannot be counted: ${problem}.`;
  const parts = [standing(status, occurrences), ...ahead(status)];
  if (history) parts.push(`its past is counted to ${Math.floor(history.share * 100)} %`);
  return `${parts.join('; ')}.`;
}

function standing(
  { state, budget, pairs, headline }: SloReport['status'],
  occurrences: SloReport['occurrences'],
): string {
  const left = budget.left === null ? '' : `${percent(budget.left)} of the error budget is left`;
  switch (state) {
    case 'idle':
      return 'Nothing was due';
    case 'unknown':
      return budget.left === null
        ? 'No event was seen'
        : `Unknown: telemetry covers ${percent(headline.coverage ?? 0)} of ${occurrences ? 'what was due' : 'the last hour'}; ${left} by what was seen`;
    case 'exhausted':
      return `The error budget is spent: ${percent(budget.left ?? 0)} is left`;
    case 'critical': {
      if (occurrences?.isTicket) {
        return `The last ${occurrences.of} occurrences burn ${times(occurrences.burn ?? 0)} as fast as the budget allows; ${left}`;
      }
      const pair = pairs.find(({ fires, frozenSinceNs }) => fires || frozenSinceNs !== null);
      if (pair?.frozenSinceNs != null) {
        return `${pair.name} fired, and no data shows whether it is over; ${left}`;
      }
      const burn = pair?.long.burnRate ?? headline.burnRate ?? 0;
      return `Burns ${times(burn)} as fast as the budget allows (${pair?.name ?? ''}); ${left}`;
    }
    case 'increasing':
      return `Bad events are increasing; ${left}`;
    case 'recovering':
      return `Recovering; ${left}`;
    case 'ok':
      return `Within its target; ${left}`;
  }
}

function ahead({ budget, atNs }: SloReport['status']): string[] {
  if (budget.left === null || budget.left <= 0) return [];
  return budget.emptyAtNs === null || budget.emptyAtNs <= atNs
    ? []
    : [`at this pace it is empty on ${minuteText(budget.emptyAtNs)}`];
}

/** `2026-11-27 20:55 UTC` */
const minuteText = (ns: bigint): string => `${formatTime(ns).slice(0, 16).replace('T', ' ')} UTC`;
const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;
const times = (burn: number): string => `${Number(burn.toPrecision(3))} times`;
