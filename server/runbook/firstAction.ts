/** The first step of a runbook in plain words: what an alert's message says beside its link. */
import { markdownText } from './markdown.js';
import { fillPlaceholders, type PlaceholderValues } from './placeholders.js';
import type { RunbookDocument } from './runbookDocument.js';

const LENGTH_MAX = 500;

/** @returns null when the section holds no sentence. */
export function firstActionOf({ body }: RunbookDocument, values: PlaceholderValues): string | null {
  const start = body.children.findIndex(
    (node) => node.type === 'heading' && markdownText(node) === 'First action',
  );
  if (start < 0) return null;
  for (const node of body.children.slice(start + 1)) {
    if (node.type === 'heading') return null;
    const paragraph =
      node.type === 'list'
        ? node.children[0]?.children.find(({ type }) => type === 'paragraph')
        : node.type === 'paragraph'
          ? node
          : undefined;
    if (paragraph) {
      return fillPlaceholders(markdownText(paragraph), values, 'text').slice(0, LENGTH_MAX);
    }
  }
  return null;
}
