/** Who works on an incident: an acknowledgement holds while steps are taken, and an unanswered page goes to the next person. */
import { DAY_NS } from '../time.js';
import type { DeskDraft, NewLine } from './deskDraft.js';
import { openSince, type Incident } from './incident.js';
import type { Mutings } from './muting.js';
import { isActivePage, type StandingAlert } from './standingAlert.js';

/** Without a step in so long nobody works on it any more. */
export const ACKNOWLEDGED_NS = 14_400_000_000_000n;
/** An unacknowledged page escalates then. */
export const ESCALATE_NS = 600_000_000_000n;
/** A frozen alert is asked about so often. */
const ASK_NS = DAY_NS;

export function acknowledge(draft: DeskDraft, incident: Incident, actor: string): void {
  draft.putIncident({
    ...incident,
    state: 'acknowledged',
    acknowledgedNs: draft.atNs,
    acknowledgedBy: actor,
    acknowledgementEndsNs: draft.atNs + ACKNOWLEDGED_NS,
  });
  draft.write(incident.incidentId, 'acknowledged', {
    text: `acknowledged by ${actor}`,
    facts: { says: 'acknowledged', values: { by: actor } },
  });
  const alert = spokesman(draft, incident.incidentId);
  if (alert) draft.tell('acknowledged', alert, `acknowledged by ${actor}`);
}

/** A step or a note says that somebody is there. */
export function extend(draft: DeskDraft, incidentId: string): void {
  const incident = draft.incidents.get(incidentId);
  if (incident?.state !== 'acknowledged') return;
  draft.putIncident({ ...incident, acknowledgementEndsNs: draft.atNs + ACKNOWLEDGED_NS });
}

/** Ends acknowledgements that expired or that something worse has overtaken. */
export function breakAcknowledgements(draft: DeskDraft): void {
  for (const incident of draft.incidents.values()) {
    if (incident.state !== 'acknowledged' || incident.acknowledgedNs === draft.atNs) continue;
    const why =
      (incident.acknowledgementEndsNs ?? draft.atNs) <= draft.atNs
        ? EXPIRED
        : overtaken(draft, incident.incidentId);
    if (why === null) continue;
    draft.putIncident({
      ...incident,
      ...openSince(draft.atNs),
    });
    draft.write(incident.incidentId, 'alert', why);
    const alert = spokesman(draft, incident.incidentId);
    if (alert) draft.tell('reminder', alert, why.text);
  }
}

const EXPIRED: NewLine = {
  text: 'the acknowledgement expired: no step in 4 h',
  facts: { says: 'expired', values: {} },
};

function overtaken(draft: DeskDraft, incidentId: string): NewLine | null {
  for (const alert of draft.alertsOf(incidentId)) {
    const before = draft.before(alert.alertId);
    if (!before || before.incidentId !== incidentId) continue;
    if (isActivePage(alert) && before.severity === 'ticket') {
      return {
        text: `${alert.name} became a page: the acknowledgement no longer holds`,
        facts: { says: 'becamePage', values: { name: alert.name } },
      };
    }
    if (isSpent(alert) && !isSpent(before)) {
      return {
        text: `the budget of ${alert.name} is empty: the acknowledgement no longer holds`,
        facts: { says: 'spent', values: { name: alert.name } },
      };
    }
  }
  return null;
}

/** Calls the next person where a page was told and nobody answered. */
export function escalate(draft: DeskDraft, mutings: Mutings): void {
  for (const incident of draft.incidents.values()) {
    const { state, waitingNs, escalatedNs, incidentId } = incident;
    if (state !== 'open' || (escalatedNs !== null && escalatedNs >= waitingNs)) continue;
    const told = draft
      .alertsOf(incidentId)
      .filter((alert) => isActivePage(alert) && alert.told === 'page' && !mutings.of(alert))
      .toSorted((a, b) => ((a.toldNs ?? 0n) < (b.toldNs ?? 0n) ? -1 : 1))[0];
    if (!told) continue;
    const sinceNs = maxOf(waitingNs, told.toldNs ?? waitingNs);
    if (draft.atNs - sinceNs < ESCALATE_NS) continue;
    draft.putIncident({ ...incident, escalatedNs: draft.atNs });
    const text = 'not acknowledged in 10 min: escalated';
    draft.write(incidentId, 'escalated', { text, facts: { says: 'escalated', values: {} } });
    draft.tell('escalated', told, text);
  }
}

/** Asks the owners of alerts that have been frozen for a day, and each day again. */
export function askOwners(draft: DeskDraft): void {
  for (const alert of draft.alerts.values()) {
    if (alert.state !== 'frozen' || alert.frozenNs === null) continue;
    if (draft.atNs - (alert.askedNs ?? alert.frozenNs) < ASK_NS) continue;
    draft.put({ ...alert, askedNs: draft.atNs });
    draft.tell(
      'reminder',
      alert,
      'frozen for over 24 h, because the data that could clear it stopped coming: keep it, or close it as not recovered',
    );
  }
}

/** The alert that speaks for an incident: its first page that is known outside. */
const spokesman = (draft: DeskDraft, incidentId: string): StandingAlert | undefined =>
  draft
    .alertsOf(incidentId)
    .filter((alert) => isActivePage(alert) && alert.told !== null)
    .toSorted((a, b) => ((a.firedNs ?? 0n) < (b.firedNs ?? 0n) ? -1 : 1))[0];

const isSpent = ({ details }: StandingAlert): boolean =>
  details.budgetLeft !== undefined && details.budgetLeft <= 0;

const maxOf = (a: bigint, b: bigint): bigint => (a > b ? a : b);
