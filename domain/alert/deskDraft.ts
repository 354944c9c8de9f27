/** What the alert desk knows, and a change of it while it is made: what was touched, and what is to be told. */
import type { NotifyKind } from '../notify/notifyEvent.js';
import type { DeskEvent } from './deskEvent.js';
import type { EntryFacts } from './entryFacts.js';
import { SYSTEM_ACTOR, type EntryKind, type Incident, type IncidentEntry } from './incident.js';
import type { Upstreams } from './lineage.js';
import type { Silence } from './silence.js';
import type { StandingAlert } from './standingAlert.js';

export interface DeskState {
  /** Those that stand, and those that ended so recently that they may come back. */
  readonly alerts: ReadonlyMap<string, StandingAlert>;
  readonly incidents: ReadonlyMap<string, Incident>;
  /** Those that may still be in force. */
  readonly silences: ReadonlyMap<string, Silence>;
  /** Alert → since when its condition is gone or milder; not stored: a restart waits anew. */
  readonly quiet: ReadonlyMap<string, bigint>;
}

export const EMPTY_DESK: DeskState = {
  alerts: new Map(),
  incidents: new Map(),
  silences: new Map(),
  quiet: new Map(),
};

/** What a decision depends on besides the state. */
export interface DeskContext {
  /** A short id that follows from the text. */
  readonly newId: (text: string) => string;
  readonly upstreams: Upstreams;
  /** Whether the runbook's Verify passed, or nobody has followed a runbook for it. */
  readonly verified: (incident: Incident) => boolean;
}

/** A line of an alert's history. */
export interface AlertChange {
  readonly alert: StandingAlert;
  readonly atNs: bigint;
  readonly actor: string;
}

export interface DeskChange {
  /** Rows as they are now. */
  readonly alerts: readonly StandingAlert[];
  readonly changes: readonly AlertChange[];
  readonly incidents: readonly Incident[];
  readonly entries: readonly IncidentEntry[];
  readonly silences: readonly Silence[];
  readonly events: readonly DeskEvent[];
}

/** A line of a timeline, with when it was and who it was, where that is not the change's own. */
export interface NewLine {
  readonly text: string;
  readonly facts: EntryFacts | null;
  readonly atNs?: bigint;
  readonly actor?: string;
}

export class DeskDraft {
  readonly alerts: Map<string, StandingAlert>;
  readonly incidents: Map<string, Incident>;
  readonly silences: Map<string, Silence>;
  readonly quiet: Map<string, bigint>;
  readonly atNs: bigint;
  readonly #before: DeskState;
  readonly #actor: string;
  readonly #entries: IncidentEntry[] = [];
  readonly #events: DeskEvent[] = [];

  constructor(state: DeskState, { atNs, actor }: { atNs: bigint; actor?: string | undefined }) {
    this.#before = state;
    this.#actor = actor ?? SYSTEM_ACTOR;
    this.atNs = atNs;
    this.alerts = new Map(state.alerts);
    this.incidents = new Map(state.incidents);
    this.silences = new Map(state.silences);
    this.quiet = new Map(state.quiet);
  }

  /** The alert as it was before this change. */
  before(alertId: string): StandingAlert | undefined {
    return this.#before.alerts.get(alertId);
  }

  put(alert: StandingAlert): void {
    this.alerts.set(alert.alertId, alert);
  }

  putIncident(incident: Incident): void {
    this.incidents.set(incident.incidentId, incident);
  }

  alertsOf(incidentId: string): StandingAlert[] {
    return [...this.alerts.values()].filter((alert) => alert.incidentId === incidentId);
  }

  /** Appends to a timeline. */
  write(incidentId: string, kind: EntryKind, { text, facts, ...told }: NewLine): void {
    const incident = this.incidents.get(incidentId);
    if (!incident) return;
    const entries = incident.entries + 1;
    this.putIncident({ ...incident, entries, changedNs: this.atNs });
    this.#entries.push({
      incidentId,
      entryId: `${incidentId}-${entries}`,
      atNs: told.atNs ?? this.atNs,
      kind,
      actor: told.actor ?? this.#actor,
      text,
      facts,
    });
  }

  /** @param alert `told` still says what the world knew before. */
  tell(kind: NotifyKind, alert: StandingAlert, note: string | null = null): void {
    const incident =
      alert.incidentId === null ? null : (this.incidents.get(alert.incidentId) ?? null);
    this.#events.push({ kind, alert, incident, atNs: this.atNs, note });
  }

  finish(): { readonly state: DeskState; readonly change: DeskChange } {
    const alerts = changed(this.#before.alerts, this.alerts);
    const change: DeskChange = {
      alerts,
      changes: alerts
        .filter((alert) => {
          const was = this.before(alert.alertId);
          return was?.state !== alert.state || was.severity !== alert.severity;
        })
        .map((alert) => ({ alert, atNs: this.atNs, actor: this.#actor })),
      incidents: changed(this.#before.incidents, this.incidents),
      entries: this.#entries,
      silences: changed(this.#before.silences, this.silences),
      events: this.#events,
    };
    const { quiet, silences, incidents } = this;
    return { state: { alerts: this.alerts, incidents, silences, quiet }, change };
  }
}

export const isEmptyChange = (change: DeskChange): boolean =>
  change.alerts.length + change.incidents.length + change.silences.length === 0 &&
  change.events.length === 0;

const changed = <Value>(before: ReadonlyMap<string, Value>, now: Map<string, Value>): Value[] =>
  [...now].flatMap(([id, value]) => (before.get(id) === value ? [] : [value]));
