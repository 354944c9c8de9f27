/** The alert desk with the rules that report to it, put together once a server. */
import type { Upstreams } from '@burnbook/domain/alert/lineage';
import type { RuleSettings } from '@burnbook/domain/alert/ruleSettings';
import type { NotifyEvent } from '@burnbook/domain/notify/notifyEvent';
import { HOUR_NS, MINUTE_NS } from '@burnbook/domain/time';
import type { BatchCostRule } from '../cost/batchCostAlert.js';
import type { Runbooks } from '../runbook/loadRunbooks.js';
import type { BackupFacts } from '../store/backup/backups.js';
import type { OutboxRow } from '../store/commands/outbox.js';
import type { StoreClient } from '../store/storeClient.js';
import { AlertDesk, type AlertDeskOptions } from './alertDesk.js';
import { firstActionFor, runbookPathOf } from './guide.js';
import { Housekeeping } from './housekeeping.js';
import { RuleWatch } from './ruleWatch.js';
import { backupFailed } from './rules/backupFailed.js';
import { batchCost } from './rules/batchCost.js';
import { collectorDropping } from './rules/collectorDropping.js';
import { configRejected, type Rejection } from './rules/configRejected.js';
import { diskNearlyFull, type DiskSpace } from './rules/diskNearlyFull.js';
import { heartbeatMissed, type HeartbeatFacts } from './rules/heartbeatMissed.js';
import { providerErrors } from './rules/providerErrors.js';
import { quarantineGrowing } from './rules/quarantineGrowing.js';
import { retryStorm } from './rules/retryStorm.js';
import { retryWaste } from './rules/retryWaste.js';
import { storeRestarted } from './rules/storeRestarted.js';
import { unpricedUsage } from './rules/unpricedUsage.js';

export interface AlertingOptions {
  readonly store: StoreClient;
  readonly nowNs: () => bigint;
  readonly runbooks: Runbooks;
  readonly upstreams: () => Upstreams;
  readonly ownerOf: (pipeline: string) => string | null;
  readonly batchCostRule: () => BatchCostRule;
  readonly ruleSettings: () => RuleSettings;
  /** Room where the database is. */
  readonly readDisk: () => Promise<DiskSpace>;
  /** Whether one of these pipelines is likely to miss a deadline. */
  readonly deadlineAtRisk: (pipelines: readonly string[]) => boolean;
  /** Signs of life that are expected of others. */
  readonly heartbeats: () => Promise<readonly HeartbeatFacts[]>;
  readonly backups: () => BackupFacts;
  /** Whether the Verify of the runbook that is being followed for an incident has passed, or nobody follows one. */
  readonly verified: AlertDeskOptions['verified'];
  readonly messagesFor: (event: NotifyEvent) => readonly OutboxRow[];
  /** Of `RuleWatch`. */
  readonly pauseMsMax?: number | undefined;
  readonly report: (error: unknown) => void;
}

/** More restarts than these change nothing. */
const RESTARTS_MAX = 100;
/** Those that an earlier process of the server saw in so long are news still. */
const PAST_RESTARTS_NS = HOUR_NS;

export class Alerting {
  readonly desk: AlertDesk;
  readonly #watch: RuleWatch;
  readonly #housekeeping: Housekeeping;
  readonly #nowNs: () => bigint;
  readonly #store: StoreClient;
  readonly #restarts: bigint[] = [];
  #restartsSinceNs: bigint;
  #rejection: Rejection | null = null;

  constructor(options: AlertingOptions) {
    const { store, nowNs, runbooks, upstreams, ownerOf, messagesFor, report } = options;
    this.#nowNs = nowNs;
    this.#store = store;
    this.#restartsSinceNs = nowNs();
    this.#housekeeping = new Housekeeping({ store, nowNs, report });
    this.desk = new AlertDesk({
      store,
      upstreams,
      messagesFor,
      verified: options.verified,
      guide: ({ alert }) => ({
        runbookPath: runbookPathOf(alert),
        firstAction: firstActionFor(runbooks, alert),
      }),
    });
    this.#watch = new RuleWatch({
      desk: this.desk,
      rules: [
        retryStorm,
        providerErrors(options.deadlineAtRisk),
        collectorDropping,
        storeRestarted(() => this.#restarts),
        configRejected(() => this.#rejection),
        heartbeatMissed(options.heartbeats),
        backupFailed(options.backups),
        diskNearlyFull({
          readDisk: options.readDisk,
          settings: () => options.ruleSettings().disk,
        }),
        retryWaste(() => options.ruleSettings().retryWaste),
        unpricedUsage,
        quarantineGrowing,
        batchCost(options.batchCostRule),
      ],
      context: { store, ownerOf },
      nowNs,
      ...(options.pauseMsMax === undefined ? {} : { pauseMsMax: options.pauseMsMax }),
      report,
    });
  }

  /**
   * Reads when the store's process came back while an earlier process of the server ran: to the minute, which is as exact as
   * it was stored. Before anything is counted. @throws StoreError
   */
  async load(): Promise<void> {
    const nowNs = this.#nowNs();
    const sinceNs = nowNs - PAST_RESTARTS_NS;
    const fromNs = sinceNs - (sinceNs % MINUTE_NS);
    const rows = await this.#store.query('server_counts', { event: 'restart', from: fromNs });
    const past = rows.flatMap((row) => {
      const endNs = (row['minute_ns'] as bigint) + MINUTE_NS;
      const count = Math.min(RESTARTS_MAX, Number(row['events']));
      return Array.from({ length: count }, () => (endNs < nowNs ? endNs : nowNs));
    });
    this.#restarts.unshift(...past.toSorted((a, b) => (a < b ? -1 : 1)).slice(-RESTARTS_MAX));
    this.#restartsSinceNs = fromNs;
  }

  /** When the store's process came back after it had died: all since `restartsSinceNs`, the oldest first. */
  get restarts(): readonly bigint[] {
    return this.#restarts;
  }

  get restartsSinceNs(): bigint {
    return this.#restartsSinceNs;
  }

  /** What is wrong with the newest change of the files; null: they are in force. */
  get rejection(): Rejection | null {
    return this.#rejection;
  }

  /** Something may have changed that rules look at. */
  touched(): void {
    this.#watch.touched();
  }

  /** The store's process is back after it had died. */
  storeRestarted(): void {
    this.#restarts.push(this.#nowNs());
    if (this.#restarts.length > RESTARTS_MAX) this.#restarts.shift();
    this.#watch.touched();
  }

  /** @param message what is wrong with the files; null: they are in force. */
  configRead(message: string | null): void {
    if (message === null && this.#rejection === null) return;
    this.#rejection = message === null ? null : { atNs: this.#nowNs(), message };
    this.#watch.touched();
  }

  async close(): Promise<void> {
    await this.#watch.stop();
    await this.#housekeeping.stop();
    await this.desk.idle();
  }
}
