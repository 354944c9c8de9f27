/** The page's two first questions over a large store while telemetry keeps coming. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ClientProcess } from './clientProcess.js';
import { copyStore, type FilledStore } from './fill.js';
import { SPANS_PER_BODY } from './load.js';
import { residentBytes } from './procStat.js';
import { ServerProcess, tellTrouble, withTempFolder } from './serverProcess.js';
import { percentile } from './statistics.js';

export interface QueriesBench {
  readonly spans: number;
  readonly questions: readonly QuestionRow[];
  readonly ingestPerS: number;
  readonly ackP99Ms: number;
  /** Most resident memory of each process while asking, MB. */
  readonly residentMb: { readonly main: number; readonly store: number; readonly both: number };
  readonly startMs: number;
}

export interface QuestionRow {
  readonly path: string;
  readonly requests: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
  readonly answerKb: number;
}

const PATHS = ['/api/overview?from=-7d', '/api/batches?limit=50'] as const;
const SPANS_PER_S = 10_000;
const CONNECTIONS = 64;
const SETTLE_MS = 4_000;
const MEMORY_POLL_MS = 200;
/** A person's pause between two looks, at least: the machine serves the load meanwhile. */
const PAUSE_MS = 50;
const ASKING_MS_MAX = 90_000;

export function benchQueries(
  store: FilledStore,
  options: { readonly requests: number; readonly mainFile?: string | undefined },
): Promise<QueriesBench> {
  return withTempFolder(async (folder) => {
    await copyStore(store.folder, folder);
    const client = new ClientProcess();
    const seconds = (SETTLE_MS + ASKING_MS_MAX) / 1000;
    await client.prepare({
      seed: 5,
      startNs: BigInt(Date.now()) * 1_000_000n,
      stepNs: BigInt(Math.round((SPANS_PER_BODY * 1e9) / SPANS_PER_S)),
      bodies: Math.ceil((seconds * SPANS_PER_S) / SPANS_PER_BODY),
    });
    const startedMs = performance.now();
    const server = await ServerProcess.start({
      dataFolder: folder,
      onLine: tellTrouble,
      ...(options.mainFile === undefined ? {} : { mainFile: options.mainFile }),
    });
    const startMs = performance.now() - startedMs;
    try {
      const loading = client.run({
        port: server.port,
        connections: CONNECTIONS,
        spansPerS: SPANS_PER_S,
        warmupMs: SETTLE_MS,
      });
      await sleep(SETTLE_MS);
      const memory = watchMemory(server);
      const questions = await ask(server.url, options.requests);
      const residentMb = memory();
      client.stop();
      const result = await loading;
      return {
        spans: store.spans,
        questions,
        ingestPerS: (result.windowSpans * 1000) / result.windowMs,
        ackP99Ms: result.ackMs.p99,
        residentMb,
        startMs,
      };
    } finally {
      client.end();
      await server.stop();
    }
  });
}

async function ask(url: string, requests: number): Promise<QuestionRow[]> {
  const asked = PATHS.map((path) => ({ path, times: [] as number[], failed: 0, bytes: 0 }));
  const endMs = performance.now() + ASKING_MS_MAX;
  for (let i = 0; i < requests && performance.now() < endMs; i++) {
    for (const question of asked) {
      const startMs = performance.now();
      const answer = await fetch(url + question.path);
      const { byteLength } = await answer.arrayBuffer();
      question.times.push(performance.now() - startMs);
      if (!answer.ok) question.failed++;
      question.bytes = byteLength;
      await sleep(PAUSE_MS);
    }
  }
  return asked.map(({ path, times, failed, bytes }) => {
    const sorted = times.toSorted((a, b) => a - b);
    return {
      path,
      requests: sorted.length,
      failed,
      p50Ms: percentile(sorted, 0.5),
      p95Ms: percentile(sorted, 0.95),
      maxMs: sorted.at(-1) ?? 0,
      answerKb: bytes / 1000,
    };
  });
}

/** Watches until the returned function is called, which tells the most that was seen. */
function watchMemory(server: ServerProcess): () => QueriesBench['residentMb'] {
  const store = server.storePid() ?? 0;
  const most = { main: 0, store: 0, both: 0 };
  const look = (): void => {
    const main = residentBytes(server.pid) / 1e6;
    const child = residentBytes(store) / 1e6;
    most.main = Math.max(most.main, main);
    most.store = Math.max(most.store, child);
    most.both = Math.max(most.both, main + child);
  };
  const timer = setInterval(look, MEMORY_POLL_MS);
  return () => {
    clearInterval(timer);
    look();
    return most;
  };
}
