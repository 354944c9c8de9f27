/** The first draft of a postmortem: what is known, as Markdown to paste. Whatever names and notes hold, they stay text. */
import { formatTime, MINUTE_NS } from '../time.js';
import type { Incident, IncidentEntry } from './incident.js';
import { plainMarkdown as text } from './plainMarkdown.js';
import { runbookSection, type FollowedRunbook } from './postmortemRunbook.js';
import type { StandingAlert } from './standingAlert.js';

export interface PostmortemFacts {
  readonly incident: Incident;
  readonly alerts: readonly StandingAlert[];
  /** In order of time. */
  readonly entries: readonly IncidentEntry[];
  /** Runbooks that were followed for it, the newest first. */
  readonly executions: readonly FollowedRunbook[];
}

export function postmortemOf({ incident, alerts, entries, executions }: PostmortemFacts): string {
  const acknowledged = entries.find(({ kind }) => kind === 'acknowledged');
  const { openedNs, closedNs } = incident;
  const lines = [
    `# Postmortem: ${text(incident.title)}`,
    '',
    `- Incident: ${text(incident.incidentId)}`,
    ...(incident.pipeline === null ? [] : [`- Pipeline: ${text(incident.pipeline)}`]),
    `- Opened: ${formatTime(openedNs)}`,
    `- Acknowledged: ${acknowledged ? `${formatTime(acknowledged.atNs)} by ${text(acknowledged.actor)}, after ${lasted(openedNs, acknowledged.atNs)}` : 'never'}`,
    `- Closed: ${closedNs === null ? 'still open' : `${formatTime(closedNs)}, after ${lasted(openedNs, closedNs)}`}`,
    ...(incident.reason === null
      ? []
      : [`- Closed because: ${text(incident.reason)} (${text(incident.closedBy ?? 'by itself')})`]),
    '',
    '## Alerts',
    '',
    '| Alert | Severity | Fired | Resolved | What it said |',
    '| --- | --- | --- | --- | --- |',
    ...alerts.map(
      (alert) =>
        `| ${text(alert.name)} | ${alert.severity} | ${alert.firedNs === null ? 'no' : formatTime(alert.firedNs)} | ${alert.resolvedNs === null ? 'no' : formatTime(alert.resolvedNs)} | ${text(alert.summary)} |`,
    ),
    '',
    '## Timeline (UTC)',
    '',
    ...entries.map(
      (entry) =>
        `- ${formatTime(entry.atNs)} **${entry.kind}** ${text(entry.actor)}: ${text(entry.text)}`,
    ),
    '',
    ...executions.toReversed().flatMap(runbookSection),
    '## Impact',
    '',
    '## Cause',
    '',
    '## What went well',
    '',
    '## What to change',
    '',
  ];
  return lines.join('\n');
}

function lasted(fromNs: bigint, toNs: bigint): string {
  const minutes = (toNs - fromNs) / MINUTE_NS;
  const hours = minutes / 60n;
  return hours === 0n ? `${minutes} min` : `${hours} h ${minutes % 60n} min`;
}
