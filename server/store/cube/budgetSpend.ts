/** The answer of `budget_spend.sql` from the cube. */
import type { QueryParams } from '../protocol.js';
import type { CubeAnswer } from './cubeAnswer.js';
import type { OriginFacts } from './cubeNames.js';
import { originKeys, originValue, quartersOf, sideOf } from './cubeQuestion.js';
import { BUCKET_NS } from '../costRollup.js';
import type { Stretch } from './cubeRows.js';
import { CubeGroups } from './cubeGroups.js';
import { UNPRICED } from './groupSums.js';

interface Clause {
  readonly valueOf: (origin: OriginFacts) => string | null;
  readonly wanted: string;
}

export function budgetSpend(params: QueryParams, known: Stretch): CubeAnswer {
  const bounds = params['bounds'] as readonly bigint[];
  const [first, end] = [params['first'] as bigint, params['end'] as bigint];
  const present = { from: first, firstWhole: first, endWhole: end, to: end };
  const scopes = scopesOf(params);
  const slots = slotsOf(bounds, quartersOf(present, known));
  return {
    ...{ present, previous: null, looksAtPlaces: false, calendars: [] },
    rowsOf: ({ rows, names, edges }) => {
      const origins = originKeys(names, (origin) => {
        const matching = scopes.flatMap((clauses, scope) =>
          clauses.every((clause) => fulfils(origin, clause)) ? [scope] : [],
        );
        return matching.length === 0
          ? null
          : { text: matching.join(','), name: matching.join(',') };
      });
      const groups = new CubeGroups({
        ...{ rows, names, origins, places: null, begun: null, previous: null },
        periods: Math.max(bounds.length, 1),
        present: sideOf(present, edges.present, slots),
      });
      const { present: sums } = groups.sums;
      return Array.from({ length: groups.size }, (_, group) => group)
        .toSorted(
          (a, b) =>
            groups.originKey(a) - groups.originKey(b) || groups.period(a) - groups.period(b),
        )
        .map((group) => ({
          scopes: origins.names[groups.originKey(group)] ?? '',
          slot: BigInt(groups.period(group)),
          cost: sums.cost(group),
          unpriced: BigInt(sums.number(group, UNPRICED)),
          lines: BigInt(sums.lines(group)),
        }));
    },
  };
}

function scopesOf(params: QueryParams): Clause[][] {
  const scopes = Array.from({ length: Number(params['scopes']) }, (): Clause[] => []);
  const keys = params['clauseKeys'] as readonly string[];
  const values = params['clauseValues'] as readonly string[];
  (params['clauseScopes'] as readonly bigint[]).forEach((scope, index) => {
    const key = keys[index] ?? '';
    scopes[Number(scope)]?.push({ valueOf: valueOf(key), wanted: values[index] ?? '' });
  });
  return scopes;
}

/** Compute has neither model nor provider here. */
function valueOf(key: string): Clause['valueOf'] {
  if (key === 'model') return ({ calledModel }) => calledModel;
  if (key === 'provider') return ({ calledProvider }) => calledProvider;
  const own = originValue(key, null);
  if (own && key !== 'tag') return own;
  const name = key.slice('tag.'.length);
  return ({ tags }) => tags.get(name) ?? null;
}

function fulfils(origin: OriginFacts, { valueOf: read, wanted }: Clause): boolean {
  const value = read(origin);
  if (value === null) return false;
  return value === wanted || (wanted.endsWith('*') && value.startsWith(wanted.slice(0, -1)));
}

/** The slot of each quarter: the last that has begun. Bounds are in order, and whole quarters. */
function slotsOf(bounds: readonly bigint[], { from, to }: Stretch) {
  const of = new Int32Array(to - from);
  bounds.forEach((ns, slot) => of.fill(slot, Math.max(Number(ns / BUCKET_NS) - from, 0)));
  return { base: from, of };
}
