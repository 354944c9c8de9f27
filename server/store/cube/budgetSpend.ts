/** The answer of `budget_spend.sql` from the cube. */
import { scopeMatches, type BudgetScope, type SpendOrigin } from '@burnbook/domain/costBudget';
import type { QueryParams } from '../protocol.js';
import type { CubeAnswer } from './cubeAnswer.js';
import type { OriginFacts } from './cubeNames.js';
import { originKeys, quartersOf, sideOf } from './cubeQuestion.js';
import { BUCKET_NS } from '../costRollup.js';
import type { Stretch } from './cubeRows.js';
import { CubeGroups } from './cubeGroups.js';
import { UNPRICED } from './groupSums.js';

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
        const spend = spendOf(origin);
        const matching = scopes.flatMap((scope, index) =>
          scopeMatches(scope, spend) ? [index] : [],
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

function scopesOf(params: QueryParams): BudgetScope[] {
  const keys = params['clauseKeys'] as readonly string[];
  const values = params['clauseValues'] as readonly string[];
  const clauses = (params['clauseScopes'] as readonly bigint[]).map((scope, index) => ({
    scope: Number(scope),
    clause: [keys[index] ?? '', values[index] ?? ''] as const,
  }));
  return Array.from({ length: Number(params['scopes']) }, (_, scope) =>
    Object.fromEntries(clauses.flatMap((each) => (each.scope === scope ? [each.clause] : []))),
  );
}

/** Compute has neither model nor provider here. */
const spendOf = (origin: OriginFacts): SpendOrigin => ({
  pipeline: origin.pipeline,
  model: origin.calledModel,
  provider: origin.calledProvider,
  team: origin.team,
  environment: origin.environment,
  tags: Object.fromEntries(origin.tags),
});

/** The slot of each quarter: the last that has begun. Bounds are in order, and whole quarters. */
function slotsOf(bounds: readonly bigint[], { from, to }: Stretch) {
  const of = new Int32Array(to - from);
  bounds.forEach((ns, slot) => of.fill(slot, Math.max(Number(ns / BUCKET_NS) - from, 0)));
  return { base: from, of };
}
