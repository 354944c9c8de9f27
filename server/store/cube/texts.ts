/** Numbers texts (and what is no text) 0, 1, 2, … in the order in which they come. */
export class Texts {
  readonly #ids = new Map<string | null, number>();
  readonly #list: (string | null)[] = [];

  get size(): number {
    return this.#list.length;
  }

  get list(): readonly (string | null)[] {
    return this.#list;
  }

  idOf(text: string | null): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    this.#ids.set(text, this.#list.length);
    return this.#list.push(text) - 1;
  }
}

/** As the database sorts: by the bytes of UTF-8, what is no text last. */
export function compareTexts(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  const end = Math.min(a.length, b.length);
  let at = 0;
  while (at < end && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === end) return a.length - b.length;
  const [one, two] = [a.charCodeAt(at), b.charCodeAt(at)];
  // Halves of what is beyond U+FFFF come after all else there, though their numbers do not.
  const isOne = isSurrogate(one);
  return isOne === isSurrogate(two) ? one - two : isOne ? 1 : -1;
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
