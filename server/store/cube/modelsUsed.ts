/** The answer of `models_used.sql` from the cube. */
import type { QueryParams } from '../protocol.js';
import type { CubeAnswer } from './cubeAnswer.js';
import { CubeGroups } from './cubeGroups.js';
import { originKeys, sideOf } from './cubeQuestion.js';
import { GRAIN_NS, type Stretch } from './cubeRows.js';

export function modelsUsed(params: QueryParams, known: Stretch): CubeAnswer {
  const since = ((params['since'] as bigint) + GRAIN_NS - 1n) / GRAIN_NS;
  const [from, to] = [since * GRAIN_NS, BigInt(known.to) * GRAIN_NS];
  const present = { from, firstWhole: from, endWhole: to, to };
  return {
    ...{ present, previous: null, looksAtPlaces: false, calendars: [] },
    rowsOf: ({ rows, names, edges }) => {
      const origins = originKeys(names, ({ calledProvider: provider, calledModel: model }) => {
        const name = { provider, model };
        return model === null ? null : { text: JSON.stringify(name), name };
      });
      const groups = new CubeGroups({
        ...{ rows, names, origins, places: null, periods: 1, begun: null, previous: null },
        present: sideOf(present, edges.present),
      });
      return Array.from({ length: groups.size }, (_, group) => ({
        ...origins.names[groups.originKey(group)],
      }));
    },
  };
}
