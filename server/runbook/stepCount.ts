import type { MarkdownRoot } from './markdown.js';

/** How many numbered steps a text has: the items of its own ordered lists, not of lists in lists. */
export const stepCount = (body: MarkdownRoot): number =>
  body.children.reduce(
    (steps, node) =>
      node.type === 'list' && node.ordered === true ? steps + node.children.length : steps,
    0,
  );
