/** The answer of `cost_changes.sql` from the cube. */
import type { QueryParams, QueryRow } from '../protocol.js';
import { begunBatches, rowsOfBatches } from './begunBatches.js';
import type { CubeAnswer } from './cubeAnswer.js';
import {
  boundsOf,
  keysOfPlaces,
  originKeys,
  sideOf,
  type Bounds,
  type Snapshot,
} from './cubeQuestion.js';
import { CubeGroups } from './cubeGroups.js';
import { FAILURE, TOKENS, UNPRICED, WASTE } from './groupSums.js';
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
  const groups = new CubeGroups({
    ...{ rows, names, origins, periods: 1, previous: null },
    places: keysOfPlaces(names, patterns, []),
    present: sideOf(bounds, period === 0 ? edges.present : edges.previous),
    begun: begunBatches(names, bounds, { withRowsOnly: false }),
  });
  const { present } = groups.sums;
  const models = Array.from({ length: groups.size }, (_, group): QueryRow => ({
    ...{ period, what: 'model', ...origins.names[groups.originKey(group)] },
    lines: BigInt(present.lines(group)),
    tokens: present.big(group, TOKENS),
    cost: present.cost(group),
    lost: present.big(group, WASTE) + present.big(group, FAILURE),
    unpriced: BigInt(present.number(group, UNPRICED)),
  }));
  const { batches, untold, rowsIn } = rowsOfBatches(names, groups.sums.batches);
  if (batches === 0) return models;
  return [
    ...models,
    {
      ...{ period, what: 'rows', kind: null, provider: null, model: null },
      lines: BigInt(untold),
      tokens: rowsIn,
      ...{ cost: null, lost: null, unpriced: null },
    },
  ];
}
