import type { Resilience } from '../../server/contract.js';
import { filled } from '../i18n/filled.js';
import { wordsOf } from '../i18n/wordsOf.js';

type Item = Resilience['items'][number]['items'][number];

/** The checklist's sentences in the language of the page; null: those of the server are shown. */
export const { words: checklistWords, loaded: loadChecklistWords } = wordsOf(() =>
  import('../i18n/zhCNChecklist.js').then(({ zhCNChecklist }) => zhCNChecklist),
);

/** An item's words, in the language of the page where it has some. */
export const itemText = ({ id, text }: Pick<Item, 'id' | 'text'>): string =>
  own(checklistWords.value?.items, id) ?? text;

/** What an item stands on, in the language of the page as far as its facts allow. */
export function reasonText({ because, reason }: Pick<Item, 'because' | 'reason'>): string {
  const words = checklistWords.value;
  const sentence = own(words?.reasons, reason.says);
  if (!words || sentence === undefined) return because;
  const answer = own(words.answers, reason.values['answer']) ?? '';
  return filled(sentence, { ...reason.values, answer }) ?? because;
}

const own = (
  of: Readonly<Record<string, string>> | undefined,
  key: string | undefined,
): string | undefined =>
  of !== undefined && key !== undefined && Object.hasOwn(of, key) ? of[key] : undefined;
