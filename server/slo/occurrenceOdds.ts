/** How likely occurrences under way miss their deadlines, from how the steps of earlier runs went. */
import {
  missProbability,
  type EarlierRun,
  type MissProbability,
} from '@burnbook/domain/slo/missProbability';
import type { OccurrenceRun } from '@burnbook/domain/slo/occurrence';
import type { StoreClient } from '../store/storeClient.js';
import type { Occurrence } from './occurrence.js';

const EARLIER_MAX = 50;

export class OccurrenceOdds {
  readonly #store: StoreClient;
  /** By pipeline and run: the earlier runs that were asked for last. */
  #earlier = new Map<string, ReadonlyMap<string, EarlierRun>>();

  constructor(store: StoreClient) {
    this.#store = store;
  }

  /** @param occurrences of one pipeline, oldest first. @returns by nominal time, of those under way. */
  async of(
    pipeline: string,
    occurrences: readonly Occurrence[],
    nowNs: bigint,
  ): Promise<ReadonlyMap<bigint, MissProbability>> {
    const found = new Map<bigint, MissProbability>();
    const pending = occurrences.filter(
      ({ verdict, dueNs }) => verdict === 'pending' && dueNs >= nowNs,
    );
    if (pending.length === 0) return found;
    const landed = occurrences
      .filter(({ verdict }) => verdict === 'on_time' || verdict === 'late')
      .slice(-EARLIER_MAX);
    const earlier = await this.#runs(pipeline, landed);
    const running = pending.flatMap(({ run }) => (run ? [run.runId] : []));
    const ends = await this.#stepEnds(pipeline, running);
    for (const { nominalNs, dueNs, run } of pending) {
      const steps = (run && ends.get(run.runId)) ?? new Map<string, bigint>();
      const underway = { nominalNs, startNs: run?.startNs ?? null, steps };
      const odds = missProbability(underway, earlier, { nowNs, dueNs });
      if (odds) found.set(nominalNs, odds);
    }
    return found;
  }

  async #runs(pipeline: string, landed: readonly Occurrence[]): Promise<readonly EarlierRun[]> {
    const known = this.#earlier.get(pipeline);
    const ran = landed.flatMap(({ nominalNs, run }) => (run ? [{ nominalNs, run }] : []));
    const unknown = ran.filter(({ run }) => !known?.has(keyOf(run))).map(({ run }) => run.runId);
    const ends = await this.#stepEnds(pipeline, unknown);
    const runs = new Map(
      ran.map(({ nominalNs, run }): [string, EarlierRun] => [
        keyOf(run),
        known?.get(keyOf(run)) ?? earlierRun(run, nominalNs, ends.get(run.runId)),
      ]),
    );
    this.#earlier.set(pipeline, runs);
    return [...runs.values()];
  }

  async #stepEnds(
    pipeline: string,
    runIds: readonly string[],
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, bigint>>> {
    const ends = new Map<string, Map<string, bigint>>();
    if (runIds.length === 0) return ends;
    for (const row of await this.#store.query('occurrence_steps', { pipeline, runIds })) {
      const runId = row['run_id'] as string;
      let steps = ends.get(runId);
      if (!steps) ends.set(runId, (steps = new Map()));
      steps.set(row['step'] as string, row['end_ns'] as bigint);
    }
    return ends;
  }
}

const keyOf = ({ runId, startNs, endNs }: OccurrenceRun): string => `${startNs} ${endNs} ${runId}`;

function earlierRun(
  { startNs, endNs }: OccurrenceRun,
  nominalNs: bigint,
  ends: ReadonlyMap<string, bigint> = new Map(),
): EarlierRun {
  return {
    delayNs: startNs - nominalNs,
    durationNs: (endNs ?? startNs) - startNs,
    steps: new Map([...ends].map(([step, atNs]) => [step, atNs - startNs])),
  };
}
