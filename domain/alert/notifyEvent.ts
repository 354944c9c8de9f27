/** Something that people outside may have to hear; routing and form are the notifier's. */
import type { NotifyKind } from '../notify/notifyEvent.js';
import type { Incident } from './incident.js';
import type { StandingAlert } from './standingAlert.js';

export interface DeskEvent {
  readonly kind: NotifyKind;
  readonly alert: StandingAlert;
  readonly incident: Incident | null;
  readonly atNs: bigint;
  /** What to say besides the alert: why it reminds, who acknowledged. */
  readonly note: string | null;
}

/** With what the server knows of runbooks. */
export interface NotifyEvent extends DeskEvent {
  /** Path of the runbook's page, filled for the alert. */
  readonly runbookPath: string;
  readonly firstAction: string | null;
}
