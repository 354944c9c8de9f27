/** Something that people outside may have to hear, as the desk decides it; whom it reaches is the notifier's. */
import type { NotifyEvent } from '../notify/notifyEvent.js';
import type { Incident } from './incident.js';
import type { StandingAlert } from './standingAlert.js';

export interface DeskEvent extends Pick<NotifyEvent, 'kind' | 'atNs' | 'note'> {
  readonly alert: StandingAlert;
  readonly incident: Incident | null;
}
