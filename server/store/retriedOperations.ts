/**
 * Which operations may be more than one first attempt that succeeded, and under which of their attempts lines came or
 * went: noted with the commit, so that reads of retries look at these alone. A note too many costs time, not truth.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { BloomFilter } from './attribution/bloomFilter.js';
import type { ChangeSet } from './attribution/changeSet.js';
import type { LosingAttempts, LossChange } from './attribution/losingAttempts.js';
import { isFirstWin } from './firstWins.js';
import type { AttemptRow } from './rows.js';
import type { RowAppenders } from './rowAppenders.js';
import type { SqlTexts } from './sqlTexts.js';

/** When an operation's attempts start. */
interface Times {
  readonly firstNs: bigint;
  readonly lastNs: bigint;
}

/** Nothing starts outside of it. */
const EVER: Times = { firstNs: 0n, lastNs: 2n ** 63n - 1n };
const TURNS = 5;
/** A line under an attempt starts within it, but for the clocks of two machines. */
const CLOCK_SKEW_NS = 600_000_000_000n;

export class RetriedOperations {
  readonly #losses: LosingAttempts;
  readonly #sinceNs: bigint;
  /** Attempts that are copied, or will be. */
  readonly #copied = new BloomFilter(65_536);
  /** What the tables of notes hold, as far as this process wrote them. */
  readonly #operations = new Map<bigint, Times>();
  #tries = 0;
  /** Of the commit at hand. */
  #suspects = new Set<bigint>();
  /** Suspects of which something may be stored that the tracker does not know. */
  #strangers = new Set<bigint>();
  #added = { operations: new Map<bigint, Times>(), tries: 0 };
  #hasUnknown = true;
  #turns = 0;

  constructor(losses: LosingAttempts, sinceNs: bigint) {
    this.#losses = losses;
    this.#sinceNs = sinceNs;
  }

  /** Takes over what is copied already. */
  async restore(connection: DuckDBConnection, sql: SqlTexts): Promise<void> {
    this.#know(await connection.runAndReadAll(sql.get('load_settled_tries')));
  }

  /** Whether there is something to copy anew. */
  get hasUnsettled(): boolean {
    return this.#operations.size > 0 || this.#tries > 0 || this.#hasUnknown;
  }

  /** Copying looks at all copies: while telemetry comes in, every fifth time is enough. */
  isDue(): boolean {
    this.#turns = (this.#turns + 1) % TURNS;
    return this.#turns === 0;
  }

  /** What a command changes is not known here. */
  restated(): void {
    this.#hasUnknown = true;
  }

  /** Looks at new attempts before the tracker of losses takes them over. */
  look(added: readonly AttemptRow[]): void {
    this.#suspects = new Set();
    this.#strangers = new Set();
    const here = new Set<bigint>();
    for (const row of added) {
      const { operationKey } = row;
      if (here.has(operationKey) || !isFirstWin(row)) this.#suspects.add(operationKey);
      here.add(operationKey);
      const mayBeStored =
        row.span.startNs <= this.#sinceNs || this.#losses.mayHaveStored(operationKey);
      if (!mayBeStored) continue;
      this.#suspects.add(operationKey);
      if (!this.#losses.timesOf(operationKey)) this.#strangers.add(operationKey);
    }
  }

  /** Notes what the commit may change, after the tracker of losses has judged it. */
  note({ attempts, lines }: ChangeSet, decided: readonly LossChange[], rows: RowAppenders): void {
    const added = { operations: new Map<bigint, Times>(), tries: 0 };
    const operations = this.#suspects;
    const here = new Map<bigint, Times>();
    for (const row of attempts.remove) operations.add(row.operationKey);
    for (const { operationKey } of decided) {
      if (operationKey !== null) operations.add(operationKey);
    }
    for (const row of attempts.add) {
      if (!operations.has(row.operationKey)) continue;
      this.#copied.add(row.attemptKey);
      here.set(row.operationKey, together(here.get(row.operationKey), timesOf(row)));
    }
    for (const key of operations) {
      const times = this.#strangers.has(key)
        ? EVER
        : (together(here.get(key), this.#losses.timesOf(key)) ?? EVER);
      if (covers(this.#operations.get(key), times)) continue;
      added.operations.set(key, times);
      rows.unsettledOperation(key, times);
    }
    for (const { attemptKey, span } of [...lines.add, ...lines.remove]) {
      if (attemptKey === null || !this.#copied.mayHave(attemptKey)) continue;
      added.tries++;
      rows.unsettledTry(attemptKey, span.startNs);
    }
    this.#added = added;
  }

  /** The notes are on disk. */
  committed(): void {
    for (const [key, times] of this.#added.operations) this.#operations.set(key, times);
    this.#tries += this.#added.tries;
  }

  /** Copies anew what was noted; run inside a transaction of the writer. */
  async settle(connection: DuckDBConnection, sql: SqlTexts): Promise<void> {
    if (!this.hasUnsettled) return;
    const bounds = async (name: string, skewNs: bigint) => {
      const [row] = (await connection.runAndReadAll(sql.get(name))).getRows();
      const [first, last] = (row ?? [0n, -1n]) as [bigint, bigint];
      const farthest = EVER.lastNs - skewNs;
      return { first: first - skewNs, last: (last < farthest ? last : farthest) + skewNs };
    };
    await connection.run(sql.get('create_settling_operations'));
    const operations = await bounds('settling_operation_bounds', 0n);
    await connection.run(sql.get('create_settling_tries'), operations);
    await connection.run(sql.get('create_settling_attempts'));
    const keys = await bounds('settling_attempt_bounds', CLOCK_SKEW_NS);
    await connection.run(sql.get('create_settling_lines'), keys);
    this.#know(await connection.runAndReadAll(sql.get('load_settling_tries')));
    await connection.run(sql.get('settle_tries'));
  }

  /** The copies are on disk. */
  settled(): void {
    this.#operations.clear();
    this.#tries = 0;
    this.#hasUnknown = false;
  }

  #know(found: { getRows(): unknown[][] }): void {
    for (const [key] of found.getRows()) this.#copied.add(key as bigint);
  }
}

const timesOf = ({ span }: AttemptRow): Times => ({ firstNs: span.startNs, lastNs: span.startNs });

function together<Some extends Times | null>(a: Times | undefined, b: Some): Times | Some {
  if (!a || !b) return a ?? b;
  return {
    firstNs: a.firstNs < b.firstNs ? a.firstNs : b.firstNs,
    lastNs: a.lastNs > b.lastNs ? a.lastNs : b.lastNs,
  };
}

const covers = (known: Times | undefined, times: Times): boolean =>
  known !== undefined && known.firstNs <= times.firstNs && known.lastNs >= times.lastNs;
