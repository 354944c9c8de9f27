import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';

const parser = unified().use(remarkParse).use(remarkGfm).freeze();

/** A parsed Markdown document (mdast). */
export type MarkdownRoot = ReturnType<typeof parseMarkdown>;
export type MarkdownNode = MarkdownRoot | MarkdownRoot['children'][number];

/** GitHub-flavoured Markdown; raw HTML stays inert nodes: dropped in a runbook of ours, parsed and sanitised in others. */
export function parseMarkdown(text: string) {
  return parser.parse(text);
}

/** Every node, parents first. */
export function* markdownNodes(node: MarkdownNode): Generator<MarkdownNode> {
  yield node;
  if ('children' in node) {
    for (const child of node.children) yield* markdownNodes(child);
  }
}

/** The words that a reader sees in a node. */
export function markdownText(node: MarkdownNode): string {
  return [...markdownNodes(node)]
    .map((each) => (each.type === 'text' || each.type === 'inlineCode' ? each.value : ''))
    .join('');
}

/** Line on which a node starts, from 1. */
export function lineOf(node: MarkdownNode): number {
  return node.position?.start.line ?? 1;
}
