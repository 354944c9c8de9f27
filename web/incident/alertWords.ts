import { effect, signal } from '@preact/signals';
import type { zhCNAlerts } from '../i18n/zhCNAlerts.js';
import { locale } from '../i18n/t.js';

type Words = typeof zhCNAlerts;

/** The sentences of alerts in the language of the page; null: those of the server are shown. */
export const alertWords = signal<Words | null>(null);

/** Brings them where the page needs them. What cannot be had leaves the server's sentences. */
export async function loadAlertWords(): Promise<void> {
  if (locale.value === 'en') {
    alertWords.value = null;
    return;
  }
  try {
    alertWords.value = (await import('../i18n/zhCNAlerts.js')).zhCNAlerts;
  } catch {
    alertWords.value = null;
  }
}

effect(() => {
  void loadAlertWords();
});
