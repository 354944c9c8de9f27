/** The HTML of Markdown from elsewhere: its own HTML is kept as far as it is text, and its headings start at the second level. */
import rehypeRaw from 'rehype-raw';
import rehypeSanitize from 'rehype-sanitize';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';
import { element, htmlText, isElement, type HtmlElement, type HtmlRoot } from './html.js';
import type { MarkdownRoot } from './markdown.js';
import { documentSchema } from './sanitizeSchema.js';

const toRaw = unified()
  .use(remarkRehype, { allowDangerousHtml: true })
  .use(rehypeRaw, { passThrough: [] })
  .freeze();
const sanitizer = unified().use(rehypeSanitize, documentSchema).freeze();

/** @param title shown above the text: its heading of the same words is left out. */
export function documentHtml(body: MarkdownRoot, title: string): HtmlRoot {
  const raw = toRaw.runSync(body);
  lowerHeadings(raw, title);
  linkImages(raw);
  return sanitizer.runSync(raw);
}

function lowerHeadings(root: HtmlRoot, title: string): void {
  const isFirst = root.children.findIndex((node) => isElement(node, 'h1'));
  const first = root.children[isFirst];
  if (isElement(first) && htmlText(first).trim() === title) root.children.splice(isFirst, 1);
  const elements = [...elementsOf(root)];
  if (!elements.some(({ tagName }) => tagName === 'h1')) return;
  for (const node of elements) {
    const [, depth] = /^h([1-5])$/.exec(node.tagName) ?? [];
    if (depth !== undefined) node.tagName = `h${Number(depth) + 1}`;
  }
}

/** A picture would call out to its host on every reading: a link does when it is followed. */
function linkImages(root: HtmlRoot): void {
  for (const node of [...elementsOf(root)]) {
    if (node.tagName !== 'img') continue;
    const { alt, src } = node.properties;
    const words = typeof alt === 'string' && alt.trim() !== '' ? alt : 'picture';
    node.tagName = 'em';
    node.properties = {};
    node.children = [];
    const isPlace = typeof src === 'string' && /^https?:/i.test(src);
    node.children = isPlace
      ? [element('a', { href: src }, [`Image: ${words}`])]
      : [{ type: 'text', value: `Image: ${words}` }];
  }
}

function* elementsOf(parent: HtmlRoot | HtmlElement): Generator<HtmlElement> {
  for (const child of parent.children) {
    if (!isElement(child)) continue;
    yield child;
    yield* elementsOf(child);
  }
}
