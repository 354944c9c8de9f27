/**
 * Kills the server, or its store alone, at random moments under load, and then compares the database with what was sent:
 * every acknowledged span once, none twice, none that was never sent; one bill line a cost, and sums that agree.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkStore, type ChaosVerdict } from './chaosCheck.js';
import { ChaosClient } from './chaosClient.js';
import { CHAOS_PIPELINES_YAML, CHAOS_PRICES_YAML, ChaosLoad } from './chaosLoad.js';
import { seededRandom } from './loadTrace.js';
import { ServerProcess, withTempFolder } from './serverProcess.js';

export interface ChaosOptions {
  readonly rounds: number;
  /** Of the load and of the moments of the kills. (When a kill meets which request is the machine's affair.) */
  readonly seed: number;
  readonly connections: number;
  readonly bodiesPerS: number;
  /** How long a killed store may be away before that is a violation. */
  readonly returnMsMax: number;
  /** The built server; default that of this repository. */
  readonly mainFile?: string;
  /** Runs here and leaves everything there, to be looked at; default: a folder that is deleted. */
  readonly folder?: string;
  readonly onRound?: (round: ChaosRound) => void;
}

export interface ChaosRound {
  readonly round: number;
  readonly victim: 'server' | 'store';
  /** From the kill until it answered ready again, ms. */
  readonly awayMs: number;
  readonly acknowledgedSpans: number;
}

export interface ChaosReport extends ChaosVerdict {
  readonly rounds: readonly ChaosRound[];
  /** Answers by status, broken connections by code. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly acknowledgedSpans: number;
}

const LULL_MS = { least: 100, most: 1_200 } as const;
const POLL_MS = 10;
const PATIENCE_MS = 60_000;

export function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  if (!Number.isSafeInteger(options.rounds) || options.rounds < 1) {
    throw new RangeError(`rounds must be a whole number from 1, not ${options.rounds}`);
  }
  if (options.folder !== undefined) return chaosIn(options.folder, options);
  return withTempFolder((folder) => chaosIn(folder, options));
}

async function chaosIn(folder: string, options: ChaosOptions): Promise<ChaosReport> {
  const configFolder = await writeConfig(folder);
  const dataFolder = path.join(folder, 'data');
  const random = seededRandom(options.seed);
  const start = (port: number): Promise<ServerProcess> =>
    ServerProcess.start({
      dataFolder,
      configFolder,
      port,
      ...(options.mainFile === undefined ? {} : { mainFile: options.mainFile }),
    });
  let server = await start(0);
  const { port } = server;
  const client = new ChaosClient({
    load: new ChaosLoad(seededRandom(options.seed + 1), () => BigInt(Date.now()) * 1_000_000n),
    random: seededRandom(options.seed + 2),
    connections: options.connections,
    bodiesPerS: options.bodiesPerS,
    port: () => port,
  });
  const violations: string[] = [];
  const rounds: ChaosRound[] = [];
  let exitCode: number | null = null;
  try {
    client.start();
    for (const [i, victim] of victimsOf(options.rounds, random).entries()) {
      await untilMoreIsAcknowledged(client);
      await sleep(LULL_MS.least + (LULL_MS.most - LULL_MS.least) * random());
      const killedMs = performance.now();
      if (victim === 'server') {
        await server.kill();
        server = await start(port);
        await untilReady(server);
      } else {
        const killed = await server.killStore();
        if (killed === undefined) violations.push(`round ${i + 1}: there was no store`);
        // Until the server has noticed, it calls itself ready still.
        await until(
          () => ![undefined, killed].includes(server.storePid()),
          'the store is not started again',
        );
        await untilReady(server);
      }
      const awayMs = performance.now() - killedMs;
      if (victim === 'store' && awayMs > options.returnMsMax) {
        violations.push(`round ${i + 1}: the store was away for ${Math.round(awayMs)} ms`);
      }
      const { acknowledgedSpans } = client;
      rounds.push({ round: i + 1, victim, awayMs, acknowledgedSpans });
      options.onRound?.({ round: i + 1, victim, awayMs, acknowledgedSpans });
    }
    await client.finish();
    exitCode = await server.stop();
  } finally {
    if (exitCode === null) await server.killBoth();
  }
  if (exitCode !== 0) violations.push(`the server ended with exit code ${exitCode}`);
  for (const outcome of client.surprises())
    violations.push(`a request was answered with ${outcome}`);
  const verdict = await checkStore(dataFolder, client.bodies);
  return {
    ...verdict,
    violations: [...violations, ...verdict.violations],
    rounds,
    outcomes: Object.fromEntries(client.outcomes),
    acknowledgedSpans: client.acknowledgedSpans,
  };
}

/** Half of each, in random order. */
function victimsOf(rounds: number, random: () => number): ChaosRound['victim'][] {
  const order = Array.from({ length: rounds }, (_, i) => ({
    victim: i % 2 === 0 ? ('server' as const) : ('store' as const),
    at: random(),
  }));
  return order.sort((a, b) => a.at - b.at).map(({ victim }) => victim);
}

async function untilMoreIsAcknowledged(client: ChaosClient): Promise<void> {
  const before = client.acknowledgedSpans;
  await until(() => client.acknowledgedSpans > before, 'nothing is acknowledged any more');
}

async function untilReady(server: ServerProcess): Promise<void> {
  await until(() => server.isReady(), 'the server does not get ready');
}

async function until(isSo: () => boolean | Promise<boolean>, trouble: string): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`${trouble}: waited ${PATIENCE_MS} ms`);
    await sleep(POLL_MS);
  }
}

async function writeConfig(folder: string): Promise<string> {
  const config = path.join(folder, 'config');
  await mkdir(config, { recursive: true });
  await writeFile(path.join(config, 'pipelines.yaml'), CHAOS_PIPELINES_YAML);
  await writeFile(path.join(config, 'prices.yaml'), CHAOS_PRICES_YAML);
  return config;
}
