/** PagerDuty's Events API v2 (developer.pagerduty.com, "Send an Alert Event"). */
import type { Message } from '../../contract/delivery.js';
import { messageText } from '../messageText.js';
import type { Format } from './wireRequest.js';

const SUMMARY_MAX = 1_024;
const TEXT_MAX = 1_024;

const ACTIONS: Readonly<Record<Message['kind'], 'trigger' | 'acknowledge' | 'resolve'>> = {
  firing: 'trigger',
  severity: 'trigger',
  escalated: 'trigger',
  reminder: 'trigger',
  acknowledged: 'acknowledge',
  resolved: 'resolve',
  test: 'trigger',
};

export const pagerduty: Format = ({ messageId, message, replaces }, { secret }) => {
  const { alert, incident, kind } = message;
  const { title, summary, facts, links, notes } = messageText(message, replaces);
  const action = ACTIONS[kind];
  const common = {
    routing_key: secret?.reveal() ?? '',
    event_action: action,
    dedup_key: message.dedupKey,
  };
  const trigger = {
    client: 'Burnbook',
    client_url: incident?.url ?? alert.runbook,
    links: links.map(([text, href]) => ({ href, text })),
    payload: {
      summary: cut(`${alert.name}: ${summary}`, SUMMARY_MAX),
      source: said([alert.subject['pipeline'], alert.subject['slo'], 'burnbook']),
      severity: kind === 'test' ? 'info' : alert.severity === 'page' ? 'critical' : 'warning',
      timestamp: message.at,
      component: said([alert.subject['step'], alert.name]),
      group: said([alert.owner, 'burnbook']),
      class: alert.name,
      custom_details: {
        title,
        ...Object.fromEntries(facts.map(([name, value]) => [name, cut(value, TEXT_MAX)])),
        ...(notes.length === 0 ? {} : { note: cut(notes.join(' '), TEXT_MAX) }),
      },
    },
  };
  return {
    headers: { 'content-type': 'application/json', 'idempotency-key': messageId },
    body: JSON.stringify(action === 'trigger' ? { ...common, ...trigger } : common),
  };
};

/** The first of them that says anything: PagerDuty refuses empty texts. */
const said = (texts: readonly (string | null | undefined)[]): string =>
  cut(texts.find((text) => (text ?? '').trim() !== '') ?? 'burnbook', TEXT_MAX);

const cut = (text: string, lengthMax: number): string =>
  text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 1).toWellFormed()}…`;
