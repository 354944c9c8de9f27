import { lineOf, markdownText, type MarkdownNode, type MarkdownRoot } from './markdown.js';

/** What stands under a heading; `line` is the heading's. @returns null where there is no such heading. */
export function sectionOf(
  body: MarkdownRoot,
  name: string,
): { line: number; nodes: MarkdownNode[] } | null {
  const isSection = (node: MarkdownNode) => node.type === 'heading' && node.depth <= 2;
  const start = body.children.findIndex((node) => isSection(node) && markdownText(node) === name);
  const heading = body.children[start];
  if (heading === undefined) return null;
  const rest = body.children.slice(start + 1);
  const length = rest.findIndex(isSection);
  return { line: lineOf(heading), nodes: length < 0 ? rest : rest.slice(0, length) };
}
