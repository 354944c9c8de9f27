/** The answer of `budget_edge.sql` from the lines that the cube keeps. */
import type { QueryParams } from '../protocol.js';
import type { CubeAnswer } from './cubeAnswer.js';
import { CubeGroups } from './cubeGroups.js';
import { originKeys, sideOf } from './cubeQuestion.js';
import { UNPRICED } from './groupSums.js';

export function budgetEdge(params: QueryParams): CubeAnswer {
  const [from, to] = [params['from'] as bigint, params['to'] as bigint];
  const present = { from, firstWhole: to, endWhole: to, to };
  return {
    ...{ present, previous: null, looksAtPlaces: false, calendars: [] },
    rowsOf: ({ rows, names, edges }) => {
      const origins = originKeys(names, (origin) => {
        const { pipeline, team, environment, tagsText } = origin;
        const { calledProvider: provider, calledModel: model } = origin;
        const name = { pipeline, provider, model, team, environment, tags: tagsText };
        return { text: JSON.stringify(name), name };
      });
      const groups = new CubeGroups({
        ...{ rows, names, origins, places: null, periods: 1, begun: null, previous: null },
        present: sideOf(present, edges.present),
      });
      const { present: sums } = groups.sums;
      return Array.from({ length: groups.size }, (_, group) => ({
        ...origins.names[groups.originKey(group)],
        cost: sums.cost(group),
        unpriced: BigInt(sums.number(group, UNPRICED)),
        lines: BigInt(sums.lines(group)),
      }));
    },
  };
}
