/** Which alerts share an incident, when one opens, comes back and closes. */
import { unturned } from '../unturned.js';
import type { DeskContext, DeskDraft, NewLine } from './deskDraft.js';
import { openSince, type Incident } from './incident.js';
import { rootOf } from './lineage.js';
import type { Mutings } from './muting.js';
import { isActive, isActivePage, subjectText, type StandingAlert } from './standingAlert.js';

/** Alerts of a group that fire so soon after each other are one story. */
const JOIN_NS = 900_000_000_000n;
/** An alert that comes back so soon after its incident closed opens that one again. */
export const REOPEN_NS = 1_800_000_000_000n;

/** Gives a place to what has begun to fire, and tells the incidents of what changed in them. */
export function placeAlerts(draft: DeskDraft, mutings: Mutings, context: DeskContext): void {
  for (const alert of [...draft.alerts.values()].toSorted(pagesFirst)) {
    const before = draft.before(alert.alertId);
    if (before === alert) continue;
    const fires = isActive(alert) && (!before || !isActive(before));
    const pages = isActivePage(alert) && (!before || !isActivePage(before));
    if (fires || pages) place(draft, alert, { mutings, context });
    const placed = draft.alerts.get(alert.alertId) ?? alert;
    if (placed.incidentId === null || placed.incidentId !== alert.incidentId || fires || pages) {
      continue;
    }
    if (before && (before.state !== alert.state || before.severity !== alert.severity)) {
      draft.write(placed.incidentId, 'alert', words(alert));
    }
  }
}

function place(
  draft: DeskDraft,
  alert: StandingAlert,
  { mutings, context }: { readonly mutings: Mutings; readonly context: DeskContext },
): void {
  const own = alert.incidentId === null ? undefined : draft.incidents.get(alert.incidentId);
  if (own && own.state !== 'closed') return fired(draft, alert, own);
  if (own && alert.severity === 'page' && isRecent(own, draft.atNs))
    return reopen(draft, alert, own);
  const groupKey = groupKeyOf(alert, context);
  const other = mutingIncident(draft, mutings, alert) ?? openOf(draft, groupKey);
  if (other) return fired(draft, alert, other);
  if (alert.severity === 'page') return open(draft, alert, { groupKey, context });
  // An incident that closed long ago has nothing to do with a ticket of today.
  if (alert.incidentId !== null) draft.put({ ...alert, incidentId: null });
}

/** What explains an alert has an incident: there it belongs, whenever that began. */
function mutingIncident(
  draft: DeskDraft,
  mutings: Mutings,
  alert: StandingAlert,
): Incident | undefined {
  const muting = mutings.of(alert);
  if (!muting || muting.by === 'silence') return undefined;
  const incidentId = draft.alerts.get(muting.id)?.incidentId ?? '';
  const incident = draft.incidents.get(incidentId);
  return incident && incident.state !== 'closed' ? incident : undefined;
}

const openOf = (draft: DeskDraft, groupKey: string): Incident | undefined =>
  [...draft.incidents.values()]
    .filter(
      (each) =>
        each.groupKey === groupKey &&
        each.state !== 'closed' &&
        draft.atNs - each.firedNs <= JOIN_NS,
    )
    .toSorted((a, b) => (a.firedNs < b.firedNs ? 1 : -1))[0];

function fired(draft: DeskDraft, alert: StandingAlert, incident: Incident): void {
  const { incidentId } = incident;
  if (alert.incidentId !== incidentId) draft.put({ ...alert, incidentId });
  draft.putIncident({ ...incident, firedNs: draft.atNs });
  draft.write(incidentId, 'alert', words(alert));
}

function reopen(draft: DeskDraft, alert: StandingAlert, incident: Incident): void {
  draft.putIncident({
    ...incident,
    ...openSince(draft.atNs),
    firedNs: draft.atNs,
  });
  draft.write(incident.incidentId, 'reopened', words(alert));
}

function open(
  draft: DeskDraft,
  alert: StandingAlert,
  { groupKey, context }: { readonly groupKey: string; readonly context: DeskContext },
): void {
  const { atNs } = draft;
  const incidentId = context.newId(`incident ${alert.alertId} ${atNs}`);
  draft.put({ ...alert, incidentId });
  draft.putIncident({
    incidentId,
    title: unturned(titleOf(alert)),
    severity: 'page',
    pipeline: alert.subject.pipeline ?? null,
    groupKey,
    ...openSince(atNs),
    openedNs: atNs,
    changedNs: atNs,
    firedNs: atNs,
    entries: 0,
  });
  draft.write(incidentId, 'opened', words(alert));
}

/** Closes what has no page any more, once its runbook's Verify agrees. */
export function closeIncidents(draft: DeskDraft, context: DeskContext): void {
  const burning = new Set(
    [...draft.alerts.values()].filter(isActivePage).map(({ incidentId }) => incidentId),
  );
  for (const incident of draft.incidents.values()) {
    if (incident.state === 'closed' || burning.has(incident.incidentId)) continue;
    if (!context.verified(incident)) continue;
    const reason = 'its alerts resolved';
    draft.putIncident({ ...incident, state: 'closed', closedNs: draft.atNs, reason });
    draft.write(incident.incidentId, 'closed', {
      text: reason,
      facts: { says: 'cleared', values: {} },
    });
  }
}

export const isRecent = ({ closedNs }: Incident, atNs: bigint): boolean =>
  closedNs !== null && atNs - closedNs <= REOPEN_NS;

function groupKeyOf({ name, subject }: StandingAlert, { upstreams }: DeskContext): string {
  if (subject.pipeline !== undefined) return `pipeline ${rootOf(upstreams, subject.pipeline)}`;
  const { pair: _pair, budgetKind: _kind, period: _period, ...place } = subject;
  return Object.keys(place).length === 0 ? name : subjectText(place);
}

/** The title of an incident that an alert opens. */
export function titleOf({
  name,
  subject,
}: {
  readonly name: string;
  readonly subject: Readonly<Record<string, string | undefined>>;
}): string {
  const { pair: _pair, period: _period, budgetKind: _kind, ...place } = subject;
  const words = Object.values(place);
  return words.length === 0 ? name : `${name}: ${words.join(', ')}`;
}

function words({
  name,
  subject,
  state,
  severity,
  summary,
  details,
  reason: said,
}: StandingAlert): NewLine {
  if (state === 'resolved') {
    const reason = said ?? 'cleared';
    return {
      text: `${name} resolved: ${reason}`,
      facts: { says: 'resolved', values: { name, reason } },
    };
  }
  if (state === 'frozen') {
    return {
      text: `${name} is frozen: the data that could clear it stopped coming`,
      facts: { says: 'frozen', values: { name } },
    };
  }
  return {
    text: `${name} fires (${severity}): ${summary}`,
    facts: {
      says: 'fires',
      values: { name, severity },
      alert: { name, subject, figures: details.figures ?? {}, summary },
    },
  };
}

/** A page opens the incident that its tickets join. */
const pagesFirst = (a: StandingAlert, b: StandingAlert): number =>
  Number(b.severity === 'page') - Number(a.severity === 'page') || (a.alertId < b.alertId ? -1 : 1);
