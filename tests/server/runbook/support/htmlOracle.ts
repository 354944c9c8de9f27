import { parse, parseFragment, serialize, type DefaultTreeAdapterTypes } from 'parse5';

type Node = DefaultTreeAdapterTypes.ChildNode;

/** Every tag that a rendered runbook may have, with its attributes. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  a: ['href', 'title', 'rel', 'id', 'aria-label'],
  details: ['open'],
  figure: ['class', 'id', 'data-panel', 'data-params', 'data-check'],
  input: ['type', 'checked', 'disabled'],
  li: ['id', 'class'],
  ol: ['start'],
  section: ['class'],
  div: ['class'],
  span: ['class'],
  td: ['align'],
  th: ['align'],
  ...Object.fromEntries(['h2', 'h3', 'h4', 'h5', 'h6'].map((tag) => [tag, ['id']])),
  ...Object.fromEntries(
    'p br hr blockquote ul strong em del pre code sup table thead tbody tfoot tr figcaption caption summary b i u s kbd samp var mark small sub dl dt dd'
      .split(' ')
      .map((tag) => [tag, []]),
  ),
};
/** What the page around a runbook has as well. */
const ofThePage: Readonly<Record<string, readonly string[]>> = {
  main: ['class'],
  header: ['class'],
  h1: [],
  article: ['class', 'lang'],
};
const classes =
  /^(?:step|run|output|code|panel-slot|check-slot|footnotes|runbook|runbook-static|runbook-head|runbook-name|tok-[a-z-]+)$/;
const ids = /^(?:section-[\p{L}\p{N}-]*|(?:step|panel|check)-\d+|user-content-fn(?:ref)?-[\w-]+)$/u;

/** What a browser would find in a piece of HTML that a runbook may not hold; read again after it was written out. */
export function violations(html: string): string[] {
  const first = parseFragment(html);
  const again = parseFragment(serialize(first));
  return [...faultsOf(first.childNodes), ...faultsOf(again.childNodes)];
}

/** The same of the runbook inside a whole page; and its scripts, as `src`. */
export function pageViolations(html: string): { faults: string[]; scripts: (string | null)[] } {
  const all = [...nodesOf(parse(html).childNodes)];
  const app = all.find((node) => attributeOf(node, 'id') === 'app');
  if (!app || !('childNodes' in app)) return { faults: ['the page has no #app'], scripts: [] };
  return {
    faults: faultsOf(app.childNodes, { ...allowed, ...ofThePage, p: ['class'] }),
    scripts: all
      .filter(({ nodeName }) => nodeName === 'script')
      .map((node) => attributeOf(node, 'src')),
  };
}

function faultsOf(nodes: readonly Node[], may = allowed): string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  for (const node of nodesOf(nodes)) {
    if (node.nodeName === '#text') continue;
    const attributes = 'attrs' in node ? node.attrs : [];
    const known = Object.hasOwn(may, node.nodeName) ? may[node.nodeName] : undefined;
    if (known === undefined || ('namespaceURI' in node && !node.namespaceURI.endsWith('xhtml'))) {
      found.push(`tag ${node.nodeName}`);
    }
    for (const { name, value } of attributes) {
      const shown = `${node.nodeName} ${name}=${JSON.stringify(value)}`;
      if (known?.includes(name) !== true) found.push(`attribute ${shown}`);
      if (name === 'href' && !isSafePlace(value)) found.push(`link ${shown}`);
      if (name === 'class' && !value.split(' ').every((each) => classes.test(each))) {
        found.push(`class ${shown}`);
      }
      if (name === 'id') {
        if (!ids.test(value)) found.push(`id ${shown}`);
        if (seen.has(value)) found.push(`id twice ${shown}`);
        seen.add(value);
      }
      if (name === 'type' && value !== 'checkbox') found.push(`type ${shown}`);
    }
  }
  return found;
}

/** As a browser resolves it. */
function isSafePlace(href: string): boolean {
  try {
    return ['http:', 'https:', 'mailto:'].includes(new URL(href, 'http://localhost/x').protocol);
  } catch {
    // It leads nowhere.
    return true;
  }
}

function attributeOf(node: Node, name: string): string | null {
  return 'attrs' in node ? (node.attrs.find((each) => each.name === name)?.value ?? null) : null;
}

function* nodesOf(nodes: readonly Node[]): Generator<Node> {
  for (const node of nodes) {
    yield node;
    if ('childNodes' in node) yield* nodesOf(node.childNodes);
    if ('content' in node) yield* nodesOf(node.content.childNodes);
  }
}
