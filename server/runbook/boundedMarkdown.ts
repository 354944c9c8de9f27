import { parseMarkdown, type MarkdownNode, type MarkdownRoot } from './markdown.js';

/** Deeper text is a mistake or an attack, and a renderer that calls itself would run out of stack. */
const DEPTH_MAX = 200;

/** Parsed Markdown; of text that is nested too deeply the text itself, as one block of code, and `isPlain`. */
export function boundedMarkdown(text: string): { body: MarkdownRoot; isPlain: boolean } {
  try {
    const body = parseMarkdown(text);
    if (depthOf(body) <= DEPTH_MAX) return { body, isPlain: false };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return { body: plainText(text), isPlain: true };
}

/** The text as one block of code. */
export function plainText(text: string): MarkdownRoot {
  return { type: 'root', children: [{ type: 'code', lang: null, meta: null, value: text }] };
}

function depthOf(root: MarkdownRoot): number {
  let depth = 0;
  let level: MarkdownNode[] = [root];
  while (level.length > 0 && depth <= DEPTH_MAX) {
    depth += 1;
    level = level.flatMap((node): MarkdownNode[] => ('children' in node ? node.children : []));
  }
  return depth;
}
