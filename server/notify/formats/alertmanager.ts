/**
 * The body that Prometheus' Alertmanager sends to webhook receivers, version 4 (prometheus.io/docs/alerting/latest/
 * configuration, "webhook_config"): whatever takes Alertmanager's messages takes ours.
 */
import { createHash } from 'node:crypto';
import type { Message } from '../../contract/delivery.js';
import { messageText } from '../messageText.js';
import type { Format } from './wireRequest.js';

/** Go's zero time: an alert that has not ended. */
const NEVER = '0001-01-01T00:00:00Z';

export const alertmanager: Format = ({ messageId, message, replaces }, { name, secret }) => {
  const { alert } = message;
  const status = message.kind === 'resolved' ? 'resolved' : 'firing';
  const labels = { ...alert.subject, alertname: alert.name, severity: alert.severity };
  const annotations = annotationsOf(message, replaces);
  const groupLabels = { alertname: alert.name };
  // What stands before the path of the runbook: the server may be reached below another one's path.
  const externalURL = alert.runbook.replace(/\/runbooks(?:\/[^/]*)?$/, '') || 'http://burnbook';
  const body = {
    version: '4',
    groupKey: `{}:{dedupKey=${JSON.stringify(message.dedupKey)}}`,
    truncatedAlerts: 0,
    status,
    receiver: name,
    groupLabels,
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL,
    alerts: [
      {
        status,
        labels,
        annotations,
        startsAt: alert.firedAt ?? alert.startedAt,
        endsAt: status === 'resolved' ? (alert.resolvedAt ?? message.at) : NEVER,
        generatorURL: message.incident?.url ?? alert.runbook,
        fingerprint: fingerprintOf(labels),
      },
    ],
  };
  return {
    headers: {
      'content-type': 'application/json',
      'idempotency-key': messageId,
      ...(secret ? { authorization: `Bearer ${secret.reveal()}` } : {}),
    },
    body: JSON.stringify(body),
  };
};

function annotationsOf(message: Message, replaces: number): Record<string, string> {
  const { title, summary, facts, notes } = messageText(message, replaces);
  const { alert, incident } = message;
  return {
    title,
    summary,
    runbook_url: alert.runbook,
    ...(incident ? { incident_url: incident.url } : {}),
    ...(notes.length === 0 ? {} : { note: notes.join(' ') }),
    description: facts.map(([name, value]) => `${name}: ${value}`).join('\n'),
  };
}

/**
 * Names an alert by its labels, as Alertmanager does; the hash itself is ours. An alert that became a page is the same
 * one: without its severity, so that its end ends what was told before.
 */
function fingerprintOf({
  severity: _severity,
  ...labels
}: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}
