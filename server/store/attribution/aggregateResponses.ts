/**
 * Which spans sum up a provider's response: they count only while no call tells the same response by itself.
 *
 * Kept apart from the calls, so that a sum never takes the place of a call: whether it counts at all depends on what is
 * below it, which can change.
 */
import type { LineRow, SpanKey } from '../rows.js';
import type { BloomFilter } from './bloomFilter.js';
import type { NodeFacts } from './nodeFacts.js';

/** Looks up the counted lines of spans that sum up responses in the database. */
export interface AggregateLoader {
  loadAggregates(keys: readonly bigint[], sinceNs: bigint): Promise<LineRow[]>;
}

const ENTRIES_MAX = 200_000;

export class AggregateResponses {
  #young = new Map<bigint, SpanKey[]>();
  #old = new Map<bigint, SpanKey[]>();
  /** Keys that the database has and the maps may not. */
  readonly #stored: BloomFilter;
  readonly #loader: AggregateLoader;

  constructor(stored: BloomFilter, loader: AggregateLoader) {
    this.#stored = stored;
    this.#loader = loader;
  }

  clear(): void {
    this.#forget(this.#old);
    this.#forget(this.#young);
    this.#young = new Map();
    this.#old = new Map();
  }

  add(responseKey: bigint, facts: NodeFacts): void {
    const { traceHi, traceLo, spanId, startNs } = facts;
    const known = this.#young.get(responseKey);
    if (known) known.push({ traceHi, traceLo, spanId, startNs });
    else this.#young.set(responseKey, [{ traceHi, traceLo, spanId, startNs }]);
    if (this.#young.size <= ENTRIES_MAX) return;
    this.#forget(this.#old);
    this.#old = this.#young;
    this.#young = new Map();
  }

  inMemory(responseKey: bigint): readonly SpanKey[] {
    return [...(this.#young.get(responseKey) ?? []), ...(this.#old.get(responseKey) ?? [])];
  }

  /** Counted lines of those that are not in memory. */
  async load(keys: readonly bigint[], sinceNs: bigint): Promise<LineRow[]> {
    const wanted = keys.filter((key) => this.#stored.mayHave(key));
    return wanted.length === 0 ? [] : this.#loader.loadAggregates(wanted, sinceNs);
  }

  #forget(map: ReadonlyMap<bigint, unknown>): void {
    for (const key of map.keys()) this.#stored.add(key);
  }
}
