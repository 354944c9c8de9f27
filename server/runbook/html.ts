import type rehypeSanitize from 'rehype-sanitize';

/** A parsed HTML document (hast). */
export type HtmlRoot = ReturnType<ReturnType<typeof rehypeSanitize>>;
export type HtmlNode = HtmlRoot['children'][number];
export type HtmlElement = Extract<HtmlNode, { type: 'element' }>;
type Properties = HtmlElement['properties'];

/** An element to put in; text is escaped when the tree becomes text. */
export function element(
  tagName: string,
  properties: Properties,
  children: readonly (HtmlElement | string)[],
): HtmlElement {
  return {
    type: 'element',
    tagName,
    properties,
    children: children.map((child) =>
      typeof child === 'string' ? { type: 'text', value: child } : child,
    ),
  };
}

export function isElement(node: HtmlNode | undefined, tagName?: string): node is HtmlElement {
  return node?.type === 'element' && (tagName === undefined || node.tagName === tagName);
}

/** The words that a reader sees in an element. */
export function htmlText(node: HtmlElement): string {
  return node.children
    .map((child) => (child.type === 'text' ? child.value : isElement(child) ? htmlText(child) : ''))
    .join('');
}
