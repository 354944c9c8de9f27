import { useLocation } from 'preact-iso';
import { useEffect, useRef } from 'preact/hooks';
import { formatRange, shiftRange } from '../url/range.js';
import { useView } from '../url/useView.js';
import { nextTheme } from './preferences.js';

interface KeyActions {
  openPalette: () => void;
  openHelp: () => void;
}

/** The second key after `g`, and where it leads; `#` names the part of the page to focus. */
const GO: Record<string, string> = {
  o: '/',
  b: '/batches',
  p: '/#pipelines',
  s: '/slos',
  i: '/incidents',
  c: '/cost',
  r: '/retries',
  n: '/runbooks',
};

/** Keys that only the page shown knows. */
const pageKeys = new Map<string, () => void>();

/** Gives a page keys of its own while it is shown; they rest when the others do. @param keys must not change. */
export function usePageKeys(keys: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    for (const [key, act] of Object.entries(keys)) pageKeys.set(key, act);
    return () => {
      for (const key of Object.keys(keys)) pageKeys.delete(key);
    };
  }, [keys]);
}

/** After this time a `g` is forgotten. */
const GO_WAIT_MS = 1_500;

/** The page's keys. They rest while a person types, chooses from a list, or a dialog is open. */
export function useKeys(actions: KeyActions): void {
  const view = useView();
  const { route } = useLocation();
  const latest = useRef({ view, route, actions });
  latest.current = { view, route, actions };

  useEffect(() => {
    let goUntilMs = 0;
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        latest.current.actions.openPalette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isBusy(event)) return;
      // When it was pressed: a page that is busy may hear of it much later.
      const pressedMs = event.timeStamp;
      const going = pressedMs < goUntilMs;
      goUntilMs = !going && event.key === 'g' ? pressedMs + GO_WAIT_MS : 0;
      if (going) go(event.key, latest.current);
      else press(event.key, latest.current);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

type Context = {
  view: ReturnType<typeof useView>;
  route: (url: string) => void;
  actions: KeyActions;
};

function press(key: string, { view, actions }: Context): void {
  switch (key) {
    case '[':
    case ']': {
      const shifted = shiftRange(view.range, key === '[' ? -1 : 1, {
        now: new Date(),
        tz: view.tz,
      });
      view.set({ range: formatRange(shifted) });
      return;
    }
    case 'c':
      view.set({ compare: view.compare ? null : 'previous' });
      return;
    case 't':
      nextTheme();
      return;
    case '?':
      actions.openHelp();
      return;
    default:
      pageKeys.get(key)?.();
  }
}

function go(key: string, { view, route }: Context): void {
  const place = GO[key];
  if (place === undefined) return;
  const [path = '/', part] = place.split('#');
  route(view.href(path));
  // The page may be drawn only after its code has loaded.
  if (part !== undefined) focusWhenThere(part);
}

function focusWhenThere(id: string, attemptsLeft = 120): void {
  const element = document.getElementById(id);
  if (element) {
    element.tabIndex = -1;
    element.focus();
    element.scrollIntoView({ block: 'start' });
  } else if (attemptsLeft > 0) {
    requestAnimationFrame(() => focusWhenThere(id, attemptsLeft - 1));
  }
}

function isBusy(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  if (document.querySelector('dialog[open]')) return true;
  if (target === null || (target instanceof HTMLInputElement && target.type === 'checkbox'))
    return false;
  return /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable;
}
