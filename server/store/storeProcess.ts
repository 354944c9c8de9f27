/**
 * The process that owns the database: it is forked by `StoreClient` and speaks `protocol.ts` over the channel.
 *
 * It ends when the channel closes, so that after a kill -9 of the server nobody keeps the file locked.
 */
import { setPriority } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { storedRate } from '@burnbook/domain/price';
import { Attributor } from './attribution/attributor.js';
import { BloomFilter } from './attribution/bloomFilter.js';
import { ComputeRates } from './attribution/computeRates.js';
import { DatabaseTraceLoader } from './attribution/databaseTraceLoader.js';
import { LosingAttempts } from './attribution/losingAttempts.js';
import { AggregateResponses } from './attribution/aggregateResponses.js';
import { ResponseIndex } from './attribution/responseIndex.js';
import { SourceTable, type SourceRow } from './attribution/sourceTable.js';
import { SpanArena } from './attribution/spanArena.js';
import { DATABASE_FILE } from './backup/backupFolder.js';
import { copyDatabase, type CopyReport } from './backup/copyDatabase.js';
import { commandOf, restatingCommandOf } from './commands/index.js';
import { CostCube } from './cube/costCube.js';
import { DatabaseLockedError, openDatabase, type Database } from './database.js';
import { GroupCommit } from './groupCommit.js';
import { GroupWriter } from './groupWriter.js';
import {
  StoreError,
  type FromStore,
  type RatesMessage,
  type StoreOpenOptions,
  type ToStore,
} from './protocol.js';
import { QueryRunner } from './queryRunner.js';
import { HoldReader } from './reservations/holdReader.js';
import type { HoldSnapshot, HoldSnapshotRequest } from './reservations/holdSnapshot.js';
import { HoldSpend, type Spent } from './reservations/holdSpend.js';
import { SqlTexts } from './sqlTexts.js';

interface Store {
  readonly database: Database;
  readonly attributor: Attributor;
  readonly commit: GroupCommit;
  readonly holds: HoldReader;
  readonly queries: QueryRunner;
  readonly writer: GroupWriter;
  readonly writerConnection: DuckDBConnection;
}

const FILTER_FIRST_CAPACITY = 65_536;
/** How far back response ids are known: see `ResponseIndex`. */
const RESPONSE_MEMORY_NS = 31n * 86_400n * 1_000_000_000n;

/** How far back an operation may still get another attempt. */
const LOSS_MEMORY_NS = 14n * 86_400n * 1_000_000_000n;

/** Of 19, which is the lowest. */
const PRIORITY = 5;

const rates = new ComputeRates();
let store: Store | undefined;
const spend = new HoldSpend();
let copying: Promise<unknown> = Promise.resolve();
let copyConnection: DuckDBConnection | undefined;

// Whoever waits for the server's own process, a batch for its reservation above all, goes before commits and long
// questions. Threads have the priority of the one that starts them: those of the database are still to come.
lowerPriority();

process.on('message', (message: ToStore) => void receive(message));
process.on('disconnect', () => void closeAndExit());
// The server decides when this process ends: a Ctrl-C goes to the whole process group.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

function lowerPriority(): void {
  try {
    setPriority(PRIORITY);
  } catch {
    // Some sandboxes forbid it: then all wait for each other as equals.
  }
}

async function receive(message: ToStore): Promise<void> {
  switch (message.type) {
    case 'open':
      await open(message.options);
      return;
    case 'rates':
      // A failed write is told by the next group's answer; the rate itself is in force already.
      await publishRates(message.rates).catch(() => undefined);
      return;
    case 'holdStart':
      await answer(message.id, async () => {
        const result = await opened().holds.start();
        return { type: 'done', id: message.id, result };
      });
      return;
    case 'holdFind':
      await answer(message.id, async () => {
        const result = await opened().holds.find(message.reservation);
        return { type: 'done', id: message.id, result };
      });
      return;
    case 'holds':
      await answer(message.id, async () => {
        const result = await holdSnapshot(message.request);
        return { type: 'done', id: message.id, result };
      });
      return;
    case 'ingest':
      await answer(message.id, async () => {
        const report = await opened().commit.commit(message.group);
        return { type: 'committed', id: message.id, report };
      });
      return;
    case 'query':
      await answer(message.id, async () => ({
        type: 'rows',
        id: message.id,
        rows: await opened().queries.run(message),
      }));
      return;
    case 'sql':
      await answer(message.id, async () => ({
        type: 'rows',
        id: message.id,
        rows: await opened().queries.runSql(message),
      }));
      return;
    case 'command':
      await answer(message.id, async () => {
        const { commit, writer, attributor } = opened();
        const restating = restatingCommandOf(message.name);
        const result = restating
          ? await commit.runAlone(async () => {
              const restated = await writer.restate(restating, message.payload);
              tellSpent(() => spend.ofRestatement(restated.spend));
              attributor.restate(restated.lines);
              return restated.result;
            })
          : await commit.run(() => writer.command(commandOf(message.name), message.payload));
        return { type: 'done', id: message.id, result };
      });
      return;
    case 'backup':
      await answer(message.id, async () => {
        const result = await copyAll(message.folder);
        return { type: 'done', id: message.id, result };
      });
      return;
    case 'cancel':
      store?.queries.cancel(message.id);
      return;
    case 'close':
      await closeAndExit();
  }
}

async function open(options: StoreOpenOptions): Promise<void> {
  try {
    store = await build(options);
    send({ type: 'opened' });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    send({ type: 'openFailed', message, locked: error instanceof DatabaseLockedError });
  }
}

async function build(options: StoreOpenOptions): Promise<Store> {
  const database = await openDatabase({ ...options, sleep });
  const sql = await SqlTexts.load();
  const writerConnection = await database.connect();
  const loaderConnection = await database.connect();
  const sources = new SourceTable();
  // The tracker of losses asks within the writer's transaction: on the writer's connection.
  const writerLoader = new DatabaseTraceLoader(writerConnection, sql, rates);
  const newest = await writerConnection.runAndReadAll(sql.get('newest_start'));
  const sinceNs = newest.getRows()[0]?.[0] as bigint;
  const losses = new LosingAttempts(writerLoader, sinceNs);
  const restoreAttribution = async (): Promise<void> => {
    const result = await loaderConnection.runAndReadAll(sql.get('load_sources'));
    sources.restore(
      result.getRows().map(([sourceId, service, resource, scope]): SourceRow => ({
        sourceId: Number(sourceId),
        service: String(service),
        resource: String(resource),
        scope: String(scope),
      })),
    );
  };
  const restoreWriter = async (): Promise<void> => {
    const since = BigInt(Date.now()) * 1_000_000n - LOSS_MEMORY_NS;
    const lost = await writerLoader.loadLosses(since);
    losses.restore(lost.attempts, lost.losses);
  };
  await restoreAttribution();
  await restoreWriter();
  const knownTraces = await filterOf(loaderConnection, sql.get('load_trace_ids'), {});
  const responsesSince = { since: BigInt(Date.now()) * 1_000_000n - RESPONSE_MEMORY_NS };
  const knownResponses = await filterOf(
    loaderConnection,
    sql.get('load_response_keys'),
    responsesSince,
  );
  const knownAggregates = await filterOf(
    loaderConnection,
    sql.get('load_aggregate_keys'),
    responsesSince,
  );
  const loader = new DatabaseTraceLoader(loaderConnection, sql, rates);
  const attributor = new Attributor({
    arena: new SpanArena(options.arenaNodesMax),
    sources,
    loader,
    rates,
    knownTraces,
    responses: new ResponseIndex(
      knownResponses,
      new AggregateResponses(knownAggregates, loader),
      loader,
    ),
  });
  const cube = new CostCube({
    sql,
    connect: () => database.connect(),
    rowsMax: options.cubeRowsMax,
    warn: (message) => send({ type: 'warning', message }),
  });
  const writer = new GroupWriter(writerConnection, {
    sql,
    cube,
    sources,
    losses,
    sinceNs,
    unmergedRowsMax: options.unmergedRowsMax,
  });
  await writer.prepare();
  // What an earlier process left, and everything after an upgrade.
  await writer.settle();
  // Questions go to the database until it is read.
  await cube.load();
  const commit = new GroupCommit({
    attributor,
    writer,
    restoreAttribution,
    restoreWriter,
    onWritten: (changes) => tellSpent(() => spend.ofCommit(changes)),
    settleAfterMs: options.settleAfterMs,
  });
  return {
    database,
    commit,
    attributor,
    holds: new HoldReader(await database.connect(), sql),
    queries: await QueryRunner.create({ sql, cube, connect: () => database.connect() }),
    writer,
    writerConnection,
  };
}

async function filterOf(
  connection: DuckDBConnection,
  query: string,
  values: Record<string, bigint>,
): Promise<BloomFilter> {
  const filter = new BloomFilter(FILTER_FIRST_CAPACITY);
  const result = await connection.stream(query, values);
  for await (const rows of result.yieldRows()) {
    for (const [key] of rows) filter.add(key as bigint);
  }
  return filter;
}

/** Between two commits, and so as of the newest change. */
async function holdSnapshot(request: HoldSnapshotRequest): Promise<HoldSnapshot> {
  const { commit, holds } = opened();
  const { budgets, atNs, withHolds } = request;
  spend.define(budgets);
  return commit.run(async () => ({
    number: spend.number,
    open: withHolds ? await holds.open() : [],
    breakGlasses: await holds.breakGlasses(),
    spend: await holds.spend(budgets, atNs),
  }));
}

/** What it tells is on disk already: a fault here must not look like one of the commit. */
function tellSpent(sum: () => Spent | null): void {
  let spent: Spent | null;
  try {
    spent = sum();
  } catch {
    spent = spend.unknown();
  }
  if (spent) send({ type: 'spent', spent });
}

/** One after the other: two would use the same name. */
async function copyAll(folder: string): Promise<CopyReport[]> {
  const { database } = opened();
  const copied = copying.then(async () => {
    const connection = await database.connect();
    copyConnection = connection;
    try {
      const named = await connection.runAndReadAll('SELECT current_database()');
      const name = named.getRows()[0]?.[0] as string;
      return [
        await copyDatabase(connection, { database: name, file: path.join(folder, DATABASE_FILE) }),
      ];
    } finally {
      copyConnection = undefined;
      connection.closeSync();
    }
  });
  copying = copied.catch(() => undefined);
  return copied;
}

async function publishRates({ fallback, byPipeline, knownAtNs }: RatesMessage): Promise<void> {
  rates.publish({ fallback, byPipeline: new Map(byPipeline) });
  const all = [...(fallback ? [fallback] : []), ...byPipeline.map(([, rate]) => rate)];
  const prices = all.map((rate) => ({ price: storedRate(rate), knownAtNs }));
  await opened().commit.writePrices(prices);
}

async function answer(id: number, work: () => Promise<FromStore>): Promise<void> {
  try {
    send(await work());
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const reason = error instanceof StoreError ? error.reason : 'error';
    send({ type: 'failed', id, reason, message });
    // After an I/O error DuckDB refuses everything until the file is opened anew: end, and be started again.
    if (/FATAL|database has been invalidated|INTERNAL Error/i.test(message)) process.exit(70);
  }
}

function opened(): Store {
  if (!store) throw new StoreError('unavailable', 'the database is not open');
  return store;
}

function send(message: FromStore): void {
  if (process.connected) process.send?.(message);
}

async function closeAndExit(): Promise<void> {
  const closing = store;
  store = undefined;
  if (closing) {
    // A copy of much data takes minutes: who stops the server does not wait for it.
    copyConnection?.interrupt();
    await copying;
    await closing.commit.idle();
    await closing.writerConnection.run('CHECKPOINT').catch(() => undefined);
    closing.database.close();
  }
  process.exit(0);
}
