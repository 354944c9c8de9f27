import type { Highlight } from './highlight.js';
import { element, htmlText, isElement, type HtmlElement } from './html.js';

/** Code in a rendered text: what follows ```` ``` ```` and what it holds. */
export interface CodeBlock {
  pre: HtmlElement;
  /** Null where none is said. */
  language: string | null;
  text: string;
}

const LABEL_LENGTH_MAX = 40;

/** @returns null for any other element. */
export function codeBlockOf(node: HtmlElement): CodeBlock | null {
  const code = isElement(node, 'pre') ? node.children.find((child) => isElement(child)) : undefined;
  if (code?.tagName !== 'code') return null;
  const classes = code.properties['className'];
  const [name] = Array.isArray(classes) ? classes : [];
  const language = typeof name === 'string' ? name.replace(/^language-/, '') : null;
  return { pre: node, language, text: htmlText(code) };
}

/** A command to copy, and under it what it prints when all is well. */
export function runFigure(
  run: CodeBlock,
  { output, highlight }: { output: CodeBlock | null; highlight: Highlight | null },
): HtmlElement {
  // Without the line end that a shell would take for Enter when the command is pasted.
  const command = run.text.trimEnd();
  const children = [
    element('pre', {}, [element('code', {}, highlight?.(command, 'run') ?? [command])]),
  ];
  if (output) {
    children.push(
      element('div', { className: ['output'] }, [
        element('p', {}, ['When all is well it prints something like:']),
        element('pre', {}, [element('code', {}, [output.text.trimEnd()])]),
      ]),
    );
  }
  return element('figure', { className: ['run'] }, children);
}

/** Any other code with its language as a label; a diagram's source says that it is one. */
export function codeFigure(
  { language, text }: CodeBlock & { language: string },
  highlight: Highlight | null,
): HtmlElement {
  const label = language === 'mermaid' ? 'mermaid diagram, as text' : language;
  const code = text.replace(/\n$/, '');
  return element('figure', { className: ['code'] }, [
    element('figcaption', {}, [label.slice(0, LABEL_LENGTH_MAX)]),
    element('pre', {}, [element('code', {}, highlight?.(code, language) ?? [code])]),
  ]);
}
