/**
 * Any text as one line of Markdown that reads as it was written: nothing in it is Markdown, HTML, a link or a mention any
 * more, whichever renderer shows it. Addresses stand as code: several renderers make links of them however they are escaped
 * (GitHub's and mdast's autolinks look at the text after escapes are taken away).
 */
export function plainMarkdown(raw: string): string {
  const line = raw.replaceAll(/\s+/g, ' ').trim();
  return line
    .split(ADDRESS)
    .map((part, index) => (index % 2 === 1 ? `\`${part}\`` : escaped(part)))
    .join('');
}

/** `https://…`, `www.…`, `mail@host`, `@name`, with all that touches them. */
const ADDRESS = /([^\s`|<>]*(?:\/\/|www\.|@)[^\s`|<>]*)/giu;

const escaped = (text: string): string =>
  text
    .replaceAll(/[\\`*_[\]~$#|]/g, (sign) => `\\${sign}`)
    // A backslash does not keep every renderer from HTML.
    .replaceAll(/&(?=[#a-z])/gi, '&amp;')
    .replaceAll(/<(?=[a-z/!?])/gi, '&lt;');
