/** The answer of `cost_changes.sql` from the cube. */
import type { QueryParams, QueryRow } from '../protocol.js';
import type { CubeAnswer } from './cubeAnswer.js';
import type { PlaceFacts } from './cubeNames.js';
import {
  begunBatches,
  boundsOf,
  keysOfPlaces,
  originKeys,
  sideOf,
  type Bounds,
  type Snapshot,
} from './cubeQuestion.js';
import { CubeGroups } from './cubeScan.js';
import { COST, FAILURE, LINES, TOKENS, UNPRICED, WASTE } from './groupSums.js';
import { originMatcher, type ValuePatterns } from './valueMatch.js';

export function costChanges(params: QueryParams): CubeAnswer {
  const present = boundsOf(params);
  const previous = boundsOf(params, 'previous');
  const patterns = params as unknown as ValuePatterns;
  return {
    ...{ present, previous, looksAtPlaces: true, calendars: [] },
    rowsOf: (snapshot) => [
      ...changesIn(snapshot, patterns, { period: 0, bounds: present }),
      ...changesIn(snapshot, patterns, { period: 1, bounds: previous }),
    ],
  };
}

function changesIn(
  { rows, names, edges }: Snapshot,
  patterns: ValuePatterns,
  { period, bounds }: { readonly period: 0 | 1; readonly bounds: Bounds },
): QueryRow[] {
  const matches = originMatcher(patterns);
  const origins = originKeys(names, (origin) => {
    if (matches && !matches(origin)) return null;
    const { kind, provider, model } = origin;
    const name = { kind, provider, model };
    return { text: JSON.stringify(name), name };
  });
  const { from, to } = bounds;
  const begun = begunBatches(
    names,
    ({ startNs }) => startNs !== null && startNs >= from && startNs < to,
  );
  const groups = new CubeGroups({
    ...{ rows, names, origins, periods: 1, previous: null },
    places: keysOfPlaces(names, patterns, []),
    present: sideOf(bounds, period === 0 ? edges.present : edges.previous),
    begun,
  });
  const { present } = groups.sums;
  const models = Array.from({ length: groups.size }, (_, group): QueryRow => ({
    ...{ period, what: 'model', ...origins.names[groups.originKey(group)] },
    lines: BigInt(present.number(group, LINES)),
    tokens: present.big(group, TOKENS),
    cost: present.big(group, COST),
    lost: present.big(group, WASTE) + present.big(group, FAILURE),
    unpriced: BigInt(present.number(group, UNPRICED)),
  }));
  const told = new Map<number, PlaceFacts['rowsIn']>();
  begun.batch.forEach((number, place) => {
    if (groups.batches[number] === 1) told.set(number, names.facts[place]?.rowsIn ?? null);
  });
  if (told.size === 0) return models;
  const counts = [...told.values()].filter((count) => count !== null);
  const sum = counts.reduce((all, { low, high }) => all + (BigInt(high) << 32n) + BigInt(low), 0n);
  return [
    ...models,
    {
      ...{ period, what: 'rows', kind: null, provider: null, model: null },
      lines: BigInt(told.size - counts.length),
      tokens: counts.length === 0 ? null : sum,
      ...{ cost: null, lost: null, unpriced: null },
    },
  ];
}
