/**
 * Attribution and writing of one group after the other, overlapped: while a group's COMMIT waits for the disk, the next
 * one is attributed in memory.
 *
 * If a write fails, memory is ahead of the database: everything in memory is forgotten, and the groups that were
 * attributed on top of the failed one fail with it. Their clients send them again.
 */
import type { Attributor } from './attribution/attributor.js';
import { emptyChangeSet, type ChangeSet } from './attribution/changeSet.js';
import type { GroupWriter } from './groupWriter.js';
import type { IngestGroup } from './ingestBatch.js';
import type { CommitReport } from './protocol.js';

export interface GroupCommitOptions {
  readonly attributor: Attributor;
  readonly writer: GroupWriter;
  /** Takes over from the database what attribution keeps in memory. */
  readonly restoreAttribution: () => Promise<void>;
  /** The same for what the writer keeps. */
  readonly restoreWriter: () => Promise<void>;
  /** Told of what is on disk now, before the next write begins. */
  readonly onWritten: (changes: ChangeSet) => void;
  /** How long batches that commits touched may wait until they are summed up, ms. */
  readonly settleAfterMs: number;
}

interface Attributed {
  readonly epoch: number;
  readonly changes: ChangeSet;
}

const PIPELINES_MAX = 50;
const STALE = 'an earlier write failed; send this one again';

export class GroupCommit {
  readonly #o: GroupCommitOptions;
  #attributed: Promise<unknown> = Promise.resolve();
  #written: Promise<unknown> = Promise.resolve();
  /** Counts failed writes: what was attributed before one must not be written after it. */
  #epoch = 0;
  #memoryIsAhead = false;
  #settling: NodeJS.Timeout | null = null;

  constructor(options: GroupCommitOptions) {
    this.#o = options;
  }

  commit(group: IngestGroup): Promise<CommitReport> {
    const before = this.#written;
    const attributed = this.#attributed.then(() => this.#attribute(group, before));
    this.#attributed = attributed.catch(() => undefined);
    const written = before.then(async () => this.#write(await attributed, group));
    this.#written = written.catch(() => undefined);
    return written;
  }

  /** Writes rows that no span brings, in the one queue of all writes. */
  writePrices(prices: IngestGroup['prices']): Promise<void> {
    const written = this.#written.then(() => this.#o.writer.write(emptyChangeSet(), prices));
    this.#written = written.catch(() => undefined);
    return written;
  }

  /** Runs a change that is not telemetry, in the one queue of all writes. */
  run<Result>(change: () => Promise<Result>): Promise<Result> {
    const written = this.#written.then(change);
    this.#written = written.catch(() => undefined);
    return written;
  }

  /**
   * Runs a change of rows that attribution has in memory: after all that was attributed is written, and before anything
   * else is attributed. So no change set in between holds a row as it was.
   */
  runAlone<Result>(change: () => Promise<Result>): Promise<Result> {
    const done = Promise.all([this.#attributed, this.#written]).then(change);
    this.#attributed = done.then(
      () => this.#settleLater(),
      () => undefined,
    );
    this.#written = this.#attributed;
    return done;
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    if (this.#settling) clearTimeout(this.#settling);
    await this.#attributed;
    await this.#written;
  }

  /** @param writesBefore settles when all earlier groups are written or failed. */
  async #attribute(group: IngestGroup, writesBefore: Promise<unknown>): Promise<Attributed> {
    if (this.#memoryIsAhead) {
      await writesBefore;
      this.#o.attributor.reset();
      await this.#o.restoreAttribution();
      this.#memoryIsAhead = false;
    }
    const epoch = this.#epoch;
    let changes: ChangeSet;
    try {
      changes = await this.#o.attributor.apply(group);
    } catch (error) {
      this.#memoryIsAhead = true;
      throw error;
    }
    if (epoch !== this.#epoch) {
      this.#memoryIsAhead = true;
      throw new Error(STALE);
    }
    return { epoch, changes };
  }

  async #write({ epoch, changes }: Attributed, group: IngestGroup): Promise<CommitReport> {
    if (epoch !== this.#epoch) throw new Error(STALE);
    try {
      await this.#o.writer.write(changes, group.prices);
    } catch (error) {
      this.#epoch++;
      this.#memoryIsAhead = true;
      await this.#o.restoreWriter();
      throw error;
    }
    this.#o.onWritten(changes);
    // Merging is a transaction of its own: its failure concerns nobody who waits here, and it is tried again.
    this.#written = this.#written.then(() => this.#o.writer.mergeIfMany().catch(() => undefined));
    this.#settleLater();
    return {
      spansAccepted: changes.spansAccepted,
      spansDuplicate: changes.spansDuplicate,
      pipelines: [...changes.pipelines].slice(0, PIPELINES_MAX),
    };
  }

  /** A transaction of its own too: who reads works out what is not settled. */
  #settleLater(): void {
    if (this.#settling || !this.#o.writer.hasUnsettled) return;
    this.#settling = setTimeout(() => {
      this.#settling = null;
      // Again while something is left to settle.
      void this.run(() => this.#o.writer.settle()).then(
        () => this.#settleLater(),
        () => undefined,
      );
    }, this.#o.settleAfterMs);
  }
}
