import { signal } from '@preact/signals';
import { loadCode } from '../api/loadCode.js';
import { en, type MessageKey } from './en.js';

export type Locale = 'en' | 'zh-CN';

type Messages = Record<MessageKey, string>;

/** The language shown. Components that call `t` redraw when it changes. */
export const locale = signal<Locale>('en');

const messages = signal<Messages>(en);

const STORAGE_KEY = 'burnbook.locale';

/** The sentence for a key with its `{name}`s filled in. */
export function t(key: MessageKey, values: Record<string, string | number> = {}): string {
  return messages.value[key].replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(values[name] ?? whole),
  );
}

/** Switches the language; Chinese loads on first use. Stays with English when it does not come. */
export async function setLocale(next: Locale): Promise<void> {
  try {
    messages.value = next === 'zh-CN' ? (await loadCode(() => import('./zhCN.js'))).zhCN : en;
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
