/**
 * How much of the time in which something was open or due telemetry covers, by pipeline.
 *
 * A run that has ended is covered as a whole: its telemetry is here. One that announced itself and went silent is covered
 * until two minutes after its last sign, and due until a run of its pipeline starts after that, or for a day. An expected
 * occurrence that no run answers is due from its nominal time to its deadline.
 */
import { LOST_AFTER_NS } from '@burnbook/domain/run';
import type { CoverageReader } from '@burnbook/domain/slo/coverage';
import { occurrencesBetween, type Schedule } from '@burnbook/domain/slo/schedule';
import { DAY_NS, MINUTE_NS } from '@burnbook/domain/time';
import type { StoreClient } from '../store/storeClient.js';
import { CoverageMap, type Coverage, type CoveredStretch } from './coverageMap.js';
import { minuteOfNs, nsOfMinute } from './eventGroup.js';

export type Schedules = ReadonlyMap<string, Schedule>;

/** The server's own work, as a pipeline's name cannot be. */
export const SERVER = '';

/** As far back as evaluations ask. */
export const HOURS_KEPT = 35 * 24;
const LOST_MAX_NS = DAY_NS;
/** Rows may be committed in another order than they were received in. */
const AGAIN_NS = 30_000_000_000n;
const RUNS_MAX = 5_000;
const HOUR = 60;
const TIMEOUT_MS = 60_000;

interface Run {
  readonly startNs: bigint;
  readonly endNs: bigint | null;
  /** Where its telemetry ends so far. */
  readonly lastNs: bigint;
  readonly lastSignNs: bigint;
  readonly announced: boolean;
  /** Share of its spans that arrived. */
  readonly part: number;
}

export class CoverageBook {
  readonly #store: StoreClient;
  readonly #hoursKept: number;
  readonly #runs = new Map<string, Map<string, Run>>();
  readonly #maps = new Map<string, CoverageMap>();
  #upMinutes: readonly number[] = [];
  #schedules: Schedules = new Map();
  #loadedNs: bigint | null = null;
  #builtMinute = 0;

  constructor(store: StoreClient, hoursKept = HOURS_KEPT) {
    this.#store = store;
    this.#hoursKept = hoursKept;
  }

  define(schedules: Schedules): void {
    this.#schedules = schedules;
    this.#maps.clear();
  }

  /** Reads what has arrived since the last time. @returns the pipelines whose coverage changed. */
  async load(nowNs: bigint): Promise<ReadonlySet<string>> {
    const sinceNs =
      this.#loadedNs === null ? nowNs - hoursNs(this.#hoursKept) : this.#loadedNs - AGAIN_NS;
    const [rows, up] = await Promise.all([
      this.#store.query('sli_runs', { since: sinceNs }, { timeoutMs: TIMEOUT_MS }),
      this.#store.query('sli_server_up', { since: nowNs - hoursNs(this.#hoursKept) }),
    ]);
    const touched = new Set<string>();
    for (const row of rows) {
      const pipeline = row['pipeline'] as string;
      touched.add(pipeline);
      let runs = this.#runs.get(pipeline);
      if (!runs) this.#runs.set(pipeline, (runs = new Map()));
      runs.set(row['run_id'] as string, runOf(row));
      if (runs.size > RUNS_MAX) forgetOldest(runs);
    }
    this.#upMinutes = up.map((row) => minuteOfNs(row['minute_ns'] as bigint));
    this.#loadedNs = nowNs;
    for (const pipeline of touched) this.#maps.delete(pipeline);
    const minute = minuteOfNs(nowNs);
    if (minute !== this.#builtMinute) this.#maps.clear();
    this.#builtMinute = minute;
    return touched;
  }

  /** @param pipelines none: all of them. */
  reader(pipelines: readonly string[], nowNs: bigint): CoverageReader {
    const names =
      pipelines.length > 0 ? pipelines : [...this.#runs.keys(), ...this.#schedules.keys()];
    return {
      coverage: (fromNs, toNs) => {
        let due = 0;
        let covered = 0;
        for (const name of new Set(names)) {
          const part = this.#mapOf(name, nowNs).coverage(minuteOfNs(fromNs), minuteOfNs(toNs));
          due += part.due;
          covered += part.covered;
        }
        return due === 0 ? null : covered / due;
      },
    };
  }

  /** Pipelines that runs were seen of. */
  get pipelines(): readonly string[] {
    return [...this.#runs.keys()];
  }

  /** Minutes in which runs were open, and which of them are covered: what a schedule expects is not asked. */
  openTime(
    pipeline: string,
    {
      fromNs,
      toNs,
      nowNs,
    }: { readonly fromNs: bigint; readonly toNs: bigint; readonly nowNs: bigint },
  ): Coverage {
    const [from, end] = [minuteOfNs(fromNs), minuteOfNs(toNs)];
    const first = Math.floor(from / HOUR);
    const hours = { from: first * HOUR, hours: Math.ceil(end / HOUR) - first };
    return new CoverageMap(hours, this.#runStretches(this.#runsOf(pipeline), nowNs)).coverage(
      from,
      end,
    );
  }

  #mapOf(pipeline: string, nowNs: bigint): CoverageMap {
    const known = this.#maps.get(pipeline);
    if (known) return known;
    const nowMinute = minuteOfNs(nowNs);
    const from = (Math.floor(nowMinute / HOUR) - this.#hoursKept + 1) * HOUR;
    const stretches =
      pipeline === SERVER ? this.#serverStretches(nowMinute) : this.#stretches(pipeline, nowNs);
    const map = new CoverageMap({ from, hours: this.#hoursKept + 1 }, stretches);
    this.#maps.set(pipeline, map);
    return map;
  }

  #runsOf(pipeline: string): readonly Run[] {
    return [...(this.#runs.get(pipeline)?.values() ?? [])].toSorted((a, b) =>
      a.startNs < b.startNs ? -1 : 1,
    );
  }

  #stretches(pipeline: string, nowNs: bigint) {
    const runs = this.#runsOf(pipeline);
    const { due, covered } = this.#runStretches(runs, nowNs);
    return { due: [...due, ...this.#unanswered(pipeline, { runs, nowNs })], covered };
  }

  #runStretches(runs: readonly Run[], nowNs: bigint) {
    const due: { from: number; end: number }[] = [];
    const covered: CoveredStretch[] = [];
    runs.forEach((run) => {
      const { startNs, endNs, lastNs, lastSignNs, announced, part } = run;
      if (endNs !== null || !announced) {
        covered.push({ ...stretch(startNs, endNs ?? lastNs, nowNs), part });
        return;
      }
      covered.push({ ...stretch(startNs, lastSignNs + LOST_AFTER_NS, nowNs), part });
      const nextNs = runs.find((other) => other.startNs > lastSignNs)?.startNs ?? nowNs;
      const lostNs = lastSignNs + LOST_MAX_NS;
      due.push(stretch(startNs, nextNs < lostNs ? nextNs : lostNs, nowNs));
    });
    return { due, covered };
  }

  /** Expected occurrences that no run answered. */
  #unanswered(
    pipeline: string,
    { runs, nowNs }: { readonly runs: readonly Run[]; readonly nowNs: bigint },
  ) {
    const schedule = this.#schedules.get(pipeline);
    if (!schedule || runs.length === 0) return [];
    const firstNs = runs[0]?.startNs ?? nowNs;
    const fromNs = nowNs - hoursNs(this.#hoursKept);
    return occurrencesBetween(schedule, firstNs > fromNs ? firstNs : fromNs, nowNs)
      .filter(
        ({ nominalNs, nextNs }) =>
          !runs.some(({ startNs }) => startNs >= nominalNs - MINUTE_NS && startNs < nextNs),
      )
      .map(({ nominalNs, dueNs }) => stretch(nominalNs, dueNs, nowNs));
  }

  /** The minute at hand is told when it ends. */
  #serverStretches(nowMinute: number) {
    const first = this.#upMinutes.reduce((a, b) => Math.min(a, b), nowMinute);
    return {
      due: [{ from: first, end: nowMinute }],
      covered: this.#upMinutes.map((minute) => ({ from: minute, end: minute + 1, part: 1 })),
    };
  }
}

function runOf(row: Readonly<Record<string, unknown>>): Run {
  const dropped = Number(row['dropped'] ?? 0);
  const spans = Number(row['spans'] ?? 0);
  return {
    startNs: row['start_ns'] as bigint,
    endNs: (row['end_ns'] ?? null) as bigint | null,
    lastNs: row['last_ns'] as bigint,
    lastSignNs: row['last_sign_ns'] as bigint,
    announced: row['announced'] === true,
    part: dropped > 0 ? spans / (spans + dropped) : 1,
  };
}

/** Whole minutes that a stretch of time touches, up to now. */
function stretch(startNs: bigint, endNs: bigint, nowNs: bigint): { from: number; end: number } {
  const lastNs = endNs < nowNs ? endNs : nowNs;
  const from = minuteOfNs(startNs);
  return { from, end: Math.max(from, minuteOfNs(lastNs)) + 1 };
}

function forgetOldest(runs: Map<string, Run>): void {
  for (const id of runs.keys()) {
    if (runs.size <= RUNS_MAX) return;
    runs.delete(id);
  }
}

const hoursNs = (hours: number): bigint => nsOfMinute(hours * HOUR);
