import { signal } from '@preact/signals';
import { loadCode } from '../api/loadCode.js';
import { en } from './en.js';
import type { enCost } from './enCost.js';

export type Locale = 'en' | 'zh-CN';

export type MessageKey = keyof typeof en | keyof typeof enCost;

type Messages = Partial<Record<MessageKey, string>>;

/** The language shown. Components that call `t` redraw when it changes. */
export const locale = signal<Locale>('en');

const messages = signal<Messages>(en);

/** Whether the sentences about costs, budgets and retries are here too; other pages do not wait for them. */
let withCosts = false;

const STORAGE_KEY = 'burnbook.locale';

/** The sentence for a key with its `{name}`s filled in. */
export function t(key: MessageKey, values: Record<string, string | number> = {}): string {
  return (messages.value[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(values[name] ?? whole),
  );
}

/** Switches the language; what is not in the first file loads on first use. Stays as it is when it does not come. */
export async function setLocale(next: Locale): Promise<void> {
  try {
    messages.value = await wordsOf(next);
  } catch {
    return;
  }
  locale.value = next;
  document.documentElement.lang = next;
}

/** Switches and remembers the choice in this browser. */
export async function chooseLocale(next: Locale): Promise<void> {
  try {
    localStorage.setItem(STORAGE_KEY, next);
  } catch {
    // Storage may be blocked: the choice then lasts as long as the page.
  }
  await setLocale(next);
}

/** Brings the sentences of the pages about costs. @throws what the import throws. */
export async function loadCostWords(): Promise<void> {
  withCosts = true;
  messages.value = await wordsOf(locale.value);
}

async function wordsOf(language: Locale): Promise<Messages> {
  const [own, ofCosts] = await Promise.all([
    language === 'en' ? en : loadCode(() => import('./zhCN.js')).then(({ zhCN }) => zhCN),
    withCosts ? costWordsOf(language) : {},
  ]);
  return { ...own, ...ofCosts };
}

async function costWordsOf(language: Locale): Promise<Messages> {
  return language === 'en'
    ? (await import('./enCost.js')).enCost
    : (await import('./zhCNCost.js')).zhCNCost;
}
