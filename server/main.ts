#!/usr/bin/env node
/** The composition root: the only reader of the environment, the clock and signals. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { BackupCommandError, backupCommand } from './api/backupCommand.js';
import { CommandError } from './api/commandClient.js';
import { DemoDataError } from './api/demoData.js';
import { RepriceCommandError, repriceCommand, undoCommand } from './api/repriceCommand.js';
import { loadConfig } from './config/config.js';
import { readableFolder, UsageError, writableFolder } from './config/folders.js';
import { portOption } from './config/portOption.js';
import { writeStarterConfig } from './config/starter.js';
import { watchConfig } from './config/watchConfig.js';
import { ConfigError } from './config/yamlFile.js';
import { RunbookError } from './runbook/runbookProblem.js';
import type { RunningServer } from './server.js';
import { StoreOpenError } from './store/storeClient.js';
import { storeEnvironment } from './store/storeEnvironment.js';

interface ServeFlags {
  readonly data: string;
  readonly config?: string;
  readonly runbooks?: string;
  readonly host: string;
  readonly port: number;
  readonly memory: string;
  readonly configWritable: boolean;
  readonly demo: boolean;
}

interface RepriceFlags {
  readonly from?: string;
  readonly to: string;
  readonly pipeline?: string;
  readonly kind: string;
  readonly apply: boolean;
  readonly why?: string;
  readonly undo?: string;
  readonly url: string;
  readonly actor?: string;
}

interface BackupFlags {
  readonly to?: string;
  readonly url: string;
  readonly actor?: string;
}

interface LintFlags {
  readonly config?: string;
  readonly json: boolean;
  readonly strict: boolean;
}

interface GamedayFlags {
  readonly url: string;
  readonly actor?: string;
  readonly runbooks: string;
  readonly config: string;
  readonly auto: boolean;
}

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '..', '..');
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  version: string;
};
const productRunbooks = path.join(root, 'dist', 'runbooks');
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/;
const MIB = 1024 * 1024;

const program = new Command('burnbook')
  .description('Cost and reliability dashboard for AI data pipelines')
  .version(version)
  .showHelpAfterError();

program
  .command('serve', { isDefault: true })
  .description('start the server: OTLP receiver, API and page on one port')
  .option('--data <dir>', 'folder of the database', './burnbook-data')
  .option(
    '--config <dir>',
    'folder with pipelines.yaml, prices.yaml, budgets.yaml, notify.yaml and slos',
  )
  .option('--config-writable', 'let the API change budgets.yaml in that folder', false)
  .option(
    '--host <host>',
    'address to listen on; beyond loopback BURNBOOK_TOKEN must be set',
    '127.0.0.1',
  )
  .option(
    '--runbooks <dir>',
    "folder of your own runbooks beside the product's; the same name wins",
  )
  .option('--port <port>', 'port to listen on; 0 for any free one', portOption, 4318)
  .option('--demo', 'the data is demo data: game days may make faults in it, for ever', false)
  .option('--memory <size>', "DuckDB's memory limit, such as 512MB", '512MB')
  .action((flags: ServeFlags) => run(() => serve(flags)));

program
  .command('init')
  .description('write a commented starter configuration; existing files are kept')
  .argument('[dir]', 'folder to write to', './burnbook-config')
  .action((dir: string) =>
    run(async () => {
      for (const line of await writeStarterConfig(path.resolve(dir))) log('info', line);
    }),
  );

program
  .command('reprice')
  .description('price stored lines again, on a running server: a preview, unless --apply is given')
  .option('--from <time>', 'RFC 3339 with an offset, or relative: -7d')
  .option('--to <time>', 'exclusive; RFC 3339 or relative', 'now')
  .option('--pipeline <name>', 'only its lines')
  .option('--kind <kind>', 'model, compute or all', 'model')
  .option('--apply', 'restate the costs', false)
  .option('--why <text>', 'the reason, for the audit trail')
  .option('--undo <id>', 'give the lines of a restatement their former costs back')
  .option('--url <url>', 'the server; BURNBOOK_TOKEN signs in', 'http://127.0.0.1:4318')
  .option('--actor <name>', 'who does it', process.env['USER'] ?? process.env['USERNAME'])
  .action((flags: RepriceFlags) => run(() => reprice(flags)));

program
  .command('backup')
  .description('have a running server copy all that it stores, check the copy, and bring it here')
  .option('--to <folder>', 'folder that gets a copy; the configured one unless said')
  .option('--url <url>', 'the server; BURNBOOK_TOKEN signs in', 'http://127.0.0.1:4318')
  .option('--actor <name>', 'who does it', process.env['USER'] ?? process.env['USERNAME'])
  .action((flags: BackupFlags) => run(() => backup(flags)));

program
  .command('lint')
  .description('check runbooks; fails on errors')
  .argument('[paths...]', "folders with *.md, and files; the product's own unless said")
  .option('--config <dir>', 'folder whose slos/ define the SLOs; ./burnbook-config if it is there')
  .option('--json', 'print JSON', false)
  .option('--strict', 'fail on warnings too', false)
  .action((paths: string[], flags: LintFlags) => run(() => lint(paths, flags)));

program
  .command('gameday')
  .description('make the fault that a runbook is for, in a demo alone, and have it followed')
  .argument('<runbook>', 'its name, such as RetryStorm')
  .option('--auto', 'follow the steps by itself instead of waiting for a person', false)
  .option('--url <url>', 'the demo; BURNBOOK_TOKEN signs in', 'http://127.0.0.1:4318')
  .option('--config <dir>', "the demo's configuration", path.join(root, 'pipelines/demo/config'))
  .option('--runbooks <dir>', 'where the file is that gets the stamp', path.join(root, 'runbooks'))
  .option('--actor <name>', 'who does it', process.env['USER'] ?? process.env['USERNAME'])
  .action((runbook: string, flags: GamedayFlags) => run(() => gameday(runbook, flags)));

await program.parseAsync();

async function lint(paths: string[], { config, json, strict }: LintFlags): Promise<void> {
  const { lintCommand } = await import('./api/lintCommand.js');
  const passes = await lintCommand({
    paths: paths.length === 0 ? [productRunbooks] : paths,
    configFolder: config ?? 'burnbook-config',
    isConfigAsked: config !== undefined,
    json,
    strict,
    nowMs: Date.now(),
    write: (line) => process.stdout.write(`${line}\n`),
  });
  if (!passes) process.exitCode = 1;
}

async function gameday(runbook: string, flags: GamedayFlags): Promise<void> {
  const { url, actor, auto } = flags;
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stopping.abort());
  const { gamedayCommand } = await import('./api/gamedayCommand.js');
  await gamedayCommand({
    url,
    token: process.env['BURNBOOK_TOKEN'] ?? null,
    actor: actor ?? 'command line',
    runbook,
    runbooks: path.resolve(flags.runbooks),
    config: path.resolve(flags.config),
    injectorFile: path.join(root, 'pipelines/dist/demo/inject.js'),
    isAuto: auto,
    signal: stopping.signal,
    write: (line) => process.stdout.write(`${line}\n`),
    sleep,
    nowMs: Date.now,
  });
}

async function backup({ to, url, actor }: BackupFlags): Promise<void> {
  if (!URL.canParse(url)) throw new UsageError(`--url ${url} is no address`);
  await backupCommand({
    url,
    token: process.env['BURNBOOK_TOKEN'] ?? null,
    actor: actor ?? 'command line',
    to: to ?? null,
    write: (line) => process.stdout.write(`${line}\n`),
  });
}

async function reprice(flags: RepriceFlags): Promise<void> {
  const connection = {
    url: flags.url,
    token: process.env['BURNBOOK_TOKEN'] ?? null,
    actor: flags.actor ?? 'command line',
    write: (line: string) => process.stdout.write(`${line}\n`),
    sleep,
  };
  if (!URL.canParse(flags.url)) throw new UsageError(`--url ${flags.url} is no address`);
  if (flags.undo !== undefined) {
    await undoCommand({ ...connection, id: flags.undo, why: flags.why ?? '' });
    return;
  }
  const { from, to, pipeline, kind, apply, why } = flags;
  if (from === undefined) throw new UsageError('say --from, such as --from -7d');
  if (apply && why === undefined) throw new UsageError('--apply needs --why: it is kept for audit');
  await repriceCommand({
    ...connection,
    from,
    to,
    pipeline,
    kind,
    apply: apply ? { why: why ?? '' } : null,
  });
}

async function serve(flags: ServeFlags): Promise<void> {
  const token = process.env['BURNBOOK_TOKEN'] ?? null;
  if (token !== null && token.length < 16) {
    throw new UsageError('BURNBOOK_TOKEN must have at least 16 characters');
  }
  if (!LOOPBACK.test(flags.host) && token === null) {
    throw new UsageError(
      `--host ${flags.host} is reachable from elsewhere: set BURNBOOK_TOKEN to a secret of at least 16 characters`,
    );
  }
  const folder = path.resolve(flags.data);
  await writableFolder(folder);
  const configFolder = flags.config === undefined ? null : path.resolve(flags.config);
  if (configFolder !== null) await readableFolder(configFolder);
  else if (flags.configWritable) throw new UsageError('--config-writable needs --config <dir>');
  const config =
    configFolder === null
      ? { pipelines: {}, prices: {} }
      : await loadConfig(configFolder, environment);
  // Three quarters of the time that a mistake or another command would wait for.
  const [{ startServer }, { loadRunbooks }] = await Promise.all([
    import('./server.js'),
    import('./runbook/loadRunbooks.js'),
  ]);
  const ownRunbooks = flags.runbooks === undefined ? [] : [path.resolve(flags.runbooks)];
  const server = await startServer({
    host: flags.host,
    port: flags.port,
    store: {
      file: path.join(folder, 'burnbook.duckdb'),
      tempDirectory: path.join(folder, 'tmp'),
      memoryLimit: flags.memory,
      threads: 2,
      lockWaitMs: 5_000,
      arenaNodesMax: 262_144,
      // A list works out what two seconds of commits touched in less time than it needs for all the rest.
      settleAfterMs: 2_000,
      unmergedRowsMax: 60_000,
      cubeRowsMax: 2_000_000,
      environment: storeEnvironment(process.env),
    },
    guard: { hosts: allowedHosts(flags.host), token },
    config,
    ...(configFolder === null
      ? {}
      : { configFolder: { folder: configFolder, writable: flags.configWritable } }),
    runbooks: await loadRunbooks(productRunbooks, ...ownRunbooks),
    webFolder: path.join(root, 'dist', 'web'),
    version,
    demo: flags.demo,
    queueBytesMax: 128 * MIB,
    groupSpansMax: 8_192,
    // Twice as many spans a commit take a third less of the processors at 10,000 spans/s.
    gatherMsMax: 100,
    // After commits the watch evaluates them in a twentieth of the time: each 0.2 s every 4 s, twice that under full load.
    budgetsUnseenMsMax: 10_000,
    nowNs,
    random: Math.random,
    log,
  });
  const stopWatching =
    configFolder === null
      ? () => undefined
      : watchConfig({
          folder: configFolder,
          changed: () => reloadConfig(configFolder, server),
          warn: (message) => log('warn', message),
        });
  onStop(async () => {
    stopWatching();
    await server.close();
  });
  const shown = flags.host.includes(':') ? `[${flags.host}]` : flags.host;
  log('info', `Burnbook ${version} on http://${shown}:${server.port} · data in ${folder}`);
}

function reloadConfig(folder: string, server: RunningServer): Promise<void> {
  return loadConfig(folder, environment).then(
    (config) => {
      server.applyConfig(config);
      log('info', `configuration of ${folder} in force`);
    },
    (error: unknown) => {
      server.rejectConfig(messageOf(error));
      log('error', `configuration rejected, the former one stays in force:\n${messageOf(error)}`);
    },
  );
}

/** The first signal stops in good order, a second one at once. */
function onStop(stop: () => Promise<void>): void {
  let stopping = false;
  const handle = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(130);
    stopping = true;
    log('info', `${signal}: committing what is queued, then closing`);
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log('error', messageOf(error));
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
}

/** What secrets of `notify.yaml` are read from. */
function environment(name: string): string | undefined {
  return process.env[name];
}

/** Names under which pages may call us: the one we listen on and those that the operator adds. */
function allowedHosts(host: string): string[] {
  const extra = (process.env['BURNBOOK_HOSTS'] ?? '').split(',').map((name) => name.trim());
  return [host.includes(':') ? `[${host}]` : host, ...extra].filter((name) => name !== '');
}

function nowNs(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

async function run(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE')
      log('error', 'the port is in use: stop the other program or choose --port');
    else if (isExpected(error)) log('error', messageOf(error));
    else log('error', error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exitCode = 1;
  }
}

// A declaration: the commands run before a constant down here has its value.
function isExpected(error: unknown): boolean {
  return (
    error instanceof UsageError ||
    error instanceof ConfigError ||
    error instanceof RunbookError ||
    error instanceof StoreOpenError ||
    error instanceof RepriceCommandError ||
    error instanceof BackupCommandError ||
    error instanceof CommandError ||
    error instanceof DemoDataError ||
    ['EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND'].includes((error as NodeJS.ErrnoException).code ?? '')
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function log(level: 'info' | 'warn' | 'error', message: string): void {
  const line = `${new Date().toISOString()} ${level} ${message}\n`;
  if (level === 'info') process.stdout.write(line);
  else process.stderr.write(line);
}
