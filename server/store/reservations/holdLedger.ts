/**
 * Reservations in the server's own process: decides in memory (`HoldBook`), answers when the decision is on disk
 * (`HoldLog`), and begins from what is stored after a start, a failed write or the death of the store's process. The store
 * tells what each commit of telemetry spends; what is on disk here is brought over to the database now and then.
 *
 * Here and not beside the database, whose process stands still for tens of milliseconds while it appends and commits.
 */
import { isDeepStrictEqual } from 'node:util';
import type { CostBudget } from '@burnbook/domain/costBudget';
import { hash64 } from '@burnbook/domain/hash64';
import type { Reservation } from '@burnbook/domain/reservation';
import { DAY_NS } from '@burnbook/domain/time';
import { BloomFilter } from '../attribution/bloomFilter.js';
import { inTime } from '../inTime.js';
import { StoreError } from '../protocol.js';
import { HoldBook, type StoredHold } from './holdBook.js';
import type { StoreReservations } from '../commands/storeReservations.js';
import { HoldJournal } from './holdJournal.js';
import type { HoldEntry } from './holdEntry.js';
import { HoldLog } from './holdLog.js';
import type {
  BreakGlassOp,
  ChangeResult,
  HoldOpName,
  HoldPayload,
  HoldResult,
  HoldStatus,
  RenewOp,
  ReservationOp,
  ReserveOp,
  ReserveResult,
  SettleOp,
} from './holdOps.js';
import type { HoldSnapshot, HoldSnapshotRequest, HoldStart } from './holdSnapshot.js';
import type { Spent } from './holdSpend.js';

/** What the store's process does for reservations. Each call @throws StoreError. */
export interface HoldStore {
  readonly start: () => Promise<HoldStart>;
  readonly find: (id: string) => Promise<StoredHold | null>;
  /** What is stored, read between two commits; from now on what is spent in these budgets is told. */
  readonly snapshot: (request: HoldSnapshotRequest) => Promise<HoldSnapshot>;
  /** Writes in one transaction. */
  readonly write: (payload: StoreReservations) => Promise<void>;
  /** Writes a setting aside with its audit. */
  readonly writeBreakGlass: (op: BreakGlassOp) => Promise<void>;
}

type Handlers = {
  readonly [Name in HoldOpName]: (payload: HoldPayload<Name>) => Promise<HoldResult<Name>>;
};

const IDS_FIRST_CAPACITY = 4_096;
/** About 1 kB each. */
const OPEN_MAX = 200_000;
/** A commit of its own: seldom enough to cost nothing, often enough that a start has little to bring over. */
const STORE_AFTER_MS = 5_000;
/** Thirteen months: a budget's year with its adjustments. Forgotten at most once a day. */
const KEEP_NS = 400n * DAY_NS;
/** Beyond it who asks is told to ask again. */
const LOAD_WAIT_MS = 10_000;

export class HoldLedger {
  readonly #store: HoldStore;
  readonly #journal: HoldJournal;
  readonly #log: HoldLog;
  readonly #book: HoldBook;
  /** Ids of all reservations: a new one need not be looked up. */
  readonly #known = new BloomFilter(IDS_FIRST_CAPACITY);
  /** null: nobody has said yet which hard budgets there are. */
  #definitions: readonly CostBudget[] | null = null;
  /** When that was said, UTC nanoseconds. */
  #definedNs = 0n;
  /** Whether memory has the open holds, and the limits with their spend. */
  #hasHolds = false;
  #hasLimits = false;
  #loading: Promise<void> | null = null;
  /** What was told since the load that is under way began. */
  #spentMeanwhile: Spent[] = [];
  /** What that load reads may not be so any more. */
  #isStale = false;
  #storing: NodeJS.Timeout | null = null;
  /** One transfer to the database after the other. */
  #brought: Promise<unknown> = Promise.resolve();
  #forgottenNs = 0n;
  #isClosed = false;

  readonly #handlers: Handlers = {
    reserve: (op) => this.#reserve(op),
    settle: (op) => this.#settle(op),
    release: (op) => this.#release(op),
    renew: (op) => this.#renew(op),
    store: (op) => this.#storeAll(op.atNs),
    status: (op) => this.#status(op.atNs),
    breakGlass: (op) => this.#breakGlass(op),
  };

  private constructor(store: HoldStore, journal: HoldJournal, seq: bigint) {
    this.#store = store;
    this.#journal = journal;
    this.#log = new HoldLog({
      journal,
      seq,
      write: (entries) => this.#writeStored(entries),
      onFailure: () => this.#forget(),
      onUnstored: () => this.#storeLater(),
    });
    this.#book = new HoldBook((change) => this.#log.append(change));
  }

  /**
   * Takes over the journal in a folder. Call it for each start of the store's process, once that has the database: while
   * it had not, another server may have had both.
   */
  static async open(folder: string, store: HoldStore): Promise<HoldLedger> {
    const { seq, ids } = await store.start();
    const { journal, lines } = await HoldJournal.open(folder);
    try {
      const ledger = new HoldLedger(store, journal, seq);
      for (const hash of ids) ledger.#known.add(hash);
      for (const id of await ledger.#log.recover(lines)) ledger.#known.add(hash64(id));
      return ledger;
    } catch (error) {
      await journal.close();
      throw error;
    }
  }

  /** Takes over the hard budgets; whoever asks meanwhile waits until their spend is known. @throws StoreError */
  async define(definitions: readonly CostBudget[], atNs: bigint): Promise<void> {
    if (this.#isLoaded && isDeepStrictEqual(definitions, this.#definitions)) return;
    this.#definitions = definitions;
    this.#definedNs = atNs;
    this.#hasLimits = false;
    this.#isStale = true;
    await this.#load();
  }

  /** Takes over what was spent. Call it in the order of the changes. */
  spent(spent: Spent): void {
    const { change } = spent;
    if (change === null) this.#forget();
    else {
      if (this.#loading) this.#spentMeanwhile.push(spent);
      if (!this.#hasHolds) return;
      this.#book.spent({ ...change, sums: this.#hasLimits ? change.sums : [] });
      this.#flushSoon();
    }
  }

  /**
   * @param signal of who asks: what nobody waits for any more is not done.
   * @throws StoreError while what is stored cannot be had.
   */
  async run<Name extends HoldOpName>(
    name: Name,
    payload: HoldPayload<Name>,
    signal?: AbortSignal,
  ): Promise<HoldResult<Name>> {
    await this.#loaded();
    if (signal?.aborted) throw new StoreError('cancelled', 'nobody waits for it any more');
    if (this.#isClosed) throw new StoreError('unavailable', 'the database is restarting');
    return this.#handlers[name](payload);
  }

  /** Brings everything over to the database and lets go of the journal. */
  async close(): Promise<void> {
    await this.#end();
    await this.#bringOver().catch(() => undefined);
    await this.#journal.close();
  }

  /** The store's process is gone: what was decided goes to the journal, which the next one is brought over from. */
  async abandon(): Promise<void> {
    await this.#end();
    await this.#journal.close();
  }

  async #end(): Promise<void> {
    this.#isClosed = true;
    if (this.#storing) clearTimeout(this.#storing);
    await this.#log.flushed().catch(() => undefined);
  }

  async #reserve(op: ReserveOp): Promise<ReserveResult> {
    const stored = this.#book.find(op.id) ? null : await this.#ended(op.id);
    // While one was looked up, an equal request may have been granted.
    const known = this.#book.find(op.id) ?? stored;
    if (known) {
      if (known.reservation.fingerprint !== op.fingerprint) return { kind: 'keyReused' };
      await this.#log.flushed();
      return { kind: 'granted', grant: known.grant };
    }
    if (this.#book.size >= OPEN_MAX) {
      throw new StoreError('busy', `more than ${OPEN_MAX} reservations are open`);
    }
    const result = this.#book.reserve(op);
    if (result.kind === 'granted') this.#known.add(hash64(op.id));
    await this.#log.flushed();
    return result;
  }

  async #settle(op: SettleOp): Promise<ChangeResult> {
    const isSame = ({ actualNano }: Reservation): boolean => actualNano === op.actualNano;
    return this.#changed(op, this.#book.settle(op), isSame);
  }

  async #release(op: ReservationOp): Promise<ChangeResult> {
    const isSame = ({ state }: Reservation): boolean => state === 'released';
    return this.#changed(op, this.#book.release(op), isSame);
  }

  async #renew(op: RenewOp): Promise<ChangeResult> {
    return this.#changed(op, this.#book.renew(op), () => false);
  }

  /** @param isSame whether a reservation that is not held any more stands as it was asked to. */
  async #changed(
    { id }: ReservationOp,
    changed: Reservation | undefined,
    isSame: (reservation: Reservation) => boolean,
  ): Promise<ChangeResult> {
    const there = changed ?? this.#book.find(id)?.reservation;
    await this.#log.flushed();
    if (changed) return { kind: 'done', reservation: changed };
    const reservation = there ?? (await this.#ended(id))?.reservation;
    if (!reservation) return { kind: 'unknown' };
    return { kind: isSame(reservation) ? 'done' : 'over', reservation };
  }

  async #storeAll(atNs: bigint): Promise<null> {
    this.#book.advance(atNs);
    await this.#log.flushed();
    if (this.#log.hasUnstored) await this.#bringOver();
    return null;
  }

  #storeLater(): void {
    if (this.#isClosed) return;
    this.#storing ??= setTimeout(() => {
      this.#storing = null;
      // What fails stays in the journal, for the next time.
      this.#bringOver().catch(() => this.#storeLater());
    }, STORE_AFTER_MS);
  }

  #bringOver(): Promise<void> {
    const brought = this.#brought.then(() => this.#log.store());
    this.#brought = brought.catch(() => undefined);
    return brought;
  }

  async #writeStored(entries: readonly HoldEntry[]): Promise<void> {
    const { nowNs } = this.#book;
    const forgets = nowNs - this.#forgottenNs >= DAY_NS;
    await this.#store.write({ entries, forgetBeforeNs: forgets ? nowNs - KEEP_NS : null });
    if (forgets) this.#forgottenNs = nowNs;
  }

  async #status(atNs: bigint): Promise<HoldStatus[]> {
    const status = this.#book.status(atNs);
    await this.#log.flushed();
    return status;
  }

  async #breakGlass(op: BreakGlassOp): Promise<boolean> {
    if (!this.#book.hasBudget(op.budget)) return false;
    await this.#store.writeBreakGlass(op);
    const { budget, ...breakGlass } = op;
    this.#book.breakGlass(budget, breakGlass);
    return true;
  }

  /** A reservation that is not in memory, since it has ended. */
  async #ended(id: string): Promise<StoredHold | null> {
    if (!this.#known.mayHave(hash64(id))) return null;
    // Its end may still be on its way.
    await this.#log.flushed();
    if (this.#log.hasUnstored) await this.#bringOver();
    const found = await this.#store.find(id);
    await this.#loaded();
    return found;
  }

  get #isLoaded(): boolean {
    return this.#hasHolds && this.#hasLimits;
  }

  /** @throws StoreError where that takes too long. */
  async #loaded(): Promise<void> {
    const endMs = performance.now() + LOAD_WAIT_MS;
    while (!this.#isLoaded) {
      await inTime(this.#load(), endMs - performance.now(), () => {
        throw new StoreError('unavailable', 'what is reserved is still being read');
      });
    }
  }

  /** Memory may not be what is stored: it is read again for whoever asks next. */
  #forget(): void {
    this.#hasHolds = false;
    this.#hasLimits = false;
    this.#isStale = true;
  }

  #load(): Promise<void> {
    this.#loading ??= this.#read().finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #read(): Promise<void> {
    const budgets = this.#definitions;
    if (!budgets) throw new StoreError('unavailable', 'the budgets are not known yet');
    this.#spentMeanwhile = [];
    this.#isStale = false;
    const withHolds = !this.#hasHolds;
    if (withHolds) {
      await this.#log.flushed().catch(() => undefined);
      await this.#bringOver();
    }
    const { nowNs } = this.#book;
    const atNs = nowNs > this.#definedNs ? nowNs : this.#definedNs;
    const snapshot = await this.#store.snapshot({ budgets, atNs, withHolds });
    // Who waits loads again.
    if (this.#isStale) return;
    if (withHolds) this.#book.restore(snapshot.open);
    const hard = budgets.map((budget) => ({
      budget,
      breakGlass: snapshot.breakGlasses.get(budget.id) ?? null,
    }));
    this.#book.define(hard, snapshot.spend, atNs);
    this.#hasHolds = true;
    this.#hasLimits = true;
    for (const { number, change } of this.#spentMeanwhile) {
      if (!change || number <= snapshot.number) continue;
      // Holds that memory kept have been told at once.
      this.#book.spent({ ...change, held: withHolds ? change.held : [] });
    }
    this.#flushSoon();
  }

  /** A failure is told to the log's owner, and to whoever asks next. */
  #flushSoon(): void {
    this.#log.flushed().catch(() => undefined);
  }
}
