/**
 * Which attempts lost, kept up to date with every commit: in memory for the ops that have a loser, in a table for reads.
 *
 * An attempt that did not win is waste where another attempt of its operation won, and failure cost where none did. What
 * is nested in an attempt shares its fate; waste outranks failure, so that a cost counts once, under the outermost.
 */
import { DAY_NS } from '@burnbook/domain/time';
import type { AttemptRow } from '../rows.js';
import { BloomFilter } from './bloomFilter.js';

export type Loss = 'waste' | 'failure';

/** An attempt as the tracker knows it. */
export interface KnownAttempt {
  readonly operationKey: bigint;
  readonly attemptKey: bigint;
  readonly outerAttemptKey: bigint | null;
  readonly outcome: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
}

/** Looks up operations that are not in memory: their attempts as the database has them. */
export interface OperationLoader {
  loadOperations(
    keys: readonly bigint[],
    around: { fromNs: bigint; toNs: bigint },
  ): Promise<KnownAttempt[]>;
}

export interface LossChange {
  readonly attemptKey: bigint;
  /** null: it is not known any more. */
  readonly operationKey: bigint | null;
  readonly before: Loss | null;
  readonly after: Loss | null;
  /** When the attempt went on, as far as is known. */
  readonly firstNs: bigint;
  readonly lastNs: bigint;
}

/** Spans of one attempt: parallel siblings of one name and number are one attempt, and it won if any of them did. */
interface Spans {
  won: number;
  lost: number;
  firstNs: bigint;
  lastNs: bigint;
}

interface Operation {
  readonly attempts: Map<bigint, Spans>;
  /** Attempts that won. */
  won: number;
  /** Earliest start and latest end of all attempts that there were. */
  firstNs: bigint;
  lastNs: bigint;
}

/** Kept in memory: operations with a loser or a second attempt, about 300 bytes each. */
const OPERATIONS_MAX = 200_000;

/** Attempts of one operation are at most this far apart. */
const OPERATION_SPAN_NS = 7n * DAY_NS;

export class LosingAttempts {
  readonly #loader: OperationLoader;
  /** Only operations with a loser or a second attempt. */
  readonly #operations = new Map<bigint, Operation>();
  readonly #operationOf = new Map<bigint, bigint>();
  readonly #outer = new Map<bigint, bigint>();
  readonly #inner = new Map<bigint, Set<bigint>>();
  readonly #losses = new Map<bigint, Loss>();
  /** Attempts that the commit at hand took out, with their times. */
  readonly #departed = new Map<bigint, Spans>();

  /** Operations with an attempt that this process stored; earlier ones are always asked for. */
  readonly #stored = new BloomFilter(65_536);
  readonly #sinceNs: bigint;

  /** @param sinceNs what starts after it can only have been stored by this process. */
  constructor(loader: OperationLoader, sinceNs: bigint) {
    this.#loader = loader;
    this.#sinceNs = sinceNs;
  }

  /** Starts anew from what the database has. */
  restore(attempts: readonly KnownAttempt[], losses: ReadonlyMap<bigint, Loss>): void {
    this.#operations.clear();
    this.#operationOf.clear();
    this.#outer.clear();
    this.#inner.clear();
    this.#losses.clear();
    for (const attempt of attempts) this.#enter(attempt);
    for (const [key, loss] of losses) this.#losses.set(key, loss);
  }

  /** How the lines under an attempt stand, as of the last commit. */
  lossOf(attemptKey: bigint | null): Loss | null {
    return attemptKey === null ? null : (this.#losses.get(attemptKey) ?? null);
  }

  /** Whether an attempt of the operation may be stored by this process; certainly not when false. */
  mayHaveStored(operationKey: bigint): boolean {
    return this.#stored.mayHave(operationKey);
  }

  /** Within what times the operation's attempts are, as far as they are in memory; null: none is. */
  timesOf(operationKey: bigint): { firstNs: bigint; lastNs: bigint } | null {
    const operation = this.#operations.get(operationKey);
    if (!operation || operation.attempts.size === 0) return null;
    const { firstNs, lastNs } = operation;
    return { firstNs, lastNs };
  }

  /** Takes over the attempts of a commit. @returns the attempts whose loss changed. */
  async apply(removed: readonly AttemptRow[], added: readonly AttemptRow[]): Promise<LossChange[]> {
    await this.#load([...removed, ...added]);
    this.#departed.clear();
    const touched = new Set<bigint>();
    // Whether they were won before. Other attempts are looked at where that changes alone: one id for all of a pipeline's
    // work is a mistake of many.
    const operations = new Map<bigint, boolean>();
    const note = ({ operationKey }: AttemptRow): void => {
      if (!operations.has(operationKey)) operations.set(operationKey, this.#isWon(operationKey));
    };
    for (const row of removed) {
      touched.add(row.attemptKey);
      note(row);
      this.#leave(row);
    }
    // Looked for first: an attempt that won counts beside a lost one, whichever of the two stands first in the commit.
    const deciding = new Set(added.filter(decides).map((row) => row.operationKey));
    for (const row of added) {
      this.#stored.add(row.operationKey);
      const matters = deciding.has(row.operationKey) || this.#operations.has(row.operationKey);
      if (!matters && row.outerAttemptKey === null) continue;
      note(row);
      this.#enter(known(row));
      touched.add(row.attemptKey);
    }
    for (const [operation, wasWon] of operations) {
      if (this.#isWon(operation) === wasWon) continue;
      for (const key of this.#operations.get(operation)?.attempts.keys() ?? []) touched.add(key);
    }
    const changes = this.#settle(touched);
    this.#forgetOldest();
    return changes;
  }

  /** Bounds the memory: a forgotten operation is loaded again when it gets another attempt. */
  #forgetOldest(): void {
    if (this.#operations.size <= OPERATIONS_MAX) return;
    let left = OPERATIONS_MAX / 2;
    for (const [operation, { attempts }] of this.#operations) {
      if (left-- <= 0) return;
      for (const attempt of attempts.keys()) {
        const outer = this.#outer.get(attempt);
        if (outer !== undefined) this.#takeOut(outer, attempt);
        this.#outer.delete(attempt);
        this.#inner.delete(attempt);
        // Losses stay: without them a later line would be told as of an attempt that lost nothing.
        this.#operationOf.delete(attempt);
      }
      this.#operations.delete(operation);
    }
  }

  #takeOut(outer: bigint, attempt: bigint): void {
    const inner = this.#inner.get(outer);
    inner?.delete(attempt);
    if (inner?.size === 0) this.#inner.delete(outer);
  }

  /** Operations that a new attempt may decide and that memory does not have. */
  async #load(rows: readonly AttemptRow[]): Promise<void> {
    const wanted = new Set<bigint>();
    let fromNs: bigint | null = null;
    let toNs = 0n;
    for (const row of rows) {
      if (this.#operations.has(row.operationKey)) continue;
      if (!decides(row)) continue;
      const { startNs } = row.span;
      const isNew = startNs > this.#sinceNs && !this.#stored.mayHave(row.operationKey);
      if (isNew) continue;
      wanted.add(row.operationKey);
      if (fromNs === null || startNs < fromNs) fromNs = startNs;
      if (startNs > toNs) toNs = startNs;
    }
    if (wanted.size === 0 || fromNs === null) return;
    const around = { fromNs: fromNs - OPERATION_SPAN_NS, toNs: toNs + OPERATION_SPAN_NS };
    const loaded = await this.#loader.loadOperations([...wanted], around);
    for (const attempt of loaded) this.#enter(attempt);
    // As the database has judged them: what the commit changes is told against that.
    const judged = this.#judge(new Set(loaded.map(({ attemptKey }) => attemptKey)));
    for (const [key, loss] of judged) if (loss !== null) this.#losses.set(key, loss);
  }

  #enter(attempt: KnownAttempt): void {
    const { operationKey, attemptKey, outerAttemptKey, outcome } = attempt;
    const { startNs, endNs } = attempt;
    const times = { firstNs: startNs, lastNs: endNs };
    const operation = this.#operations.get(operationKey) ?? {
      attempts: new Map<bigint, Spans>(),
      won: 0,
      ...times,
    };
    const spans = operation.attempts.get(attemptKey) ?? { won: 0, lost: 0, ...times };
    for (const known of [operation, spans]) {
      if (startNs < known.firstNs) known.firstNs = startNs;
      if (endNs > known.lastNs) known.lastNs = endNs;
    }
    count(operation, spans, { outcome, by: 1 });
    operation.attempts.set(attemptKey, spans);
    this.#operations.set(operationKey, operation);
    this.#operationOf.set(attemptKey, operationKey);
    if (outerAttemptKey === null) return;
    this.#outer.set(attemptKey, outerAttemptKey);
    const inner = this.#inner.get(outerAttemptKey) ?? new Set<bigint>();
    inner.add(attemptKey);
    this.#inner.set(outerAttemptKey, inner);
  }

  #leave({ operationKey, attemptKey, outcome }: AttemptRow): void {
    const operation = this.#operations.get(operationKey);
    const spans = operation?.attempts.get(attemptKey);
    if (!operation || !spans) return;
    count(operation, spans, { outcome, by: -1 });
    if (spans.won + spans.lost > 0) return;
    this.#departed.set(attemptKey, spans);
    operation.attempts.delete(attemptKey);
    const outer = this.#outer.get(attemptKey);
    if (outer !== undefined) this.#takeOut(outer, attemptKey);
    this.#outer.delete(attemptKey);
    this.#operationOf.delete(attemptKey);
  }

  #settle(touched: ReadonlySet<bigint>): LossChange[] {
    const changes: LossChange[] = [];
    // What is nested in them shares their fate.
    const seen = new Set<bigint>();
    const stack = [...touched];
    for (let key = stack.pop(); key !== undefined; key = stack.pop()) {
      if (seen.has(key)) continue;
      seen.add(key);
      for (const inner of this.#inner.get(key) ?? []) stack.push(inner);
    }
    for (const [key, after] of this.#judge(seen)) {
      const before = this.#losses.get(key) ?? null;
      if (before === after) continue;
      if (after === null) this.#losses.delete(key);
      else this.#losses.set(key, after);
      const operationKey = this.#operationOf.get(key) ?? null;
      changes.push({ attemptKey: key, operationKey, before, after, ...this.#times(key) });
    }
    return changes;
  }

  #times(attemptKey: bigint): { firstNs: bigint; lastNs: bigint } {
    const key = this.#operationOf.get(attemptKey);
    const operation = key === undefined ? undefined : this.#operations.get(key);
    const { firstNs, lastNs } = operation?.attempts.get(attemptKey) ??
      this.#departed.get(attemptKey) ?? { firstNs: 0n, lastNs: 0n };
    return { firstNs, lastNs };
  }

  /**
   * Along the chain of enclosing attempts: any waste wins, else any failure. Each link of a chain is looked at once, and
   * around attempts that are not among `keys` all stands as it did.
   */
  #judge(keys: ReadonlySet<bigint>): Map<bigint, Loss | null> {
    const judged = new Map<bigint, Loss | null>();
    for (const key of keys) {
      const chain = new Set<bigint>();
      let at: bigint | undefined = key;
      while (at !== undefined && keys.has(at) && !judged.has(at) && !chain.has(at)) {
        chain.add(at);
        at = this.#outer.get(at);
      }
      let loss: Loss | null = null;
      if (at !== undefined && chain.has(at)) loss = this.#lossOfRing(at);
      else if (at !== undefined) loss = (keys.has(at) ? judged.get(at) : this.lossOf(at)) ?? null;
      for (const link of [...chain].toReversed()) {
        loss = worse(this.#ownLoss(link), loss);
        judged.set(link, loss);
      }
    }
    return judged;
  }

  /** Attempts that enclose each other, by ids that a pipeline gave twice, share one fate. */
  #lossOfRing(start: bigint): Loss | null {
    let loss = this.#ownLoss(start);
    let at = this.#outer.get(start);
    for (; at !== undefined && at !== start; at = this.#outer.get(at)) {
      loss = worse(this.#ownLoss(at), loss);
    }
    return loss;
  }

  #ownLoss(attemptKey: bigint): Loss | null {
    const key = this.#operationOf.get(attemptKey);
    const operation = key === undefined ? undefined : this.#operations.get(key);
    const spans = operation?.attempts.get(attemptKey);
    if (!operation || !spans || spans.won > 0) return null;
    return operation.won > 0 ? 'waste' : 'failure';
  }

  #isWon(operationKey: bigint): boolean {
    return (this.#operations.get(operationKey)?.won ?? 0) > 0;
  }
}

const worse = (a: Loss | null, b: Loss | null): Loss | null =>
  a === 'waste' || b === 'waste' ? 'waste' : (a ?? b);

/** Enters a span of an attempt, or takes it out. */
function count(
  operation: Operation,
  spans: Spans,
  { outcome, by }: { readonly outcome: string; readonly by: 1 | -1 },
): void {
  const wasWon = spans.won > 0;
  if (outcome === 'succeeded') spans.won += by;
  else spans.lost += by;
  operation.won += Number(spans.won > 0) - Number(wasWon);
}

/** A first attempt that won is alone with its operation, as far as it can tell. */
const decides = (row: AttemptRow): boolean => row.outcome !== 'succeeded' || row.number > 1;

function known(row: AttemptRow): KnownAttempt {
  const { operationKey, attemptKey, outerAttemptKey, outcome, span } = row;
  const { startNs, endNs } = span;
  return { operationKey, attemptKey, outerAttemptKey, outcome, startNs, endNs };
}
