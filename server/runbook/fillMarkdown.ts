import { markdownNodes, type MarkdownNode, type MarkdownRoot } from './markdown.js';
import { fillPlaceholders, placeholdersIn, type PlaceholderValues } from './placeholders.js';

/**
 * A copy of the document with its placeholders filled. It happens on the parsed document, so that a value is never
 * read as Markdown or HTML; panel and check fences keep theirs until their YAML is read. In code of any language it is
 * percent-encoded: whatever is copied from there may end in a shell.
 */
export function fillMarkdown(body: MarkdownRoot, values: PlaceholderValues): MarkdownRoot {
  const filled = structuredClone(body);
  for (const node of markdownNodes(filled)) {
    if (node.type === 'text') {
      node.value = fillPlaceholders(node.value, values, 'text');
    } else if (node.type === 'inlineCode') {
      // A name by itself is read; anything longer may be copied into a shell.
      const isName = /^\{\{[^{}]*\}\}$/.test(node.value.trim());
      node.value = fillPlaceholders(node.value, values, isName ? 'text' : 'url');
    } else if (node.type === 'code' && node.lang !== 'panel' && node.lang !== 'check') {
      node.value = fillPlaceholders(node.value, values, node.lang === 'output' ? 'text' : 'url');
    } else if (node.type === 'link' || node.type === 'definition') {
      node.url = fillPlaceholders(node.url, values, 'url');
    }
  }
  for (const node of markdownNodes(filled)) {
    if ('children' in node) dropOpenLinks(node);
  }
  return filled;
}

/** A link whose place is still unknown would lead nowhere: its text stays. */
function dropOpenLinks(parent: Extract<MarkdownNode, { children: unknown[] }>): void {
  const children = parent.children as MarkdownNode[];
  for (let at = children.length - 1; at >= 0; at -= 1) {
    const child = children[at];
    if (child?.type === 'link' && placeholdersIn(child.url).length > 0) {
      children.splice(at, 1, ...child.children);
    }
  }
}
