/** How a run stands, from what its telemetry says. */

export const RUN_STATES = ['running', 'succeeded', 'failed', 'cancelled', 'lost', 'open'] as const;
export type RunState = (typeof RUN_STATES)[number];

export interface RunFacts {
  /** What the run's own span says of its end. */
  readonly outcome: string | null;
  /** A span that is the run has arrived, so it has ended. */
  readonly ended: boolean;
  /** That span's status is an error. */
  readonly failed: boolean;
  /** A start or heartbeat announced the run. */
  readonly announced: boolean;
  /** Some of its spans wait for a parent. */
  readonly unrooted: boolean;
  /** Arrival of its latest telemetry, UTC nanoseconds. */
  readonly lastSignNs: bigint;
}

/** Collectors give a sign of life every 30 s; four missed ones in a row are no accident. */
export const LOST_AFTER_NS = 120_000_000_000n;

/** The state at `nowNs`. `lost` is reversible: late telemetry brings the run back. */
export function runState(run: RunFacts, nowNs: bigint): RunState {
  if (run.outcome === 'succeeded' || run.outcome === 'failed' || run.outcome === 'cancelled') {
    return run.outcome;
  }
  if (run.announced && !run.ended) {
    return nowNs - run.lastSignNs > LOST_AFTER_NS ? 'lost' : 'running';
  }
  if (!run.ended || run.unrooted) return 'open';
  return run.failed ? 'failed' : 'succeeded';
}

/** Whether nothing more is expected of a run in this state. */
export const isFinal = (state: RunState): state is 'succeeded' | 'failed' | 'cancelled' =>
  state === 'succeeded' || state === 'failed' || state === 'cancelled';

/** The state of a batch from those of its runs in order of their start: the latest run decides once all have ended. */
export function batchState(states: readonly RunState[]): RunState {
  const unfinished = states.findLast((state) => !isFinal(state));
  // A lost run that a later one has made good is no longer news.
  const last = states.at(-1);
  if (last === undefined) return 'open';
  if (unfinished === 'lost') return last;
  return unfinished ?? last;
}
