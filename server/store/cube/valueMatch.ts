/** Which values a question is about, as the macro `cost_matches` decides it. */
import type { OriginFacts } from './cubeNames.js';

/** The parameters `patterns`, `tagPointers` and `tagPatterns` of questions about costs. */
export interface ValuePatterns {
  /** Regular expressions to keep and to drop, '' for none, of the dimensions of `cost_selected` in turn. */
  readonly patterns: readonly string[];
  readonly tagPointers: readonly string[];
  readonly tagPatterns: readonly string[];
}

export type Matcher = (value: string | null) => boolean;

/** Places of dimensions in `patterns`, as pairs. */
const RUN = 1;
const BATCH = 2;
const OF_ORIGINS = [
  [0, ({ pipeline }: OriginFacts) => pipeline],
  [3, ({ step }: OriginFacts) => step],
  [4, ({ model }: OriginFacts) => model],
  [5, ({ provider }: OriginFacts) => provider],
  [6, ({ team }: OriginFacts) => team],
  [7, ({ environment }: OriginFacts) => environment],
  [8, ({ attempt }: OriginFacts) => attempt],
  [9, ({ kind }: OriginFacts) => kind],
] as const;

/** null: every origin is wanted. */
export function originMatcher({
  patterns,
  tagPointers,
  tagPatterns,
}: ValuePatterns): ((origin: OriginFacts) => boolean) | null {
  const tests = OF_ORIGINS.flatMap(([pair, valueOf]) => {
    const matches = matcherOf(patterns, pair);
    return matches ? [(origin: OriginFacts) => matches(valueOf(origin))] : [];
  });
  tagPointers.forEach((pointer, pair) => {
    const matches = pointer === '' ? null : matcherOf(tagPatterns, pair);
    const name = tagName(pointer);
    if (matches) tests.push(({ tags }) => matches(tags.get(name) ?? null));
  });
  return tests.length === 0 ? null : (origin) => tests.every((test) => test(origin));
}

export const runMatcher = ({ patterns }: ValuePatterns): Matcher | null => matcherOf(patterns, RUN);
export const batchMatcher = ({ patterns }: ValuePatterns): Matcher | null =>
  matcherOf(patterns, BATCH);

/** The name that a JSON pointer (RFC 6901) of one step points to. */
export const tagName = (pointer: string): string =>
  pointer.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');

function matcherOf(patterns: readonly string[], pair: number): Matcher | null {
  const keep = patterns[2 * pair] ?? '';
  const dropped = patterns[2 * pair + 1] ?? '';
  if (keep === '' && dropped === '') return null;
  const keeps = keep === '' ? null : expressionOf(keep);
  const drops = dropped === '' ? null : expressionOf(dropped);
  return (value) => {
    const text = value ?? '';
    return (keeps?.test(text) ?? true) && !(drops?.test(text) ?? false);
  };
}

/** Filters write expressions of RE2: `(?s)` before a group, and characters by their number, as `\x{2d}`. */
const expressionOf = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replace(/^\(\?s\)/, '').replaceAll('\\x{', '\\u{')}$`, 'su');
