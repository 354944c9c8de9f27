/**
 * Which lines a cost is asked of: `model:gpt-4o*,team:ml,-pipeline:nightly`.
 *
 *     filter    = [ term *( "," term ) ]
 *     term      = [ "-" ] dimension ":" value            ; "-" leaves out what matches
 *     dimension = "pipeline" / … / "tag." ( text / quoted )
 *     value     = ( text / quoted ) [ "*" ]              ; "*" at the end: everything that begins so
 *     quoted    = DQUOTE *( any character; " and \ after a \ ) DQUOTE
 *
 * A line is selected when, for each dimension with terms, one of its terms matches, and no term with a "-" does.
 * `team:""` are the lines without a team, `team:*` those that have one. Blanks around a term do not count.
 */
import type { QueryParams } from '../store/protocol.js';
import {
  CostQueryError,
  readDimension,
  shown,
  TextScanner,
  VALUE_DIMENSIONS,
  type CostDimension,
} from './costDimension.js';

export interface CostFilter {
  /** As it was asked. */
  readonly text: string;
  /** What `cost_selected` takes. */
  readonly params: QueryParams;
  /** Whether a term is about runs or batches. */
  readonly looksAtPlaces: boolean;
}

interface Term {
  readonly dimension: Exclude<CostDimension, { type: 'time' }>;
  readonly leavesOut: boolean;
  readonly pattern: string;
}

const LENGTH_MAX = 4_000;
const TERMS_MAX = 100;

/** @throws CostQueryError naming the part that cannot be read. */
export function parseCostFilter(text: string): CostFilter {
  if (text.length > LENGTH_MAX) {
    throw new CostQueryError(text, `must not be longer than ${LENGTH_MAX} characters`);
  }
  const terms = readTerms(text);
  const tags = new Map(
    terms.flatMap(({ dimension }) =>
      dimension.type === 'tag' ? [[dimension.name, dimension.pointer] as const] : [],
    ),
  );
  const both = (name: string): string[] =>
    [false, true].map((leavesOut) =>
      together(
        terms.filter((term) => term.dimension.name === name && term.leavesOut === leavesOut),
      ),
    );
  return {
    text,
    looksAtPlaces: terms.some(({ dimension: { name } }) => name === 'run' || name === 'batch'),
    params: {
      patterns: VALUE_DIMENSIONS.flatMap(both),
      // A list without an item has no type.
      tagPointers: tags.size === 0 ? [''] : [...tags.values()],
      tagPatterns: tags.size === 0 ? ['', ''] : [...tags.keys()].flatMap(both),
    },
  };
}

function readTerms(text: string): Term[] {
  const terms: Term[] = [];
  const scanner = new TextScanner(text);
  scanner.skipBlanks();
  if (scanner.atEnd) return terms;
  do {
    scanner.skipBlanks();
    terms.push(readTerm(scanner));
  } while (scanner.take(','));
  if (terms.length > TERMS_MAX) {
    throw new CostQueryError(text, `at most ${TERMS_MAX} terms, not ${terms.length}`);
  }
  return terms;
}

function readTerm(scanner: TextScanner): Term {
  const start = scanner.rest;
  const leavesOut = scanner.take('-');
  const dimension = readDimension(scanner, ':');
  if (dimension.type === 'time') {
    throw new CostQueryError(dimension.name, `${dimension.name} is no filter: from and to are`);
  }
  if (!scanner.take(':')) {
    throw new CostQueryError(start, `${shown(start)} has no value: write ${dimension.name}:VALUE`);
  }
  return { dimension, leavesOut, pattern: readValue(scanner) };
}

/** @returns a regular expression of RE2. */
function readValue(scanner: TextScanner): string {
  scanner.skipBlanks();
  if (scanner.peek() === '"') {
    const text = scanner.quoted();
    const isPrefix = scanner.take('*');
    scanner.skipBlanks();
    if (!scanner.atEnd && scanner.peek() !== ',') {
      throw new CostQueryError(
        scanner.rest,
        `${shown(scanner.rest)} is not expected after a quoted value`,
      );
    }
    return patternOf(text, isPrefix);
  }
  const bare = scanner.until(/[,"]/).trim();
  if (scanner.peek() === '"') {
    throw new CostQueryError(bare, `${shown(bare)} has quotes in it: quote all of the value`);
  }
  if (bare === '')
    throw new CostQueryError('', 'a value is missing: write "" for lines that have none');
  const isPrefix = bare.endsWith('*');
  const text = isPrefix ? bare.slice(0, -1) : bare;
  if (text.includes('*')) {
    throw new CostQueryError(bare, `${shown(bare)} has a * before its end: quote the value`);
  }
  return patternOf(text, isPrefix);
}

function patternOf(text: string, isPrefix: boolean): string {
  const exact = text.replaceAll(
    /[^\w\u0080-\u{10ffff}]/gu,
    (character) => `\\x{${character.charCodeAt(0).toString(16)}}`,
  );
  if (!isPrefix) return exact;
  return exact === '' ? '.+' : `${exact}.*`;
}

const together = (terms: readonly Term[]): string =>
  terms.length === 0 ? '' : `(?s)(?:${terms.map(({ pattern }) => pattern).join('|')})`;
