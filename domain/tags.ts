/**
 * Tags: the `tag.*` attributes of a span, as one text that sorts, groups and compares.
 *
 * A text is a JSON object with its names in order, so that the same tags are the same text.
 */

/** More tags than that name nothing any more; the first by name stay. */
export const TAGS_MAX = 16;
const NAME_LENGTH_MAX = 64;
const VALUE_LENGTH_MAX = 256;

/** @returns the canonical text, or null for no tag. Of two values of one name the first counts. */
export function canonicalTags(
  pairs: readonly (readonly [name: string, value: string])[],
): string | null {
  if (pairs.length === 0) return null;
  const first = new Map<string, string>();
  for (const [name, value] of pairs) {
    const key = cut(name, NAME_LENGTH_MAX);
    if (!first.has(key)) first.set(key, cut(value, VALUE_LENGTH_MAX));
  }
  const sorted = [...first].toSorted(([a], [b]) => (a < b ? -1 : 1)).slice(0, TAGS_MAX);
  // Written out: an object would put names that look like numbers first.
  const members = sorted.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return `{${members.join(',')}}`;
}

/** The tags of a canonical text. */
export function tagsOf(text: string | null): [name: string, value: string][] {
  return text === null ? [] : Object.entries(JSON.parse(text) as Record<string, string>);
}

/** Own tags, and those of the parent that are not among them. */
export function inheritTags(own: string | null, parent: string | null): string | null {
  if (own === null || own === parent) return parent;
  if (parent === null) return own;
  return canonicalTags([...tagsOf(own), ...tagsOf(parent)]);
}

const cut = (text: string, lengthMax: number): string => text.slice(0, lengthMax).toWellFormed();
