/** Puts the parts together and runs them; `main.ts` gives it everything that comes from outside. */
import { statfs } from 'node:fs/promises';
import type { Server } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { costBudgetOf } from '@burnbook/domain/budgetDefinition';
import { priceUsage } from '@burnbook/domain/price';
import { parseTime } from '@burnbook/domain/time';
import { Alerting } from './alert/alerting.js';
import type { DiskSpace } from './alert/rules/diskNearlyFull.js';
import { buildApp } from './api/app.js';
import { batchCostRuleOf, ruleSettingsOf, type ApiContext } from './api/apiContext.js';
import { CommitFeed } from './api/commitFeed.js';
import { demoDataOf } from './api/demoData.js';
import type { GuardOptions } from './api/guard.js';
import { CheckDesk, type CheckDeskOptions } from './check/checkDesk.js';
import { listen } from './api/listen.js';
import { BudgetsEditor, type BudgetsEditorOptions } from './config/budgetsEditor.js';
import { EMPTY_CONFIG, type Config } from './config/config.js';
import { NO_SLOS } from './config/slosFile.js';
import { BudgetBook, type Edit } from './cost/budgetBook.js';
import { BudgetWatch } from './cost/budgetWatch.js';
import { computeRatesOf } from './cost/computeRate.js';
import { PriceBook } from './cost/priceBook.js';
import { PriceLedger } from './cost/priceLedger.js';
import { Repricing } from './cost/repricing.js';
import { NO_NOTIFY_SETTINGS } from '@burnbook/domain/notify/notifySettings';
import { IngestQueue } from './ingest/ingestQueue.js';
import { ExecutionBook } from './execution/executionBook.js';
import type { AnswersOf } from './execution/verifyWatch.js';
import { Notifier } from './notify/notifier.js';
import type { Runbooks } from './runbook/loadRunbooks.js';
import { renderRunbook } from './runbook/renderRunbook.js';
import { ExclusionBook } from './slo/exclusionBook.js';
import { judgeSlos } from './slo/judgeSlos.js';
import { ServerMeter } from './slo/serverMeter.js';
import { Backups, type BackupSettings } from './store/backup/backups.js';
import { StoreClient, type StoreClientOptions, type StoreEvent } from './store/storeClient.js';

export interface ServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly store: Omit<StoreClientOptions, 'onEvent'>;
  readonly guard: GuardOptions;
  readonly config: Config;
  /** Where the configuration's files are and whether the API may change them; left out: nowhere. */
  readonly configFolder?: BudgetsEditorOptions;
  readonly runbooks: Runbooks;
  readonly webFolder: string;
  readonly version: string;
  /** The database is a new one for demo data, or is known as one. */
  readonly demo?: boolean;
  readonly queueBytesMax: number;
  readonly groupSpansMax: number;
  /** How long spans may wait for others to be committed with, ms; default as `IngestQueue` says. */
  readonly gatherMsMax?: number;
  /** How long the overview may show budgets without a change of costs, ms; default as `BudgetBook` says. */
  readonly budgetsUnseenMsMax?: number;
  /** Lines that one transaction of a restatement takes; default as `Repricing` says. */
  readonly repriceChunkLines?: number;
  /** Between two looks at what the Verify of an open execution asks, ms; default as `VerifyWatch` says. */
  readonly verifyEveryMs?: number;
  /** Who answers what Verify asks; the server itself unless said. */
  readonly answersOf?: AnswersOf;
  /** How long the rules of alerts may rest after they were asked, ms; default as `RuleWatch` says. */
  readonly alertPauseMsMax?: number;
  /** How long an answer to a check may take, and is told again, ms; defaults as `CheckDesk` says. */
  readonly checks?: Pick<CheckDeskOptions, 'timeoutMs' | 'keptMs'>;
  /** Room where the database is; by the file system unless said. */
  readonly readDisk?: () => Promise<DiskSpace>;
  readonly nowNs: () => bigint;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void;
}

export interface RunningServer {
  readonly port: number;
  readonly store: StoreClient;
  readonly notifier: Notifier;
  /** @param edit who changed it; the files, unless said. */
  applyConfig(config: Config, edit?: Edit): void;
  /** The files hold something wrong: what they said before stays in force. @param message `file:line: what`. */
  rejectConfig(message: string): void;
  /** Refuses new work, commits what is queued, checkpoints, closes. */
  close(): Promise<void>;
}

/** Of backups that somebody asks for where the files say nothing. */
const BACKUPS_KEPT = 7;
/** Who changes definitions when the files change. */
const FILE_EDIT: Edit = { actor: 'configuration files', reason: null };

/** @throws StoreOpenError, DemoDataError, or the listen error (`EADDRINUSE`). */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { log, nowNs } = options;
  const prices = new PriceBook();
  const feed = new CommitFeed(nowNs);
  let config: Config = EMPTY_CONFIG;
  let restarted = (): void => undefined;
  const store = await StoreClient.open({
    ...options.store,
    onEvent: (event) => {
      const isMended = event.kind === 'restarted' || event.kind === 'warned';
      log(isMended ? 'warn' : 'error', storeEventText(event));
      if (event.kind === 'restarted') restarted();
    },
  });
  const report = (error: unknown): void => {
    log('error', error instanceof Error ? (error.stack ?? error.message) : String(error));
  };
  const isWanted = options.demo === true;
  const demoData = await demoDataOf(store, { isWanted, atNs: nowNs() }).catch(async (error) => {
    await store.close();
    throw error;
  });
  const ledger = new PriceLedger({ store, nowNs, sleep, onError: report });
  const repricing = new Repricing({
    store,
    prices,
    rates: () => computeRatesOf(config.pipelines),
    ...(options.repriceChunkLines === undefined ? {} : { chunkLines: options.repriceChunkLines }),
    nowNs,
    sleep,
    onError: report,
    onRestated: (pipelines) => {
      budgets.touched();
      feed.restated(pipelines);
    },
  });
  const meter = new ServerMeter({ store, nowNs });
  const exclusions = new ExclusionBook({ store, nowNs });
  const ownerOf = (name: string): string | null =>
    config.pipelines.pipelines?.find((pipeline) => pipeline.name === name)?.owner ?? null;
  const { occurrences, slos, sloWatch } = judgeSlos({
    store,
    nowNs,
    meter,
    exclusions,
    ownerOf,
    definedSlos: () => (config.slos ?? NO_SLOS).slos.map(({ name }) => name),
    tell: (source, conditions, atNs, withdrawn) =>
      alerting.desk.report(source, conditions, atNs, { withdrawn }),
    report,
  });
  await exclusions.load();
  const ingest = new IngestQueue({
    store,
    resolvePrice: (call, startNs) => prices.resolve(call, startNs),
    queueBytesMax: options.queueBytesMax,
    groupSpansMax: options.groupSpansMax,
    ...(options.gatherMsMax === undefined ? {} : { gatherMsMax: options.gatherMsMax }),
    onCommit: (commit) => {
      budgets.touched();
      slos.touched();
      feed.committed(commit);
    },
    onError: report,
  });
  const upstreams = (): ReadonlyMap<string, readonly string[]> =>
    new Map((config.pipelines.pipelines ?? []).map(({ name, upstream = [] }) => [name, upstream]));
  const backupSettings = ({ pipelines }: Config): BackupSettings =>
    pipelines.backup ?? {
      folder: path.join(path.dirname(options.store.file), 'backups'),
      everyHours: null,
      keep: BACKUPS_KEPT,
    };
  const backups = new Backups({
    store,
    nowNs,
    settings: backupSettings(options.config),
    log,
    onChanged: () => alerting.touched(),
  });
  const readDisk = options.readDisk ?? (() => diskSpaceOf(path.dirname(options.store.file)));
  const alerting = new Alerting({
    store,
    nowNs,
    runbooks: options.runbooks,
    upstreams,
    ownerOf,
    batchCostRule: () => batchCostRuleOf(config),
    ruleSettings: () => ruleSettingsOf(config),
    readDisk,
    deadlineAtRisk: (pipelines) => occurrences.deadlineAtRisk(pipelines),
    heartbeats: () => notifier.heartbeats.states(),
    backups: () => backups.facts,
    pauseMsMax: options.alertPauseMsMax,
    messagesFor: (event) => notifier.messagesFor(event),
    verified: (incident) => executions.verified(incident),
    report,
  });
  alerting.desk.listen(() => notifier.touched());
  const budgets = new BudgetBook({
    store,
    nowNs,
    desk: alerting.desk,
    prices: {
      changesNs: () =>
        (config.prices.prices ?? [])
          .flatMap(({ validFrom, validTo }) => [validFrom ?? [], validTo ?? []].flat())
          .flatMap((day) => parseTime(`${day}T00:00:00Z`) ?? []),
      priceAt: (call, atNs) => {
        const answer = prices.resolve({ ...call, requestModel: null }, atNs);
        return 'price' in answer ? answer.price : null;
      },
    },
    ...(options.budgetsUnseenMsMax === undefined
      ? {}
      : { unseenMsMax: options.budgetsUnseenMsMax }),
  });
  restarted = () => {
    meter.count({ name: 'restart', outcome: 'store' });
    alerting.storeRestarted();
    // The report of its last commit may be lost.
    budgets.touched();
  };
  const watch = new BudgetWatch({ book: budgets, report });
  const applyBudgets = (file: Config['budgets'], edit: Edit): void => {
    const definitions = file?.budgets ?? [];
    budgets.define(definitions, edit);
    const hard = definitions.filter(({ hardLimit }) => hardLimit);
    store.publishLimits(hard.map(costBudgetOf), nowNs());
    watch.touched();
  };
  const notifier = new Notifier({
    store,
    nowNs,
    random: options.random,
    log,
    report,
    delivered: ({ outcome, latencyMs }) =>
      meter.count({ name: 'delivery', outcome, tookMs: latencyMs }),
    heartbeatsChanged: () => alerting.touched(),
  });
  const checks = new CheckDesk({
    sources: {
      store,
      slos,
      occurrences,
      budgets,
      notifier,
      backups,
      alerting,
      readDisk,
    },
    ...options.checks,
    nowNs,
    report,
  });
  const executions = new ExecutionBook({
    store,
    desk: alerting.desk,
    runbookOf: (name, place) => {
      const runbook = options.runbooks.get(name);
      return runbook ? renderRunbook(runbook, place) : null;
    },
    answersOf: options.answersOf ?? ((asked) => checks.answersOf(asked)),
    nowNs,
    verifyEveryMs: options.verifyEveryMs,
    report,
  });
  await executions.load();
  await alerting.load();
  const applyConfig = (next: Config, edit: Edit = FILE_EDIT): void => {
    config = next;
    alerting.configRead(null);
    backups.define(backupSettings(next));
    applyBudgets(next.budgets, edit);
    slos.define({ ...(next.slos ?? NO_SLOS), schedules: next.schedules ?? new Map() }, edit);
    sloWatch.touched();
    notifier.define(next.notify ?? NO_NOTIFY_SETTINGS);
    prices.publish(next.prices);
    ledger.publish(next.prices);
    store.publishRates({ ...computeRatesOf(next.pipelines), knownAtNs: nowNs() });
  };
  applyConfig(options.config);
  feed.listen(() => {
    watch.touched();
    sloWatch.touched();
    alerting.touched();
  });
  alerting.touched();
  const api: ApiContext = {
    store,
    prices,
    ledger,
    repricing,
    config: () => config,
    runbooks: () => options.runbooks,
    feed,
    exclusions,
    occurrences,
    budgets,
    backups,
    desk: alerting.desk,
    checks,
    executions,
    upstreams,
    slos,
    notifier,
    configFolder: options.configFolder?.folder ?? null,
    budgetsEditor: options.configFolder ? new BudgetsEditor(options.configFolder) : null,
    applyBudgets: (file, edit) => {
      config = { ...config, budgets: file };
      applyBudgets(file, edit);
    },
    quote: ({ model, provider, tier }, usage, atNs) => {
      const found = prices.resolve({ provider, model, requestModel: null, tier }, atNs);
      return 'price' in found ? priceUsage(found.price, usage) : found;
    },
    refused: () => {
      budgets.touched();
      watch.touched();
    },
    nowNs,
    version: options.version,
    demoData,
    report,
  };
  const app = buildApp({
    api,
    ingest,
    guard: options.guard,
    webFolder: options.webFolder,
    onIngest: (event) => meter.count({ name: 'ingest', ...event }),
  });
  let server: Server;
  try {
    server = await listen(app.fetch, options);
  } catch (error) {
    backups.stop();
    await watch.stop();
    await sloWatch.stop();
    await executions.close();
    await alerting.close();
    await notifier.stop();
    await ledger.close();
    await store.close();
    throw error;
  }
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : options.port,
    store,
    notifier,
    applyConfig,
    rejectConfig: (message) => alerting.configRead(message),
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      backups.stop();
      await ingest.close();
      await watch.stop();
      await sloWatch.stop();
      await meter.flush(true).catch(report);
      await executions.close();
      await alerting.close();
      await notifier.stop();
      await ledger.close();
      await repricing.close();
      // What still streams (server-sent events) ends now.
      server.closeAllConnections();
      await closed;
      await store.close();
      await backups.idle();
    },
  };
}

function storeEventText(event: StoreEvent): string {
  switch (event.kind) {
    case 'died':
      return `the store's process ended (${event.signal ?? event.code}); starting it again`;
    case 'restarted':
      return `the store's process is back after ${Math.round(event.afterMs)} ms`;
    case 'restartFailed':
      return `the store's process cannot be started: ${event.message}`;
    case 'warned':
      return `the store's process says: ${event.message}`;
  }
}

async function diskSpaceOf(folder: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}
