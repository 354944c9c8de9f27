/** What was said of occurrences, and when: the first verdict is what was known then, the last what is known now. */
import type { Verdict } from '@burnbook/domain/slo/occurrence';
import { DAY_NS } from '@burnbook/domain/time';
import type { VerdictRow } from '../store/commands/judgeOccurrences.js';
import type { StoreClient } from '../store/storeClient.js';
import type { KnownVerdict, Occurrence } from './occurrence.js';

type Key = Pick<Occurrence, 'pipeline' | 'nominalNs'>;

const WATCHED_NS = 401n * DAY_NS;
const TIMEOUT_MS = 60_000;

export class OccurrenceVerdicts {
  readonly #store: StoreClient;
  #known: Map<string, KnownVerdict> | null = null;

  constructor(store: StoreClient) {
    this.#store = store;
  }

  /** Reads what is stored, once. @throws StoreError */
  async load(nowNs: bigint): Promise<void> {
    if (this.#known) return;
    const from = nowNs - WATCHED_NS;
    const rows = await this.#store.query(
      'occurrence_verdicts',
      { from },
      { timeoutMs: TIMEOUT_MS },
    );
    this.#known = new Map(
      rows.map((row): [string, KnownVerdict] => [
        keyOf({ pipeline: row['pipeline'] as string, nominalNs: row['nominal_ns'] as bigint }),
        {
          first: row['first_verdict'] as Verdict,
          firstNs: row['first_ns'] as bigint,
          last: row['last_verdict'] as Verdict,
          lastNs: row['last_ns'] as bigint,
        },
      ]),
    );
  }

  /** null: nothing was said yet. */
  of(occurrence: Key): KnownVerdict | null {
    return this.#known?.get(keyOf(occurrence)) ?? null;
  }

  /** Stores verdicts that differ from the last one said. What is pending has none. @throws StoreError */
  async keep(occurrences: readonly Occurrence[], nowNs: bigint): Promise<void> {
    const changed = occurrences.filter(
      (each) => each.verdict !== 'pending' && each.verdict !== this.of(each)?.last,
    );
    if (changed.length === 0) return;
    const verdicts = changed.map((each) => verdictRow(each, this.#decidedAt(each, nowNs)));
    await this.#store.command('judgeOccurrences', { verdicts });
    for (const row of verdicts) {
      const { verdict, decidedNs: lastNs } = row;
      const first = this.of(row) ?? { first: verdict, firstNs: lastNs };
      this.#known?.set(keyOf(row), { ...first, last: verdict, lastNs });
    }
  }

  /** Later than the verdict before, also by a clock that was set back. */
  #decidedAt(occurrence: Occurrence, nowNs: bigint): bigint {
    const beforeNs = this.of(occurrence)?.lastNs ?? null;
    return beforeNs !== null && beforeNs >= nowNs ? beforeNs + 1n : nowNs;
  }
}

const keyOf = ({ pipeline, nominalNs }: Key): string => `${nominalNs} ${pipeline}`;

const verdictRow = (occurrence: Occurrence, decidedNs: bigint): VerdictRow => ({
  pipeline: occurrence.pipeline,
  nominalNs: occurrence.nominalNs,
  dueNs: occurrence.dueNs,
  verdict: occurrence.verdict,
  decidedNs,
  landedNs: occurrence.landedNs,
  batch: occurrence.batch,
  runId: occurrence.run?.runId ?? null,
  rows: occurrence.rows,
  costNano: occurrence.costNano,
  cause: occurrence.cause,
});
