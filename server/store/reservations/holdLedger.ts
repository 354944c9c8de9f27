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
import { BloomFilter } from '../attribution/bloomFilter.js';
import { StoreError } from '../protocol.js';
import { HoldBook, type StoredHold } from './holdBook.js';
import type { StoreReservations } from '../commands/storeReservations.js';
import type { HoldJournal } from './holdJournal.js';
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
import type { HoldSnapshot } from './holdSnapshot.js';
import type { Spent } from './holdSpend.js';

/** What the store's process does for reservations. Each call @throws StoreError. */
export interface HoldStore {
  /** Number of the newest change that the database has. */
  readonly newestSeq: () => Promise<bigint>;
  /** `hash64` of the ids of all reservations. */
  readonly ids: () => Promise<BigUint64Array>;
  readonly find: (id: string) => Promise<StoredHold | null>;
  /** What is stored, read between two commits; from now on commits tell what they spend. */
  readonly snapshot: (budgets: readonly CostBudget[], atNs: bigint) => Promise<HoldSnapshot>;
  /** Writes in one transaction. */
  readonly write: (payload: StoreReservations) => Promise<void>;
  /** Writes a setting aside with its audit. */
  readonly writeBreakGlass: (op: BreakGlassOp) => Promise<void>;
}

export interface HoldLedgerOptions {
  readonly journal: HoldJournal;
  /** What the journal held when it was opened. */
  readonly lines: readonly string[];
  readonly store: HoldStore;
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
const KEEP_NS = 400n * 86_400_000_000_000n;
const DAY_NS = 86_400_000_000_000n;

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
  /** Whether memory stands as the database and the journal do. */
  #loaded = false;
  #loading: Promise<void> | null = null;
  /** What commits told since the load that is under way began. */
  #spentMeanwhile: Spent[] = [];
  /** What that load reads may not be so any more. */
  #isStale = false;
  #storing: NodeJS.Timeout | null = null;
  /** One transfer to the database after the other. */
  #stored: Promise<unknown> = Promise.resolve();
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

  private constructor({ journal, store }: HoldLedgerOptions, seq: bigint) {
    this.#store = store;
    this.#journal = journal;
    this.#log = new HoldLog({
      journal,
      seq,
      write: (entries) => store.write({ entries, forgetBeforeNs: this.#forgetBeforeNs() }),
      onFailure: () => this.forget(),
      onUnstored: () => this.#storeLater(),
    });
    this.#book = new HoldBook((change) => this.#log.append(change));
  }

  static async open(options: HoldLedgerOptions): Promise<HoldLedger> {
    const { store, lines } = options;
    const ledger = new HoldLedger(options, await store.newestSeq());
    await ledger.#log.recover(lines);
    for (const hash of await store.ids()) ledger.#known.add(hash);
    return ledger;
  }

  /** Takes over the hard budgets; whoever asks meanwhile waits until their spend is known. @throws StoreError */
  async define(definitions: readonly CostBudget[], atNs: bigint): Promise<void> {
    if (this.#loaded && isDeepStrictEqual(definitions, this.#definitions)) return;
    this.#definitions = definitions;
    this.#definedNs = atNs;
    this.forget();
    await this.#load();
  }

  /** What memory has may not be what is stored any more: it is read again for whoever asks next. */
  forget(): void {
    this.#loaded = false;
    this.#isStale = true;
  }

  /** Takes over what a commit has spent. Call it in the order of the commits. */
  spent(spent: Spent): void {
    if (this.#loading) this.#spentMeanwhile.push(spent);
    else if (this.#loaded) this.#take(spent);
  }

  /** @throws StoreError while what is stored cannot be had. */
  async run<Name extends HoldOpName>(
    name: Name,
    payload: HoldPayload<Name>,
  ): Promise<HoldResult<Name>> {
    while (!this.#loaded) await this.#load();
    if (this.#isClosed) throw new StoreError('unavailable', 'the server is stopping');
    return this.#handlers[name](payload);
  }

  /** Brings everything over to the database, as far as it can be had, and lets go of the journal. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#storing) clearTimeout(this.#storing);
    await this.#log.flushed().catch(() => undefined);
    await this.#bringOver().catch(() => undefined);
    await this.#journal.close();
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
    const brought = this.#stored.then(() => this.#log.store());
    this.#stored = brought.catch(() => undefined);
    return brought;
  }

  #forgetBeforeNs(): bigint | null {
    const { nowNs } = this.#book;
    if (nowNs - this.#forgottenNs < DAY_NS) return null;
    this.#forgottenNs = nowNs;
    return nowNs - KEEP_NS;
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
    while (!this.#loaded) await this.#load();
    return found;
  }

  #load(): Promise<void> {
    this.#loading ??= this.#read().finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #read(): Promise<void> {
    const definitions = this.#definitions;
    if (!definitions) throw new StoreError('unavailable', 'the budgets are not known yet');
    this.#spentMeanwhile = [];
    this.#isStale = false;
    const { nowNs } = this.#book;
    const atNs = nowNs > this.#definedNs ? nowNs : this.#definedNs;
    await this.#log.flushed().catch(() => undefined);
    await this.#bringOver();
    const { number, open, breakGlasses, spend } = await this.#store.snapshot(definitions, atNs);
    const later = this.#spentMeanwhile.filter((spent) => spent.number > number);
    // Who waits loads again.
    if (this.#isStale || later.some(({ change }) => change === null)) return;
    this.#book.restore(open);
    const hard = definitions.map((budget) => ({
      budget,
      breakGlass: breakGlasses.get(budget.id) ?? null,
    }));
    this.#book.define(hard, spend, atNs);
    this.#loaded = true;
    for (const spent of later) this.#take(spent);
  }

  #take({ change }: Spent): void {
    if (change === null) {
      this.forget();
      return;
    }
    this.#book.committed(change);
    // A failure is told to the log's owner, and to whoever asks next.
    this.#log.flushed().catch(() => undefined);
  }
}
