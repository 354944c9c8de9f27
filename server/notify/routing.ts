/** Which destinations an event goes to, as messages for the outbox: the same event gives the same messages, always. */
import { createHash } from 'node:crypto';
import type { NotifyAlert, NotifyEvent } from '@burnbook/domain/notify/notifyEvent';
import type { Destination, NotifySettings } from '@burnbook/domain/notify/notifySettings';
import type { OutboxRow } from '../store/commands/outbox.js';
import { messageBody } from './messageBody.js';
import { expiresAt } from './retryTimes.js';

export function messagesFor(settings: NotifySettings, event: NotifyEvent): OutboxRow[] {
  return settings.destinations
    .filter((destination) => isFor(destination, event, settings.escalateTo))
    .map((destination) => messageTo(destination, event, settings));
}

/** The message of one destination, wherever the event would go otherwise. */
export function messageTo(
  { name: destination, retry }: Pick<Destination, 'name' | 'retry'>,
  event: NotifyEvent,
  settings: Pick<NotifySettings, 'publicUrl'>,
): OutboxRow {
  const { kind, alert, incident, atNs } = event;
  const dedupKey = alert.alertId;
  return {
    messageId: `msg_${hashOf([dedupKey, destination, kind, atNs.toString()]).slice(0, 32)}`,
    dedupKey,
    destination,
    kind,
    severity: alert.severity,
    alertId: alert.alertId,
    incidentId: incident?.incidentId ?? null,
    summary: alert.summary,
    body: JSON.stringify(messageBody(event, { dedupKey, publicUrl: settings.publicUrl })),
    createdNs: atNs,
    expiresNs: expiresAt(atNs, retry),
  };
}

function isFor(
  destination: Destination,
  event: NotifyEvent,
  escalateTo: readonly string[],
): boolean {
  const isEscalation = escalateTo.includes(destination.name);
  if (event.kind === 'escalated') return isEscalation;
  // Whoever heard of the escalation hears how it goes on.
  if (isEscalation && event.incident && event.incident.escalatedNs !== null) return true;
  const { alert, destinations = [] } = event;
  if (destinations.length > 0) return destinations.includes(destination.name);
  const heard =
    tellsAll(event) && alert.told !== null && destination.severities.includes(alert.told);
  return (heard || destination.severities.includes(alert.severity)) && matches(destination, alert);
}

/** News of an alert that somebody may have been told of at another severity. */
const tellsAll = ({ kind }: NotifyEvent): boolean =>
  kind === 'resolved' || kind === 'severity' || kind === 'acknowledged';

function matches({ matchers }: Destination, alert: NotifyAlert): boolean {
  const labels: Readonly<Record<string, string | undefined>> = {
    ...alert.subject,
    name: alert.name,
    severity: alert.severity,
    owner: alert.owner ?? undefined,
  };
  return Object.entries(matchers).every(([label, wanted]) => {
    const value = labels[label];
    if (value === undefined) return false;
    return wanted.endsWith('*') ? value.startsWith(wanted.slice(0, -1)) : value === wanted;
  });
}

const hashOf = (parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');
