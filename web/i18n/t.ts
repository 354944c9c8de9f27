import { signal } from '@preact/signals';
import { loadCode } from '../api/loadCode.js';
import { en } from './en.js';
import type { enCost } from './enCost.js';

export type Locale = 'en' | 'zh-CN';

export type MessageKey = keyof typeof en | keyof typeof enCost;

export type Messages = Record<MessageKey, string>;

/** The language shown. Components that call `t` redraw when it changes. */
export const locale = signal<Locale>('en');

/** English starts with what every page says; parts of the page bring the rest with their code. */
let english: Partial<Messages> = en;

const messages = signal(english);

const STORAGE_KEY = 'burnbook.locale';

/** The sentence for a key with its `{name}`s filled in. */
export function t(key: MessageKey, values: Record<string, string | number> = {}): string {
  return (messages.value[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(values[name] ?? whole),
  );
}

/** Adds English sentences of a part of the page; Chinese has them all in its own file. */
export function addEnglish(more: Partial<Messages>): void {
  english = { ...english, ...more };
  if (locale.value === 'en') messages.value = english;
}

/** Switches the language; Chinese loads on first use. Stays with English when it does not come. */
export async function setLocale(next: Locale): Promise<void> {
  try {
    messages.value = next === 'zh-CN' ? (await loadCode(() => import('./zhCN.js'))).zhCN : english;
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
