/**
 * Sums of one indicator between instants that are known beforehand, for looks back of many points: whole hours from memory
 * where it reaches, and from the store no more than the parts of hours that an instant cuts off.
 */
import type { StoreClient } from '../store/storeClient.js';
import { minus, NO_COUNTS, plus, type Counts, type CountSeries } from './countSeries.js';
import { nsOfMinute } from './eventGroup.js';
import { unpackedCounts } from './packedCounts.js';
import type { MinuteRange } from './rangedCount.js';
import type { Summed } from './sloSums.js';

export interface EdgeSource {
  readonly store: StoreClient;
  readonly indicatorId: string;
  /** What memory has. */
  readonly series: CountSeries;
  /** Changes by minute that the store does not have yet. */
  readonly unstored: () => ReadonlyMap<number, Counts>;
  readonly signal: AbortSignal;
}

const HOUR = 60;
const TIMEOUT_MS = 30_000;
/** The oldest minutes in memory may be those of an hour that was loaded as a whole. */
const MARGIN = 2 * HOUR;
/** The store is asked for parts of hours in so many pieces of time at most. */
const STRETCHES_MAX = 4;

/** Takes down between which minutes sums are asked for. */
export class EdgeLog implements Summed {
  readonly edges = new Set<number>();

  sum(from: number, to: number): Counts {
    this.edges.add(from);
    this.edges.add(to);
    return NO_COUNTS;
  }
}

/** Sums between the minutes that were asked for. */
class EdgeSums implements Summed {
  /** All that was counted before an edge. */
  readonly #before: ReadonlyMap<number, Counts>;

  constructor(before: ReadonlyMap<number, Counts>) {
    this.#before = before;
  }

  /** @throws RangeError for a minute that was not asked for. */
  sum(from: number, to: number): Counts {
    const [start, end] = [this.#before.get(from), this.#before.get(to)];
    if (!start || !end) throw new RangeError(`no sum was asked for from ${from} to ${to}`);
    return minus(end, start);
  }
}

/** @param edges minutes since 1970. @throws StoreError */
export async function edgeSums(edges: ReadonlySet<number>, source: EdgeSource): Promise<Summed> {
  const sorted = [...edges].toSorted((a, b) => a - b);
  const [first = 0, last = 0] = [sorted[0], sorted.at(-1)];
  const { series } = source;
  const range = { from: hourOf(first) * HOUR, end: hourOf(last) * HOUR };
  const isRemembered =
    series.newestHour !== null && hourOf(first) > series.newestHour - series.hoursMax;
  const far = sorted.filter(
    (edge) => restOf(edge) > 0 && !(isRemembered && series.hasMinute(edge - MARGIN)),
  );
  const [parts, stored] = await Promise.all([
    partsOf(far, source),
    isRemembered ? null : stretch(source, range, HOUR),
  ]);
  const before = new Map<number, Counts>();
  let sum = NO_COUNTS;
  let hour = hourOf(first);
  for (const edge of sorted) {
    for (; hour < hourOf(edge); hour++) {
      const from = hour * HOUR;
      const ofHour = stored ? (stored.get(from) ?? NO_COUNTS) : series.sum(from, from + HOUR);
      sum = plus(sum, ofHour);
    }
    const part = parts.get(edge) ?? series.sum(hour * HOUR, edge);
    before.set(edge, plus(sum, part));
  }
  return new EdgeSums(before);
}

/** What the store has of the hour of each edge, up to the edge. */
async function partsOf(
  edges: readonly number[],
  source: EdgeSource,
): Promise<ReadonlyMap<number, Counts>> {
  const grain = edges.reduce((common, edge) => divisor(common, restOf(edge)), HOUR);
  const stretches = await Promise.all(
    stretchesOf(edges).map((range) => stretch(source, range, grain)),
  );
  const pieces = new Map(stretches.flatMap((each) => [...each]));
  return new Map(
    edges.map((edge) => {
      let sum = NO_COUNTS;
      for (let at = hourOf(edge) * HOUR; at < edge; at += grain) {
        sum = plus(sum, pieces.get(at) ?? NO_COUNTS);
      }
      return [edge, sum];
    }),
  );
}

/** The hours of edges in few pieces of time: where they are far apart, what lies between is not looked at. */
function stretchesOf(edges: readonly number[]): MinuteRange[] {
  const gaps = edges.slice(1).map((edge, index) => edge - (edges[index] ?? edge));
  const widest = gaps.toSorted((a, b) => b - a)[STRETCHES_MAX - 1] ?? 0;
  const gapMax = Math.max(widest, HOUR);
  const stretches: { from: number; end: number }[] = [];
  for (const edge of edges) {
    const hour = hourOf(edge) * HOUR;
    const last = stretches.at(-1);
    if (last && hour - last.end <= gapMax) last.end = Math.max(last.end, hour + HOUR);
    else stretches.push({ from: hour, end: hour + HOUR });
  }
  return stretches;
}

/** Counts of a range by the first minute of each of its pieces of `grain` minutes. */
async function stretch(
  { store, indicatorId, unstored, signal }: EdgeSource,
  { from, end }: MinuteRange,
  grain: number,
): Promise<Map<number, Counts>> {
  const [row] = await store.query(
    'sli_stretch',
    {
      indicator: indicatorId,
      from: nsOfMinute(from),
      to: nsOfMinute(end),
      grain: nsOfMinute(grain),
    },
    { timeoutMs: TIMEOUT_MS, signal },
  );
  const pieces = new Map(
    unpackedCounts((row?.['counts'] ?? null) as string | null).map(([piece, counts]) => [
      piece * grain,
      counts,
    ]),
  );
  for (const [minute, counts] of unstored()) {
    if (minute < from || minute >= end) continue;
    const at = minute - (minute % grain);
    pieces.set(at, plus(pieces.get(at) ?? NO_COUNTS, counts));
  }
  return pieces;
}

const hourOf = (minute: number): number => Math.floor(minute / HOUR);

/** Minutes since the hour began. */
const restOf = (minute: number): number => minute - hourOf(minute) * HOUR;

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
