/**
 * The newest evaluation of the budgets, and what has changed since: whether it can be shown instead of a new one.
 *
 * An evaluation sums months of costs. `BudgetWatch` makes one after commits anyway; who asks for the first page while
 * telemetry comes in would make another one each time.
 */
/** Periods begin and windows move with time alone: the watch evaluates each minute for their sake. */
const UNCHANGED_NS_MAX = 90_000_000_000n;

interface Evaluation<Report> {
  readonly reports: readonly Report[];
  readonly atNs: bigint;
}

export class LastEvaluation<Report> {
  readonly #unseenMsMax: number;
  #last: Evaluation<Report> | null = null;
  /** The first change that `#last` has not seen, ms of the monotonic clock; null: it has seen all. */
  #unseenSinceMs: number | null = null;
  /** The same of the evaluation under way. */
  #missedSinceMs: number | null = null;
  #definitions = 0;

  /** @param unseenMsMax how long a change may stay unseen, ms. */
  constructor(unseenMsMax: number) {
    this.#unseenMsMax = unseenMsMax;
  }

  /** Costs or holds may have changed. */
  touched(): void {
    this.#missedSinceMs ??= performance.now();
    this.#unseenSinceMs ??= this.#missedSinceMs;
  }

  /** The budgets themselves have changed. */
  redefined(): void {
    this.#definitions++;
    this.#last = null;
  }

  /**
   * Call it before anything is read, and never while another evaluation is under way.
   * @returns what takes the outcome.
   */
  begin(atNs: bigint): (reports: readonly Report[]) => void {
    const definitions = this.#definitions;
    this.#missedSinceMs = null;
    return (reports) => {
      if (definitions !== this.#definitions) return;
      this.#last = { reports, atNs };
      this.#unseenSinceMs = this.#missedSinceMs;
    };
  }

  /** null: it is too old to be shown, or there is none. @param unseenMsMax how long a change may be missing in it, ms. */
  at(nowNs: bigint, unseenMsMax = this.#unseenMsMax): readonly Report[] | null {
    const last = this.#last;
    if (!last || nowNs < last.atNs || nowNs - last.atNs > UNCHANGED_NS_MAX) return null;
    if (this.#unseenSinceMs === null) return last.reports;
    return performance.now() - this.#unseenSinceMs < unseenMsMax ? last.reports : null;
  }
}
