/** Starts and stops the built server as a user would: a process of its own on a free port. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf, isAlive } from './procStat.js';

export interface ServerProcessOptions {
  readonly dataFolder: string;
  /** Default: one with compute rates and no prices of its own. */
  readonly configFolder?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** The built server; default dist/server/main.js of this repository. */
  readonly mainFile?: string;
  /** Flags of Node's own for the server's process, such as `--cpu-prof`. */
  readonly nodeFlags?: readonly string[];
  /** More flags of `serve`. */
  readonly flags?: readonly string[];
  /** Told of the server's own lines. */
  readonly onLine?: (line: string) => void;
}

/** Where the sources or the built code of this repository lie. */
export const repositoryFolder = rootAbove(import.meta.dirname);
/** The list prices of AWS Fargate, as in the demo's configuration. */
const PIPELINES_YAML = `computeRates:
  cpuSecondUsd: '0.000011244'
  memoryGbSecondUsd: '0.000001235'
  source: 'AWS Fargate, Linux/x86, us-east-1, https://aws.amazon.com/fargate/pricing/, April 2026'
`;
const START_MS_MAX = 60_000;
const STOP_MS_MAX = 60_000;
const POLL_MS = 10;

export class ServerProcess {
  readonly #process: ChildProcess;
  readonly port: number;

  private constructor(child: ChildProcess, port: number) {
    this.#process = child;
    this.port = port;
  }

  /** Resolves once it listens. @throws Error with its last lines when it ends before. */
  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    const main = options.mainFile ?? path.join(repositoryFolder, 'dist', 'server', 'main.js');
    const config = options.configFolder ?? (await writeConfig(options.dataFolder));
    const child = spawn(
      process.execPath,
      [
        ...(options.nodeFlags ?? []),
        main,
        'serve',
        ...['--data', options.dataFolder],
        ...['--config', config],
        ...['--port', String(options.port ?? 0)],
        ...(options.flags ?? []),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const port = await listeningPort(child, options.onLine ?? (() => undefined));
    return new ServerProcess(child, port);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Process id of the store; undefined while it is away. */
  storePid(): number | undefined {
    return childrenOf(this.pid)[0];
  }

  async isReady(): Promise<boolean> {
    try {
      const answer = await fetch(`${this.url}/readyz`);
      await answer.arrayBuffer();
      return answer.ok;
    } catch {
      return false;
    }
  }

  /** Ends it in good order. @returns its exit code. */
  async stop(): Promise<number | null> {
    const ended = this.#ended();
    this.#process.kill('SIGTERM');
    return ended;
  }

  /** kill -9 of the server alone; resolves when the store has ended by itself as well. */
  async kill(): Promise<void> {
    const store = this.storePid();
    const ended = this.#ended();
    this.#process.kill('SIGKILL');
    await ended;
    if (store !== undefined) await untilDead(store);
  }

  /** kill -9 of both at once. */
  async killBoth(): Promise<void> {
    const store = this.storePid();
    const ended = this.#ended();
    this.#process.kill('SIGKILL');
    if (store !== undefined) killHard(store);
    await ended;
    if (store !== undefined) await untilDead(store);
  }

  /** kill -9 of the store alone. @returns its process id; undefined when there was none. */
  async killStore(): Promise<number | undefined> {
    const store = this.storePid();
    if (store === undefined) return undefined;
    killHard(store);
    await untilDead(store);
    return store;
  }

  #ended(): Promise<number | null> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== null || signalCode !== null) return Promise.resolve(exitCode);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`the server did not end within ${STOP_MS_MAX} ms`));
      }, STOP_MS_MAX);
      this.#process.once('exit', (code) => {
        clearTimeout(timer);
        resolve(code);
      });
    });
  }
}

/** Runs `use` with a new folder that is gone afterwards. */
export async function withTempFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'burnbook-bench-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A configuration with compute rates; model prices come from the catalogue. */
async function writeConfig(dataFolder: string): Promise<string> {
  const folder = path.join(dataFolder, 'config');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'pipelines.yaml'), PIPELINES_YAML);
  return folder;
}

/** Shows what the server complains about. */
export function tellTrouble(line: string): void {
  if (!line.includes(' info ')) console.error(line);
}

function listeningPort(child: ChildProcess, onLine: (line: string) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the server did not listen within ${START_MS_MAX} ms:\n${text}`));
    }, START_MS_MAX);
    const read = (chunk: Buffer): void => {
      const lines = chunk.toString();
      for (const line of lines.split('\n')) if (line !== '') onLine(line);
      if (text.length > 10_000) return;
      text += lines;
      const port = /on http:\/\/[^\s]*:(\d+)/.exec(text)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`the server ended (${signal ?? code}) before it listened:\n${text}`));
    });
  });
}

/** Works from bench/ as well as from dist/bench/. */
function rootAbove(folder: string): string {
  if (existsSync(path.join(folder, 'build.mjs'))) return folder;
  const parent = path.dirname(folder);
  if (parent === folder) throw new Error('this is no checkout of Burnbook');
  return rootAbove(parent);
}

function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function untilDead(pid: number): Promise<void> {
  const endMs = performance.now() + STOP_MS_MAX;
  while (isAlive(pid)) {
    if (performance.now() > endMs) throw new Error(`process ${pid} did not end`);
    await sleep(POLL_MS);
  }
}
