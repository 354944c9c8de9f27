import type { AlertRow, Incident, IncidentEntry } from '../../server/contract.js';
import { runbookLink, type OpenExecution } from '../execution/openExecutions.js';
import { formatDurationMs } from '../format/quantity.js';
import type { View } from '../url/useView.js';

export type Verdict = 'firing' | 'frozen' | 'quiet' | 'closed';

/** How an incident stands, in the word that the page is headed with. */
export function verdictOf({ state, alerts }: Pick<Incident, 'state' | 'alerts'>): Verdict {
  if (state === 'closed') return 'closed';
  if (alerts.some((alert) => alert.state === 'firing')) return 'firing';
  return alerts.some((alert) => alert.state === 'frozen') ? 'frozen' : 'quiet';
}

/** What needs someone is coloured by its severity; the rest is calm. */
export const verdictStatus = (
  verdict: Verdict,
  severity: Incident['severity'],
): Incident['severity'] | 'lost' | 'recovering' | 'succeeded' =>
  verdict === 'firing'
    ? severity
    : verdict === 'frozen'
      ? 'lost'
      : verdict === 'quiet'
        ? 'recovering'
        : 'succeeded';

/** `45 s`, `12 min 05 s`: since it was opened, or from then to its close. */
export function timerText(
  { openedAt, closedAt }: Pick<Incident, 'openedAt' | 'closedAt'>,
  nowMs: number,
): string {
  const endMs = closedAt === null ? nowMs : Date.parse(closedAt);
  const seconds = Math.max(0, Math.floor((endMs - Date.parse(openedAt)) / 1_000));
  // Tenths of a second would only flicker.
  return seconds < 60 ? `${seconds} s` : formatDurationMs(seconds * 1_000);
}

const STATES: readonly AlertRow['state'][] = ['firing', 'frozen', 'pending', 'resolved'];

/** Most pressing first: what fires before what does not, pages before tickets, the newest first. */
export function byUrgency(a: AlertRow, b: AlertRow): number {
  return (
    STATES.indexOf(a.state) - STATES.indexOf(b.state) ||
    Number(b.severity === 'page') - Number(a.severity === 'page') ||
    b.changedAt.localeCompare(a.changedAt)
  );
}

/** The step of the runbook that was done last; null: none was. */
export const currentStep = (timeline: readonly IncidentEntry[]): IncidentEntry | null =>
  timeline.reduce<IncidentEntry | null>(
    (last, entry) =>
      entry.kind === 'step' && (last === null || entry.at >= last.at) ? entry : last,
    null,
  );

/** The runbook's page, filled with the alert's place and its incident, at the step at which somebody is. */
export function runbookHref(
  { runbook, incidentId }: Pick<AlertRow, 'runbook' | 'incidentId'>,
  { open, view }: { open: readonly OpenExecution[]; view: View },
): string {
  const [path = '', query = ''] = runbook.split('?');
  return runbookLink(
    {
      name: decodeURIComponent(path.slice(path.lastIndexOf('/') + 1)),
      place: { ...Object.fromEntries(new URLSearchParams(query)), incident: incidentId },
      open,
    },
    view,
  );
}

export const incidentPath = (id: string): string => `/incidents/${encodeURIComponent(id)}`;

/** `name=RetryStorm, pipeline=mail-*` as labels; null where a part has no `=`, a name or a value. */
export function matchersOf(text: string): Record<string, string> | null {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  const pairs = parts.map((part) => {
    const at = part.indexOf('=');
    return [part.slice(0, Math.max(0, at)).trim(), part.slice(at + 1).trim()] as const;
  });
  if (pairs.length === 0 || pairs.some(([label, value]) => label === '' || value === ''))
    return null;
  return Object.fromEntries(pairs);
}

export const matchersText = (matchers: Record<string, string>): string =>
  Object.entries(matchers)
    .map(([label, value]) => `${label}=${value}`)
    .join(', ');
