/**
 * The words of an HTML mail, for a model to read; never to be shown as HTML again. One pass that
 * only moves forward, so that a hostile mail (`<!--` a million times) costs linear time.
 */
export function htmlToText(html: string): string {
  const lower = html.toLowerCase();
  let text = '';
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open === -1) break;
    text += html.slice(at, open);
    const tag = /^<(?:\/?([a-z][a-z0-9]*)|!--|[!?])/.exec(lower.slice(open, open + 16));
    if (!tag) {
      text += '<';
      at = open + 1;
      continue;
    }
    const [start, name = ''] = tag;
    const end = start === '<!--' ? '-->' : '>';
    const close = html.indexOf(end, open + start.length);
    if (close === -1) return decodeEntities(text);
    at = close + end.length;
    text += breaks.has(name) ? '\n' : ' ';
    if (hidden.has(name) && start[1] !== '/') {
      at = lower.indexOf(`</${name}`, at);
      if (at === -1) return decodeEntities(text);
    }
  }
  return decodeEntities(text + html.slice(at));
}

/** What is between the two tags is not text. */
const hidden = new Set(['script', 'style', 'head', 'title']);
/** Elements that stand on lines of their own. */
const breaks = new Set('br p div tr li h1 h2 h3 h4 h5 h6 table ul ol hr'.split(' '));

function decodeEntities(text: string): string {
  return text.replace(/&(#x[0-9a-f]{1,6}|#[0-9]{1,7}|[a-z]{2,6});/gi, (whole, name: string) =>
    decodeEntity(whole, name.toLowerCase()),
  );
}

const namedEntities: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  copy: '©',
  reg: '®',
  trade: '™',
  mdash: '—',
  ndash: '–',
  bull: '•',
};

function decodeEntity(whole: string, name: string): string {
  if (!name.startsWith('#')) return namedEntities[name] ?? whole;
  const code = name[1] === 'x' ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
  const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : ' ';
}
