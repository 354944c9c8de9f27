import { signal } from '@preact/signals';

const STORAGE_KEY = 'burnbook.actor';

/** Who changes things from this browser, as the audit trail names them; '' until somebody says. */
export const actor = signal<string>(stored());

export function nameActor(name: string): void {
  actor.value = name.trim();
  try {
    localStorage.setItem(STORAGE_KEY, actor.value);
  } catch {
    // Storage may be blocked: the name then lasts as long as the page.
  }
}

function stored(): string {
  try {
    return localStorage.getItem(STORAGE_KEY) ?? '';
  } catch {
    return '';
  }
}
