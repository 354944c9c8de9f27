/**
 * Which span counts a provider's response: of equal response ids the earliest call by (start, trace id, span id). A span
 * that sums up calls counts only where no call tells its response.
 */
import type { LineRow, SpanKey } from '../rows.js';
import type { AggregateLoader, AggregateResponses } from './aggregateResponses.js';
import type { BloomFilter } from './bloomFilter.js';
import type { ChangeSet } from './changeSet.js';
import type { NodeFacts } from './nodeFacts.js';
import { EXCLUDED } from './rowEmitter.js';

/** Looks up the counted lines of response keys in the database. */
export interface ResponseLoader extends AggregateLoader {
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
  readonly #aggregates: AggregateResponses;

  constructor(known: BloomFilter, aggregates: AggregateResponses, loader: ResponseLoader) {
    this.#known = known;
    this.#aggregates = aggregates;
    this.#loader = loader;
  }

  clear(): void {
    this.#aggregates.clear();
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
    /** Calls that are the first to tell their response. */
    const first: { readonly facts: NodeFacts }[] = [];
    const calls = added.filter(({ facts }) => facts.call?.aggregate !== true);
    for (const call of calls) {
      const { facts, traceHi, traceLo } = call;
      const { responseKey, startNs, spanId } = facts;
      if (responseKey === null) continue;
      const claim: Claim = { responseKey, startNs, spanId, traceHi, traceLo };
      const holder = this.#young.get(responseKey) ?? this.#old.get(responseKey);
      this.#known.add(responseKey);
      if (!holder || distance(holder.startNs, startNs) > MEMORY_NS) {
        this.#young.set(responseKey, claim);
        first.push(call);
        continue;
      }
      if (!isBefore(claim, holder)) {
        facts.duplicateResponse = true;
        continue;
      }
      this.#young.set(responseKey, claim);
      if (!lose(holder)) flipped.push(holder);
    }
    const lost = await this.#loseAggregates(first, lose);
    for (const { facts } of added) if (facts.call?.aggregate === true) this.#addAggregate(facts);
    if (this.#young.size > ENTRIES_MAX) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    await this.#flipStored(flipped, changes);
    for (const line of lost) exclude(line, changes);
  }

  /** Sums of the calls' responses count no more. @returns the lines of those that are not in memory. */
  async #loseAggregates(
    calls: readonly { readonly facts: NodeFacts }[],
    lose: (key: SpanKey) => boolean,
  ): Promise<LineRow[]> {
    const keys = new Set<bigint>();
    let since: bigint | null = null;
    const gone = new Map<string, bigint>();
    for (const { facts } of calls) {
      const { responseKey, startNs } = facts;
      if (responseKey === null) continue;
      keys.add(responseKey);
      if (since === null || startNs < since) since = startNs;
      for (const key of this.#aggregates.inMemory(responseKey)) {
        if (distance(key.startNs, startNs) > MEMORY_NS || lose(key)) continue;
        gone.set(nameOf(key), responseKey);
      }
    }
    if (since === null) return [];
    const from = since - MEMORY_NS;
    const stored = await this.#aggregates.load([...keys], from);
    const dropped =
      gone.size === 0 ? [] : await this.#loader.loadAggregates([...gone.values()], from);
    const lines = new Map([...stored, ...dropped].map((line) => [nameOf(line.span), line]));
    // What is in memory has told itself.
    return [...lines.values()].filter(({ span }) => !lose(span));
  }

  #addAggregate(facts: NodeFacts): void {
    const { responseKey, startNs } = facts;
    if (responseKey === null) return;
    this.#aggregates.add(responseKey, facts);
    const holder = this.#young.get(responseKey) ?? this.#old.get(responseKey);
    if (holder && distance(holder.startNs, startNs) <= MEMORY_NS) facts.duplicateResponse = true;
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
    const losers = new Set(flipped.map(nameOf));
    for (const line of await this.#loader.loadResponses(keys, since)) {
      if (losers.has(nameOf(line.span))) exclude(line, changes);
    }
  }
}

function exclude(line: LineRow, changes: ChangeSet): void {
  changes.lines.remove.push(line);
  changes.lines.add.push({ ...line, excluded: EXCLUDED.duplicateResponse });
}

const nameOf = ({ traceHi, traceLo, spanId }: SpanKey): string => `${traceHi}:${traceLo}:${spanId}`;

function isBefore(a: Claim, b: Claim): boolean {
  if (a.startNs !== b.startNs) return a.startNs < b.startNs;
  if (a.traceHi !== b.traceHi) return a.traceHi < b.traceHi;
  if (a.traceLo !== b.traceLo) return a.traceLo < b.traceLo;
  return a.spanId < b.spanId;
}

const distance = (a: bigint, b: bigint): bigint => (a > b ? a - b : b - a);
