/** The answer of `models_used.sql` from the cube. */
import type { QueryParams } from '../protocol.js';
import type { CubeAnswer } from './cubeAnswer.js';
import { CubeGroups } from './cubeGroups.js';
import { originKeys, sideOf } from './cubeQuestion.js';
import { BUCKET_NS } from '../costRollup.js';
import type { Stretch } from './cubeRows.js';

export function modelsUsed(params: QueryParams, known: Stretch): CubeAnswer {
  const since = ((params['since'] as bigint) + BUCKET_NS - 1n) / BUCKET_NS;
  const [from, to] = [since * BUCKET_NS, BigInt(known.to) * BUCKET_NS];
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
