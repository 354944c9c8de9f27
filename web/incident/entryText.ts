import type { IncidentEntry } from '../../server/contract.js';
import { filled } from '../i18n/filled.js';
import { alertSummary, causeText } from './alertSummary.js';
import { alertWords } from './alertWords.js';

/** What a line of a timeline says, in the language of the page as far as its facts allow; else as it was written. */
export function entryText(
  { text, facts }: Pick<IncidentEntry, 'text' | 'facts'>,
  tz: string,
): string {
  const words = alertWords.value;
  if (!words || !facts) return text;
  const { says, values, alert } = facts;
  const { name = '', reason = '', severity, outcome, state } = values;
  const said = filled(words.entries[says], {
    ...values,
    name: own(words.names, name) ?? values['spoken'] ?? name,
    reason: causeText(reason),
    severity: own(words.severities, severity) ?? '',
    outcome: own(words.outcomes, outcome) ?? '',
    state: own(words.told, state) ?? '',
    summary: alert ? alertSummary(alert, tz) : '',
    place: values['step'] ? (filled(words.step, values) ?? '') : '',
  });
  return said ?? text;
}

const own = (of: Readonly<Record<string, string>>, key: string | undefined): string | undefined =>
  key !== undefined && Object.hasOwn(of, key) ? of[key] : undefined;
