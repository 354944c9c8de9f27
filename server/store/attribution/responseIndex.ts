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

interface Claim extends SpanKey {
  readonly responseKey: bigint;
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
   * Enters new calls. Losers among them get `duplicateResponse`; a span that counted before and loses is told to
   * `lose`, and where that one does not have it in memory, its line goes into `changes`.
   */
  async add(
    added: readonly {
      readonly facts: NodeFacts;
      readonly traceHi: bigint;
      readonly traceLo: bigint;
    }[],
    changes: ChangeSet,
    lose: (key: SpanKey) => boolean,
  ): Promise<void> {
    await this.#load(added);
    const flipped: Claim[] = [];
    for (const { facts, traceHi, traceLo } of added) {
      const { responseKey, startNs, spanId } = facts;
      if (responseKey === null) continue;
      const claim: Claim = { responseKey, startNs, spanId, traceHi, traceLo };
      const holder = this.#young.get(responseKey) ?? this.#old.get(responseKey);
      this.#known.add(responseKey);
      if (!holder || distance(holder.startNs, startNs) > MEMORY_NS) {
        this.#young.set(responseKey, claim);
        continue;
      }
      if (!isBefore(claim, holder)) {
        facts.duplicateResponse = true;
        continue;
      }
      this.#young.set(responseKey, claim);
      if (!lose(holder)) flipped.push(holder);
    }
    if (this.#young.size > ENTRIES_MAX) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    await this.#flipStored(flipped, changes);
  }

  async #load(added: readonly { readonly facts: NodeFacts }[]): Promise<void> {
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
      const { responseKey, startNs, traceHi, traceLo, spanId } = line.span;
      if (responseKey === null) continue;
      const claim: Claim = { responseKey, startNs, traceHi, traceLo, spanId };
      const holder = this.#young.get(responseKey);
      if (!holder || isBefore(claim, holder)) this.#young.set(responseKey, claim);
    }
  }

  /** Lines of spans that have left the memory. */
  async #flipStored(flipped: readonly Claim[], changes: ChangeSet): Promise<void> {
    if (flipped.length === 0) return;
    const since = flipped.map(({ startNs }) => startNs).reduce((a, b) => (a < b ? a : b));
    const keys = flipped.map(({ responseKey }) => responseKey);
    for (const line of await this.#loader.loadResponses(keys, since)) {
      const loses = flipped.some(
        (claim) =>
          claim.spanId === line.span.spanId &&
          claim.traceLo === line.span.traceLo &&
          claim.traceHi === line.span.traceHi,
      );
      if (!loses) continue;
      changes.lines.remove.push(line);
      changes.lines.add.push({ ...line, excluded: EXCLUDED.duplicateResponse });
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
