import type { Runbook, RunbookCheck } from '../contract.js';
import { codeBlockOf, codeFigure, runFigure, type CodeBlock } from './codeFigure.js';
import type { Highlight } from './highlight.js';
import { htmlText, isElement, type HtmlElement, type HtmlNode, type HtmlRoot } from './html.js';
import type { PlaceholderValues } from './placeholders.js';
import { headingId } from './headingId.js';
import { finishLinks } from './links.js';
import {
  checkFigure,
  checkSlot,
  panelFigure,
  panelSlot,
  type PanelSlot,
  type Place,
} from './slots.js';

export interface FinishedHtml {
  steps: Runbook['steps'];
  /** In the order of the text. */
  panels: PanelSlot[];
  checks: RunbookCheck[];
}

interface FinishOptions {
  values: PlaceholderValues;
  highlight: Highlight | null;
}

const STEP_TEXT_LENGTH_MAX = 120;

/**
 * Adds what the text of a runbook may not bring itself, after it was sanitised:
 *
 * - headings get an id made of their words (`section-first-action`), numbered steps `step-1`, `step-2`, … with `class="step"`;
 * - a `panel` fence becomes `<figure class="panel-slot" id="panel-1" data-panel="name" data-params="{…}">`, a `check`
 *   fence `<figure class="check-slot" id="check-1" data-check="question">`, each with a caption that reads well where no
 *   script makes it live;
 * - a `run` fence becomes `<figure class="run"><pre><code>…`, a command to copy, with the `output` fence after it;
 * - other code gets its language as a label;
 * - links that leave this server get `rel="noopener noreferrer"`, those to a runbook beside this one its address.
 */
export function finishHtml(root: HtmlRoot, options: FinishOptions): FinishedHtml {
  return new Finishing(options).finish(root);
}

class Finishing {
  readonly #values: PlaceholderValues;
  readonly #highlight: Highlight | null;
  readonly #found: FinishedHtml = { steps: [], panels: [], checks: [] };
  readonly #ids = new Set<string>();
  #section = '';
  #step: number | null = null;

  constructor({ values, highlight }: FinishOptions) {
    this.#values = values;
    this.#highlight = highlight;
  }

  finish(root: HtmlRoot): FinishedHtml {
    root.children = this.#rewrite(root.children, (child) => {
      if (isElement(child, 'h2')) this.#section = htmlText(child);
      if (!isElement(child, 'ol')) return;
      for (const item of child.children) {
        if (isElement(item, 'li')) this.#addStep(item);
      }
    });
    finishLinks(root, this.#ids);
    return this.#found;
  }

  #addStep(item: HtmlElement): void {
    const number = this.#found.steps.length + 1;
    item.properties = { id: `step-${number}`, className: ['step'] };
    this.#found.steps.push({ number, section: this.#section, text: firstWords(item) });
  }

  /** The children with every element replaced by what it becomes, outermost first. `before` sees each as it was. */
  #rewrite<Node extends HtmlNode>(
    children: readonly Node[],
    before?: (child: Node) => void,
  ): Node[] {
    const rewritten: Node[] = [];
    const left = [...children];
    for (let child = left.shift(); child !== undefined; child = left.shift()) {
      before?.(child);
      const block = isElement(child) ? codeBlockOf(child) : null;
      if (block) rewritten.push(this.#codeFor(block, left) as Node);
      else {
        if (isElement(child)) this.#visit(child);
        rewritten.push(child);
      }
    }
    return rewritten;
  }

  #visit(node: HtmlElement): void {
    if (/^h[2-6]$/.test(node.tagName)) node.properties['id'] = this.#headingId(htmlText(node));
    else this.#keepIdOnce(node);
    const isStep = stepOf(node);
    if (isStep !== null) this.#step = isStep;
    node.children = this.#rewrite(node.children);
    if (isStep !== null) this.#step = null;
  }

  /** @param after the siblings that follow: the output of a command is taken from them. */
  #codeFor(block: CodeBlock, after: HtmlNode[]): HtmlElement {
    const { language, text, pre } = block;
    if (language === null) {
      // The sanitiser leaves an empty class where it took a name away.
      for (const child of pre.children) if (isElement(child)) child.properties = {};
      return pre;
    }
    if (language === 'run') {
      return runFigure(block, { output: takeOutput(after), highlight: this.#highlight });
    }
    return this.#slotFor(language, text) ?? codeFigure({ ...block, language }, this.#highlight);
  }

  /** Null also for a fence that says nothing: in a document from elsewhere it is code like any other. */
  #slotFor(language: string, yaml: string): HtmlElement | null {
    const { panels, checks } = this.#found;
    try {
      if (language === 'panel') {
        const slot = panelSlot(yaml, { place: this.#place(panels), values: this.#values });
        panels.push(slot);
        return panelFigure(slot);
      }
      if (language === 'check') {
        const slot = checkSlot(yaml, { place: this.#place(checks), values: this.#values });
        checks.push(slot);
        return checkFigure(slot);
      }
    } catch {
      return null;
    }
    return null;
  }

  #place(before: readonly unknown[]): Place {
    return { number: before.length + 1, step: this.#step, section: this.#section };
  }

  #headingId(text: string): string {
    const id = headingId(text, this.#ids);
    this.#ids.add(id);
    return id;
  }

  #keepIdOnce({ properties }: HtmlElement): void {
    const { id } = properties;
    if (typeof id !== 'string') return;
    if (this.#ids.has(id)) delete properties['id'];
    else this.#ids.add(id);
  }
}

function stepOf({ tagName, properties }: HtmlElement): number | null {
  const { id } = properties;
  const found = tagName === 'li' && typeof id === 'string' ? /^step-(\d+)$/.exec(id) : null;
  return found ? Number(found[1]) : null;
}

function takeOutput(after: HtmlNode[]): CodeBlock | null {
  const at = after.findIndex((node) => node.type !== 'text' || node.value.trim() !== '');
  const next = after[at];
  const block = isElement(next) ? codeBlockOf(next) : null;
  if (block?.language !== 'output') return null;
  after.splice(0, at + 1);
  return block;
}

/** The first paragraph of a step, cut at a word. */
function firstWords(step: HtmlElement): string {
  const paragraph = step.children.find((child) => isElement(child, 'p'));
  const own = paragraph && isElement(paragraph) ? [paragraph] : step.children;
  const text = own
    .map((node) =>
      node.type === 'text'
        ? node.value
        : isElement(node) && !/^(?:pre|ul|ol|table)$/.test(node.tagName)
          ? htmlText(node)
          : '',
    )
    .join('')
    .replace(/\s+/g, ' ')
    .trim();
  if (text.length <= STEP_TEXT_LENGTH_MAX) return text;
  return `${text.slice(0, STEP_TEXT_LENGTH_MAX).replace(/\s+\S*$/, '')} …`;
}
