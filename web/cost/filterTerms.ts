/** One condition of a cost filter, as the API writes it: `model:gpt-4o*`, `-team:""`. */
export interface FilterTerm {
  /** `model`, `tag.project` … */
  dimension: string;
  value: string;
  /** The value is how it begins. */
  isPrefix: boolean;
  /** What matches is left out. */
  leavesOut: boolean;
}

const BARE_VALUE = /^[^\s,:"*\\-][^,"*\\]*$/;
const BARE_TAG = /^[^\s,:"]+$/;

/** Reads the API's filter. A text that it would refuse gives null: it is then shown and sent as it is. */
export function parseFilter(text: string): FilterTerm[] | null {
  const terms: FilterTerm[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const match =
      /^(-?)\s*(tag\."(?:[^"\\]|\\.)*"|[^":,]+):\s*(?:"((?:[^"\\]|\\.)*)"(\*?)|([^,"]*))\s*(?:,\s*|$)/s.exec(
        rest,
      );
    if (!match) return null;
    const [whole, minus, dimension = '', quoted, star, bare = ''] = match;
    const value = quoted === undefined ? bare.trim().replace(/\*$/, '') : unescaped(quoted);
    const isPrefix = quoted === undefined ? bare.trim().endsWith('*') : star === '*';
    if (quoted === undefined && bare.trim() === '') return null;
    terms.push({
      dimension: dimension.startsWith('tag."')
        ? `tag.${unescaped(dimension.slice(5, -1))}`
        : dimension.trim(),
      value,
      isPrefix,
      leavesOut: minus === '-',
    });
    rest = rest.slice(whole.length);
  }
  return terms;
}

/** The filter as the API reads it. */
export function formatFilter(terms: readonly FilterTerm[]): string {
  return terms
    .map(({ dimension, value, isPrefix, leavesOut }) => {
      const plain = BARE_VALUE.test(value) && value === value.trim();
      const written = plain || (value === '' && isPrefix) ? value : quoted(value);
      return `${leavesOut ? '-' : ''}${formatDimension(dimension)}:${written}${isPrefix ? '*' : ''}`;
    })
    .join(',');
}

/** `tag."two words"` where a tag's name needs it. */
export function formatDimension(dimension: string): string {
  if (!dimension.startsWith('tag.')) return dimension;
  const name = dimension.slice(4);
  return BARE_TAG.test(name) ? dimension : `tag.${quoted(name)}`;
}

/** The filter with a term more; a second time takes it away, and its contrary goes with it. */
export function toggleTerm(text: string, term: FilterTerm): string {
  const terms = parseFilter(text) ?? [];
  const there = terms.some((each) => isSame(each, term));
  const others = terms.filter((each) => !isSame({ ...each, leavesOut: term.leavesOut }, term));
  return formatFilter(there ? others : [...others, term]);
}

/** The filter narrowed to one group: dimensions and their values. */
export function narrowed(
  text: string,
  keys: readonly (readonly [string, string | null])[],
): string {
  const own = formatFilter(
    keys.map(([dimension, value]) => ({
      dimension,
      value: value ?? '',
      isPrefix: false,
      leavesOut: false,
    })),
  );
  // Terms of one dimension add up: one that is narrowed must not stay beside the others of its kind.
  const kept = (parseFilter(text) ?? []).filter(
    (term) => term.leavesOut || !keys.some(([dimension]) => dimension === term.dimension),
  );
  return [formatFilter(kept), own].filter(Boolean).join(',');
}

export function isSame(a: FilterTerm, b: FilterTerm): boolean {
  return (
    a.dimension === b.dimension &&
    a.value === b.value &&
    a.isPrefix === b.isPrefix &&
    a.leavesOut === b.leavesOut
  );
}

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, (each) => `\\${each}`)}"`;
const unescaped = (text: string): string => text.replaceAll(/\\(.)/gs, '$1');
