/** Runs of scheduled pipelines in memory: read as they arrive, judged as of any instant. */
import { isFinal } from '@burnbook/domain/run';
import type { OccurrenceRun } from '@burnbook/domain/slo/occurrence';
import { DAY_NS, parseTime } from '@burnbook/domain/time';
import { runList } from '../store/batchRuns.js';
import type { StoreClient } from '../store/storeClient.js';

export interface BatchSize {
  readonly rows: bigint | null;
  /** null: nothing of it has a cost that is known. */
  readonly costNano: bigint | null;
  /** Lines without a price. */
  readonly unpriced: number;
}

interface Batch extends BatchSize {
  readonly batchId: string;
  readonly text: string;
  /** null: they may still change as time passes. */
  runs: readonly Omit<OccurrenceRun, 'nominalNs'>[] | null;
}

/** Later than anything begins. */
const ALL_NS = 1n << 62n;
const WATCHED_NS = 401n * DAY_NS;
/** Rows may be committed in another order than they were received in. */
const AGAIN_NS = 30_000_000_000n;
/** So often all is read again: costs are restated, and runs come to name their batches. */
const WHOLE_EVERY_NS = 600_000_000_000n;
const TIMEOUT_MS = 60_000;

export class OccurrenceRuns {
  readonly #store: StoreClient;
  #pipelines: readonly string[] = [];
  #batches = new Map<string, Map<string, Batch>>();
  /** Nominal times by pipeline, run and batch. */
  #nominals = new Map<string, bigint>();
  #loadedNs: bigint | null = null;
  #wholeNs = 0n;

  readonly #toNs: bigint;

  /** @param toNs what begins later is not read: of many batches the newest before it are. */
  constructor(store: StoreClient, toNs = ALL_NS) {
    this.#store = store;
    this.#toNs = toNs;
  }

  define(pipelines: readonly string[]): void {
    this.#pipelines = pipelines;
    this.#loadedNs = null;
  }

  /** Reads what has arrived since the last time. @returns the pipelines of which something did. */
  async load(nowNs: bigint): Promise<ReadonlySet<string>> {
    if (this.#pipelines.length === 0) return new Set();
    const isWhole =
      this.#loadedNs === null || nowNs < this.#loadedNs || nowNs - this.#wholeNs >= WHOLE_EVERY_NS;
    const asked = {
      pipelines: this.#pipelines,
      from: nowNs - WATCHED_NS,
      to: this.#toNs,
      since: isWhole ? 0n : (this.#loadedNs ?? 0n) - AGAIN_NS,
    };
    const timeout = { timeoutMs: TIMEOUT_MS };
    // Before the batches: of what arrives between the two readings, both are read again the next time.
    const said = await this.#store.query('occurrence_nominals', asked, timeout);
    const rows = await this.#store.query('occurrence_batches', asked, timeout);
    if (isWhole) this.#nominals = new Map();
    for (const row of said) {
      const nominalNs = parseTime(row['nominal_time'] as string);
      const key = keyOf({
        pipeline: row['pipeline'] as string,
        runId: row['run_id'] as string,
        batchId: row['batch'] as string,
      });
      if (nominalNs !== null) this.#nominals.set(key, nominalNs);
    }
    const touched = new Set<string>();
    const batches = isWhole ? new Map<string, Map<string, Batch>>() : this.#batches;
    for (const row of rows) {
      const pipeline = row['pipeline'] as string;
      touched.add(pipeline);
      let own = batches.get(pipeline);
      if (!own) batches.set(pipeline, (own = new Map()));
      const batch = batchOf(row);
      own.set(batch.batchId, batch);
      forgetUnnamed(own, batch, nowNs);
    }
    this.#batches = batches;
    this.#loadedNs = nowNs;
    if (!isWhole) return touched;
    this.#wholeNs = nowNs;
    return new Set(this.#pipelines);
  }

  runsOf(pipeline: string, nowNs: bigint): readonly OccurrenceRun[] {
    return [...(this.#batches.get(pipeline)?.values() ?? [])].flatMap((batch) =>
      runsOf(batch, nowNs).map((run) => ({
        ...run,
        nominalNs: this.#nominals.get(keyOf({ pipeline, ...run })) ?? null,
      })),
    );
  }

  sizeOf(pipeline: string, batchId: string): BatchSize | null {
    return this.#batches.get(pipeline)?.get(batchId) ?? null;
  }
}

const batchOf = (row: Readonly<Record<string, unknown>>): Batch => ({
  batchId: row['batch_id'] as string,
  rows: (row['batch_rows'] ?? null) as bigint | null,
  costNano: row['has_lines'] === true ? BigInt(row['total'] as string) : null,
  unpriced: Number(row['unpriced']),
  text: row['run_list'] as string,
  runs: null,
});

const keyOf = ({
  pipeline,
  runId,
  batchId,
}: Pick<OccurrenceRun, 'runId' | 'batchId'> & { readonly pipeline: string }): string =>
  JSON.stringify([pipeline, runId, batchId]);

function runsOf(batch: Batch, nowNs: bigint): readonly Omit<OccurrenceRun, 'nominalNs'>[] {
  if (batch.runs) return batch.runs;
  const runs = runList(batch.text, nowNs).map((run) => ({ ...run, batchId: batch.batchId }));
  if (runs.every(({ state }) => isFinal(state))) batch.runs = runs;
  return runs;
}

/** A run that named no batch was one of its own, until now. */
function forgetUnnamed(batches: Map<string, Batch>, batch: Batch, nowNs: bigint): void {
  for (const { runId } of runsOf(batch, nowNs)) {
    if (runId !== batch.batchId) batches.delete(runId);
  }
}
