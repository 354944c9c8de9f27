/** A message in words, before a destination's own markup. */
import { formatUsdShort, parseUsd } from '@burnbook/domain/money';
import type { Message } from '../contract/delivery.js';

export interface MessageText {
  /** One line that says it all: what, how bad, what about. */
  readonly title: string;
  /** One sentence with the figures. */
  readonly summary: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly links: readonly (readonly [name: string, url: string])[];
  /** What the reader has to know besides, and about the message itself. */
  readonly notes: readonly string[];
}

const WORDS: Readonly<Record<Message['kind'], string>> = {
  firing: 'Firing',
  severity: 'Severity changed',
  escalated: 'Escalated',
  reminder: 'Still firing',
  acknowledged: 'Acknowledged',
  resolved: 'Resolved',
  test: 'Test',
};

/** @param replaces how many older messages on it were not delivered before this one. */
export function messageText(message: Message, replaces: number): MessageText {
  const { alert, incident, kind } = message;
  const subject = alert.subject['pipeline'] ?? alert.subject['slo'] ?? alert.subject['budget'];
  const about = subject === undefined ? '' : ` · ${subject}`;
  return {
    title: `${WORDS[kind]}: ${alert.name} (${alert.severity})${about}`,
    summary: alert.summary.trim() === '' ? alert.name : alert.summary,
    facts: facts(message),
    links: [
      ['Runbook', alert.runbook],
      ...(incident ? ([['Incident', incident.url]] as const) : []),
    ],
    notes: [message.note ?? '', ...replacedNote(replaces)].filter((note) => note.trim() !== ''),
  };
}

function replacedNote(replaces: number): string[] {
  if (replaces === 0) return [];
  const [what, them] =
    replaces === 1 ? ['One earlier message', 'it'] : [`${replaces} earlier messages`, 'them'];
  return [`${what} on this alert could not be delivered: this one replaces ${them}.`];
}

function facts({ alert, kind }: Message): [string, string][] {
  const rows: [string, string | null][] = [
    ['First action', kind === 'resolved' ? null : alert.firstAction],
    ['Owner', alert.owner],
    ['Budget left', alert.budgetLeft === null ? null : percent(alert.budgetLeft)],
    ['Time to empty', alert.secondsToEmpty === null ? null : duration(alert.secondsToEmpty)],
    ['At stake', stakeText(alert)],
    ['Started', alert.startedAt],
    ['Resolved', kind === 'resolved' ? alert.resolvedAt : null],
    ['Reason', alert.reason],
    ...Object.entries(alert.subject),
    // The stake has a row of its own, and the sentence says the fault.
    ...Object.entries(alert.figures).filter(
      ([name]) => !name.startsWith('stake') && name !== 'fault',
    ),
  ];
  return rows.flatMap(([name, value]) =>
    value === null || value.trim() === '' ? [] : [[name, value]],
  );
}

/** `$1.25: bad attempts, 1h`; why there is no figure where there is none. */
function stakeText({ stakeUsd, figures }: Message['alert']): string | null {
  const { stake, stakeWindow, stakeUnpriced } = figures;
  if (stakeUsd === null) return stake === undefined ? null : `unknown: ${stake}`;
  const least = stakeUnpriced === undefined ? '' : 'at least ';
  const what = [stake, stakeWindow].filter((part) => part !== undefined).join(', ');
  const usd = `${least}$${formatUsdShort(parseUsd(stakeUsd))}`;
  return what === '' ? usd : `${usd}: ${what}`;
}

const percent = (share: number): string => `${Math.round(share * 1_000) / 10} %`;

function duration(seconds: number): string {
  const hours = seconds / 3_600;
  if (hours >= 48) return `${Math.round(hours / 24)} days`;
  if (hours >= 2) return `${Math.round(hours)} hours`;
  return `${Math.round(seconds / 60)} minutes`;
}
