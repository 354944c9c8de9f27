/**
 * What costs are grouped and filtered by, as queries write it: `pipeline`, `day`, `tag.project`, `tag."any, text"`.
 */

/** A request that names what there is not. `part` is the piece of the text at fault. */
export class CostQueryError extends Error {
  override readonly name = 'CostQueryError';
  readonly part: string;

  constructor(part: string, message: string) {
    super(message);
    this.part = part;
  }
}

/** In the order in which `cost_selected` takes their patterns. */
export const VALUE_DIMENSIONS = [
  'pipeline',
  'run',
  'batch',
  'step',
  'model',
  'provider',
  'team',
  'environment',
  'attempt',
  'kind',
] as const;
export type ValueDimension = (typeof VALUE_DIMENSIONS)[number];

export const TIME_DIMENSIONS = ['hour', 'day', 'week', 'month'] as const;
export type TimeUnit = (typeof TIME_DIMENSIONS)[number];

export type CostDimension =
  | { readonly type: 'value'; readonly name: ValueDimension }
  /** `pointer`: RFC 6901, into a line's tags. */
  | { readonly type: 'tag'; readonly name: string; readonly pointer: string }
  | { readonly type: 'time'; readonly name: TimeUnit };

const DIMENSIONS_MAX = 2;

/** @throws CostQueryError naming the dimension that there is not. */
export function parseGroupBy(text: string): CostDimension[] {
  const scanner = new TextScanner(text);
  const dimensions: CostDimension[] = [];
  do {
    scanner.skipBlanks();
    dimensions.push(readDimension(scanner, ','));
    scanner.skipBlanks();
  } while (scanner.take(','));
  if (!scanner.atEnd)
    throw new CostQueryError(scanner.rest, `${shown(scanner.rest)} is not expected`);
  const names = dimensions.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new CostQueryError(twice, `${twice} is there twice`);
  if (dimensions.length > DIMENSIONS_MAX) {
    throw new CostQueryError(
      names.join(','),
      `at most ${DIMENSIONS_MAX} dimensions, not ${names.length}`,
    );
  }
  return dimensions;
}

/** Reads a dimension up to `end`, a quoted part of it whole. */
export function readDimension(scanner: TextScanner, end: ',' | ':'): CostDimension {
  const bare = scanner.until(new RegExp(`["${end}]`)).trim();
  if (bare === 'tag.' && scanner.peek() === '"') return tag(scanner.quoted());
  if (bare.startsWith('tag.') && bare.length > 4) return tag(bare.slice(4));
  const value = VALUE_DIMENSIONS.find((name) => name === bare);
  if (value) return { type: 'value', name: value };
  const time = TIME_DIMENSIONS.find((name) => name === bare);
  if (time) return { type: 'time', name: time };
  const all = [...VALUE_DIMENSIONS, ...TIME_DIMENSIONS, 'tag.…'].join(', ');
  throw new CostQueryError(bare, `there is no dimension ${shown(bare)}; there are ${all}`);
}

function tag(key: string): CostDimension {
  const pointer = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return { type: 'tag', name: `tag.${key}`, pointer };
}

export const shown = (text: string): string => JSON.stringify(text.slice(0, 100));

/** Walks over a text. */
export class TextScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  peek(): string {
    return this.#text[this.#at] ?? '';
  }

  get rest(): string {
    return this.#text.slice(this.#at);
  }

  skipBlanks(): void {
    while (/\s/.test(this.peek())) this.#at++;
  }

  take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  /** Everything before what matches, or the rest. */
  until(end: RegExp): string {
    const length = this.rest.search(end);
    const found = length < 0 ? this.rest : this.rest.slice(0, length);
    this.#at += found.length;
    return found;
  }

  /** A text in double quotes; a backslash takes the next character as it is. @throws CostQueryError without an end. */
  quoted(): string {
    const start = this.rest;
    this.#at++;
    let text = '';
    while (!this.atEnd) {
      if (this.take('"')) return text;
      if (this.take('\\') && this.atEnd) break;
      const [character = ''] = this.rest;
      text += character;
      this.#at += character.length;
    }
    throw new CostQueryError(start, `the quotes of ${shown(start)} have no end`);
  }
}
