/** The real server on a free port with a real DuckDB, in the process of the test: its clock and its configuration can be set. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import type { DiskSpace } from '../../server/alert/rules/diskNearlyFull.js';
import type { BudgetsEditorOptions } from '../../server/config/budgetsEditor.js';
import { EMPTY_CONFIG, type Config } from '../../server/config/config.js';
import type { AnswersOf } from '../../server/execution/verifyWatch.js';
import { loadRunbooks, type Runbooks } from '../../server/runbook/loadRunbooks.js';
import { startServer, type RunningServer } from '../../server/server.js';
import { preparedDatabase, type StoreSettings } from './preparedDatabase.js';
import { otlpBody, type Encoding, type SpanSpec } from './spanSpec.js';

export interface TestServerOptions {
  readonly config?: Config;
  /** Begins with no database, as the program does at its first start, and not with a prepared one. */
  readonly bare?: boolean;
  /** Nodes of a generation of the span arena; small: traces are dropped from memory and read back. */
  readonly arenaNodesMax?: number;
  readonly settleAfterMs?: number;
  readonly unmergedRowsMax?: number;
  readonly cubeRowsMax?: number;
  readonly queueBytesMax?: number;
  /** As in the program's options: 0 unless said. */
  readonly gatherMsMax?: number;
  readonly budgetsUnseenMsMax?: number;
  /** Lines of a chunk of a restatement. */
  readonly repriceChunkLines?: number;
  readonly token?: string;
  /** The data is demo data. */
  readonly demo?: boolean;
  /** Where the server's clock stands at its start; now unless said. */
  readonly nowNs?: bigint;
  /** Where the configuration's files are, for routes that change them. */
  readonly configFolder?: BudgetsEditorOptions;
  /** How long the rules of alerts rest after they were asked, ms. */
  readonly alertPauseMsMax?: number;
  /** How long an answer to a check may take, and is told again, ms: not told again unless said. */
  readonly checks?: { readonly timeoutMs?: number; readonly keptMs?: number };
  /** Between two looks at what the Verify of an open execution asks, ms. */
  readonly verifyEveryMs?: number;
  /** Who answers what Verify asks; the server itself unless said. */
  readonly answersOf?: AnswersOf;
  /** The product's own unless said. */
  readonly runbooks?: Runbooks;
  /** Room where the database is; plenty unless said. */
  readonly readDisk?: () => Promise<DiskSpace>;
  /** Folder of the built page; none unless said. */
  readonly webFolder?: string;
}

export interface TestServer {
  readonly url: string;
  readonly folder: string;
  /** What the server logged, `level message`. */
  readonly log: readonly string[];
  /** The server's clock, UTC nanoseconds; moved by the tests only. */
  nowNs: bigint;
  readonly running: RunningServer;
  /** Sends one export request. @throws when the answer is not 200. */
  send(spans: readonly SpanSpec[], encoding?: Encoding): Promise<void>;
  /** Sends until it is taken, as exporters do. @returns the statuses of all tries. */
  sendAtLast(spans: readonly SpanSpec[], encoding?: Encoding): Promise<number[]>;
  /** Kills the store's process and waits until the server knows. */
  killStore(): Promise<void>;
  /** Sends one export request and gives the answer back, whatever it is. */
  trySend(spans: readonly SpanSpec[], encoding?: Encoding): Promise<Response>;
  /** GETs and parses with the schema. @throws when the answer is not 200 or not what the schema says. */
  get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>>;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  applyConfig(config: Config): void;
  /** Closes in good order and starts again on the same data. @param between what happens while it is away. */
  restart(between?: () => Promise<void>, changed?: ChangedOptions): Promise<void>;
  /** Closes and removes the data. */
  close(): Promise<void>;
}

const processFile = fileURLToPath(
  new URL('../../dist/server/store/storeProcess.js', import.meta.url),
);

const runbookFolder = fileURLToPath(new URL('../../runbooks', import.meta.url));
/** Read once a process: parsing them takes a quarter of a start. */
const runbooks = loadRunbooks(runbookFolder);

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  if (!existsSync(processFile))
    throw new Error(`${processFile} is missing: run npm run build first`);
  const folder = await mkdtemp(path.join(tmpdir(), 'burnbook-test-'));
  const server = new InProcessServer(folder, options);
  if (options.bare !== true) await server.prepare();
  await server.start();
  return server;
}

/** What a start may say anew. */
type ChangedOptions = Pick<TestServerOptions, 'demo' | 'cubeRowsMax'>;

class InProcessServer implements TestServer {
  readonly folder: string;
  readonly log: string[] = [];
  nowNs: bigint;
  #options: TestServerOptions;
  #config: Config;
  #running: RunningServer | undefined;

  constructor(folder: string, options: TestServerOptions) {
    this.folder = folder;
    this.#options = options;
    this.#config = options.config ?? EMPTY_CONFIG;
    this.nowNs = options.nowNs ?? BigInt(Date.now()) * 1_000_000n;
  }

  get #store(): StoreSettings {
    return {
      memoryLimit: '512MB',
      threads: 2,
      lockWaitMs: 5_000,
      arenaNodesMax: this.#options.arenaNodesMax ?? 65_536,
      settleAfterMs: this.#options.settleAfterMs ?? 2_000,
      unmergedRowsMax: this.#options.unmergedRowsMax ?? 60_000,
      cubeRowsMax: this.#options.cubeRowsMax ?? 2_000_000,
      processFile,
      environment: { PATH: process.env['PATH'] ?? '', HOME: this.folder },
    };
  }

  get #file(): string {
    return path.join(this.folder, 'burnbook.duckdb');
  }

  async prepare(): Promise<void> {
    await writeFile(this.#file, await preparedDatabase(this.#store));
  }

  async start(): Promise<void> {
    this.#running = await startServer({
      host: '127.0.0.1',
      port: 0,
      store: {
        ...this.#store,
        file: this.#file,
        tempDirectory: path.join(this.folder, 'tmp'),
      },
      guard: { hosts: ['127.0.0.1'], token: this.#options.token ?? null },
      config: this.#config,
      ...(this.#options.configFolder ? { configFolder: this.#options.configFolder } : {}),
      runbooks: this.#options.runbooks ?? (await runbooks),
      webFolder: this.#options.webFolder ?? path.join(this.folder, 'no-page'),
      version: '0.0.0-test',
      demo: this.#options.demo ?? false,
      queueBytesMax: this.#options.queueBytesMax ?? 64 * 1024 * 1024,
      groupSpansMax: 8_192,
      gatherMsMax: this.#options.gatherMsMax ?? 0,
      budgetsUnseenMsMax: this.#options.budgetsUnseenMsMax ?? 0,
      repriceChunkLines: this.#options.repriceChunkLines ?? 20_000,
      ...(this.#options.alertPauseMsMax === undefined
        ? {}
        : { alertPauseMsMax: this.#options.alertPauseMsMax }),
      // Tests change what a check looks at, and ask again at once.
      checks: { keptMs: 0, ...this.#options.checks },
      ...(this.#options.verifyEveryMs === undefined
        ? {}
        : { verifyEveryMs: this.#options.verifyEveryMs }),
      ...(this.#options.answersOf ? { answersOf: this.#options.answersOf } : {}),
      // How full the machine is that the tests run on is nobody's business.
      readDisk:
        this.#options.readDisk ?? (() => Promise.resolve({ freeBytes: 1e12, totalBytes: 2e12 })),
      nowNs: () => this.nowNs,
      random: Math.random,
      log: (level, message) => this.log.push(`${level} ${message}`),
    });
  }

  get running(): RunningServer {
    if (!this.#running) throw new Error('the server is not running');
    return this.#running;
  }

  get url(): string {
    return `http://127.0.0.1:${this.running.port}`;
  }

  async send(spans: readonly SpanSpec[], encoding: Encoding = 'json'): Promise<void> {
    const answer = await this.trySend(spans, encoding);
    const text = await answer.text();
    if (answer.status !== 200 || (encoding === 'json' && text !== '{}')) {
      throw new Error(`the export was answered ${answer.status} ${text}`);
    }
  }

  trySend(spans: readonly SpanSpec[], encoding: Encoding = 'json'): Promise<Response> {
    const { contentType, body } = otlpBody(spans, encoding);
    return this.fetch('/v1/traces', {
      method: 'POST',
      headers: { 'content-type': contentType },
      body: body as string,
    });
  }

  async sendAtLast(spans: readonly SpanSpec[], encoding: Encoding = 'json'): Promise<number[]> {
    const statuses: number[] = [];
    for (;;) {
      const answer = await this.trySend(spans, encoding);
      await answer.arrayBuffer();
      statuses.push(answer.status);
      if (answer.status === 200) return statuses;
      if (answer.status !== 503) throw new Error(`the export was answered ${answer.status}`);
      // A tenth of what it asks for, for the sake of the test's time.
      await sleep(Number(answer.headers.get('retry-after')) * 100);
    }
  }

  async killStore(): Promise<void> {
    const { store } = this.running;
    while (!store.ready) await sleep(5);
    process.kill(store.pid ?? 0, 'SIGKILL');
    while (store.ready) await sleep(5);
  }

  async get<Schema extends z.ZodType>(
    pathAndQuery: string,
    schema: Schema,
  ): Promise<z.infer<Schema>> {
    const answer = await this.fetch(pathAndQuery);
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`GET ${pathAndQuery}: ${answer.status} ${text}`);
    const body: unknown = JSON.parse(text);
    const parsed = schema.parse(body);
    // The schema drops what it does not know.
    if (!isDeepStrictEqual(parsed, body)) {
      throw new Error(`GET ${pathAndQuery} says more than its schema: ${text}`);
    }
    return parsed;
  }

  fetch(pathAndQuery: string, init: RequestInit = {}): Promise<Response> {
    const { token } = this.#options;
    const headers = new Headers(init.headers);
    if (token !== undefined && !headers.has('authorization'))
      headers.set('authorization', `Bearer ${token}`);
    return fetch(`${this.url}${pathAndQuery}`, { ...init, headers });
  }

  applyConfig(config: Config): void {
    this.#config = config;
    this.running.applyConfig(config);
  }

  async restart(between?: () => Promise<void>, changed?: ChangedOptions): Promise<void> {
    await this.running.close();
    this.#running = undefined;
    this.#options = { ...this.#options, ...changed };
    await between?.();
    await this.start();
  }

  async close(): Promise<void> {
    await this.#running?.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
