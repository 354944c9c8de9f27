/**
 * The alert desk's one decision: what is, plus what is reported or done, gives what is then, and what is to be written and
 * told. Pure: the same input on the same state gives the same ids and the same messages.
 */
import type { AlertName } from '../alertNames.js';
import type { AlertCondition, AlertSource, AlertSubject } from './alert.js';
import {
  acknowledge,
  askOwners,
  breakAcknowledgements,
  escalate,
  extend,
} from './acknowledgement.js';
import { isClosable } from './alertPolicy.js';
import { asksForLess, closed, isOver, raise, step } from './alertState.js';
import { DeskDraft, type DeskChange, type DeskContext, type DeskState } from './deskDraft.js';
import { closeIncidents, isRecent, placeAlerts } from './grouping.js';
import type { EntryFacts } from './entryFacts.js';
import { openSince, type Incident } from './incident.js';
import { Mutings } from './muting.js';
import type { Silence } from './silence.js';
import { alertKey, isActive, isActivePage, type StandingAlert } from './standingAlert.js';

export interface DeskReport {
  readonly kind: 'report';
  readonly source: AlertSource;
  /** All that the source sees now. */
  readonly conditions: readonly AlertCondition[];
  /** The names that it speaks about; left out: all of its own. */
  readonly names?: ReadonlySet<AlertName>;
  /** Why the definition behind an alert is gone; null: it is there. */
  readonly withdrawn?: (subject: AlertSubject) => string | null;
}

interface ByHand {
  readonly actor: string;
}

/** A line that somebody else words. */
export interface NewEntry {
  readonly entry: 'note' | 'step';
  readonly atNs: bigint;
  readonly actor: string;
  readonly text: string;
  readonly facts: EntryFacts | null;
}

export type DeskInput = { readonly atNs: bigint } & (
  | DeskReport
  /** Time passed. */
  | { readonly kind: 'tick' }
  | ({ readonly kind: 'acknowledge'; readonly incidentId: string } & ByHand)
  | ({
      readonly kind: 'entry';
      readonly incidentId: string;
      readonly entry: 'note' | 'step';
      readonly text: string;
    } & ByHand)
  /** What was done elsewhere and belongs into the timeline, each at its own time. */
  | {
      readonly kind: 'entries';
      readonly incidentId: string;
      readonly entries: readonly NewEntry[];
      /** Whether somebody is at it: that keeps an acknowledgement alive. */
      readonly isWork: boolean;
    }
  | ({
      readonly kind: 'closeIncident';
      readonly incidentId: string;
      readonly reason: string;
    } & ByHand)
  | ({
      readonly kind: 'reopenIncident';
      readonly incidentId: string;
      readonly reason: string;
    } & ByHand)
  | ({ readonly kind: 'closeAlert'; readonly alertId: string; readonly reason: string } & ByHand)
  | ({
      readonly kind: 'silence';
      readonly silence: Silence;
      readonly alertId: string | null;
    } & ByHand)
  | ({ readonly kind: 'endSilence'; readonly silenceId: string } & ByHand)
);

/** What was asked stands against how things are. */
export class DeskRefusal extends Error {
  override readonly name = 'DeskRefusal';
  readonly reason: 'unknown' | 'conflict';

  constructor(reason: DeskRefusal['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** @throws DeskRefusal */
export function decide(
  state: DeskState,
  input: DeskInput,
  context: DeskContext,
): { readonly state: DeskState; readonly change: DeskChange } {
  const actor = 'actor' in input ? input.actor : undefined;
  const draft = new DeskDraft(state, { atNs: input.atNs, actor });
  apply(draft, input, context);
  const muting = {
    silences: draft.silences.values(),
    upstreams: context.upstreams,
    atNs: input.atNs,
  };
  const mutings = new Mutings(draft.alerts.values(), muting);
  placeAlerts(draft, mutings, context);
  tellWorld(draft, mutings);
  breakAcknowledgements(draft);
  closeIncidents(draft, context);
  escalate(draft, mutings);
  askOwners(draft);
  const done = draft.finish();
  return { state: pruned(done.state, input.atNs), change: done.change };
}

function apply(draft: DeskDraft, input: DeskInput, context: DeskContext): void {
  switch (input.kind) {
    case 'report':
      return report(draft, input, context);
    case 'tick':
      return;
    case 'acknowledge':
      return acknowledge(draft, openIncident(draft, input.incidentId), input.actor);
    case 'entry': {
      incidentOf(draft, input.incidentId);
      draft.write(input.incidentId, input.entry, { text: input.text, facts: null });
      return extend(draft, input.incidentId);
    }
    case 'entries': {
      incidentOf(draft, input.incidentId);
      for (const { entry, ...line } of input.entries) draft.write(input.incidentId, entry, line);
      return input.isWork ? extend(draft, input.incidentId) : undefined;
    }
    case 'closeIncident': {
      const incident = openIncident(draft, input.incidentId);
      const { actor: closedBy, reason, atNs: closedNs } = input;
      draft.putIncident({ ...incident, state: 'closed', closedNs, closedBy, reason });
      const isVerified = context.verified(incident);
      return draft.write(
        incident.incidentId,
        'closed',
        isVerified
          ? { text: reason, facts: null }
          : {
              text: `closed although Verify had not passed: ${reason}`,
              facts: { says: 'closedUnverified', values: { reason } },
            },
      );
    }
    case 'reopenIncident':
      return reopen(draft, input.incidentId, input.reason);
    case 'closeAlert':
      return closeAlert(draft, input);
    case 'silence': {
      draft.silences.set(input.silence.silenceId, input.silence);
      const alert = input.alertId === null ? undefined : draft.alerts.get(input.alertId);
      if (alert?.incidentId === undefined || alert.incidentId === null) return;
      const { reason } = input.silence;
      return draft.write(alert.incidentId, 'silenced', {
        text: `${alert.name} is silenced: ${reason}`,
        facts: { says: 'silenced', values: { name: alert.name, reason } },
      });
    }
    case 'endSilence': {
      const silence = draft.silences.get(input.silenceId);
      if (!silence || silence.removedNs !== null) {
        throw new DeskRefusal(
          'unknown',
          `there is no silence ${input.silenceId} in force or ahead`,
        );
      }
      draft.silences.set(input.silenceId, {
        ...silence,
        removedNs: input.atNs,
        removedBy: input.actor,
      });
    }
  }
}

function report(
  draft: DeskDraft,
  { source, conditions, names, withdrawn }: DeskReport,
  context: DeskContext,
): void {
  const { atNs } = draft;
  const own = new Map<string, StandingAlert>();
  for (const alert of draft.alerts.values()) {
    if (alert.source === source && (!names || names.has(alert.name)))
      own.set(alertKey(alert), alert);
  }
  const seen = new Set<string>();
  for (const condition of conditions) {
    const key = alertKey(condition);
    // Of two words on one thing the worse one counts; sources say each once.
    if (seen.has(key)) continue;
    seen.add(key);
    const standing = own.get(key);
    if (!standing || isOver(standing, atNs)) {
      const alertId = context.newId(`alert ${key} ${atNs}`);
      const raised = raise(condition, { atNs, source, alertId });
      if (raised) draft.put(raised);
      continue;
    }
    const quietNs = noteQuiet(draft, standing, asksForLess(standing, condition));
    draft.put(step(standing, condition, { atNs, quietNs, withdrawn: null }));
  }
  for (const [key, alert] of own) {
    if (seen.has(key)) continue;
    const quietNs = noteQuiet(draft, alert, true);
    const gone = withdrawn?.(alert.subject) ?? null;
    draft.put(step(alert, null, { atNs, quietNs, withdrawn: gone }));
  }
}

/** @returns since when it is quiet. */
function noteQuiet(draft: DeskDraft, { alertId }: StandingAlert, isQuiet: boolean): bigint | null {
  if (!isQuiet) {
    draft.quiet.delete(alertId);
    return null;
  }
  const sinceNs = draft.quiet.get(alertId) ?? draft.atNs;
  draft.quiet.set(alertId, sinceNs);
  return sinceNs;
}

function closeAlert(
  draft: DeskDraft,
  input: { readonly alertId: string; readonly reason: string; readonly actor: string },
): void {
  const alert = draft.alerts.get(input.alertId);
  if (!alert) throw new DeskRefusal('unknown', `no alert ${input.alertId} stands`);
  if (!isActive(alert)) {
    throw new DeskRefusal('conflict', `the alert is ${alert.state}: there is nothing to close`);
  }
  if (alert.state === 'firing' && !isClosable(alert.source)) {
    throw new DeskRefusal(
      'conflict',
      'it fires by its figures and ends by them: acknowledge its incident or silence it',
    );
  }
  draft.put(closed(alert, { ...input, atNs: draft.atNs }));
}

function reopen(draft: DeskDraft, incidentId: string, reason: string): void {
  const incident = incidentOf(draft, incidentId);
  if (incident.state !== 'closed')
    throw new DeskRefusal('conflict', 'the incident is open already');
  if (!draft.alertsOf(incidentId).some(isActivePage)) {
    throw new DeskRefusal('conflict', 'none of its pages fires: it opens again when one does');
  }
  draft.putIncident({
    ...incident,
    ...openSince(draft.atNs),
  });
  draft.write(incidentId, 'reopened', { text: reason, facts: null });
}

/** Tells the world what it does not know yet, and of nothing that is muted. An end is told whatever mutes. */
function tellWorld(draft: DeskDraft, mutings: Mutings): void {
  for (const alert of draft.alerts.values()) {
    if (isActive(alert)) {
      if (alert.told === alert.severity || mutings.of(alert)) continue;
      draft.put({ ...alert, told: alert.severity, toldNs: alert.toldNs ?? draft.atNs });
      draft.tell(alert.told === null ? 'firing' : 'severity', alert);
    } else if (alert.told !== null) {
      draft.put({ ...alert, told: null, toldNs: null });
      draft.tell('resolved', alert, alert.reason);
    }
  }
}

/** @throws DeskRefusal */
function incidentOf(draft: DeskDraft, incidentId: string): Incident {
  const incident = draft.incidents.get(incidentId);
  if (!incident) throw new DeskRefusal('unknown', `there is no open incident ${incidentId}`);
  return incident;
}

function openIncident(draft: DeskDraft, incidentId: string): Incident {
  const incident = incidentOf(draft, incidentId);
  if (incident.state === 'closed') throw new DeskRefusal('conflict', 'the incident is closed');
  return incident;
}

/** Forgets what cannot come back. */
function pruned(state: DeskState, atNs: bigint): DeskState {
  const alerts = new Map([...state.alerts].filter(([, alert]) => !isOver(alert, atNs)));
  const kept = new Set([...alerts.values()].map(({ incidentId }) => incidentId));
  return {
    alerts,
    incidents: new Map(
      [...state.incidents].filter(
        ([id, incident]) => incident.state !== 'closed' || isRecent(incident, atNs) || kept.has(id),
      ),
    ),
    silences: new Map(
      [...state.silences].filter(([, { removedNs, toNs }]) => removedNs === null && toNs > atNs),
    ),
    quiet: new Map([...state.quiet].filter(([id]) => alerts.has(id))),
  };
}
