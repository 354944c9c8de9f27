import { fork } from 'node:child_process';
import type { ChildProcess, ForkOptions } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** A child process that the demo started. */
export interface Child {
  /** Where it listens. */
  readonly url: string;
  /** Asks it to stop, insists after 25 s, resolves when it has ended. */
  stop: () => Promise<void>;
  /** Resolves when it ends, asked or not. */
  readonly ended: Promise<void>;
}

export interface ServerOptions {
  /** The repository. */
  root: string;
  /** The server's own; its log goes there as well. */
  dataFolder: string;
  port: number;
  /** Of its configuration; the demo's own unless said. */
  configFolder?: string;
}

const readyMsMax = 60_000;
const stopMsMax = 25_000;

/** Starts Burnbook's server and waits until it is ready. Its output goes to `server.log`. */
export async function startServer({
  root,
  dataFolder,
  port,
  configFolder = join(root, 'pipelines/demo/config'),
}: ServerOptions): Promise<Child> {
  mkdirSync(dataFolder, { recursive: true });
  const logPath = join(dataFolder, 'server.log');
  const log = openSync(logPath, 'a');
  const args = [
    ...[process.execPath, join(root, 'dist', 'server', 'main.js'), 'serve'],
    ...['--data', dataFolder, '--config', configFolder],
    ...['--host', '127.0.0.1', '--port', String(port), '--demo'],
  ];
  const guard = startFile('guard.js', args, { stdio: ['ignore', log, log, 'ipc'] });
  closeSync(log);
  const url = `http://127.0.0.1:${port}`;
  const child = asChild(guard, url);
  const isReady = await Promise.race([untilReady(url), child.ended.then(() => false)]);
  if (isReady) return child;
  await child.stop();
  const tail = readFileSync(logPath, 'utf8').trimEnd().split('\n').slice(-10).join('\n');
  throw new Error(`the server did not start (see ${logPath}):\n${tail}`);
}

/** Starts the local model server in a process of its own, so that its CPU is not on the pipeline's bill. */
export async function startModelServer(seed: number): Promise<Child> {
  const forked = startFile('modelServerMain.js', ['--seed', String(seed)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    forked.once('message', (message) => resolve((message as { url: string }).url));
    forked.once('exit', (code) => reject(new Error(`the model server ended with code ${code}`)));
  });
  return asChild(forked, url);
}

function startFile(name: string, args: string[], options: ForkOptions): ChildProcess {
  return fork(fileURLToPath(new URL(name, import.meta.url)), args, options);
}

function asChild(forked: ChildProcess, url: string): Child {
  const ended = new Promise<void>((resolve) => {
    forked.once('exit', () => resolve());
  });
  return {
    url,
    ended,
    stop: async () => {
      forked.kill('SIGTERM');
      const timer = setTimeout(() => forked.kill('SIGKILL'), stopMsMax);
      await ended;
      clearTimeout(timer);
    },
  };
}

async function untilReady(url: string): Promise<boolean> {
  for (const end = Date.now() + readyMsMax; Date.now() < end; await sleep(100)) {
    const response = await fetch(`${url}/readyz`).catch(() => null);
    await response?.body?.cancel();
    if (response?.ok) return true;
  }
  return false;
}
