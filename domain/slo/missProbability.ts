/**
 * How likely a batch under way misses its deadline, from how long what is left took in the runs before.
 *
 * Method: the empirical distribution of the time from the last finished step to the end, each earlier run corrected by a
 * straight line for how long it took to get there (slow so far mostly means more data, and slow to the end). Of these it
 * takes the ones that had not finished a further step after as long as this one has waited either; with half an imagined
 * run on either side (Jeffreys), so that few runs never say 0 or 1. A run that has not finished a step is compared from
 * its start, one that has not started by its delay.
 */

/** Of an earlier run that succeeded: offsets from its start, nanoseconds. */
export interface EarlierRun {
  /** From the nominal time to the start. */
  readonly delayNs: bigint;
  readonly durationNs: bigint;
  /** When each step had finished. */
  readonly steps: ReadonlyMap<string, bigint>;
}

export interface Underway {
  readonly nominalNs: bigint;
  /** null: it has not started. */
  readonly startNs: bigint | null;
  /** Finished steps with when they finished, UTC nanoseconds. */
  readonly steps: ReadonlyMap<string, bigint>;
}

export interface MissProbability {
  /** 0 to 1 */
  readonly value: number;
  readonly method: 'not started' | 'since the start' | 'since the last step';
  /** Earlier runs that it is drawn from. */
  readonly samples: number;
}

/** With fewer the figure would be mostly the imagined runs. */
export const EARLIER_RUNS_MIN = 5;

/** Runs that waited as long at the same place. */
const ALIKE_MIN = 3;

/** @returns null: too few earlier runs to say. */
export function missProbability(
  run: Underway,
  earlier: readonly EarlierRun[],
  at: { readonly nowNs: bigint; readonly dueNs: bigint },
): MissProbability | null {
  const { method, sinceNs, rest } = remaining(run, earlier);
  if (rest.length < EARLIER_RUNS_MIN) return null;
  const spentNs = at.nowNs - sinceNs;
  const allowedNs = at.dueNs - sinceNs;
  const here = rest.filter(({ nextNs }) => nextNs > spentNs);
  // None was ever so slow here: whoever had not ended yet.
  const alike = here.length >= ALIKE_MIN ? here : rest.filter(({ endNs }) => endNs > spentNs);
  const missing = alike.filter(({ endNs }) => endNs > allowedNs).length;
  return {
    value: at.nowNs > at.dueNs ? 1 : (missing + 0.5) / (alike.length + 1),
    method,
    samples: alike.length,
  };
}

/** What was left of an earlier run: nanoseconds until its next step had finished, and until it ended. */
interface Rest {
  readonly nextNs: bigint;
  readonly endNs: bigint;
}

function remaining(
  { nominalNs, startNs, steps }: Underway,
  earlier: readonly EarlierRun[],
): { method: MissProbability['method']; sinceNs: bigint; rest: readonly Rest[] } {
  if (startNs === null) {
    return {
      method: 'not started',
      sinceNs: nominalNs,
      rest: earlier.map(({ delayNs, durationNs }) => ({
        nextNs: delayNs,
        endNs: delayNs + durationNs,
      })),
    };
  }
  const finished = [...steps].sort(([, a], [, b]) => Number(b > a) - Number(b < a));
  for (const [step, finishedNs] of finished) {
    const passed = earlier.flatMap((run) => {
      const doneNs = run.steps.get(step);
      return doneNs === undefined ? [] : [{ doneNs, ...restAfter(run, doneNs) }];
    });
    // A step that earlier runs did not have says nothing: the one before it may.
    if (passed.length >= EARLIER_RUNS_MIN) {
      const rest = corrected(passed, finishedNs - startNs);
      return { method: 'since the last step', sinceNs: finishedNs, rest };
    }
  }
  return {
    method: 'since the start',
    sinceNs: startNs,
    rest: earlier.map((run) => restAfter(run, 0n)),
  };
}

function restAfter({ durationNs, steps }: EarlierRun, atNs: bigint): Rest {
  const next = [...steps.values()]
    .filter((doneNs) => doneNs > atNs)
    .reduce((first, doneNs) => (doneNs < first ? doneNs : first), durationNs);
  return { nextNs: next - atNs, endNs: durationNs - atNs };
}

/** The rests as they would be, had each run taken `tookNs` to get there. */
function corrected(
  passed: readonly (Rest & { readonly doneNs: bigint })[],
  tookNs: bigint,
): Rest[] {
  const done = passed.map(({ doneNs }) => Number(doneNs));
  const endSlope = slope(
    done,
    passed.map(({ endNs }) => Number(endNs)),
  );
  const nextSlope = slope(
    done,
    passed.map(({ nextNs }) => Number(nextNs)),
  );
  return passed.map(({ doneNs, nextNs, endNs }) => {
    const off = Number(tookNs - doneNs);
    return {
      nextNs: nextNs + BigInt(Math.round(nextSlope * off)),
      endNs: endNs + BigInt(Math.round(endSlope * off)),
    };
  });
}

/** Of the straight line through the points, by least squares; 0 where it stands upright. */
function slope(xs: readonly number[], ys: readonly number[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanX = mean(xs);
  const meanY = mean(ys);
  const spread = xs.reduce((sum, x) => sum + (x - meanX) ** 2, 0);
  if (spread === 0) return 0;
  return xs.reduce((sum, x, index) => sum + (x - meanX) * ((ys[index] ?? 0) - meanY), 0) / spread;
}
