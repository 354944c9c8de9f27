/**
 * The server's side of the store: it forks the process that owns the database, and starts it again when it dies.
 *
 * While there is no process every call fails at once with `unavailable`: clients get 503 and send again.
 */
import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { fileURLToPath } from 'node:url';
import type { CostBudget } from '@burnbook/domain/costBudget';
import type { CopyReport } from './backup/copyDatabase.js';
import type { CommandName, CommandPayload, CommandResult } from './commands/index.js';
import type { IngestGroup } from './ingestBatch.js';
import { inTime } from './inTime.js';
import {
  StoreError,
  type CommitReport,
  type FromStore,
  type QueryParams,
  type QueryRow,
  type RatesMessage,
  type StoreOpenOptions,
  type ToStore,
} from './protocol.js';
import { HoldLedger, type HoldStore } from './reservations/holdLedger.js';
import type { HoldOpName, HoldPayload, HoldResult } from './reservations/holdOps.js';

export interface StoreClientOptions extends StoreOpenOptions {
  /** The built process module; only tests from sources say another one. */
  readonly processFile?: string;
  /** Environment of the process: it needs no secret of the server's. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Told when the process died, when it is back, and when it cannot be started any more. */
  readonly onEvent?: (event: StoreEvent) => void;
}

export type StoreEvent =
  | { readonly kind: 'died'; readonly code: number | null; readonly signal: string | null }
  | { readonly kind: 'restarted'; readonly afterMs: number }
  | { readonly kind: 'restartFailed'; readonly message: string }
  | { readonly kind: 'warned'; readonly message: string };

/** The first start failed: `locked` when another process has the file. */
export class StoreOpenError extends Error {
  override readonly name = 'StoreOpenError';
  readonly locked: boolean;

  constructor(message: string, locked: boolean) {
    super(message);
    this.locked = locked;
  }
}

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: StoreError) => void;
}

const RESTART_DELAYS_MS = [0, 250, 1_000, 2_000, 5_000];
/** DuckDB's queries hold libuv threads: with the default of 4, long ones starved everything else for 21 s. */
const THREADPOOL_SIZE = '16';
/** Rows of a group live for one commit: a nursery of the default 16 MB copies them all again and again. */
const STORE_FLAGS = ['--max-semi-space-size=64'];
const CLOSE_WAIT_MS = 20_000;

const unheard = (): StoreError =>
  new StoreError('unavailable', 'the database is restarting', { isUnheard: true });

export class StoreClient {
  readonly #options: StoreClientOptions;
  readonly #pending = new Map<number, Pending>();
  #child: ChildProcess | null = null;
  #ready = false;
  #closing = false;
  #nextId = 1;
  #rates: RatesMessage | null = null;
  #limits: { readonly budgets: readonly CostBudget[]; readonly atNs: bigint } | null = null;
  #holds: HoldLedger | null = null;
  #openingHolds: Promise<HoldLedger> | null = null;
  /** Settles when the holds of an earlier process have let go of the journal. */
  #abandoned: Promise<void> = Promise.resolve();
  #failures = 0;

  private constructor(options: StoreClientOptions) {
    this.#options = options;
  }

  /** @throws StoreOpenError when the database cannot be opened. */
  static async open(options: StoreClientOptions): Promise<StoreClient> {
    const client = new StoreClient(options);
    await client.#start();
    try {
      await client.#holdsOpened();
    } catch (error) {
      await client.close();
      const message = error instanceof Error ? error.message : String(error);
      throw new StoreOpenError(`reservations cannot be read: ${message}`, false);
    }
    return client;
  }

  /** False while the process is away. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Process id of the owner of the database; undefined while it is away. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves once the group is on disk. */
  commit(group: IngestGroup): Promise<CommitReport> {
    return this.#call((id) => ({ type: 'ingest', id, group }));
  }

  /**
   * Runs a named query.
   * @param signal cancels it, in DuckDB too.
   * @throws StoreError
   */
  async query<Row extends QueryRow>(
    name: string,
    params: QueryParams = {},
    options: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
  ): Promise<Row[]> {
    const { timeoutMs = 10_000, signal } = options;
    if (signal?.aborted) throw new StoreError('cancelled', 'the query was cancelled');
    let queryId = 0;
    const cancel = (): void => this.#send({ type: 'cancel', id: queryId });
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await this.#call<Row[]>((id) => {
        queryId = id;
        return { type: 'query', id, name, params, timeoutMs };
      });
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /**
   * Runs SQL that a person wrote, once it is known to be a SELECT of (at, good, total) over what is stored.
   * @param range what `$from` and `$to` stand for; null: it is only checked.
   * @throws StoreError, `refused` when it is not allowed.
   */
  sql(
    sql: string,
    range: { readonly fromNs: bigint; readonly toNs: bigint } | null,
    timeoutMs = 10_000,
  ): Promise<QueryRow[]> {
    return this.#call((id) => ({ type: 'sql', id, sql, range, timeoutMs }));
  }

  /**
   * Changes the store by a named command, in one transaction of the one writer's queue. Resolves once it is on disk.
   * @param payload and the result are structured clones.
   * @throws StoreError, `refused` when what is stored stands against it.
   */
  command<Name extends CommandName>(
    name: Name,
    payload: CommandPayload<Name>,
  ): Promise<CommandResult<Name>> {
    return this.#call((id) => ({ type: 'command', id, name, payload }));
  }

  /** Compute rates for what arrives from now on. */
  publishRates(rates: RatesMessage): void {
    const known = this.#rates;
    // Files are read again whenever anything in their folder changes: mostly they say the same of rates.
    if (
      known &&
      isDeepStrictEqual([known.fallback, known.byPipeline], [rates.fallback, rates.byPipeline])
    ) {
      return;
    }
    this.#rates = rates;
    if (this.#ready) this.#send({ type: 'rates', rates });
  }

  /** Hard limits that reservations obey from now on; without any word of them none is granted. */
  publishLimits(budgets: readonly CostBudget[], atNs: bigint): void {
    this.#limits = { budgets, atNs };
    this.#defineHolds();
  }

  /**
   * Asks for something about reservations. Resolves once it is on disk.
   * @param signal of who asks: what nobody waits for any more is not done.
   * @throws StoreError
   */
  async hold<Name extends HoldOpName>(
    name: Name,
    payload: HoldPayload<Name>,
    signal?: AbortSignal,
  ): Promise<HoldResult<Name>> {
    // What is spent cannot be known while the store is away.
    if (!this.#ready) throw unheard();
    return (await this.#holdsOpened()).run(name, payload, signal);
  }

  /**
   * Copies the database into a folder that is there and empty, as of now, and looks at the copy.
   * @throws StoreError
   */
  backup(folder: string): Promise<readonly CopyReport[]> {
    return this.#call((id) => ({ type: 'backup', id, folder }));
  }

  /** Waits for what is under way, checkpoints and closes. */
  async close(): Promise<void> {
    this.#closing = true;
    if (this.#holds) await inTime(this.#holds.close(), CLOSE_WAIT_MS, () => undefined);
    const child = this.#child;
    if (!child) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_WAIT_MS);
      child.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
      this.#send({ type: 'close' });
    });
  }

  #call<T>(message: (id: number) => ToStore): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (!this.#ready) {
        reject(unheard());
        return;
      }
      const id = this.#nextId++;
      this.#pending.set(id, { resolve, reject });
      this.#send(message(id));
    });
  }

  #send(message: ToStore): void {
    // A channel that closed just now is reported by 'exit', which fails all that is pending.
    this.#child?.send(message, () => undefined);
  }

  #start(): Promise<void> {
    const file =
      this.#options.processFile ?? fileURLToPath(new URL('./storeProcess.js', import.meta.url));
    const child = fork(file, {
      serialization: 'advanced',
      execArgv: STORE_FLAGS,
      env: { ...this.#options.environment, UV_THREADPOOL_SIZE: THREADPOOL_SIZE },
    });
    this.#child = child;
    return new Promise<void>((resolve, reject) => {
      child.on('message', (message: FromStore) => {
        if (child !== this.#child) return;
        if (message.type === 'opened') {
          if (this.#rates) this.#send({ type: 'rates', rates: this.#rates });
          this.#ready = true;
          this.#failures = 0;
          resolve();
        } else if (message.type === 'openFailed') {
          reject(new StoreOpenError(message.message, message.locked));
          child.disconnect();
        } else if (message.type === 'warning') {
          this.#options.onEvent?.({ kind: 'warned', message: message.message });
        } else if (message.type === 'spent') this.#holds?.spent(message.spent);
        else this.#settle(message);
      });
      child.once('error', (error) => reject(new StoreOpenError(error.message, false)));
      child.once('exit', (code, signal) => {
        reject(new StoreOpenError(`the store's process ended (${signal ?? code})`, false));
        this.#onExit(child, code, signal);
      });
      const {
        processFile: _file,
        environment: _environment,
        onEvent: _onEvent,
        ...opening
      } = this.#options;
      this.#send({ type: 'open', options: opening });
    });
  }

  /** Who has the database has the journal: it is opened for each process. @throws StoreError */
  #holdsOpened(): Promise<HoldLedger> {
    if (this.#holds) return Promise.resolve(this.#holds);
    const child = this.#child;
    this.#openingHolds ??= this.#abandoned
      .then(() => HoldLedger.open(path.dirname(this.#options.file), this.#holdStore()))
      .then(async (holds) => {
        if (child !== this.#child) {
          await holds.abandon();
          throw unheard();
        }
        this.#holds = holds;
        this.#defineHolds();
        return holds;
      })
      .finally(() => (this.#openingHolds = null));
    return this.#openingHolds;
  }

  #defineHolds(): void {
    if (!this.#limits) return;
    const { budgets, atNs } = this.#limits;
    // Where the spend could not be read, it is tried again for whoever asks next.
    this.#holds?.define(budgets, atNs).catch(() => undefined);
  }

  #holdStore(): HoldStore {
    return {
      start: () => this.#call((id) => ({ type: 'holdStart', id })),
      find: (reservation) => this.#call((id) => ({ type: 'holdFind', id, reservation })),
      snapshot: (request) => this.#call((id) => ({ type: 'holds', id, request })),
      write: (payload) => this.command('storeReservations', payload),
      writeBreakGlass: (op) => this.command('breakGlass', op),
    };
  }

  #settle(
    message: Exclude<FromStore, { type: 'opened' | 'openFailed' | 'spent' | 'warning' }>,
  ): void {
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    this.#pending.delete(message.id);
    if (message.type === 'failed') pending.reject(new StoreError(message.reason, message.message));
    else if (message.type === 'rows') pending.resolve(message.rows as never);
    else pending.resolve((message.type === 'done' ? message.result : message.report) as never);
  }

  #onExit(child: ChildProcess, code: number | null, signal: string | null): void {
    if (child !== this.#child) return;
    const wasReady = this.#ready;
    this.#ready = false;
    this.#child = null;
    for (const { reject } of this.#pending.values()) {
      reject(new StoreError('unavailable', 'the database is restarting'));
    }
    this.#pending.clear();
    if (this.#holds) this.#abandoned = this.#holds.abandon();
    this.#holds = null;
    if (this.#closing || !wasReady) return;
    this.#options.onEvent?.({ kind: 'died', code, signal });
    void this.#restart();
  }

  async #restart(): Promise<void> {
    const startedMs = performance.now();
    while (!this.#closing) {
      const delayMs =
        RESTART_DELAYS_MS[Math.min(this.#failures, RESTART_DELAYS_MS.length - 1)] ?? 0;
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      if (this.#closing) return;
      try {
        await this.#start();
        this.#options.onEvent?.({ kind: 'restarted', afterMs: performance.now() - startedMs });
        return;
      } catch (error) {
        this.#failures++;
        const message = error instanceof Error ? error.message : String(error);
        this.#options.onEvent?.({ kind: 'restartFailed', message });
      }
    }
  }
}
