/** When what is known of a pipeline's runs came to be known, from the store. */
import { LOST_AFTER_NS } from '@burnbook/domain/run';
import type { OccurrenceRun } from '@burnbook/domain/slo/occurrence';
import type { RunSigns } from '@burnbook/domain/slo/runSigns';
import type { QueryRow } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';

const TIMEOUT_MS = 60_000;

export class RunSignBook {
  readonly #signs: ReadonlyMap<string, RunSigns>;

  private constructor(signs: ReadonlyMap<string, RunSigns>) {
    this.#signs = signs;
  }

  /** @param fromNs nothing that began earlier is read. @throws StoreError */
  static async load(
    store: StoreClient,
    asked: { readonly pipeline: string; readonly fromNs: bigint; readonly signal: AbortSignal },
  ): Promise<RunSignBook> {
    const { pipeline, fromNs: from, signal } = asked;
    const rows = await store.query(
      'occurrence_signs',
      { pipeline, from, silence: LOST_AFTER_NS },
      { timeoutMs: TIMEOUT_MS, signal },
    );
    return new RunSignBook(new Map(rows.map((row) => [row['run_id'] as string, signsOf(row)])));
  }

  /** Of a run that began before anything was read, when it happened stands for when it was known. */
  of({ runId, startNs, endNs, state }: OccurrenceRun): RunSigns {
    return (
      this.#signs.get(runId) ?? {
        seenNs: startNs,
        announcedNs: startNs,
        ends: endNs === null ? [] : [{ knownNs: endNs, endNs, outcome: state, failed: false }],
        alive: [{ fromNs: startNs, toNs: endNs ?? startNs }],
      }
    );
  }
}

function signsOf(row: QueryRow): RunSigns {
  const beginnings = times(row['beginnings']);
  const endings = times(row['endings']);
  const ends = listOf(row['ends']) as SaidEnd[];
  return {
    seenNs: row['seen_ns'] as bigint,
    announcedNs: (row['announced_ns'] ?? null) as bigint | null,
    ends: ends.map(({ known, end, outcome, failed }) => ({
      knownNs: BigInt(known),
      endNs: BigInt(end),
      outcome: outcome ?? null,
      failed,
    })),
    alive: beginnings.map((fromNs, index) => ({ fromNs, toNs: endings[index] ?? fromNs })),
  };
}

interface SaidEnd {
  readonly known: string;
  readonly end: string;
  readonly outcome?: string | null;
  readonly failed: boolean;
}

const times = (text: unknown): bigint[] => (listOf(text) as string[]).map(BigInt);

const listOf = (text: unknown): readonly unknown[] =>
  typeof text === 'string' ? ((JSON.parse(text) ?? []) as unknown[]) : [];
