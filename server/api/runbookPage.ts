import type { Runbook } from '../contract.js';

type Locale = 'en' | 'zh-CN';

const labels = [
  'severity',
  'owner',
  'escalation',
  'expected',
  'minutes',
  'reviewed',
  'tested',
  'never',
  'revision',
] as const;

/** The words around a runbook; its own text stays in the language that it was written in. */
const words: Record<Locale, Record<(typeof labels)[number], string>> = {
  en: {
    severity: 'Severity',
    owner: 'Owner',
    escalation: 'Escalation',
    expected: 'Takes',
    minutes: 'min',
    reviewed: 'Reviewed',
    tested: 'Tested',
    never: 'never',
    revision: 'Revision',
  },
  'zh-CN': {
    severity: '级别',
    owner: '负责人',
    escalation: '升级联系',
    expected: '预计用时',
    minutes: '分钟',
    reviewed: '审阅',
    tested: '演练',
    never: '从未',
    revision: '版本',
  },
};
const severities: Record<Locale, Record<NonNullable<Runbook['severity']>, string>> = {
  en: { page: 'page', ticket: 'ticket' },
  'zh-CN': { page: '呼叫', ticket: '工单' },
};

/**
 * The runbook as a whole page that reads and prints without JavaScript.
 *
 * @param options.indexHtml the built page, with `<!--head-->` in its head and `<!--app-html-->` inside `#app`;
 *   throws if it lacks one, since the reader would get an empty page.
 */
export function renderRunbookPage(options: {
  indexHtml: string;
  runbook: Runbook;
  locale: Locale;
}): string {
  const { indexHtml, runbook, locale } = options;
  const page = put(indexHtml, '<!--app-html-->', article(runbook, locale))
    .replace(/<title>[^<]*<\/title>/, '')
    .replace(/<html lang="[^"]*"/, `<html lang="${locale}"`);
  return put(page, '<!--head-->', `<title>${escapeHtml(runbook.title)} · Burnbook</title>`);
}

function article(runbook: Runbook, locale: Locale): string {
  const label = words[locale];
  const facts = [
    ...(runbook.severity === null
      ? []
      : [[label.severity, severities[locale][runbook.severity]] as const]),
    ...(runbook.owner === null ? [] : [[label.owner, runbook.owner] as const]),
    ...(runbook.escalation === null ? [] : [[label.escalation, runbook.escalation] as const]),
    ...(runbook.expectedMinutes === null
      ? []
      : [[label.expected, `${runbook.expectedMinutes} ${label.minutes}`] as const]),
    [label.reviewed, runbook.reviewed ?? label.never],
    [label.tested, runbook.tested ?? label.never],
    [label.revision, runbook.revision],
  ] as const;
  return [
    '<main class="runbook-static">',
    '<header class="runbook-head">',
    `<p class="runbook-name">${escapeHtml(runbook.name)}</p>`,
    `<h1>${escapeHtml(runbook.title)}</h1>`,
    '<dl>',
    ...facts.map(([name, fact]) => `<div><dt>${name}</dt><dd>${escapeHtml(fact)}</dd></div>`),
    '</dl>',
    '</header>',
    `<article class="runbook" lang="en">${runbook.html}</article>`,
    '</main>',
  ].join('');
}

/** Not `replace(mark, text)`: a `$&` in a runbook would be read as a pattern. */
function put(page: string, mark: string, html: string): string {
  const parts = page.split(mark);
  if (parts.length !== 2)
    throw new Error(`the page must hold ${mark} once, found ${parts.length - 1}`);
  return parts.join(html);
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (char) => entities[char] ?? char);
}
