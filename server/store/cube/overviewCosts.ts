/** The answer of `overview_costs.sql` from the cube. */
import type { QueryParams, QueryRow } from '../protocol.js';
import type { CubeAnswer } from './cubeAnswer.js';
import { originKeys, quartersOf, sideOf, type Bounds } from './cubeQuestion.js';
import { BUCKET_NS } from '../costRollup.js';
import type { Stretch } from './cubeRows.js';
import { CubeGroups } from './cubeGroups.js';
import { dearest } from './dearest.js';
import { FAILURE, UNPRICED, WASTE } from './groupSums.js';
import { compareTexts } from './texts.js';

const SERIES_MAX = 5;
const COMPUTE = 'compute';
const UNKNOWN = '(unknown model)';
const OTHER = '(other)';

interface Sums {
  bucketNs: bigint | null;
  series: string | null;
  total: bigint;
  compute: bigint;
  waste: bigint;
  failure: bigint;
  unpriced: number;
  lines: number;
}

export function overviewCosts(params: QueryParams, known: Stretch): CubeAnswer {
  const [from, to, before, origin, bucket] = ['from', 'to', 'before', 'origin', 'bucket'].map(
    (name) => params[name] as bigint,
  );
  const present = wholeOf(from ?? 0n, to ?? 0n);
  const previous = wholeOf(before ?? 0n, from ?? 0n);
  const numberOf = (ns: bigint): number => Number((ns - (origin ?? 0n)) / (bucket ?? 1n));
  const quarters = quartersOf(present, known);
  const buckets = {
    base: quarters.from,
    of: Int32Array.from({ length: quarters.to - quarters.from }, (_, index) =>
      numberOf(BigInt(quarters.from + index) * BUCKET_NS),
    ),
  };
  return {
    ...{ present, previous, looksAtPlaces: true, calendars: [] },
    rowsOf: ({ rows, names, edges }) => {
      const origins = originKeys(names, ({ kind, model }) => {
        const name = { kind, series: kind === COMPUTE ? COMPUTE : (model ?? UNKNOWN) };
        return { text: JSON.stringify(name), name };
      });
      const groups = new CubeGroups({
        ...{ rows, names, origins, places: null, begun: null },
        periods: Math.max((buckets.of.at(-1) ?? 0) + 1, 1),
        present: sideOf(present, edges.present, buckets),
        previous: sideOf(previous, edges.previous),
      });
      const all = Array.from({ length: groups.size }, (_, group) => group);
      const totals = new Map<string, bigint>();
      for (const group of all) {
        if (groups.sums.present.lines(group) === 0) continue;
        const { series } = origins.names[groups.originKey(group)] ?? { series: OTHER };
        totals.set(series, (totals.get(series) ?? 0n) + groups.sums.present.cost(group));
      }
      const top = new Set(dearest(totals, SERIES_MAX));
      const found = new Map<string, Sums>();
      for (const side of ['present', 'previous'] as const) {
        const table = groups.sums[side];
        for (const group of all) {
          if (table.lines(group) === 0) continue;
          const { kind, series } = origins.names[groups.originKey(group)] ?? {};
          const isPresent = side === 'present';
          const name = series !== undefined && top.has(series) ? series : OTHER;
          const sums = entry(found, {
            bucketNs: isPresent
              ? (origin ?? 0n) + BigInt(groups.period(group)) * (bucket ?? 1n)
              : null,
            series: isPresent ? name : null,
          });
          const total = table.cost(group);
          sums.total += total;
          if (kind === COMPUTE) sums.compute += total;
          sums.waste += table.big(group, WASTE);
          sums.failure += table.big(group, FAILURE);
          sums.unpriced += table.number(group, UNPRICED);
          sums.lines += table.lines(group);
        }
      }
      return [...found.values()].toSorted(inOrder).map(rowOf);
    },
  };
}

function wholeOf(from: bigint, to: bigint): Bounds {
  const first = ((from + BUCKET_NS - 1n) / BUCKET_NS) * BUCKET_NS;
  const end = (to / BUCKET_NS) * BUCKET_NS;
  const hasWhole = first < end;
  return { from, to, firstWhole: hasWhole ? first : to, endWhole: hasWhole ? end : to };
}

function entry(
  found: Map<string, Sums>,
  { bucketNs, series }: Pick<Sums, 'bucketNs' | 'series'>,
): Sums {
  const name = `${bucketNs} ${series}`;
  const nothing = { total: 0n, compute: 0n, waste: 0n, failure: 0n, unpriced: 0, lines: 0 };
  const sums = found.get(name) ?? { bucketNs, series, ...nothing };
  found.set(name, sums);
  return sums;
}

function inOrder(a: Sums, b: Sums): number {
  if (a.bucketNs === b.bucketNs) return compareTexts(a.series, b.series);
  if (a.bucketNs === null || b.bucketNs === null) return a.bucketNs === null ? 1 : -1;
  return a.bucketNs < b.bucketNs ? -1 : 1;
}

const rowOf = ({ bucketNs, total, compute, unpriced, lines, ...sums }: Sums): QueryRow => ({
  ...{ bucket_ns: bucketNs, ...sums, total, compute, model_cost: total - compute },
  ...{ unpriced: BigInt(unpriced), lines: BigInt(lines) },
});
