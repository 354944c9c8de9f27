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

/** Kept in memory: operations with a loser or a second attempt, about 300 bytes each. */
const OPERATIONS_MAX = 200_000;

/** Attempts of one operation are at most this far apart. */
const OPERATION_SPAN_NS = 7n * DAY_NS;

export class LosingAttempts {
  readonly #loader: OperationLoader;
  /** Operation → its attempts: only of operations with a loser or a second attempt. */
  readonly #operations = new Map<bigint, Map<bigint, Spans>>();
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

  /** When the operation's attempts start, as far as they are in memory; null: none is. */
  timesOf(operationKey: bigint): { firstNs: bigint; lastNs: bigint } | null {
    const attempts = this.#operations.get(operationKey);
    if (!attempts) return null;
    const [head, ...others] = [...attempts.values()];
    let { firstNs, lastNs } = head ?? { firstNs: 0n, lastNs: 0n };
    for (const other of others) {
      if (other.firstNs < firstNs) ({ firstNs } = other);
      if (other.lastNs > lastNs) ({ lastNs } = other);
    }
    return head ? { firstNs, lastNs } : null;
  }

  /** Takes over the attempts of a commit. @returns the attempts whose loss changed. */
  async apply(removed: readonly AttemptRow[], added: readonly AttemptRow[]): Promise<LossChange[]> {
    await this.#load([...removed, ...added]);
    this.#departed.clear();
    const touched = new Set<bigint>();
    // Each once, however many of its attempts the commit has: one id for all of a pipeline's work is a mistake of many.
    const operations = new Set<bigint>();
    for (const row of removed) {
      touched.add(row.attemptKey);
      operations.add(row.operationKey);
      this.#leave(row);
    }
    // Looked for first: an attempt that won counts beside a lost one, whichever of the two stands first in the commit.
    const deciding = new Set(added.filter(decides).map((row) => row.operationKey));
    for (const row of added) {
      this.#stored.add(row.operationKey);
      const matters = deciding.has(row.operationKey) || this.#operations.has(row.operationKey);
      if (matters || row.outerAttemptKey !== null) this.#enter(known(row));
      if (matters) operations.add(row.operationKey);
      if (matters || row.outerAttemptKey !== null) touched.add(row.attemptKey);
    }
    for (const operation of operations) {
      for (const key of this.#operations.get(operation)?.keys() ?? []) touched.add(key);
    }
    const changes = this.#settle(touched);
    this.#forgetOldest();
    return changes;
  }

  /** Bounds the memory: a forgotten operation is loaded again when it gets another attempt. */
  #forgetOldest(): void {
    if (this.#operations.size <= OPERATIONS_MAX) return;
    let left = OPERATIONS_MAX / 2;
    for (const [operation, attempts] of this.#operations) {
      if (left-- <= 0) return;
      for (const attempt of attempts.keys()) {
        const outer = this.#outer.get(attempt);
        if (outer !== undefined) this.#inner.get(outer)?.delete(attempt);
        this.#outer.delete(attempt);
        this.#inner.delete(attempt);
        this.#losses.delete(attempt);
        this.#operationOf.delete(attempt);
      }
      this.#operations.delete(operation);
    }
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
    const won: Won = new Map();
    for (const { attemptKey } of loaded) {
      const loss = this.#judge(attemptKey, won);
      if (loss !== null) this.#losses.set(attemptKey, loss);
    }
  }

  #enter(attempt: KnownAttempt): void {
    const { operationKey, attemptKey, outerAttemptKey, outcome } = attempt;
    const attempts = this.#operations.get(operationKey) ?? new Map<bigint, Spans>();
    const { startNs, endNs } = attempt;
    const spans = attempts.get(attemptKey) ?? { won: 0, lost: 0, firstNs: startNs, lastNs: endNs };
    if (startNs < spans.firstNs) spans.firstNs = startNs;
    if (endNs > spans.lastNs) spans.lastNs = endNs;
    if (outcome === 'succeeded') spans.won++;
    else spans.lost++;
    attempts.set(attemptKey, spans);
    this.#operations.set(operationKey, attempts);
    this.#operationOf.set(attemptKey, operationKey);
    if (outerAttemptKey === null) return;
    this.#outer.set(attemptKey, outerAttemptKey);
    const inner = this.#inner.get(outerAttemptKey) ?? new Set<bigint>();
    inner.add(attemptKey);
    this.#inner.set(outerAttemptKey, inner);
  }

  #leave({ operationKey, attemptKey, outcome }: AttemptRow): void {
    const attempts = this.#operations.get(operationKey);
    const spans = attempts?.get(attemptKey);
    if (!attempts || !spans) return;
    if (outcome === 'succeeded') spans.won--;
    else spans.lost--;
    if (spans.won + spans.lost > 0) return;
    this.#departed.set(attemptKey, spans);
    attempts.delete(attemptKey);
    const outer = this.#outer.get(attemptKey);
    if (outer !== undefined) this.#inner.get(outer)?.delete(attemptKey);
    this.#outer.delete(attemptKey);
    this.#operationOf.delete(attemptKey);
  }

  #settle(touched: ReadonlySet<bigint>): LossChange[] {
    const changes: LossChange[] = [];
    const won: Won = new Map();
    const seen = new Set<bigint>();
    const stack = [...touched];
    for (let key = stack.pop(); key !== undefined; key = stack.pop()) {
      if (seen.has(key)) continue;
      seen.add(key);
      for (const inner of this.#inner.get(key) ?? []) stack.push(inner);
      const before = this.#losses.get(key) ?? null;
      const after = this.#judge(key, won);
      if (before === after) continue;
      if (after === null) this.#losses.delete(key);
      else this.#losses.set(key, after);
      const operationKey = this.#operationOf.get(key) ?? null;
      changes.push({ attemptKey: key, operationKey, before, after, ...this.#times(key) });
    }
    return changes;
  }

  #times(attemptKey: bigint): { firstNs: bigint; lastNs: bigint } {
    const operation = this.#operationOf.get(attemptKey);
    const spans =
      operation === undefined ? undefined : this.#operations.get(operation)?.get(attemptKey);
    const { firstNs, lastNs } = spans ??
      this.#departed.get(attemptKey) ?? { firstNs: 0n, lastNs: 0n };
    return { firstNs, lastNs };
  }

  /** Along the chain of enclosing attempts: any waste wins, else any failure. */
  #judge(attemptKey: bigint, won: Won): Loss | null {
    let loss: Loss | null = null;
    const chain = new Set<bigint>();
    let at: bigint | undefined = attemptKey;
    while (at !== undefined && !chain.has(at)) {
      chain.add(at);
      const own = this.#ownLoss(at, won);
      if (own === 'waste') return 'waste';
      loss ??= own;
      at = this.#outer.get(at);
    }
    return loss;
  }

  #ownLoss(attemptKey: bigint, won: Won): Loss | null {
    const operation = this.#operationOf.get(attemptKey);
    if (operation === undefined) return null;
    const attempts = this.#operations.get(operation);
    const spans = attempts?.get(attemptKey);
    if (!attempts || !spans || spans.won > 0) return null;
    let isWon = won.get(operation);
    if (isWon === undefined) {
      isWon = [...attempts.values()].some((other) => other.won > 0);
      won.set(operation, isWon);
    }
    return isWon ? 'waste' : 'failure';
  }
}

/** Whether an attempt of an operation won, as far as it was asked while nothing changes. */
type Won = Map<bigint, boolean>;

/** A first attempt that won is alone with its operation, as far as it can tell. */
const decides = (row: AttemptRow): boolean => row.outcome !== 'succeeded' || row.number > 1;

function known(row: AttemptRow): KnownAttempt {
  const { operationKey, attemptKey, outerAttemptKey, outcome, span } = row;
  const { startNs, endNs } = span;
  return { operationKey, attemptKey, outerAttemptKey, outcome, startNs, endNs };
}
