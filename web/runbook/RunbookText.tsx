import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { t } from '../i18n/t.js';
import { LivePanel } from '../panels/LivePanel.js';
import { copyText } from '../parts/CopyButton.js';
import { Portal } from '../parts/Portal.js';

export interface PanelPlace {
  /** The figure's id. */
  id: string;
  panel: string;
  params: Record<string, string>;
  figure: HTMLElement;
}

interface RunbookTextProps {
  /** Sanitised by the server. */
  html: string;
  done: ReadonlySet<number>;
  onTick: (step: number, done: boolean) => void;
  onSteps: (texts: readonly string[]) => void;
  /** Panels stand in the text: the screen is too narrow for them beside it. */
  inline: boolean;
  onActivePanel: (id: string | null) => void;
}

/** The runbook's own words, with a box to tick at each step, a copy button at each command, and places for panels. */
export function RunbookText({
  html,
  done,
  onTick,
  onSteps,
  inline,
  onActivePanel,
}: RunbookTextProps) {
  const article = useRef<HTMLElement>(null);
  const [places, setPlaces] = useState<PanelPlace[]>([]);
  const latest = useRef({ onTick, onActivePanel });
  latest.current = { onTick, onActivePanel };

  useLayoutEffect(() => {
    const element = article.current;
    if (!element) return;
    element.innerHTML = html;
    const steps = stepsOf(element);
    steps.forEach((step, index) => addTick(step, index + 1, latest));
    element.querySelectorAll<HTMLElement>('figure.run').forEach(addCopy);
    onSteps(steps.map((step) => firstWords(step)));
    setPlaces(panelPlaces(element));
  }, [html]);

  useLayoutEffect(() => {
    article.current?.querySelectorAll<HTMLInputElement>('input.tick').forEach((box, index) => {
      box.checked = done.has(index + 1);
      box.closest('li')?.classList.toggle('done', box.checked);
    });
  }, [done, html]);

  useEffect(() => {
    if (inline || places.length === 0) return undefined;
    let frame = 0;
    const look = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => latest.current.onActivePanel(panelInView(places)));
    };
    look();
    const listening = new AbortController();
    addEventListener('scroll', look, { passive: true, signal: listening.signal });
    addEventListener('resize', look, { signal: listening.signal });
    return () => {
      listening.abort();
      cancelAnimationFrame(frame);
    };
  }, [places, inline]);

  return (
    <>
      <article class={`runbook-text${inline ? '' : ' panels-beside'}`} ref={article} />
      {inline &&
        places.map((place) => (
          <Portal key={place.id} into={slotOf(place.figure)}>
            <LivePanel panel={place.panel} params={place.params} />
          </Portal>
        ))}
    </>
  );
}

function stepsOf(article: HTMLElement): HTMLElement[] {
  return [...article.querySelectorAll<HTMLElement>('li.step')];
}

function addTick(
  step: HTMLElement,
  number: number,
  latest: { current: { onTick: RunbookTextProps['onTick'] } },
): void {
  const label = document.createElement('label');
  label.className = 'tick-label';
  const box = document.createElement('input');
  box.type = 'checkbox';
  box.className = 'tick';
  box.setAttribute('aria-label', t('runbook.step', { n: number }));
  box.addEventListener('change', () => latest.current.onTick(number, box.checked));
  label.append(box);
  step.prepend(label);
}

function addCopy(figure: HTMLElement): void {
  const code = figure.querySelector('code')?.textContent ?? '';
  const pre = figure.querySelector('pre');
  // A long command scrolls sideways, so that the keyboard must reach it.
  pre?.setAttribute('tabindex', '0');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'button copy';
  button.textContent = t('runbook.copy');
  button.addEventListener('click', () => {
    void copyText(code).then(() => {
      button.textContent = t('runbook.copied');
      setTimeout(() => (button.textContent = t('runbook.copy')), 2_000);
    });
  });
  figure.append(button);
}

export function panelPlaces(article: HTMLElement): PanelPlace[] {
  return [...article.querySelectorAll<HTMLElement>('figure[data-panel]')].map((figure, index) => ({
    id: figure.id || `panel-${index + 1}`,
    panel: figure.dataset['panel'] ?? '',
    params: readParams(figure.dataset['params']),
    figure,
  }));
}

function readParams(text: string | undefined): Record<string, string> {
  try {
    const parsed: unknown = JSON.parse(text ?? '{}');
    if (typeof parsed !== 'object' || parsed === null) return {};
    return Object.fromEntries(
      Object.entries(parsed).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      ),
    );
  } catch {
    return {};
  }
}

/** The element inside a figure that a panel is drawn into; the caption under it stays for print. */
function slotOf(figure: HTMLElement): HTMLElement {
  const known = figure.querySelector<HTMLElement>(':scope > .slot');
  if (known) return known;
  const slot = document.createElement('div');
  slot.className = 'slot';
  figure.prepend(slot);
  return slot;
}

/** The panel of the step that is being read: the last whose step or heading starts above the middle of the screen. */
function panelInView(places: readonly PanelPlace[]): string | null {
  const middle = innerHeight * 0.5;
  const above = places.filter(
    (place) => ownerOf(place.figure).getBoundingClientRect().top < middle,
  );
  return (above[above.length - 1] ?? places[0])?.id ?? null;
}

function ownerOf(figure: HTMLElement): Element {
  const step = figure.closest('li.step');
  if (step) return step;
  let before = figure.previousElementSibling;
  while (before && !/^(H[2-4]|OL)$/.test(before.tagName)) before = before.previousElementSibling;
  if (before?.tagName === 'OL') return before.lastElementChild ?? before;
  return before ?? figure;
}

function firstWords(step: HTMLElement): string {
  const copy = step.cloneNode(true) as HTMLElement;
  copy.querySelectorAll('figure, pre, label, ul, ol').forEach((part) => part.remove());
  const text = (copy.textContent ?? '').replace(/\s+/g, ' ').trim();
  return text.length > 90 ? `${text.slice(0, 88)}…` : text;
}
