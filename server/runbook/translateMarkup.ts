/** What sites write into Markdown that is no Markdown: read as what it means, or left out, so that nobody reads past it. */
import { markdownNodes, type MarkdownNode, type MarkdownRoot } from './markdown.js';
import type { Finding } from './rules.js';

type Text = Extract<MarkdownNode, { type: 'text' }>;

/** Hugo's `{{< name … >}}` and `{{% name … %}}`, in one line or several. */
const SHORTCODE = /\{\{[<%]([^{}]{1,500})[>%]\}\}/g;
/** A link through Hugo's `ref`: no Markdown, since the address has spaces. */
const REF_LINK =
  /\[([^\][\n]{1,200})\]\(\s*\{\{[<%]\s*(?:rel)?ref\s+["'`]?([^"'`\s{}]+)["'`]?\s*[>%]\}\}\s*\)/g;
/** GitHub's own kinds of quotes. */
const ADMONITION = /^\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*\n?/;

/** Changes the document. @returns one finding that names the shortcodes that were left out, by line of the body. */
export function translateMarkup(body: MarkdownRoot): Finding[] {
  const names = new Set<string>();
  let line: number | null = null;
  for (const node of [...markdownNodes(body)]) {
    if (!('children' in node)) continue;
    const parent: { children: MarkdownNode[] } = node;
    if (node.type === 'blockquote') nameAdmonition(node);
    const children = parent.children.flatMap((child) => {
      if (child.type !== 'text') return [child];
      const parts = linksOf(child);
      for (const part of parts) {
        if (part.type !== 'text') continue;
        part.value = part.value.replace(SHORTCODE, (_, said: string) => {
          names.add(/[\w.-]+/.exec(said)?.[0] ?? '?');
          return '';
        });
      }
      if (line === null && names.size > 0) line = lineOfShortcode(child);
      return parts.filter((part) => part.type !== 'text' || part.value !== '');
    });
    parent.children = children.filter((child) => !isEmptyParagraph(child));
  }
  if (line === null) return [];
  const listed = [...names].slice(0, 10).join(', ');
  const message = `shortcodes of a site are left out, what they enclose stays: ${listed}`;
  return [{ line, rule: 'document', message }];
}

/** The text with its links through `ref` as links. */
function linksOf({ value, position }: Text): MarkdownNode[] {
  const parts: MarkdownNode[] = [];
  let from = 0;
  const text = (said: string): Text => ({
    type: 'text',
    value: said,
    ...(position === undefined ? {} : { position }),
  });
  for (const found of value.matchAll(REF_LINK)) {
    const [whole, words = '', url = ''] = found;
    parts.push(text(value.slice(from, found.index)));
    parts.push({ type: 'link', url, children: [text(words)], ...(position && { position }) });
    from = found.index + whole.length;
  }
  parts.push(text(value.slice(from)));
  return parts;
}

function lineOfShortcode({ position, value }: Text): number {
  const before = value.slice(0, Math.max(0, value.search(SHORTCODE)));
  return (position?.start.line ?? 1) + before.split('\n').length - 1;
}

function nameAdmonition({
  children: [first],
}: Extract<MarkdownNode, { type: 'blockquote' }>): void {
  if (first?.type !== 'paragraph') return;
  const [start] = first.children;
  const [whole, name] = start?.type === 'text' ? (ADMONITION.exec(start.value) ?? []) : [];
  if (start?.type !== 'text' || whole === undefined || name === undefined) return;
  start.value = ` ${start.value.slice(whole.length)}`;
  const words = `${name.slice(0, 1)}${name.slice(1).toLowerCase()}:`;
  first.children.unshift({ type: 'strong', children: [{ type: 'text', value: words }] });
}

function isEmptyParagraph(node: MarkdownNode): boolean {
  return (
    node.type === 'paragraph' &&
    node.children.every((child) => child.type === 'text' && child.value.trim() === '')
  );
}
