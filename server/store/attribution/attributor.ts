/**
 * From a group of ingested spans to the rows that change: what is new, whose it is, and what it moves.
 *
 * Work is proportional to what changed: a new span is placed under its parent (0.3 µs), contexts are derived once and
 * shared by spans that say nothing themselves, and a late parent re-derives what hangs below it only as far down as it
 * changes something there.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ownIdentity, sameWords, type OwnIdentity } from '@burnbook/domain/attribution';
import { FactSet } from '@burnbook/domain/factSet';
import { hash64 } from '@burnbook/domain/hash64';
import { HOUR_NS } from '@burnbook/domain/time';
import { formatTraceId } from '@burnbook/domain/traceId';
import type { CallRecord, IngestBatch, IngestGroup } from '../ingestBatch.js';
import type { LineRow, SpanKey } from '../rows.js';
import type { BloomFilter } from './bloomFilter.js';
import { emptyChangeSet, type ChangeSet } from './changeSet.js';
import type { ComputeRates } from './computeRates.js';
import { ContextDeriver, knownParent } from './contextDeriver.js';
import { high, low, sameId, words } from './idWords.js';
import { hasCompute, isSampled, nodeFacts, tellsUsage, type NodeFacts } from './nodeFacts.js';
import { proofOf } from './evidence.js';
import { foundRepeats } from './nestedCalls.js';
import type { ResponseIndex } from './responseIndex.js';
import { emitRows } from './rowEmitter.js';
import type { SourceTable } from './sourceTable.js';
import { NODE, NONE, type Generation, type SpanArena, type TraceState } from './spanArena.js';
import type { LoadedTrace, TraceLoader } from './traceLoader.js';

export interface AttributorOptions {
  readonly arena: SpanArena;
  readonly sources: SourceTable;
  readonly loader: TraceLoader;
  readonly rates: ComputeRates;
  /** Low halves of the ids of all traces in the database. */
  readonly knownTraces: BloomFilter;
  readonly responses: ResponseIndex;
}

/** What a line costs from now on. */
export interface RestatedCost extends Omit<SpanKey, 'startNs'> {
  readonly kind: LineRow['kind'];
  readonly after: Pick<LineRow, 'costNanoUsd' | 'priceId' | 'unpricedReason'>;
}

export class Attributor {
  readonly #o: AttributorOptions;
  readonly #facts = new FactSet();
  readonly #dirty = new Set<number>();
  /** Spans of the group at hand that came after children of theirs. */
  readonly #late: number[] = [];
  readonly #contexts: ContextDeriver;
  #lastOwn: OwnIdentity | null = null;

  constructor(options: AttributorOptions) {
    this.#o = options;
    this.#contexts = new ContextDeriver(options.sources);
  }

  /** Never call it again before its promise has settled. */
  async apply(group: IngestGroup): Promise<ChangeSet> {
    const changes = emptyChangeSet();
    const spans = group.batches.reduce((sum, batch) => sum + batch.length, 0);
    this.#o.arena.rotateIfFull(spans);
    this.#dirty.clear();
    this.#late.length = 0;
    await this.#loadKnownTraces(group);
    const calls: { node: number; call: CallRecord }[] = [];
    for (const batch of group.batches) {
      this.#addBatch(batch, changes, calls);
      // Questions are taken and answered in between.
      await nextTurn();
    }
    await this.#findDuplicateResponses(calls, changes);
    await nextTurn();
    this.#settle(changes);
    return changes;
  }

  /** Forgets everything in memory: what a failed transaction left there is not in the database. */
  reset(): void {
    this.#o.arena.clear();
    this.#o.responses.clear();
  }

  /** Takes over new costs of lines that stand. Never while `apply` is under way. */
  restate(lines: Iterable<RestatedCost>): void {
    for (const { kind, traceHi, traceLo, spanId, after } of lines) {
      const facts = this.#o.arena.peek({ traceHi, traceLo, spanId });
      if (kind === 'model' && facts?.modelLine) facts.modelLine = { ...facts.modelLine, ...after };
      if (kind === 'compute' && facts?.computeLine) {
        facts.computeLine = { ...facts.computeLine, ...after };
      }
    }
  }

  async #loadKnownTraces(group: IngestGroup): Promise<void> {
    const { arena, knownTraces, loader } = this.#o;
    const wanted = new Map<string, { hi: bigint; lo: bigint }>();
    for (const batch of group.batches) {
      const hiWords = words(batch.traceHi);
      const loWords = words(batch.traceLo);
      for (let i = 0; i < batch.length; i++) {
        if (sameId(hiWords, i) && sameId(loWords, i)) continue;
        const hi = batch.traceHi[i] ?? 0n;
        const lo = batch.traceLo[i] ?? 0n;
        if (!arena.findTrace(hi, lo) && knownTraces.mayHave(lo)) {
          wanted.set(`${hi}:${lo}`, { hi, lo });
        }
      }
    }
    if (wanted.size === 0) return;
    for (const loaded of await loader.load([...wanted.values()])) this.#restore(loaded);
  }

  #restore(loaded: LoadedTrace): void {
    const { arena } = this.#o;
    const trace = arena.addTrace(loaded.hi, loaded.lo, formatTraceId(loaded.hi, loaded.lo));
    trace.hintFirstNs = loaded.hintFirstNs;
    trace.hintLastNs = loaded.hintLastNs;
    for (const [proof, startNs] of loaded.evidence) trace.evidence.restore(proof, startNs);
    for (const span of loaded.spans) {
      const node = arena.young.ensure(trace, high(span.spanId), low(span.spanId));
      const generation = arena.young;
      generation.set(node, NODE.present);
      generation.source[node] = span.sourceId;
      generation.facts[node] = span.facts;
      this.#flagCost(generation, node, span.facts);
    }
    for (const { spanId, parentId } of loaded.spans) {
      const node = arena.young.find(trace, high(spanId), low(spanId));
      const parent =
        parentId === 0n ? NONE : arena.young.ensure(trace, high(parentId), low(parentId));
      arena.young.link(node, parent);
      this.#spread(arena.young, node);
    }
    for (const { spanId, facts } of loaded.spans) {
      if (!facts) continue;
      const node = arena.young.find(trace, high(spanId), low(spanId));
      // Rows stand as of this context: what changes is told against it.
      const { identity } = this.#contexts.of(arena.young, node);
      if (!facts.activityRow && isOrphan(arena.young, node)) {
        trace.evidence.wait(proofOf(identity), facts);
      }
    }
    // Nothing changed, so nothing is dirty.
    this.#dirty.clear();
  }

  #addBatch(
    batch: IngestBatch,
    changes: ChangeSet,
    calls: { node: number; call: CallRecord }[],
  ): void {
    const { arena, knownTraces, sources } = this.#o;
    const sourceIds = Int32Array.from(batch.sources, (source) =>
      sources.number(source, changes.sources),
    );
    const accepted = new Uint32Array(batch.length);
    let count = 0;
    let factAt = 0;
    let callAt = 0;
    let rareAt = 0;
    // Ids as 32-bit words: a bigint a field and span would cost as much as the rest.
    const hiWords = words(batch.traceHi);
    const loWords = words(batch.traceLo);
    const idWords = words(batch.spanId);
    const parentWords = words(batch.parentId);
    let trace: TraceState | undefined;
    for (let i = 0; i < batch.length; i++) {
      if (!trace || !sameId(hiWords, i) || !sameId(loWords, i)) {
        const hi = batch.traceHi[i] ?? 0n;
        const lo = batch.traceLo[i] ?? 0n;
        trace = arena.findTrace(hi, lo);
        if (!trace) {
          trace = arena.addTrace(hi, lo, formatTraceId(hi, lo));
          knownTraces.add(lo);
        }
      }
      const generation = arena.young;
      this.#facts.clear();
      factAt = this.#facts.addSpan(batch.facts, factAt, i, batch.strings);
      const call = batch.calls[callAt]?.span === i ? batch.calls[callAt++] : undefined;
      const rare = batch.rare[rareAt]?.span === i ? batch.rare[rareAt++] : undefined;
      const node = generation.ensure(trace, idWords[2 * i + 1] ?? 0, idWords[2 * i] ?? 0);
      if (generation.has(node, NODE.present)) {
        noteResent(changes, batch.receivedNs);
        continue;
      }
      accepted[count++] = i;
      generation.set(node, NODE.present);
      generation.source[node] = sourceIds[batch.source[i] ?? 0] ?? 0;
      this.#widenHint(trace, batch.startNs[i] ?? 0n, changes);
      const parentHi = parentWords[2 * i + 1] ?? 0;
      const parentLo = parentWords[2 * i] ?? 0;
      const hasParent = parentHi !== 0 || parentLo !== 0;
      const parent = hasParent ? generation.ensure(trace, parentHi, parentLo) : NONE;
      if (generation.firstChild[node] !== NONE) this.#late.push(node);
      generation.link(node, parent);
      const isTop = parent === NONE || !generation.has(parent, NODE.present);
      if (this.#facts.size === 0 && !isTop && !call && !this.#changesSource(generation, node)) {
        this.#spread(generation, node);
        continue;
      }
      const facts = this.#nodeFacts(trace, batch, i, { call, extra: rare?.extra });
      generation.facts[node] = facts;
      this.#flagCost(generation, node, facts);
      this.#spread(generation, node);
      this.#dirty.add(node);
      if (call && facts.responseKey !== null) calls.push({ node, call });
    }
    changes.spansAccepted += count;
    changes.accepted.push({ batch, spans: accepted.slice(0, count), sourceIds });
  }

  #nodeFacts(
    trace: TraceState,
    batch: IngestBatch,
    i: number,
    parts: { readonly call: CallRecord | undefined; readonly extra: string | undefined },
  ): NodeFacts {
    const { call, extra } = parts;
    const startNs = batch.startNs[i] ?? 0n;
    return nodeFacts(this.#facts, {
      own: this.#ownIdentity(),
      traceHi: trace.hi,
      traceLo: trace.lo,
      name: batch.strings[batch.name[i] ?? 0] ?? '',
      spanId: batch.spanId[i] ?? 0n,
      parentId: batch.parentId[i] ?? 0n,
      startNs,
      endNs: startNs + (batch.durationNs[i] ?? 0n),
      receivedNs: batch.receivedNs,
      failed: batch.status[i] === 2,
      sampled: isSampled(extra),
      call: call ?? null,
      responseKey:
        // A call that tells no usage cannot count in the place of one that does.
        call && call.responseId !== null && tellsUsage(call)
          ? hash64(`${call.provider ?? ''}\n${call.responseId}`)
          : null,
      ratesVersion: this.#o.rates.version,
    });
  }

  /** Spans side by side mostly say the same: one object for all of them, instead of a million equal ones. */
  #ownIdentity(): OwnIdentity | null {
    const own = ownIdentity(this.#facts);
    if (own && this.#lastOwn && sameWords(own, this.#lastOwn)) return this.#lastOwn;
    if (own) this.#lastOwn = own;
    return own;
  }

  /** Whether the span's resource may say other words of identity than its parent's. */
  #changesSource(generation: Generation, node: number): boolean {
    const source = generation.source[node] ?? 0;
    const parent = generation.parent[node] ?? NONE;
    if (parent !== NONE && generation.source[parent] === source) return false;
    return this.#o.sources.info(source).own !== null;
  }

  #flagCost(generation: Generation, node: number, facts: NodeFacts | undefined): void {
    if (!facts) return;
    if (facts.call)
      generation.set(node, tellsUsage(facts.call) ? NODE.usage | NODE.costs : NODE.costs);
    if (hasCompute(facts)) generation.set(node, NODE.costs);
  }

  /** Tells the ancestors of a span that was linked that there is usage, or cost, below them. */
  #spread(generation: Generation, node: number): void {
    for (const call of foundRepeats(generation, node)) this.#dirty.add(call);
    let bits = 0;
    if (generation.has(node, NODE.usage | NODE.usageBelow)) bits |= NODE.usageBelow;
    if (generation.has(node, NODE.costs | NODE.costsBelow)) bits |= NODE.costsBelow;
    let at = generation.parent[node] ?? NONE;
    while (at !== NONE && bits !== 0) {
      bits &= ~(generation.flags[at] ?? 0);
      if (bits === 0) return;
      generation.set(at, bits);
      if (generation.facts[at]) this.#dirty.add(at);
      at = generation.parent[at] ?? NONE;
    }
  }

  #widenHint(trace: TraceState, startNs: bigint, changes: ChangeSet): void {
    const known = trace.hintFirstNs <= trace.hintLastNs;
    if (known && startNs >= trace.hintFirstNs && startNs <= trace.hintLastNs) return;
    if (!known || startNs < trace.hintFirstNs) trace.hintFirstNs = startNs;
    if (!known || startNs > trace.hintLastNs) trace.hintLastNs = startNs;
    const last = changes.hints.at(-1) as { hi: bigint; lo: bigint } | undefined;
    const hint = {
      hi: trace.hi,
      lo: trace.lo,
      firstNs: trace.hintFirstNs,
      lastNs: trace.hintLastNs,
    };
    // The spans of a trace come side by side, so one row a trace and group is the rule.
    if (last && last.lo === trace.lo && last.hi === trace.hi) {
      changes.hints[changes.hints.length - 1] = hint;
    } else changes.hints.push(hint);
  }

  async #findDuplicateResponses(
    calls: readonly { node: number; call: CallRecord }[],
    changes: ChangeSet,
  ): Promise<void> {
    if (calls.length === 0) return;
    const { arena, responses } = this.#o;
    const added = calls.flatMap(({ node }) => {
      const facts = arena.young.facts[node];
      const trace = arena.young.traceOf(node);
      return facts ? [{ facts, traceHi: trace.hi, traceLo: trace.lo }] : [];
    });
    await responses.add(added, changes, (key) => {
      const node = this.#find(key);
      const facts = node === NONE ? undefined : arena.young.facts[node];
      if (!facts) return false;
      facts.duplicateResponse = true;
      this.#dirty.add(node);
      return true;
    });
  }

  #find(key: SpanKey): number {
    const trace = this.#o.arena.findTrace(key.traceHi, key.traceLo);
    if (!trace) return NONE;
    return this.#o.arena.young.find(trace, high(key.spanId), low(key.spanId));
  }

  #settle(changes: ChangeSet): void {
    const generation = this.#o.arena.young;
    this.#contexts.renew(generation, this.#late, (node) => {
      if (generation.facts[node]) this.#dirty.add(node);
    });
    const released = new Set<TraceState>();
    // Rows that stand give their proofs back before new spans look for one.
    const standing: number[] = [];
    const fresh: number[] = [];
    for (const node of this.#dirty) {
      const facts = generation.facts[node];
      if (facts) (facts.activityRow ? standing : fresh).push(node);
    }
    for (const node of [...standing, ...fresh]) {
      this.#emit(generation, node, changes);
      const trace = generation.traceOf(node);
      if (trace.evidence.hasReleased) released.add(trace);
    }
    for (const trace of released) {
      for (const proof of trace.evidence.takeReleased()) this.#proveAnew(trace, proof, changes);
    }
    this.#dirty.clear();
  }

  /** The earliest span that still has no known parent stands in as the proof, or finds an earlier one there. */
  #proveAnew(trace: TraceState, proof: string, changes: ChangeSet): void {
    const { generation, evidence } = trace;
    for (let facts = evidence.next(proof); facts; facts = evidence.next(proof)) {
      const node = generation.find(trace, high(facts.spanId), low(facts.spanId));
      if (facts.activityRow || !isOrphan(generation, node)) continue;
      this.#emit(generation, node, changes);
      // Else none came of it: read back from the database, one that says too little waits like all others.
      if (facts.activityRow || facts.awaitsProof) return;
    }
  }

  #emit(generation: Generation, node: number, changes: ChangeSet): void {
    const facts = generation.facts[node];
    if (!facts) return;
    const context = this.#contexts.of(generation, node);
    const parent = knownParent(generation, node);
    const trace = generation.traceOf(node);
    emitRows(
      facts,
      {
        trace,
        context,
        parent: parent === NONE ? null : (generation.context[parent] ?? null),
        settled: parent !== NONE || facts.parentId === 0n,
        usageBelow: generation.has(node, NODE.usageBelow),
        repeatsCallBelow: generation.has(node, NODE.repeatsCall),
        costs: generation.has(node, NODE.costs | NODE.costsBelow),
      },
      changes,
      this.#o.rates,
    );
  }
}

/** A span whose parent is still to come. */
const isOrphan = (generation: Generation, node: number): boolean =>
  generation.facts[node]?.parentId !== 0n && knownParent(generation, node) === NONE;

function noteResent(changes: ChangeSet, receivedNs: bigint): void {
  changes.spansDuplicate++;
  const hourNs = receivedNs - (receivedNs % HOUR_NS);
  changes.resent.set(hourNs, (changes.resent.get(hourNs) ?? 0) + 1);
}
