/** How long a batch waits for its reservation at 200 requests a second, while telemetry keeps coming. */
import { Agent, request } from 'node:http';
import { constants } from 'node:fs';
import { mkdir, open, writeFile, type FileHandle } from 'node:fs/promises';
import { loadavg } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClientProcess } from './clientProcess.js';
import { copyStore, type FilledStore } from './fill.js';
import { SPANS_PER_BODY } from './load.js';
import { ServerProcess, tellTrouble, withTempFolder } from './serverProcess.js';
import { percentile } from './statistics.js';

export interface ReservationsBench {
  /** In the store before. */
  readonly spans: number;
  readonly requestsPerS: number;
  readonly seconds: number;
  /** From the scheduled time of the request to its answer, ms. */
  readonly grantedMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly requests: number;
  /** The same of requests that the server answers at once, on the same schedule: what the machine itself takes. */
  readonly floorMs: ReservationsBench['grantedMs'];
  /** How long a synced write of as much as a line of the journal takes meanwhile, on the same disk: what it adds itself. */
  readonly diskMs: ReservationsBench['grantedMs'];
  /** The same before anything else uses the disk. */
  readonly idleDiskMs: ReservationsBench['grantedMs'];
  /** Answers other than 201 by status. */
  readonly others: Readonly<Record<string, number>>;
  readonly ingestPerS: number;
  readonly ackP99Ms: number;
  /** Of the machine in the last minute, at the end. */
  readonly load: number;
}

const REQUESTS_PER_S = 200;
const SPANS_PER_S = 10_000;
const CONNECTIONS = 64;
/** Enough that no request waits for another one's answer. */
const SOCKETS_MAX = 1_024;
const SETTLE_MS = 4_000;
const IDLE_MS = 10_000;
const PROBE_BYTES = 600;
const PROBE_EVERY_MS = 20;
/** Each expires while others are asked for. */
const TTL_SECONDS = 20;
const BUDGETS_YAML = `budgets:
  - { id: everything, period: month, amountUsd: '1000000', hardLimit: true }
  - { id: a-day, period: day, timeZone: Europe/Berlin, amountUsd: '1000000', hardLimit: true }
  - { id: a-week, period: { rolling: 7d }, amountUsd: '1000000', hardLimit: true }
  - { id: mail, scope: { pipeline: 'mail-*' }, period: month, amountUsd: '1000000', hardLimit: true }
  - { id: soft, period: month, amountUsd: '1000000' }
`;

export function benchReservations(
  store: FilledStore,
  options: { readonly seconds: number; readonly mainFile?: string | undefined },
): Promise<ReservationsBench> {
  const { seconds, mainFile } = options;
  return withTempFolder(async (folder) => {
    await copyStore(store.folder, folder);
    const configFolder = path.join(folder, 'config');
    await mkdir(configFolder);
    await writeFile(path.join(configFolder, 'budgets.yaml'), BUDGETS_YAML);
    const client = new ClientProcess();
    await client.prepare({
      seed: 7,
      startNs: BigInt(Date.now()) * 1_000_000n,
      stepNs: BigInt(Math.round((SPANS_PER_BODY * 1e9) / SPANS_PER_S)),
      bodies: Math.ceil(((seconds + SETTLE_MS / 1000 + 5) * SPANS_PER_S) / SPANS_PER_BODY),
    });
    const server = await ServerProcess.start({
      dataFolder: folder,
      configFolder,
      onLine: tellTrouble,
      ...(mainFile === undefined ? {} : { mainFile }),
    });
    try {
      const idleDisk = await ProbedDisk.open(path.join(folder, 'probe'));
      await sleep(IDLE_MS);
      const idleDiskMs = latencies(await idleDisk.close());
      const loading = client.run({
        port: server.port,
        connections: CONNECTIONS,
        spansPerS: SPANS_PER_S,
        warmupMs: SETTLE_MS,
      });
      await sleep(SETTLE_MS);
      const disk = await ProbedDisk.open(path.join(folder, 'probe'));
      const { waits, floor, others } = await ask(server.port, seconds);
      const diskMs = latencies(await disk.close());
      client.stop();
      const { windowSpans, windowMs, ackMs } = await loading;
      return {
        spans: store.spans,
        requestsPerS: REQUESTS_PER_S,
        seconds,
        grantedMs: latencies(waits),
        requests: waits.length,
        floorMs: latencies(floor),
        diskMs,
        idleDiskMs,
        others,
        ingestPerS: (windowSpans * 1000) / windowMs,
        ackP99Ms: ackMs.p99,
        load: loadavg()[0] ?? 0,
      };
    } finally {
      client.end();
      await server.stop();
    }
  });
}

/** Writes into a file of fixed length, over and over, each write synced by itself as far as the system can. */
class ProbedDisk {
  readonly #times: number[] = [];
  readonly #file: FileHandle;
  #isOpen = true;
  readonly #done: Promise<void>;

  private constructor(file: FileHandle) {
    this.#file = file;
    this.#done = this.#probe();
  }

  static async open(file: string): Promise<ProbedDisk> {
    await writeFile(file, Buffer.alloc(PROBE_BYTES), { flush: true });
    return new ProbedDisk(await open(file, constants.O_RDWR | (constants.O_DSYNC ?? 0)));
  }

  /** @returns what each write took, ms. */
  async close(): Promise<number[]> {
    this.#isOpen = false;
    await this.#done;
    await this.#file.close();
    return this.#times;
  }

  async #probe(): Promise<void> {
    const line = Buffer.alloc(PROBE_BYTES, 'x');
    while (this.#isOpen) {
      const startMs = performance.now();
      await this.#file.write(line, 0, line.length, 0);
      this.#times.push(performance.now() - startMs);
      await sleep(PROBE_EVERY_MS);
    }
  }
}

/** On a fixed schedule, whether or not the ones before are answered. */
async function ask(
  port: number,
  seconds: number,
): Promise<{ waits: number[]; floor: number[]; others: Record<string, number> }> {
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX });
  const waits: number[] = [];
  const floor: number[] = [];
  const others: Record<string, number> = {};
  const under: Promise<void>[] = [];
  const startMs = performance.now();
  for (let i = 0; i < seconds * REQUESTS_PER_S; i++) {
    const dueMs = startMs + (i * 1000) / REQUESTS_PER_S;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    under.push(
      send(agent, { port, method: 'POST', path: '/api/reservations' }, bodyOf(i)).then((status) => {
        waits.push(performance.now() - dueMs);
        if (status !== 201) others[status] = (others[status] ?? 0) + 1;
      }),
    );
    if (i % 4 === 0) {
      under.push(
        send(agent, { port, method: 'GET', path: '/healthz' }).then(() => {
          floor.push(performance.now() - dueMs);
        }),
      );
    }
  }
  await Promise.all(under);
  agent.destroy();
  return { waits, floor, others };
}

function bodyOf(serial: number): string {
  const name = `bench ${serial}`;
  return JSON.stringify({
    amountUsd: '0.01',
    ttlSeconds: TTL_SECONDS,
    idempotencyKey: name,
    pipeline: 'mail-features',
    batch: name,
  });
}

function send(
  agent: Agent,
  to: { readonly port: number; readonly method: string; readonly path: string },
  body = '',
): Promise<number> {
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const asked = request({ agent, host: '127.0.0.1', ...to, headers }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
    asked.once('error', reject);
    asked.end(body);
  });
}

function latencies(waits: readonly number[]): ReservationsBench['grantedMs'] {
  const sorted = waits.toSorted((a, b) => a - b);
  return {
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    max: sorted.at(-1) ?? 0,
  };
}
