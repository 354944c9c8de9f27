import type { AlertRow, Incident } from '../../server/contract.js';
import { formatInstant } from '../format/time.js';
import { filled } from '../i18n/filled.js';
import { locale } from '../i18n/t.js';
import { alertWords } from './alertWords.js';

type Words = NonNullable<typeof alertWords.value>;
type Says = keyof Words['says'];
type Summed = Pick<AlertRow, 'name' | 'subject' | 'figures' | 'summary'>;
type Values = Readonly<Record<string, string>>;

/** What an alert says, in the language of the page as far as its figures allow; else the server's own sentence. */
export function alertSummary(alert: Summed, tz: string): string {
  const words = alertWords.value;
  const key = words && sentenceOf(alert);
  if (!words || !key || !Object.hasOwn(words.says, key)) return alert.summary;
  return filled(words.says[key], valuesOf(alert, { words, tz })) ?? alert.summary;
}

/** Why something ended or has not landed, as far as the page has words for it: people say what they want. */
export function causeText(cause: string): string {
  const words = alertWords.value;
  return words && Object.hasOwn(words.causes, cause)
    ? words.causes[cause as keyof Words['causes']]
    : cause;
}

/** The title of an incident in the language of the page: what its alert is called, and what it is about. */
export function incidentTitle(
  { title, about }: Pick<Incident, 'title' | 'about'>,
  tz: string,
): string {
  const words = alertWords.value;
  if (!words || !about || !Object.hasOwn(words.names, about.name)) return title;
  const { pair: _pair, period: _period, budgetKind: _kind, ...subject } = about.subject;
  const place = Object.values(timed(subject, { words, tz })).join(words.and);
  const word = words.names[about.name as keyof Words['names']];
  const text = place === '' ? words.titleAlone : words.title;
  return filled(text, { word, name: about.name, place }) ?? title;
}

/** Which sentence; null: there is none for it. */
function sentenceOf({ name, subject, figures }: Summed): Says | null {
  const { slo, pair, budgetKind } = subject;
  if (slo !== undefined && pair !== undefined) {
    const { now } = figures;
    return now === 'recovering' ? 'pairRecovering' : now === 'unseen' ? 'pairUnseen' : 'pair';
  }
  if (budgetKind !== undefined) return budgetKind.split(' ')[0] as Says;
  switch (name) {
    case 'ErrorBudgetBurn':
      return 'occurrences';
    case 'ErrorBudgetExhausted':
      return figures['over'] === undefined ? 'spent' : 'overspent';
    case 'TelemetryMissing':
      return figures['due'] === undefined ? 'coverage' : 'endUnseen';
    case 'BatchFailed':
      if (figures['cause'] === 'still running') return 'failedRetried';
      return figures['verdict'] === 'missing' ? 'failedMissed' : name;
    case 'BackupFailed':
      return figures['fault'] === undefined ? 'backupOverdue' : 'backupFault';
    default:
      return name as Says;
  }
}

interface Language {
  readonly words: Words;
  readonly tz: string;
}

function valuesOf({ subject, figures }: Summed, language: Language): Values {
  const { words } = language;
  const cause = figures['cause'] ?? '';
  return {
    ...timed({ ...figures, ...subject }, language),
    whose: subject['pipeline'] ?? subject['slo'] ?? words.server,
    window: figures['windows']?.split('/')[0] ?? '',
    percent: subject['budgetKind']?.split(' ')[1] ?? '',
    least: figures['atLeast'] === 'yes' ? words.atLeast : ' ',
    cause: causeText(cause),
  };
}

const TIMES: ReadonlySet<string> = new Set(['occurrence', 'due', 'last', 'lastGood', 'failedAt']);

/** With times as the page writes them. */
function timed(values: Values, { words, tz }: Language): Values {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      if (!TIMES.has(key)) return [key, value];
      if (value === 'never') return [key, words.never];
      return [
        key,
        Number.isNaN(Date.parse(value))
          ? value
          : formatInstant(value, { locale: locale.value, tz }),
      ];
    }),
  );
}
