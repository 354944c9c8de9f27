/** The list of batches in the plain reading. */
import { keyOf, ownerOf } from './plainOwner.js';
import { batchesOfRuns, runKey } from './plainReading.js';
import type { SpanSpec } from './spanSpec.js';

export interface PlainBatch {
  readonly pipeline: string;
  readonly batchId: string;
  /** UTC nanoseconds. */
  readonly startNs: bigint;
  readonly runs: number;
}

/**
 * The batches of runs that somebody named, without what runs share; in order of pipeline and batch.
 *
 * Where only the trace names a run it is an ordinary trace, whose spans are no batch until something below them costs.
 */
export function plainBatches(all: readonly SpanSpec[]): PlainBatch[] {
  const spans = new Map(all.map((span) => [keyOf(span), span]));
  const named = batchesOfRuns(spans);
  const found = new Map<string, { startNs: bigint; runs: Set<string>; ordinary: boolean }>();
  for (const span of spans.values()) {
    const owner = ownerOf(span, spans);
    const batches = named.get(runKey(owner)) ?? new Set<string>();
    if (owner.batch === null && batches.size > 1) continue;
    const key = JSON.stringify([owner.pipeline, owner.batch ?? [...batches][0] ?? owner.run]);
    const batch = found.get(key) ?? { startNs: span.startNs, runs: new Set(), ordinary: false };
    if (span.startNs < batch.startNs) batch.startNs = span.startNs;
    if (owner.run === span.traceId) batch.ordinary = true;
    batch.runs.add(owner.run);
    found.set(key, batch);
  }
  return [...found]
    .filter(([, { ordinary }]) => !ordinary)
    .map(([key, { startNs, runs }]) => {
      const [pipeline = '', batchId = ''] = JSON.parse(key) as string[];
      return { pipeline, batchId, startNs, runs: runs.size };
    })
    .toSorted(byName);
}

export function byName(
  a: Pick<PlainBatch, 'pipeline' | 'batchId'>,
  b: Pick<PlainBatch, 'pipeline' | 'batchId'>,
): number {
  return JSON.stringify([a.pipeline, a.batchId]) < JSON.stringify([b.pipeline, b.batchId]) ? -1 : 1;
}
