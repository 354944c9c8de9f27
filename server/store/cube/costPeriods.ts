/** The answer of `cost_periods.sql` and `cost_periods_of_origins.sql` from the cube. */
import type { QueryParams, QueryRow } from '../protocol.js';
import type { CubeAnswer } from './cubeAnswer.js';
import {
  boundsOf,
  keysOfOrigins,
  keysOfPlaces,
  originValue,
  quartersOf,
  sideOf,
} from './cubeQuestion.js';
import type { Stretch } from './cubeRows.js';
import { CubeGroups } from './cubeGroups.js';
import { dearest } from './dearest.js';
import { MODEL_COST, WASTE, FAILURE, UNPRICED } from './groupSums.js';
import type { ValuePatterns } from './valueMatch.js';

/** The dearest have a series each, the rest one together. */
const SERIES_MAX = 5;

export function costPeriods(params: QueryParams, known: Stretch): CubeAnswer {
  const present = boundsOf(params);
  const dimension = (params['dimension1'] ?? null) as string | null;
  const pointer = (params['pointer1'] ?? null) as string | null;
  const patterns = params as unknown as ValuePatterns;
  const quarters = quartersOf(present, known);
  const [unit, tz] = [String(params['unit']), String(params['tz'])];
  return {
    present,
    previous: null,
    looksAtPlaces: true,
    calendars: [{ unit, tz, shiftUs: 0n, ...quarters }],
    rowsOf: ({ rows, names, edges }, [calendar]) => {
      if (!calendar) throw new Error('a question about periods came without a calendar');
      const origins = keysOfOrigins(names, patterns, [originValue(dimension, pointer)]);
      const places = keysOfPlaces(names, patterns, [dimension]);
      const groups = new CubeGroups({
        ...{ rows, names, origins, places, periods: calendar.starts.length },
        present: sideOf(present, edges.present, calendar),
        previous: null,
        begun: null,
      });
      const keyOf = (group: number): string | null => {
        const place = places?.nameOf(groups.placeKey(group))[0] ?? null;
        return place ?? origins.names[groups.originKey(group)]?.[0] ?? null;
      };
      return ranked(groups, { keyOf, starts: calendar.starts });
    },
  };
}

interface Sums {
  total: bigint;
  model: bigint;
  waste: bigint;
  failure: bigint;
  unpriced: number;
  lines: number;
}

const NOTHING: Sums = { total: 0n, model: 0n, waste: 0n, failure: 0n, unpriced: 0, lines: 0 };

function ranked(
  groups: CubeGroups,
  {
    keyOf,
    starts,
  }: {
    readonly keyOf: (group: number) => string | null;
    readonly starts: readonly bigint[];
  },
): QueryRow[] {
  const { present } = groups.sums;
  const totals = new Map<string | null, bigint>();
  const keyed = Array.from({ length: groups.size }, (_, group) => {
    const key = keyOf(group);
    totals.set(key, (totals.get(key) ?? 0n) + present.cost(group));
    return key;
  });
  // Of the dearest alone, from 1.
  const ranks = new Map(dearest(totals, SERIES_MAX).map((key, index) => [key, index + 1]));
  const found = new Map<
    string,
    { rank: number; key: string | null; startNs: bigint; sums: Sums }
  >();
  keyed.forEach((key, group) => {
    const rank = ranks.get(key) ?? SERIES_MAX + 1;
    const startNs = starts[groups.period(group)] ?? 0n;
    const name = `${rank} ${startNs}`;
    const known = found.get(name) ?? { rank, key, startNs, sums: { ...NOTHING } };
    found.set(name, known);
    known.sums.total += present.cost(group);
    known.sums.model += present.big(group, MODEL_COST);
    known.sums.waste += present.big(group, WASTE);
    known.sums.failure += present.big(group, FAILURE);
    known.sums.unpriced += present.number(group, UNPRICED);
    known.sums.lines += present.lines(group);
  });
  return [...found.values()]
    .toSorted((a, b) => a.rank - b.rank || (a.startNs < b.startNs ? -1 : 1))
    .map(({ rank, key, startNs, sums }) => ({
      rank: BigInt(rank),
      key: rank <= SERIES_MAX ? key : null,
      bucket_ns: startNs,
      lines: BigInt(sums.lines),
      total: sums.total,
      compute: sums.total - sums.model,
      model_cost: sums.model,
      waste: sums.waste,
      failure: sums.failure,
      unpriced: BigInt(sums.unpriced),
    }));
}
