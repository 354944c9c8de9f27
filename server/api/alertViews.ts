/** Alerts, incidents and silences from facts to what the contract says. */
import { titleOf } from '@burnbook/domain/alert/grouping';
import type {
  Incident as IncidentFacts,
  IncidentEntry as EntryFacts,
} from '@burnbook/domain/alert/incident';
import type { DeskState } from '@burnbook/domain/alert/deskDraft';
import { Mutings } from '@burnbook/domain/alert/muting';
import type { Silence as SilenceFacts } from '@burnbook/domain/alert/silence';
import { isActive, type StandingAlert } from '@burnbook/domain/alert/standingAlert';
import { formatTime } from '@burnbook/domain/time';
import { firstActionFor, placeOf, runbookPathOf } from '../alert/guide.js';
import type { AlertRow, Incident, IncidentEntry, Overview, Silence } from '../contract.js';
import { BATCH_COST_ALERT } from '../cost/batchCostAlert.js';
import type { ApiContext } from './apiContext.js';
import { timeOrNull, usdOrNull } from './views.js';

/** Says of an alert what the contract asks, with what mutes it as of now. */
export async function alertViewer(api: ApiContext): Promise<(alert: StandingAlert) => AlertRow> {
  const state = await api.desk.state();
  const mutings = mutingsOf(api, state);
  return (alert) => alertView(api, alert, mutings);
}

export const mutingsOf = (api: ApiContext, state: DeskState): Mutings =>
  new Mutings(state.alerts.values(), {
    silences: state.silences.values(),
    upstreams: api.upstreams(),
    atNs: api.nowNs(),
  });

function alertView(api: ApiContext, alert: StandingAlert, mutings: Mutings): AlertRow {
  const { details } = alert;
  const muting = isActive(alert) ? mutings.of(alert) : null;
  return {
    id: alert.alertId,
    name: alert.name,
    source: alert.source,
    subject: { ...alert.subject },
    severity: alert.severity,
    state: alert.state,
    summary: alert.summary,
    owner: alert.owner,
    runbook: runbookPathOf(alert),
    firstAction: firstActionFor(api.runbooks(), alert),
    incidentId: alert.incidentId,
    startedAt: formatTime(alert.startedNs),
    firedAt: timeOrNull(alert.firedNs),
    changedAt: formatTime(alert.changedNs),
    resolvedAt: timeOrNull(alert.resolvedNs),
    reason: alert.reason,
    budgetLeft: details.budgetLeft ?? null,
    emptyAt: timeOrNull(details.emptyAtNs ?? null),
    stakeUsd: usdOrNull(details.stakeNano ?? null),
    figures: { ...details.figures },
    muted: muting && { by: muting.by, id: muting.id, until: timeOrNull(muting.untilNs) },
  };
}

export const incidentView = (facts: IncidentFacts, alerts: readonly AlertRow[]): Incident => ({
  id: facts.incidentId,
  title: facts.title,
  about: aboutOf(facts, alerts),
  severity: facts.severity,
  pipeline: facts.pipeline,
  state: facts.state,
  openedAt: formatTime(facts.openedNs),
  changedAt: formatTime(facts.changedNs),
  acknowledgedAt: timeOrNull(facts.acknowledgedNs),
  acknowledgedBy: facts.acknowledgedBy,
  acknowledgementEndsAt: timeOrNull(facts.acknowledgementEndsNs),
  escalatedAt: timeOrNull(facts.escalatedNs),
  closedAt: timeOrNull(facts.closedNs),
  closedBy: facts.closedBy,
  reason: facts.reason,
  alerts: [...alerts],
});

function aboutOf({ title }: IncidentFacts, alerts: readonly AlertRow[]): Incident['about'] {
  const found = alerts.find((alert) => titleOf(alert) === title);
  return found ? { name: found.name, subject: found.subject } : null;
}

export const entryView = (facts: EntryFacts): IncidentEntry => ({
  id: facts.entryId,
  at: formatTime(facts.atNs),
  kind: facts.kind,
  actor: facts.actor,
  text: facts.text,
  facts: facts.facts && entryFactsView(facts.facts),
});

const entryFactsView = ({
  says,
  values,
  alert,
}: NonNullable<EntryFacts['facts']>): IncidentEntry['facts'] => ({
  says,
  values,
  alert: alert ? { ...alert, subject: { ...alert.subject } as Record<string, string> } : null,
});

export const silenceView = (facts: SilenceFacts): Silence => ({
  id: facts.silenceId,
  matchers: { ...facts.matchers },
  from: formatTime(facts.fromNs),
  to: formatTime(facts.toNs),
  actor: facts.actor,
  reason: facts.reason,
  createdAt: formatTime(facts.createdNs),
  removedAt: timeOrNull(facts.removedNs),
  removedBy: facts.removedBy,
});

const NEEDS_MAX = 50;

/**
 * Alerts that somebody has to look at, pages first, as far as the first page does not know them by itself: budgets and
 * batches of its range bring their own. What another alert explains or a silence mutes needs nobody.
 */
export const deskNeeds = (state: DeskState, mutings: Mutings): Overview['needsYou'] =>
  [...state.alerts.values()]
    .filter(
      (alert) => isActive(alert) && alert.source !== 'budget' && alert.name !== BATCH_COST_ALERT,
    )
    .filter((alert) => mutings.of(alert) === null)
    .toSorted(
      (a, b) =>
        Number(b.severity === 'page') - Number(a.severity === 'page') ||
        Number(b.startedNs - a.startedNs),
    )
    .slice(0, NEEDS_MAX)
    .map((alert) => ({
      name: alert.name,
      summary: alert.summary,
      runbook: alert.runbook,
      alertId: alert.alertId,
      incidentId: alert.incidentId,
      pipeline: alert.subject.pipeline ?? null,
      batchId: alert.subject.batch ?? null,
      budget: null,
      emptyAt: timeOrNull(alert.details.emptyAtNs ?? null),
      owner: alert.owner,
      since: formatTime(alert.startedNs),
      severity: alert.severity,
      subject: { ...alert.subject },
      figures: { ...alert.details.figures },
      place: placeOf(alert),
    }));
