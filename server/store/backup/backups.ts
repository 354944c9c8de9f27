/** Makes backups, by a schedule and when somebody asks, and knows how they stand. */
import path from 'node:path';
import { formatTime, HOUR_NS } from '@burnbook/domain/time';
import type { StoreClient } from '../storeClient.js';
import type { CopyReport } from './copyDatabase.js';
import { listBackups, pruneBackups, writeBackup, type Backup } from './backupFolder.js';

export interface BackupSettings {
  readonly folder: string;
  /** null: only when somebody asks. */
  readonly everyHours: number | null;
  /** How many stay. */
  readonly keep: number;
}

/** How backups stand. */
export interface BackupFacts {
  /** What went wrong with the newest try; null: nothing. */
  readonly failure: { readonly atNs: bigint; readonly message: string } | null;
  /** When the newest good one was made; null: never. */
  readonly lastNs: bigint | null;
  /** When the next one must be there at the latest; null: no schedule wants one. */
  readonly dueNs: bigint | null;
}

export interface BackupsOptions {
  readonly store: StoreClient;
  readonly nowNs: () => bigint;
  readonly settings: BackupSettings;
  readonly log: (level: 'info' | 'error', message: string) => void;
  /** Told when how they stand has changed. */
  readonly onChanged: () => void;
}

const MINUTE_MS = 60_000;
/** A failed one is tried again then. */
const RETRY_NS = 900_000_000_000n;

export class Backups {
  readonly #o: BackupsOptions;
  readonly #minutes: NodeJS.Timeout;
  #settings: BackupSettings;
  /** Since when the settings are as they are: nothing is overdue before. */
  #sinceNs: bigint;
  #lastNs: bigint | null = null;
  #failure: BackupFacts['failure'] = null;
  #running: Promise<Backup> | null = null;
  #looking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: BackupsOptions) {
    this.#o = options;
    this.#settings = options.settings;
    this.#sinceNs = options.nowNs();
    this.#minutes = setInterval(() => this.#look(), MINUTE_MS).unref();
    this.#look();
  }

  define(settings: BackupSettings): void {
    const { folder, everyHours } = this.#settings;
    const isSame = settings.folder === folder && settings.everyHours === everyHours;
    this.#settings = settings;
    if (isSame) return;
    this.#sinceNs = this.#o.nowNs();
    this.#lastNs = null;
    this.#failure = null;
    this.#look();
    this.#o.onChanged();
  }

  get facts(): BackupFacts {
    const { everyHours } = this.#settings;
    const fromNs = this.#lastNs ?? this.#sinceNs;
    return {
      failure: this.#failure,
      lastNs: this.#lastNs,
      // Making one takes time.
      dueNs: everyHours === null ? null : fromNs + hours(everyHours) + HOUR_NS,
    };
  }

  list(): Promise<Backup[]> {
    return listBackups(this.#settings.folder);
  }

  /** Makes one now, or waits for the one under way. @throws Error that says what failed. */
  make(): Promise<Backup> {
    this.#running ??= this.#make().finally(() => (this.#running = null));
    return this.#running;
  }

  /** Begins none any more. One that is under way ends when the store closes. */
  stop(): void {
    this.#closed = true;
    clearInterval(this.#minutes);
  }

  /** Resolves when none is under way. */
  async idle(): Promise<void> {
    await this.#looking;
    await this.#running?.catch(() => undefined);
  }

  async #copy(into: string, atNs: bigint): Promise<readonly CopyReport[]> {
    const { store } = this.#o;
    // Of reservations the last seconds stand in a journal.
    await store.hold('store', { atNs });
    return store.backup(path.resolve(into));
  }

  /** Makes the one that is due. */
  #look(): void {
    this.#looking = this.#looking.then(async () => {
      const { everyHours } = this.#settings;
      if (everyHours === null || this.#closed) return;
      this.#lastNs ??= (await this.list().catch(() => []))[0]?.atNs ?? null;
      const nowNs = this.#o.nowNs();
      const isDue = this.#lastNs === null || nowNs - this.#lastNs >= hours(everyHours);
      const hasFailed = this.#failure !== null && nowNs - this.#failure.atNs < RETRY_NS;
      if (isDue && !hasFailed) await this.make().catch(() => undefined);
    });
  }

  async #make(): Promise<Backup> {
    const { folder, keep } = this.#settings;
    const atNs = this.#o.nowNs();
    try {
      const backup = await writeBackup(folder, atNs, (into) => this.#copy(into, atNs));
      await pruneBackups(folder, keep);
      this.#lastNs = backup.atNs;
      this.#failure = null;
      this.#o.log('info', `backup of ${formatTime(atNs)} in ${backup.path}`);
      return backup;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#failure = { atNs, message };
      this.#o.log('error', `the backup failed: ${message}`);
      throw error;
    } finally {
      this.#o.onChanged();
    }
  }
}

const hours = (count: number): bigint => BigInt(Math.round(count * 3_600)) * 1_000_000_000n;
