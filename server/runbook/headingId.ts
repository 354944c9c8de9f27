/**
 * The id of a heading: its words as GitHub and most sites make an address of them, so that links from elsewhere lead here
 * too, behind a prefix that keeps "App" away from the ids of the page around it.
 *
 * @param taken ids that there are; a second heading of the same words gets `-1`, the next `-2`.
 */
export function headingId(text: string, taken: ReadonlySet<string>): string {
  const base = `section-${slugOf(text)}`;
  let id = base;
  for (let count = 1; taken.has(id); count += 1) id = `${base}-${count}`;
  return id;
}

/** The id that a fragment of an address means, among those that there are. */
export function idFor(fragment: string, ids: ReadonlySet<string>): string {
  const name = decoded(fragment);
  const headed = `section-${name}`;
  return [name, headed, headed.toLowerCase()].find((id) => ids.has(id)) ?? fragment;
}

/** Letters, digits, `_` and `-` of any script, small; a space becomes `-`. */
const slugOf = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\s-]+/gu, '')
    .replace(/\s/g, '-');

function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    // A percent sign that encodes nothing.
    return fragment;
  }
}
