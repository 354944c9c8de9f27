import { effect, signal, type Signal } from '@preact/signals';
import { locale } from './t.js';

/**
 * Sentences that English pages take from the server and others build from its facts; loaded when the language asks for them.
 * null: those of the server are shown, as they are when the words cannot be had.
 */
export function wordsOf<Words>(load: () => Promise<Words>): {
  readonly words: Signal<Words | null>;
  readonly loaded: () => Promise<void>;
} {
  const words = signal<Words | null>(null);
  const loaded = async (): Promise<void> => {
    if (locale.value === 'en') {
      words.value = null;
      return;
    }
    try {
      words.value = await load();
    } catch {
      words.value = null;
    }
  };
  effect(() => {
    void loaded();
  });
  return { words, loaded };
}
