/** The built program as a user starts it, in a process group of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface SpawnedServer {
  readonly url: string;
  readonly pid: number;
  /** Everything written so far, both streams. */
  output(): string;
  /** Ends the server and the store at once, as a power cut would. */
  kill9(): Promise<void>;
  /** Asks it to stop. @returns its exit code. */
  stop(): Promise<number | null>;
}

export interface SpawnedExit {
  readonly code: number | null;
  readonly output: string;
}

const mainFile = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url));

export interface SpawnOptions {
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts `burnbook serve` on a free port and waits until it listens. @throws with its output when it ends instead. */
export async function spawnServer({ args, environment }: SpawnOptions): Promise<SpawnedServer> {
  const { child, output } = start({ args: ['serve', '--port', '0', ...args], environment });
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const found = /http:\/\/\S+:(\d+) /.exec(output())?.[1];
      if (found) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${output()}`)));
  });
  const exited = once(child, 'exit');
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    output,
    kill9: async () => {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
      await exited;
    },
    stop: async () => {
      child.kill('SIGTERM');
      const [code] = (await exited) as [number | null];
      return code;
    },
  };
}

/** Runs the program to its end. */
export async function runProgram(options: SpawnOptions): Promise<SpawnedExit> {
  const { child, output } = start(options);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output: output() };
}

function start({
  args,
  environment = {},
}: {
  args: readonly string[];
  environment?: SpawnOptions['environment'] | undefined;
}): { child: ChildProcess; output: () => string } {
  if (!existsSync(mainFile)) throw new Error(`${mainFile} is missing: run npm run build first`);
  const { BURNBOOK_TOKEN: _, BURNBOOK_HOSTS: __, ...inherited } = process.env;
  const child = spawn(process.execPath, [mainFile, ...args], {
    env: { ...inherited, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  }
  return { child, output: () => text };
}
