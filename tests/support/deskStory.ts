/** The pure alert desk with a clock of minutes, for stories and properties. */
import type { AlertCondition } from '@burnbook/domain/alert/alert';
import { decide, type DeskInput } from '@burnbook/domain/alert/decide';
import { EMPTY_DESK, type DeskChange, type DeskState } from '@burnbook/domain/alert/deskDraft';
import type { Incident, IncidentEntry } from '@burnbook/domain/alert/incident';
import type { DeskEvent } from '@burnbook/domain/alert/deskEvent';
import type { StandingAlert } from '@burnbook/domain/alert/standingAlert';
import { MINUTE_NS } from '@burnbook/domain/time';

/** An input without its time. */
export type Untimed = DeskInput extends infer Input
  ? Input extends DeskInput
    ? Omit<Input, 'atNs'>
    : never
  : never;

export class DeskStory {
  state: DeskState = EMPTY_DESK;
  minute = 0;
  upstreams = new Map<string, string[]>();
  verified: (incident: Incident) => boolean = () => true;
  readonly events: DeskEvent[] = [];
  readonly entries: IncidentEntry[] = [];
  /** All rows that were ever written, as the store would hold them now. */
  readonly stored = new Map<string, StandingAlert>();

  get atNs(): bigint {
    return BigInt(this.minute) * MINUTE_NS;
  }

  /** @param input what happens `minute` minutes after the beginning. */
  at(minute: number, input: Untimed): DeskChange {
    this.minute = minute;
    const { state, change } = decide(
      this.state,
      { ...input, atNs: this.atNs },
      {
        newId: (text) => text,
        upstreams: this.upstreams,
        verified: this.verified,
      },
    );
    this.state = state;
    this.events.push(...change.events);
    this.entries.push(...change.entries);
    for (const alert of change.alerts) this.stored.set(alert.alertId, alert);
    return change;
  }

  report(minute: number, ...conditions: AlertCondition[]): DeskChange {
    return this.at(minute, { kind: 'report', source: 'slo', conditions });
  }

  tick(minute: number): DeskChange {
    return this.at(minute, { kind: 'tick' });
  }

  /** `state severity` of each alert by name, sorted. */
  get alerts(): string[] {
    return [...this.state.alerts.values()]
      .map(({ name, state, severity }) => `${name} ${state} ${severity}`)
      .toSorted();
  }

  get incidents(): Incident[] {
    return [...this.state.incidents.values()];
  }

  /** What the world was told, and forgets it. */
  told(): string[] {
    return this.events.splice(0).map(({ kind, alert }) => `${kind} ${alert.name}`);
  }
}

/** A page of a burn rate about the pipeline mail, unless said. */
export const condition = (more: Partial<AlertCondition> = {}): AlertCondition => ({
  name: 'ErrorBudgetBurn',
  subject: { slo: 'mail-attempts', pipeline: 'mail' },
  severity: 'page',
  state: 'firing',
  summary: 'burns',
  owner: null,
  runbook: 'ErrorBudgetBurn',
  sinceNs: 0n,
  details: {},
  ...more,
});
