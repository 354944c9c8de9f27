const SERIES_TOKENS = ['--s1', '--s2', '--s3', '--s4', '--s5', '--s6'] as const;
/** Beside status colours only these: the other two could be read as a warning. */
const BESIDE_STATUS = 4;
const REMEMBERED_MAX = 1_000;

/** While the page is open a name keeps its colour, on every chart and whatever is filtered. */
export const pageColors = new Map<string, number>();

/**
 * A colour for each name, the same for the same name as long as no two names of the set collide: the place is the
 * name's hash, the next free one when taken, in alphabetical order. More names than colours share the last of them.
 * @param memory places of names seen before, added to: a name then keeps its colour when others are filtered out.
 */
export function seriesColors(
  names: readonly string[],
  memory: Map<string, number> | null = null,
): ReadonlyMap<string, string> {
  const places = names.length <= BESIDE_STATUS ? BESIDE_STATUS : SERIES_TOKENS.length;
  const known = (name: string) => memory?.has(name) === true;
  const taken = new Set<number>();
  const colors = new Map<string, string>();
  const inOrder = [...names].sort();
  for (const name of [...inOrder.filter(known), ...inOrder.filter((each) => !known(each))]) {
    let place = memory?.get(name) ?? hashOf(name) % places;
    for (let step = 0; step < places && taken.has(place); step += 1) place = (place + 1) % places;
    taken.add(place);
    colors.set(name, `var(${SERIES_TOKENS[place] ?? '--other'})`);
    if (memory && memory.size < REMEMBERED_MAX && !memory.has(name)) memory.set(name, place);
  }
  return colors;
}

// FNV-1a, 32 bits.
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
}
