/**
 * Puts changes of reservations on disk, in order. While one write waits for the disk, what comes gathers in the next.
 *
 * They go to a journal first (`HoldJournal`): a grant waits for one `fdatasync`, and neither for the COMMIT of a group of
 * telemetry nor for the checkpoint that one of them may bring. A few seconds later they go to the database, in the one
 * writer's queue, and leave the journal.
 */
import type { HoldChange } from './holdBook.js';
import { enter, entryOf, entryOfLine, lineOf, type HoldEntry } from './holdEntry.js';
import type { HoldJournal } from './holdJournal.js';

export interface HoldLogOptions {
  readonly journal: HoldJournal;
  /** Number of the newest change that the database has. */
  readonly seq: bigint;
  /** Writes into the database, in one transaction. Only called from `store`. */
  readonly write: (entries: readonly HoldEntry[]) => Promise<void>;
  /** Told at once when a write fails: what memory has decided is not on disk. */
  readonly onFailure: () => void;
  /** Told when there is something to `store`. */
  readonly onUnstored: () => void;
}

export class HoldLog {
  readonly #o: HoldLogOptions;
  #seq: bigint;
  #waiting: HoldChange[] = [];
  #written: Promise<void> = Promise.resolve();
  /** The write that will take what waits; null: none is planned. */
  #next: Promise<void> | null = null;
  /** Counts failures: what was decided before one must not be written after it. */
  #epoch = 0;
  /** What is on disk in the journal and not yet in the database, by reservation. */
  #unstored = new Map<string, HoldEntry>();
  /** It is being written into the database, which does not show it yet. */
  #isStoring = false;

  constructor(options: HoldLogOptions) {
    this.#o = options;
    this.#seq = options.seq;
  }

  /**
   * Takes over what the journal held: an earlier process ended before it was in the database. Call it first.
   * @returns the ids of the reservations that it told of.
   */
  async recover(lines: readonly string[]): Promise<readonly string[]> {
    enter(this.#unstored, lines.map(entryOfLine));
    for (const { seq } of this.#unstored.values()) if (seq > this.#seq) this.#seq = seq;
    const ids = [...this.#unstored.keys()];
    await this.store();
    await this.#o.journal.clear();
    return ids;
  }

  /** Whether the database lacks something that is on disk. */
  get hasUnstored(): boolean {
    return this.#unstored.size > 0 || this.#isStoring;
  }

  /** Takes a change; it is on disk when the next `flushed` resolves. */
  append(change: HoldChange): void {
    this.#waiting.push(change);
  }

  /** Resolves when all that was appended is on disk. @throws when a write failed since; nothing later was written. */
  flushed(): Promise<void> {
    if (this.#waiting.length === 0) return this.#written;
    this.#next ??= this.#write(this.#written, this.#epoch);
    return this.#next;
  }

  /** Brings what is on disk over to the database. Never call it again before its promise has settled. */
  async store(): Promise<void> {
    if (this.#unstored.size === 0) return;
    const entries = await this.#turned();
    try {
      await this.#o.write([...entries.values()]);
    } catch (error) {
      const newer = this.#unstored;
      this.#unstored = entries;
      enter(this.#unstored, newer.values());
      throw error;
    } finally {
      this.#isStoring = false;
    }
    // What remains there is brought over once more after a crash, which changes nothing.
    await this.#o.journal.clearOther().catch(() => undefined);
  }

  /**
   * Lets the journal's other file take what comes, between two writes: a line that is being written would be in the file
   * that is emptied, and not among what is brought over. @returns all that is in the first.
   */
  #turned(): Promise<Map<string, HoldEntry>> {
    const before = this.#written;
    const turned = before
      .catch(() => undefined)
      .then(() => {
        this.#o.journal.turn();
        const entries = this.#unstored;
        this.#unstored = new Map();
        // At once: nobody may find neither of the two.
        this.#isStoring = true;
        return entries;
      });
    // What is written later waits for it; who waits for what was written hears of that.
    this.#follow(turned.then(() => before));
    return turned;
  }

  #write(before: Promise<void>, epoch: number): Promise<void> {
    const written = before.catch(() => undefined).then(() => this.#take(epoch));
    this.#follow(written);
    return written;
  }

  /** Who waited for it is told of a failure; who asks later asks of what is there then. */
  #follow(written: Promise<void>): void {
    this.#written = written;
    written.catch(() => {
      if (this.#written === written) this.#written = Promise.resolve();
    });
  }

  async #take(epoch: number): Promise<void> {
    this.#next = null;
    if (epoch !== this.#epoch) throw new Error('an earlier write of reservations failed');
    const changes = this.#waiting;
    this.#waiting = [];
    try {
      const entries = changes.map((change, at) => entryOf(change, this.#seq + BigInt(at + 1)));
      await this.#o.journal.append(entries.map(lineOf));
      this.#seq += BigInt(changes.length);
      enter(this.#unstored, entries);
      this.#o.onUnstored();
    } catch (error) {
      this.#epoch++;
      this.#waiting = [];
      this.#o.onFailure();
      throw error;
    }
  }
}
