/** Reads what a question about costs asks of origins, places and times. */
import { BUCKET_NS } from '../costRollup.js';
import { overlap, quarterOf, type CubeRows, type Stretch } from './cubeRows.js';
import type { CubeNames, OriginFacts } from './cubeNames.js';
import type { Keys, Side } from './cubeScan.js';
import { KeyIndex } from './keyIndex.js';
import { Texts } from './texts.js';
import {
  batchMatcher,
  originMatcher,
  runMatcher,
  tagName,
  type ValuePatterns,
} from './valueMatch.js';
import type { QueryParams } from '../protocol.js';

/** What is asked of a snapshot, read from it beforehand. */
export interface Snapshot {
  readonly rows: CubeRows;
  readonly names: CubeNames;
  /** What is in no whole quarter, of both ranges. */
  readonly edges: { readonly present: CubeRows; readonly previous: CubeRows };
}

/** UTC nanoseconds; `[from, to)` and what of it is in whole quarters. */
export interface Bounds {
  readonly from: bigint;
  readonly firstWhole: bigint;
  readonly endWhole: bigint;
  readonly to: bigint;
}

export function boundsOf(params: QueryParams, prefix = ''): Bounds {
  const read = (name: string): bigint => {
    const full = prefix === '' ? name : prefix + name.charAt(0).toUpperCase() + name.slice(1);
    return BigInt(params[full] as bigint | number);
  };
  return {
    from: read('from'),
    firstWhole: read('firstWhole'),
    endWhole: read('endWhole'),
    to: read('to'),
  };
}

/** Quarters that a range touches, of those that anything is known of. */
export const quartersOf = ({ from, to }: Pick<Bounds, 'from' | 'to'>, known: Stretch): Stretch =>
  overlap(
    { from: quarterOf(from), to: from < to ? quarterOf(to - 1n) + 1 : quarterOf(from) },
    known,
  );

export function sideOf(
  { firstWhole, endWhole }: Bounds,
  edges: CubeRows,
  periods: Side['periods'] = null,
): Side {
  return { from: Number(firstWhole / BUCKET_NS), to: Number(endWhole / BUCKET_NS), edges, periods };
}

/** Numbers of what origins are called, with the names. */
export interface OriginKeys<Name> extends Keys {
  readonly names: readonly Name[];
}

/** @param nameOf a text that tells names apart, and the name; null: the origin is left out. */
export function originKeys<Name>(
  { origins }: CubeNames,
  nameOf: (origin: OriginFacts) => { readonly text: string; readonly name: Name } | null,
): OriginKeys<Name> {
  const texts = new Texts();
  const names: Name[] = [];
  const of = Int32Array.from(origins, (origin) => {
    const found = nameOf(origin);
    if (!found) return -1;
    const id = texts.idOf(found.text);
    if (id === names.length) names.push(found.name);
    return id;
  });
  return { of, count: Math.max(texts.size, 1), names };
}

/** Values of a dimension that belong to origins; null for one of places or times, or none. */
export function originValue(
  dimension: string | null,
  pointer: string | null,
): ((origin: OriginFacts) => string | null) | null {
  switch (dimension) {
    case 'pipeline':
      return ({ pipeline }) => pipeline;
    case 'step':
      return ({ step }) => step;
    case 'model':
      return ({ model }) => model;
    case 'provider':
      return ({ provider }) => provider;
    case 'team':
      return ({ team }) => team;
    case 'environment':
      return ({ environment }) => environment;
    case 'attempt':
      return ({ attempt }) => attempt;
    case 'kind':
      return ({ kind }) => kind;
    case 'tag': {
      const name = tagName(pointer ?? '');
      return ({ tags }) => tags.get(name) ?? null;
    }
    default:
      return null;
  }
}

/** @returns pairs of values, null where a dimension is none of origins. */
export function keysOfOrigins(
  names: CubeNames,
  patterns: ValuePatterns,
  values: readonly (((origin: OriginFacts) => string | null) | null)[],
): OriginKeys<readonly (string | null)[]> {
  const matches = originMatcher(patterns);
  return originKeys(names, (origin) => {
    if (matches && !matches(origin)) return null;
    const name = values.map((value) => value?.(origin) ?? null);
    return { text: JSON.stringify(name), name };
  });
}

/** Numbers of what places are called: `nameOf` gives a key's names in the dimensions, null where one is none of places. */
export interface PlaceKeys extends Keys {
  readonly nameOf: (key: number) => readonly (string | null)[];
}

/** null: neither dimensions nor filters look at runs or batches. */
export function keysOfPlaces(
  names: CubeNames,
  patterns: ValuePatterns,
  dimensions: readonly (string | null)[],
): PlaceKeys | null {
  const wantsRun = wantedOf(names.runIds, runMatcher(patterns));
  const wantsBatch = wantedOf(names.batchIds, batchMatcher(patterns));
  const own = dimensions.map((dimension) => {
    if (dimension === 'run') return { of: names.runOf, texts: names.runIds };
    return dimension === 'batch' ? { of: names.batchOf, texts: names.batchIds } : null;
  });
  const [first = null, second = null] = own.filter((dimension) => dimension !== null);
  if (!first && !wantsRun && !wantsBatch) return null;
  const pairs = second ? new KeyIndex() : null;
  const of = Int32Array.from(names.runOf, (run, place) => {
    if (wantsRun && wantsRun[run] === 0) return -1;
    if (wantsBatch && wantsBatch[names.batchOf[place] ?? 0] === 0) return -1;
    if (!first) return 0;
    const key = first.of[place] ?? 0;
    return second && pairs ? pairs.idOf(key, second.of[place] ?? 0, 0) : key;
  });
  const nameOf = (key: number): (string | null)[] => {
    const numbers = pairs ? [pairs.keys[3 * key], pairs.keys[3 * key + 1]] : [key];
    return own.map((dimension) =>
      dimension ? (dimension.texts.list[numbers.shift() ?? 0] ?? null) : null,
    );
  };
  return { of, count: pairs?.size ?? first?.texts.size ?? 1, nameOf };
}

function wantedOf(
  texts: Texts,
  matches: ((text: string | null) => boolean) | null,
): Uint8Array | null {
  return matches && Uint8Array.from(texts.list, (text) => (matches(text) ? 1 : 0));
}
