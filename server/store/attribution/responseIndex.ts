/**
 * Which span counts a provider's response: of equal response ids the earliest by (start, trace id, span id).
 */
import type { LineRow, SpanKey } from '../rows.js';
import type { BloomFilter } from './bloomFilter.js';
import type { ChangeSet } from './changeSet.js';
import type { NodeFacts } from './nodeFacts.js';
import { EXCLUDED } from './rowEmitter.js';

/** Looks up the counted lines of response keys in the database. */
export interface ResponseLoader {
  loadResponses(keys: readonly bigint[], sinceNs: bigint): Promise<LineRow[]>;
}

/** A cache replays an answer within days; older equal ids are a coincidence of test doubles. */
const MEMORY_NS = 30n * 86_400n * 1_000_000_000n;
const ENTRIES_MAX = 200_000;

interface Claim {
  readonly startNs: bigint;
  readonly traceHi: bigint;
  readonly traceLo: bigint;
  readonly spanId: bigint;
  /** The span in memory, or its line as the database has it. */
  readonly facts: NodeFacts | null;
  readonly line: LineRow | null;
}

export class ResponseIndex {
  #young = new Map<bigint, Claim>();
  #old = new Map<bigint, Claim>();
  readonly #known: BloomFilter;
  readonly #loader: ResponseLoader;

  constructor(known: BloomFilter, loader: ResponseLoader) {
    this.#known = known;
    this.#loader = loader;
  }

  clear(): void {
    this.#young = new Map();
    this.#old = new Map();
  }

  /**
   * Enters new calls. Losers get `duplicateResponse`; lines of losers that only the database has go into `changes`.
   * @param inMemory the facts of a span if it is in memory.
   * @returns the spans in memory that lost although they counted before.
   */
  async add(
    added: readonly { readonly facts: NodeFacts; readonly traceHi: bigint; readonly traceLo: bigint }[],
    changes: ChangeSet,
    inMemory: (key: SpanKey) => NodeFacts | null,
  ): Promise<SpanKey[]> {
    await this.#load(added, inMemory);
    const flipped: SpanKey[] = [];
    for (const { facts, traceHi, traceLo } of added) {
      const key = facts.responseKey;
      if (key === null) continue;
      const { startNs, spanId } = facts;
      const claim: Claim = { startNs, spanId, traceHi, traceLo, facts, line: null };
      const holder = this.#young.get(key) ?? this.#old.get(key);
      this.#known.add(key);
      if (!holder || distance(holder.startNs, startNs) > MEMORY_NS) {
        this.#young.set(key, claim);
        continue;
      }
      if (!isBefore(claim, holder)) {
        facts.duplicateResponse = true;
        continue;
      }
      this.#young.set(key, claim);
      if (holder.facts) {
        holder.facts.duplicateResponse = true;
        flipped.push(holder);
      } else if (holder.line) {
        changes.lines.remove.push(holder.line);
        changes.lines.add.push({ ...holder.line, excluded: EXCLUDED.duplicateResponse });
      }
    }
    if (this.#young.size > ENTRIES_MAX) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    return flipped;
  }

  async #load(
    added: readonly { readonly facts: NodeFacts }[],
    inMemory: (key: SpanKey) => NodeFacts | null,
  ): Promise<void> {
    const wanted = new Set<bigint>();
    let since: bigint | null = null;
    for (const { facts } of added) {
      const key = facts.responseKey;
      if (key === null || this.#young.has(key) || this.#old.has(key)) continue;
      if (!this.#known.mayHave(key)) continue;
      wanted.add(key);
      if (since === null || facts.startNs < since) since = facts.startNs;
    }
    if (wanted.size === 0 || since === null) return;
    for (const line of await this.#loader.loadResponses([...wanted], since - MEMORY_NS)) {
      if (line.responseKey === null) continue;
      const { startNs, traceHi, traceLo, spanId } = line;
      const facts = inMemory(line);
      const claim: Claim = { startNs, traceHi, traceLo, spanId, facts, line: facts ? null : line };
      const holder = this.#young.get(line.responseKey);
      if (!holder || isBefore(claim, holder)) this.#young.set(line.responseKey, claim);
    }
  }
}

function isBefore(a: Claim, b: Claim): boolean {
  if (a.startNs !== b.startNs) return a.startNs < b.startNs;
  if (a.traceHi !== b.traceHi) return a.traceHi < b.traceHi;
  if (a.traceLo !== b.traceLo) return a.traceLo < b.traceLo;
  return a.spanId < b.spanId;
}

const distance = (a: bigint, b: bigint): bigint => (a > b ? a - b : b - a);
