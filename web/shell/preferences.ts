import { signal } from '@preact/signals';

/** Light and dark follow the system until a person chooses. A taste, not a view: it is kept here and not in the URL. */
export type Theme = 'system' | 'light' | 'dark';

const STORAGE_KEY = 'burnbook.theme';
const ORDER: readonly Theme[] = ['system', 'light', 'dark'];

export const theme = signal<Theme>(currentTheme());

/** system → light → dark → system. */
export function nextTheme(): void {
  chooseTheme(ORDER[(ORDER.indexOf(theme.value) + 1) % ORDER.length] ?? 'system');
}

function chooseTheme(next: Theme): void {
  theme.value = next;
  if (next === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = next;
  try {
    if (next === 'system') localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, next);
  } catch {
    // Storage may be blocked: the choice then lasts as long as the page.
  }
}

// theme.js has set the attribute before the first paint.
function currentTheme(): Theme {
  const chosen = document.documentElement.dataset['theme'];
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system';
}
