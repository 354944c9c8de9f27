import type { VerdictFacts } from '../../server/contract.js';
import { formatInstant } from '../format/time.js';
import { locale, t } from '../i18n/t.js';

/** How an SLO stands and what to expect, in one sentence of the page's language. @param tz for when it is empty. */
export function verdictText(facts: VerdictFacts, tz = 'UTC'): string {
  const { kind, problem, emptyAt, historyShare } = facts;
  if (kind === 'problem') return t('said.problem', { problem: problem ?? t('unknown') });
  const left =
    facts.left === null
      ? ''
      : t(kind === 'unknown' ? 'said.leftSeen' : 'said.left', { percent: percent(facts.left) });
  const parts = [
    t(`said.${kind}`, {
      percent: percent(kind === 'exhausted' ? (facts.left ?? 0) : (facts.coverage ?? 0)),
      of: t(facts.isOfOccurrences ? 'said.ofDue' : 'said.ofHour'),
      n: facts.last ?? 0,
      times: times(facts.burnRate ?? 0),
      pair: facts.pair ?? '',
    }),
    ...(TELLS_LEFT.has(kind) && left !== '' ? [left] : []),
    ...(emptyAt === null
      ? []
      : [t('said.empty', { at: `${formatInstant(emptyAt, { locale: locale.value, tz })} ${tz}` })]),
    ...(historyShare === null
      ? []
      : [t('said.history', { percent: `${Math.floor(historyShare * 100)} %` })]),
  ];
  return t('said.sentence', { parts: parts.join(t('said.and')) });
}

/** What is idle, unseen or spent has said it already. */
const TELLS_LEFT: ReadonlySet<VerdictFacts['kind']> = new Set([
  'unknown',
  'occurrences',
  'frozen',
  'burning',
  'increasing',
  'recovering',
  'ok',
]);

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;
const times = (burn: number): string => String(Number(burn.toPrecision(3)));
