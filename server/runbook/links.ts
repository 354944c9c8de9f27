import { idFor } from './headingId.js';
import { isElement, type HtmlElement, type HtmlRoot } from './html.js';
import { urlPart } from './placeholders.js';

/**
 * Makes the links of a rendered text lead somewhere: to its own headings, to the runbook beside it, out of the server
 * with `rel="noopener noreferrer"`. One that leads nowhere from here (a file of another repository) stays as text.
 */
export function finishLinks(parent: HtmlRoot | HtmlElement, ids: ReadonlySet<string>): void {
  for (const child of parent.children) {
    if (!isElement(child)) continue;
    if (child.tagName === 'a') finishLink(child, ids);
    finishLinks(child, ids);
  }
}

function finishLink({ properties }: HtmlElement, ids: ReadonlySet<string>): void {
  const { href } = properties;
  if (typeof href !== 'string' || href.startsWith('mailto:')) return;
  if (/^(?:https?:|\/\/)/i.test(href)) properties['rel'] = ['noopener', 'noreferrer'];
  else if (href.startsWith('#')) properties['href'] = `#${idFor(href.slice(1), ids)}`;
  else if (!href.startsWith('/')) {
    const beside = runbookBeside(href);
    if (beside === null) delete properties['href'];
    else properties['href'] = beside;
  }
}

/** The address of a runbook that a link names by its file: `Other.md#step-3`. */
export function runbookBeside(href: string): string | null {
  const [, name, fragment = ''] = /^(?:\.\/)?([^/?#]+)\.md(#[\w-]*)?$/.exec(href) ?? [];
  if (name === undefined) return null;
  try {
    return `/runbooks/${urlPart(decodeURIComponent(name))}${fragment}`;
  } catch {
    // A percent sign that encodes nothing.
    return null;
  }
}
