/**
 * Whether an expected occurrence of a batch arrived in time: one event a nominal time, whatever runs it took.
 *
 * Nothing here knows a clock: verdicts are as of an instant, and are reached again when something arrives later.
 */
import type { RunState } from '../run.js';
import { offsetNs } from '../timeZone.js';

/** `pending`: its deadline has not passed. `unknown`: a run was seen, and whether it landed was not. */
export const VERDICTS = [
  'on_time',
  'late',
  'failed',
  'missing',
  'excluded',
  'unknown',
  'pending',
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Why a verdict is what it is. */
export type VerdictCause =
  | 'landed'
  | 'landed after a failure'
  | 'failed'
  | 'cancelled'
  | 'no run seen'
  | 'still running'
  | 'telemetry ended'
  | 'not due yet'
  | (string & {});

export interface ExpectedOccurrence {
  readonly nominalNs: bigint;
  /** Deadline. */
  readonly dueNs: bigint;
  /** The next nominal time: what starts from then on belongs to another occurrence unless its batch says otherwise. */
  readonly nextNs: bigint;
  /** The nominal time before: what a batch is named after where it is named after the data that it holds. */
  readonly previousNs: bigint;
}

export interface OccurrenceRun {
  readonly runId: string;
  readonly batchId: string;
  /** The time that it is of, as it says itself; null: it does not. */
  readonly nominalNs: bigint | null;
  /** `scheduled`, `backfill`, `manual`, `gameday`; null: the emitter did not say. */
  readonly kind: string | null;
  readonly startNs: bigint;
  readonly endNs: bigint | null;
  readonly state: RunState;
}

export interface Reached {
  readonly verdict: Verdict;
  readonly cause: VerdictCause;
  /** The run that decided; null: none. */
  readonly run: OccurrenceRun | null;
  /** When its data landed. */
  readonly landedNs: bigint | null;
}

/** How batches are named: after their nominal time, or after the interval that ends with it (as Airflow's logical date). */
export type BatchNaming = 'nominal' | 'previous';

/**
 * The verdict as of `nowNs`.
 *
 * A failed run is a verdict at once, and a later one that lands in time takes it back. Absent at the deadline is missing
 * though a run is under way; landing later is late, also after a failure.
 *
 * @param runs those that belong to the occurrence, in any order.
 * @param excludedBy why it does not count; null: it does.
 */
export function verdictOf(
  { dueNs }: ExpectedOccurrence,
  runs: readonly OccurrenceRun[],
  at: { readonly nowNs: bigint; readonly excludedBy: string | null },
): Reached {
  const inOrder = runs.toSorted(
    (a, b) => Number(a.startNs > b.startNs) - Number(a.startNs < b.startNs),
  );
  const landed = inOrder
    .filter((run) => run.state === 'succeeded')
    .reduce<OccurrenceRun | null>(
      (first, run) => (first === null || landedAt(run) < landedAt(first) ? run : first),
      null,
    );
  const landedNs = landed && landedAt(landed);
  if (at.excludedBy !== null) {
    return { verdict: 'excluded', cause: at.excludedBy, run: landed, landedNs };
  }
  if (landed && landedNs !== null) {
    const failedBefore = inOrder.some(
      ({ state, endNs }) =>
        (state === 'failed' || state === 'cancelled') && (endNs ?? 0n) <= landedNs,
    );
    return {
      verdict: landedNs <= dueNs ? 'on_time' : 'late',
      cause: failedBefore ? 'landed after a failure' : 'landed',
      run: landed,
      landedNs,
    };
  }
  const isDue = at.nowNs > dueNs;
  const running = inOrder.findLast(({ state }) => state === 'running');
  if (running) {
    return isDue
      ? { verdict: 'missing', cause: 'still running', run: running, landedNs: null }
      : { verdict: 'pending', cause: 'still running', run: running, landedNs: null };
  }
  const last = inOrder.at(-1) ?? null;
  if (last?.state === 'failed' || last?.state === 'cancelled') {
    return { verdict: 'failed', cause: last.state, run: last, landedNs: null };
  }
  // Lost or open: its data may have landed. Unknown is not good, but it is not missing either.
  if (last) {
    return isDue
      ? { verdict: 'unknown', cause: 'telemetry ended', run: last, landedNs: null }
      : { verdict: 'pending', cause: 'telemetry ended', run: last, landedNs: null };
  }
  return isDue
    ? { verdict: 'missing', cause: 'no run seen', run: null, landedNs: null }
    : { verdict: 'pending', cause: 'not due yet', run: null, landedNs: null };
}

const landedAt = ({ startNs, endNs }: OccurrenceRun): bigint => endNs ?? startNs;

/**
 * Which run belongs to which occurrence: by the nominal time that it says, else by the time that its batch is named after,
 * else by when it started.
 *
 * Only scheduled runs (and those that do not say) touch deadlines. A batch whose name is a time that nothing was expected
 * at belongs to none: it is a backfill, whatever it calls itself.
 *
 * @param occurrences in order of time, without gaps between `nominalNs` and `nextNs`.
 * @returns runs by nominal time.
 */
export function matchRuns(
  occurrences: readonly ExpectedOccurrence[],
  runs: readonly OccurrenceRun[],
  { timeZone, naming }: { readonly timeZone: string; readonly naming: BatchNaming },
): ReadonlyMap<bigint, readonly OccurrenceRun[]> {
  const byName = new Map<string, ExpectedOccurrence[]>();
  const byTime = new Map<bigint, ExpectedOccurrence>();
  for (const occurrence of occurrences) {
    const namedNs = naming === 'nominal' ? occurrence.nominalNs : occurrence.previousNs;
    byTime.set(namedNs, occurrence);
    for (const name of namesOf(timeZone, namedNs)) push(byName, name, occurrence);
  }
  const matched = new Map<bigint, OccurrenceRun[]>();
  for (const run of runs) {
    if (run.kind !== null && run.kind !== 'scheduled') continue;
    const said = run.nominalNs === null ? undefined : byTime.get(run.nominalNs);
    if (said) {
      push(matched, said.nominalNs, run);
      continue;
    }
    const name = batchTime(run.batchId) ?? dayOrMinute(timeZone, run.nominalNs);
    const named = name === null ? null : (byName.get(name) ?? []);
    const found =
      named === null
        ? begunIn(occurrences, run.startNs)
        : named.length === 1
          ? named[0]
          : named.find(({ nominalNs, nextNs }) => run.startNs >= nominalNs && run.startNs < nextNs);
    if (found) push(matched, found.nominalNs, run);
  }
  return matched;
}

/** The occurrence that an instant is in, by halving: a month of minutes has tens of thousands. */
function begunIn(
  occurrences: readonly ExpectedOccurrence[],
  atNs: bigint,
): ExpectedOccurrence | undefined {
  let [from, to] = [0, occurrences.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((occurrences[middle]?.nominalNs ?? atNs) <= atNs) from = middle + 1;
    else to = middle;
  }
  const found = occurrences[from - 1];
  return found && atNs < found.nextNs ? found : undefined;
}

/** What a nominal time that nothing is expected at names: midnight a whole day, any other its minute. */
function dayOrMinute(timeZone: string, nominalNs: bigint | null): string | null {
  if (nominalNs === null) return null;
  const walls = [nominalNs, nominalNs + offsetNs(timeZone, nominalNs)].map((ns) =>
    new Date(Number(ns / 1_000_000n)).toISOString(),
  );
  const midnight = walls.find((wall) => wall.slice(11, 16) === '00:00');
  return midnight?.slice(0, 10) ?? walls.at(-1)?.slice(0, 16) ?? null;
}

/** The spellings under which a batch may name an instant, coarse to fine: day, hour, minute of the zone's clocks. */
function namesOf(timeZone: string, atNs: bigint): string[] {
  const wall = new Date(Number((atNs + offsetNs(timeZone, atNs)) / 1_000_000n)).toISOString();
  return [wall.slice(0, 7), wall.slice(0, 10), wall.slice(0, 13), wall.slice(0, 16)];
}

/**
 * The time that a batch id is, as `2026-11`, `2026-11-22`, `2026-11-22T06` or `2026-11-22T06:30`; null: it is none.
 * Read as well: `20261122`, `2026112206`, `2026-11-22-06`, a time with seconds, and a leading `dt=`, `date=` or the like.
 */
export function batchTime(batchId: string): string | null {
  const found =
    /^(?:\w+=)?(\d{4})(-?)(\d{2})(?:\2(\d{2})(?:[T_ -]?(\d{2})(?::?(\d{2})(?::?\d{2}(?:\.\d+)?)?)?)?)?(?:Z|[+-]00:?00)?$/.exec(
      batchId,
    );
  if (!found) return null;
  const [, year = '', , month = '', day, hour, minute] = found;
  if (month < '01' || month > '12') return null;
  if (day === undefined) return `${year}-${month}`;
  if (day < '01' || day > '31') return null;
  if (hour === undefined) return `${year}-${month}-${day}`;
  if (hour > '23') return null;
  return minute === undefined
    ? `${year}-${month}-${day}T${hour}`
    : `${year}-${month}-${day}T${hour}:${minute}`;
}

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}
