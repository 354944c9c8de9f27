/**
 * Reservations in the store: decides in memory (`HoldBook`), answers when the decision is on disk (`HoldLog`), and begins
 * from what is stored after a start or a failed write. What is on disk is brought over to the database now and then.
 */
import type { CostBudget } from '@burnbook/domain/costBudget';
import { hash64 } from '@burnbook/domain/hash64';
import type { Reservation } from '@burnbook/domain/reservation';
import { BloomFilter } from '../attribution/bloomFilter.js';
import type { ChangeSet } from '../attribution/changeSet.js';
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
import type { HoldReader } from './holdReader.js';

export interface HoldLedgerOptions {
  readonly journal: HoldJournal;
  /** What the journal held when it was opened. */
  readonly lines: readonly string[];
  readonly reader: HoldReader;
  /** Writes into the database, in one transaction. It is only called while no telemetry is written. */
  readonly write: (payload: StoreReservations) => Promise<void>;
  /** Runs work while no telemetry is written. */
  readonly exclusively: <Result>(work: () => Promise<Result>) => Promise<Result>;
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
const KEEP_NS = 400n * 86_400_000_000_000n;
const DAY_NS = 86_400_000_000_000n;

export class HoldLedger {
  readonly #o: HoldLedgerOptions;
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
  #storing: NodeJS.Timeout | null = null;
  #forgottenNs = 0n;

  readonly #handlers: Handlers = {
    reserve: (op) => this.#reserve(op),
    settle: (op) => this.#settle(op),
    release: (op) => this.#release(op),
    renew: (op) => this.#renew(op),
    store: (op) => this.#store(op.atNs),
    status: (op) => this.#status(op.atNs),
    breakGlass: (op) => this.#breakGlass(op),
  };

  private constructor(options: HoldLedgerOptions, seq: bigint) {
    this.#o = options;
    this.#log = new HoldLog({
      journal: options.journal,
      seq,
      write: (entries) => options.write({ entries, forgetBeforeNs: this.#forgetBeforeNs() }),
      onFailure: () => (this.#hasHolds = false),
      onUnstored: () => this.#storeLater(),
    });
    this.#book = new HoldBook((change) => this.#log.append(change));
  }

  /** Call it while nothing else is written. */
  static async open(options: HoldLedgerOptions): Promise<HoldLedger> {
    const { reader, lines } = options;
    const ledger = new HoldLedger(options, await reader.newestSeq());
    await ledger.#log.recover(lines);
    await reader.eachId((id) => ledger.#known.add(hash64(id)));
    return ledger;
  }

  /** Takes over the hard budgets; whoever asks meanwhile waits until their spend is known. */
  async define(definitions: readonly CostBudget[], atNs: bigint): Promise<void> {
    this.#definitions = definitions;
    this.#definedNs = atNs;
    this.#hasLimits = false;
    await this.#load();
  }

  /** Spend has changed by other means than a commit of telemetry. Call it while none is written. */
  async reload(): Promise<void> {
    this.#hasHolds = false;
    this.#hasLimits = false;
    if (this.#definitions) await this.#read();
  }

  /** Takes over what a commit of telemetry has changed. */
  committed(changes: ChangeSet): void {
    if (!this.#loaded) return;
    this.#book.committed(changes);
    this.#flushSoon();
  }

  /** @throws StoreError while what is stored cannot be had. */
  async run<Name extends HoldOpName>(
    name: Name,
    payload: HoldPayload<Name>,
  ): Promise<HoldResult<Name>> {
    while (!this.#loaded) await this.#load();
    return this.#handlers[name](payload);
  }

  /** Resolves when nothing waits for the disk or the database. */
  async idle(): Promise<void> {
    if (this.#storing) clearTimeout(this.#storing);
    await this.#log.flushed().catch(() => undefined);
    await this.#o.exclusively(() => this.#log.store()).catch(() => undefined);
  }

  async #reserve(op: ReserveOp): Promise<ReserveResult> {
    const stored = this.#book.find(op.id) ? null : await this.#stored(op.id);
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
    const reservation = there ?? (await this.#stored(id))?.reservation;
    if (!reservation) return { kind: 'unknown' };
    return { kind: isSame(reservation) ? 'done' : 'over', reservation };
  }

  async #store(atNs: bigint): Promise<null> {
    this.#book.advance(atNs);
    await this.#log.flushed();
    if (this.#log.hasUnstored) await this.#o.exclusively(() => this.#log.store());
    return null;
  }

  #storeLater(): void {
    this.#storing ??= setTimeout(() => {
      this.#storing = null;
      // What fails stays in the journal, for the next time.
      this.#o.exclusively(() => this.#log.store()).catch(() => this.#storeLater());
    }, STORE_AFTER_MS);
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
    await this.#o.writeBreakGlass(op);
    const { budget, ...breakGlass } = op;
    this.#book.breakGlass(budget, breakGlass);
    return true;
  }

  /** A reservation that is not in memory, since it has ended. */
  async #stored(id: string): Promise<StoredHold | null> {
    if (!this.#known.mayHave(hash64(id))) return null;
    // Its end may still be on its way.
    await this.#log.flushed();
    if (this.#log.hasUnstored) await this.#o.exclusively(() => this.#log.store());
    const found = await this.#o.reader.find(id);
    while (!this.#loaded) await this.#load();
    return found;
  }

  get #loaded(): boolean {
    return this.#hasHolds && this.#hasLimits;
  }

  #load(): Promise<void> {
    this.#loading ??= this.#o.exclusively(() => this.#read()).finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #read(): Promise<void> {
    await this.#log.flushed().catch(() => undefined);
    if (!this.#hasHolds) {
      await this.#log.store();
      this.#book.restore(await this.#o.reader.open());
      this.#hasHolds = true;
      this.#hasLimits = false;
    }
    while (!this.#hasLimits) await this.#readLimits();
  }

  async #readLimits(): Promise<void> {
    const definitions = this.#definitions;
    const atNs = this.#definedNs;
    if (!definitions) throw new StoreError('unavailable', 'the budgets are not known yet');
    const breakGlasses = await this.#o.reader.breakGlasses();
    const spend = await this.#o.reader.spend(definitions, atNs);
    const hard = definitions.map((budget) => ({
      budget,
      breakGlass: breakGlasses.get(budget.id) ?? null,
    }));
    this.#book.define(hard, spend, atNs);
    // Others may have been said meanwhile.
    this.#hasLimits = definitions === this.#definitions;
  }

  /** A failure is told to the log's owner, and to whoever asks next. */
  #flushSoon(): void {
    this.#log.flushed().catch(() => undefined);
  }
}
