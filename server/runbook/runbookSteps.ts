/** The numbered steps of a runbook, each with its section and its first words. */
import type { Runbook } from '../contract.js';
import { markdownText, type MarkdownRoot } from './markdown.js';

const LENGTH_MAX = 200;

export function runbookSteps(body: MarkdownRoot): Runbook['steps'] {
  let section = '';
  let number = 0;
  return body.children.flatMap((node) => {
    if (node.type === 'heading') section = markdownText(node);
    if (node.type !== 'list' || node.ordered !== true) return [];
    return node.children.map((item) => {
      const first = item.children.find(({ type }) => type === 'paragraph');
      const text = first ? markdownText(first).replaceAll(/\s+/g, ' ') : '';
      return { number: ++number, section, text: text.slice(0, LENGTH_MAX) };
    });
  });
}
