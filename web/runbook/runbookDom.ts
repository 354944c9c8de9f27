import { t } from '../i18n/t.js';
import { copyText } from '../parts/CopyButton.js';

/** The places in a runbook's HTML that parts of the page are drawn into. */
export interface TextPlaces {
  /** Under each step, in the order of the text. */
  feet: { number: number; into: HTMLElement }[];
  panels: PanelPlace[];
  checks: { id: string; into: HTMLElement }[];
  /** Under the heading of Verify; null: it has none. */
  verify: HTMLElement | null;
}

export interface PanelPlace {
  /** The figure's id. */
  id: string;
  panel: string;
  params: Record<string, string>;
  figure: HTMLElement;
  into: HTMLElement;
}

/** Gives each step a box to tick and a foot, each command a button to copy it, and finds the places of the rest. */
export function prepareText(
  article: HTMLElement,
  onTick: (step: number, done: boolean) => void,
): TextPlaces {
  const steps = [...article.querySelectorAll<HTMLElement>('li.step')];
  article.querySelectorAll<HTMLElement>('figure.run').forEach(addCopy);
  return {
    feet: steps.map((step, index) => {
      addTick(step, index + 1, onTick);
      return { number: index + 1, into: append(step, 'div', 'step-foot') };
    }),
    panels: panelPlaces(article),
    checks: [...article.querySelectorAll<HTMLElement>('figure.check-slot')].map((figure) => ({
      id: figure.id,
      into: slotOf(figure),
    })),
    verify: verifyPlace(article),
  };
}

export const stepElement = (number: number): HTMLElement | null =>
  document.getElementById(`step-${number}`);

function addTick(
  step: HTMLElement,
  number: number,
  onTick: (step: number, done: boolean) => void,
): void {
  const label = document.createElement('label');
  label.className = 'tick-label';
  const box = document.createElement('input');
  box.type = 'checkbox';
  box.className = 'tick';
  box.setAttribute('aria-label', t('runbook.step', { n: number }));
  box.addEventListener('change', () => onTick(number, box.checked));
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

function panelPlaces(article: HTMLElement): PanelPlace[] {
  return [...article.querySelectorAll<HTMLElement>('figure[data-panel]')].map((figure, index) => ({
    id: figure.id || `panel-${index + 1}`,
    panel: figure.dataset['panel'] ?? '',
    params: readParams(figure.dataset['params']),
    figure,
    into: slotOf(figure),
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

/** The element inside a figure that a part is drawn into; the caption under it stays for print. */
function slotOf(figure: HTMLElement): HTMLElement {
  const known = figure.querySelector<HTMLElement>(':scope > .slot');
  if (known) return known;
  const slot = document.createElement('div');
  slot.className = 'slot';
  figure.prepend(slot);
  return slot;
}

function verifyPlace(article: HTMLElement): HTMLElement | null {
  const heading = article.querySelector('#section-verify');
  if (!heading) return null;
  const place = document.createElement('div');
  place.className = 'verify-place';
  heading.after(place);
  return place;
}

function append(parent: HTMLElement, tag: 'div', className: string): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  parent.append(element);
  return element;
}

/** The panel of the step that is being read: the last whose step or heading starts above the middle of the screen. */
export function panelInView(places: readonly PanelPlace[]): string | null {
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
