import { panels } from '@burnbook/domain/panels';
import { element, htmlText, isElement, type HtmlElement, type HtmlRoot } from './html.js';
import { parsePanelFence } from './panelFence.js';
import {
  fillPlaceholders,
  placeholdersIn,
  urlPart,
  type PlaceholderValues,
} from './placeholders.js';

/** The place of a live panel in the HTML. */
export interface PanelSlot {
  /** Id of its figure. */
  id: string;
  panel: string;
  params: Record<string, string>;
}

/**
 * Adds what the text of a runbook may not bring itself, after it was sanitised:
 *
 * - headings get an id made of their words (`section-first-action`), numbered steps `step-1`, `step-2`, … with `class="step"`;
 * - a `panel` fence becomes `<figure class="panel-slot" id="panel-1" data-panel="name" data-params="{…}">` with a
 *   caption that reads well where no script draws the panel;
 * - a `run` fence becomes `<figure class="run"><pre><code>…`, a command to copy;
 * - links that leave this server get `rel="noopener noreferrer"`.
 *
 * Returns the panels in the order of the text.
 */
export function finishHtml(root: HtmlRoot, values: PlaceholderValues): PanelSlot[] {
  const slots: PanelSlot[] = [];
  const ids = new Set<string>();
  let steps = 0;
  for (const child of root.children) {
    if (!isElement(child, 'ol')) continue;
    for (const item of child.children) {
      if (isElement(item, 'li')) {
        steps += 1;
        item.properties = { id: `step-${steps}`, className: ['step'] };
      }
    }
  }
  replaceElements(root, (node) => {
    if (/^h[2-6]$/.test(node.tagName)) node.properties['id'] = headingId(htmlText(node), ids);
    if (isElement(node, 'a')) secureLink(node);
    const code = isElement(node, 'pre') ? node.children[0] : undefined;
    if (!isElement(code, 'code')) return node;
    const language = languageOf(code);
    if (language === 'run')
      return element('figure', { className: ['run'] }, [plainCode(node, code)]);
    if (language !== 'panel') return node;
    const slot = slotOf({ yaml: htmlText(code), number: slots.length + 1, values });
    slots.push(slot);
    return figureOf(slot);
  });
  return slots;
}

/** Visits every element, outermost first, and puts what `replace` returns in its place. */
function replaceElements(
  parent: HtmlRoot | HtmlElement,
  replace: (node: HtmlElement) => HtmlElement,
): void {
  for (const [at, child] of parent.children.entries()) {
    if (!isElement(child)) continue;
    const next = replace(child);
    parent.children[at] = next;
    if (next === child) replaceElements(next, replace);
  }
}

function slotOf({
  yaml,
  number,
  values,
}: {
  yaml: string;
  number: number;
  values: PlaceholderValues;
}): PanelSlot {
  const { panel, params } = parsePanelFence(yaml);
  const filled = Object.entries(params)
    .map(([name, value]) => [name, fillPlaceholders(value, values, 'text')] as const)
    // Not filled: the panel chooses for itself rather than look for a batch called {{batch}}.
    .filter(([name]) => placeholdersIn(params[name] ?? '').every((each) => isKnown(each, values)));
  return { id: `panel-${number}`, panel, params: Object.fromEntries(filled) };
}

function isKnown(name: string, values: PlaceholderValues): boolean {
  return new Map(Object.entries(values)).get(name) !== undefined;
}

function figureOf({ id, panel, params }: PanelSlot): HtmlElement {
  const { caption } = panels[panel as keyof typeof panels];
  const { pipeline, batch } = params;
  const place = [pipeline, batch].filter((part) => part !== undefined);
  const children: (HtmlElement | string)[] = ['Live panel: ', caption];
  if (place.length > 0) children.push(` (${place.join(', ')})`);
  children.push('.');
  if (pipeline !== undefined && batch !== undefined) {
    const href = `/batches/${urlPart(pipeline)}/${urlPart(batch)}`;
    children.push(' ', element('a', { href }, ['Open the batch']));
  }
  return element(
    'figure',
    { className: ['panel-slot'], id, dataPanel: panel, dataParams: JSON.stringify(params) },
    [element('figcaption', {}, children)],
  );
}

/** Without the line end that a shell would take for Enter when the command is pasted. */
function plainCode(pre: HtmlElement, code: HtmlElement): HtmlElement {
  pre.children = [element('code', {}, [htmlText(code).trimEnd()])];
  return pre;
}

function languageOf(code: HtmlElement): string | null {
  const [name] = Array.isArray(code.properties['className']) ? code.properties['className'] : [];
  return typeof name === 'string' ? name.replace(/^language-/, '') : null;
}

/** The prefix keeps a heading such as "App" away from the ids of the page around it. */
function headingId(text: string, taken: Set<string>): string {
  const words = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  const base = `section-${words}`;
  let id = base;
  for (let count = 2; taken.has(id); count += 1) id = `${base}-${count}`;
  taken.add(id);
  return id;
}

function secureLink(link: HtmlElement): void {
  const href = link.properties['href'];
  if (typeof href === 'string' && /^(?:https?:|\/\/)/i.test(href)) {
    link.properties['rel'] = ['noopener', 'noreferrer'];
  }
}
