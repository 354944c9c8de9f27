import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface BuiltServer {
  /** `http://127.0.0.1:port` */
  origin: string;
  /** The folder of its configuration. */
  config: string;
  stop: () => Promise<void>;
}

interface BuiltServerOptions {
  environment?: Record<string, string>;
  /** Further entries of `pipelines` in `pipelines.yaml`. */
  pipelines?: string;
  /** `budgets.yaml`; none: there is no such file. */
  budgets?: string;
  /** Files of the folder `slos`, by name. */
  slos?: Readonly<Record<string, string>>;
  /** `notify.yaml`; none: there is no such file. */
  notify?: string;
  flags?: readonly string[];
  /** A folder to take the configuration from; the files that are said come on top. */
  configFrom?: string;
}

const MAIN = fileURLToPath(new URL('../../../dist/server/main.js', import.meta.url));
const START_WAIT_MS = 20_000;

const PIPELINES_YAML = `computeRates:
  cpuSecondUsd: '0.000011244'
  memoryGbSecondUsd: '0.000001235'
  source: 'list price of April 2026'
pipelines:
  - name: mail-features
    owner: data-platform
    team: search
`;

/** Starts the server as a user does, with an empty database of its own on a free port. */
export async function startBuiltServer({
  environment = {},
  pipelines = '',
  budgets,
  slos = {},
  notify,
  flags = [],
  configFrom,
}: BuiltServerOptions = {}): Promise<BuiltServer> {
  const folder = mkdtempSync(join(tmpdir(), 'burnbook-e2e-'));
  const config = join(folder, 'config');
  mkdirSync(config);
  if (configFrom === undefined) {
    writeFileSync(join(config, 'pipelines.yaml'), PIPELINES_YAML + pipelines);
  } else cpSync(configFrom, config, { recursive: true });
  if (budgets !== undefined) writeFileSync(join(config, 'budgets.yaml'), budgets);
  mkdirSync(join(config, 'slos'), { recursive: true });
  for (const [name, text] of Object.entries(slos)) writeFileSync(join(config, 'slos', name), text);
  if (notify !== undefined) writeFileSync(join(config, 'notify.yaml'), notify);
  const child = spawn(
    process.execPath,
    [MAIN, 'serve', '--data', join(folder, 'data'), '--config', config, '--port', '0', ...flags],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } },
  );
  try {
    const origin = await originOf(child);
    return {
      origin,
      config,
      stop: async () => {
        await ended(child);
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function originOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(
      () => reject(new Error(`the server did not start:\n${output}`)),
      START_WAIT_MS,
    );
    const read = (chunk: Buffer) => {
      output += chunk.toString('utf8');
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(output);
      if (!found) return;
      clearTimeout(timer);
      resolve(found[0]);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the server ended with ${code}:\n${output}`));
    });
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    const harder = setTimeout(() => child.kill('SIGKILL'), 10_000);
    child.once('exit', () => {
      clearTimeout(harder);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
