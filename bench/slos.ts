/** 500 SLOs over 30 days of history: what their evaluation costs, how fast their pages are, how soon they see bad events. */
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { MINUTE_NS } from '@burnbook/domain/time';
import { indicatorIdOf } from '../server/config/openSlo/indicator.js';
import { slosSchema } from '../server/contract.js';
import { ClientProcess } from './clientProcess.js';
import { SPANS_PER_BODY } from './load.js';
import { cpuMs, residentBytes } from './procStat.js';
import { ServerProcess, tellTrouble, withTempFolder } from './serverProcess.js';
import { percentile } from './statistics.js';
import { databaseFile } from './storedFile.js';

export interface SlosBench {
  readonly slos: number;
  readonly days: number;
  readonly storedMinutes: number;
  /** From the start of the server until all SLOs are judged by all their history. */
  readonly startMs: number;
  /** Answers of the first list of a minute: everything is counted and judged anew for it. */
  readonly evaluationMs: { readonly mean: number; readonly max: number };
  /** Busy cores of both processes while nobody asks and nothing comes in. */
  readonly idleCores: { readonly main: number; readonly store: number };
  /** More than before the SLOs were there. */
  readonly residentMb: { readonly main: number; readonly store: number };
  readonly pages: readonly {
    readonly path: string;
    readonly p50Ms: number;
    readonly p95Ms: number;
  }[];
  readonly ingestPerS: number;
  /** From the acknowledgement of bad events to the event that tells of the changed SLO. */
  readonly seenMs: { readonly p50: number; readonly max: number };
}

const SLOS = 500;
const DAYS = 30;
const SPANS_PER_S = 2_000;
const REQUESTS = 40;
const SETTLE_MS = 4_000;
const SEEN_TIMES = 5;
const BAD_ATTEMPTS = 5_000;
const LOAD_S = 90;

const pipelineOf = (number: number): string => `bench-${String(number).padStart(3, '0')}`;

export function benchSlos(options: { readonly mainFile?: string | undefined }): Promise<SlosBench> {
  return withTempFolder(async (folder) => {
    const empty = path.join(folder, 'empty');
    await mkdir(empty, { recursive: true });
    const before = await start(folder, empty, options.mainFile);
    const residentBefore = residentMb(before);
    await before.stop();
    const storedMinutes = await fillHistory(folder);
    const configFolder = await writeSlos(folder);
    const startedMs = performance.now();
    const server = await start(folder, configFolder, options.mainFile);
    try {
      await slosOf(server);
      const startMs = performance.now() - startedMs;
      const { evaluationMs, idleCores } = await idleMinute(server);
      const resident = residentMb(server);
      const load = await underLoad(server);
      return {
        slos: SLOS,
        days: DAYS,
        storedMinutes,
        startMs,
        evaluationMs,
        idleCores,
        residentMb: {
          main: resident.main - residentBefore.main,
          store: resident.store - residentBefore.store,
        },
        ...load,
      };
    } finally {
      await server.stop();
    }
  });
}

const start = (dataFolder: string, configFolder: string, mainFile: string | undefined) =>
  ServerProcess.start({
    dataFolder,
    configFolder,
    onLine: tellTrouble,
    ...(mainFile === undefined ? {} : { mainFile }),
  });

/** Every indicator has events in every minute: more than that no history can hold. */
async function fillHistory(folder: string): Promise<number> {
  const instance = await DuckDBInstance.create(databaseFile(folder));
  const connection = await instance.connect();
  const nowNs = BigInt(Date.now()) * 1_000_000n;
  const first = nowNs - (nowNs % MINUTE_NS) - BigInt(DAYS * 1_440) * MINUTE_NS;
  for (let number = 0; number < SLOS; number++) {
    const indicator = indicatorOf(number);
    await connection.run(
      `INSERT INTO sli_minutes
       SELECT $indicator, $first::BIGINT + m * 60000000000, 100 - (m % 997 = 0)::INT, 100, (m % 997 = 0)::INT,
         $first::BIGINT + (m + 3) * 60000000000, 'counted'
       FROM range(${DAYS * 1_440}) AS t (m)`,
      { indicator, first },
    );
    await connection.run('INSERT INTO sli_indicators VALUES ($indicator, 0, true)', { indicator });
  }
  connection.closeSync();
  instance.closeSync();
  return SLOS * DAYS * 1_440;
}

function indicatorOf(number: number): string {
  const where = { pipeline: [pipelineOf(number)] };
  return indicatorIdOf({
    kind: 'ratio',
    total: { events: 'attempts', where },
    good: { events: 'attempts', where: { ...where, outcome: ['succeeded'] } },
    bad: null,
  });
}

async function writeSlos(folder: string): Promise<string> {
  const config = path.join(folder, 'config');
  await mkdir(path.join(config, 'slos'), { recursive: true });
  const documents = Array.from({ length: SLOS }, (_, number) => {
    const where = `pipeline: ${pipelineOf(number)}`;
    const source = (more: string): string =>
      `{ metricSource: { type: burnbook, spec: { events: attempts, where: { ${where}${more} } } } }`;
    return `apiVersion: openslo/v1
kind: SLO
metadata: { name: slo-${number} }
spec:
  service: bench
  budgetingMethod: Occurrences
  timeWindow: [{ duration: ${DAYS}d, isRolling: true }]
  indicator:
    metadata: { name: ok-${number} }
    spec: { ratioMetric: { counter: true, good: ${source(', outcome: succeeded')}, total: ${source('')} } }
  objectives: [{ target: 0.99 }]
`;
  });
  await writeFile(path.join(config, 'slos', 'bench.yaml'), documents.join('---\n'));
  return config;
}

async function slosOf(server: ServerProcess): Promise<void> {
  const { items } = slosSchema.parse(await (await fetch(`${server.url}/api/slos`)).json());
  const counted = items.filter(({ period }) => period.total > 0).length;
  if (counted < SLOS) throw new Error(`only ${counted} of ${SLOS} SLOs have their history`);
}

/**
 * The first answer of a minute is given once all SLOs are judged as of that minute: two of these, and what both processes do
 * from the first to the second, which is a minute with all that is judged in it, the first answer's work included.
 */
async function idleMinute(
  server: ServerProcess,
): Promise<Pick<SlosBench, 'evaluationMs' | 'idleCores'>> {
  const store = server.storePid() ?? 0;
  await sleep(leftOfMinute());
  const begin = { main: cpuMs(server.pid), store: cpuMs(store), at: performance.now() };
  const first = await evaluation(server);
  await sleep(leftOfMinute());
  const tookMs = performance.now() - begin.at;
  const idleCores = {
    main: (cpuMs(server.pid) - begin.main) / tookMs,
    store: (cpuMs(store) - begin.store) / tookMs,
  };
  const second = await evaluation(server);
  return {
    idleCores,
    evaluationMs: { mean: (first + second) / 2, max: Math.max(first, second) },
  };
}

async function evaluation(server: ServerProcess): Promise<number> {
  const startMs = performance.now();
  await (await fetch(`${server.url}/api/slos?limit=1`)).arrayBuffer();
  return performance.now() - startMs;
}

/** And a little more, so that the server's clock is in the new minute as well. */
const leftOfMinute = (): number => 60_020 - (Date.now() % 60_000);

async function underLoad(
  server: ServerProcess,
): Promise<Pick<SlosBench, 'pages' | 'ingestPerS' | 'seenMs'>> {
  const client = new ClientProcess();
  try {
    await client.prepare({
      seed: 11,
      startNs: BigInt(Date.now()) * 1_000_000n,
      stepNs: BigInt(Math.round((SPANS_PER_BODY * 1e9) / SPANS_PER_S)),
      bodies: Math.ceil((LOAD_S * SPANS_PER_S) / SPANS_PER_BODY),
    });
    const loading = client.run({
      port: server.port,
      connections: 16,
      spansPerS: SPANS_PER_S,
      warmupMs: SETTLE_MS,
    });
    await sleep(SETTLE_MS);
    const pages = await askPages(server.url);
    const seenMs = await badEvents(server);
    client.stop();
    const load = await loading;
    return { pages, seenMs, ingestPerS: (load.windowSpans * 1000) / load.windowMs };
  } finally {
    client.end();
  }
}

async function askPages(url: string): Promise<SlosBench['pages']> {
  const paths = ['/api/slos', '/api/slos/slo-7', '/api/slos/slo-7/burn?from=-30d'];
  const asked = paths.map((where) => ({ where, times: [] as number[] }));
  for (let round = 0; round < REQUESTS; round++) {
    for (const { where, times } of asked) {
      const startMs = performance.now();
      const answer = await fetch(url + where);
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`${where}: ${answer.status}`);
      times.push(performance.now() - startMs);
      await sleep(50);
    }
  }
  return asked.map(({ where, times }) => {
    const sorted = times.toSorted((a, b) => a - b);
    return { path: where, p50Ms: percentile(sorted, 0.5), p95Ms: percentile(sorted, 0.95) };
  });
}

/** Each time another SLO gets so many bad events that it pages. */
async function badEvents(server: ServerProcess): Promise<SlosBench['seenMs']> {
  const times: number[] = [];
  for (let round = 0; round < SEEN_TIMES; round++) {
    const stop = new AbortController();
    const seen = sloEvent(server.url, `slo-${100 + round}`, stop.signal);
    await sleep(500);
    const answer = await fetch(`${server.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: failedAttempts(pipelineOf(100 + round)),
    });
    await answer.arrayBuffer();
    const startMs = performance.now();
    await seen;
    times.push(performance.now() - startMs);
    stop.abort();
  }
  const sorted = times.toSorted((a, b) => a - b);
  return { p50: percentile(sorted, 0.5), max: sorted.at(-1) ?? 0 };
}

/** An export request: failed attempts of as many operations. */
function failedAttempts(pipeline: string): string {
  const startTimeUnixNano = `${Date.now() - 2_000}000000`;
  const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const spans = Array.from({ length: BAD_ATTEMPTS }, () => {
    const traceId = randomBytes(16).toString('hex');
    return {
      traceId,
      spanId: randomBytes(8).toString('hex'),
      name: 'call',
      startTimeUnixNano,
      endTimeUnixNano: startTimeUnixNano,
      attributes: [
        attribute('pipeline.name', pipeline),
        attribute('pipeline.run.id', 'bench'),
        attribute('pipeline.operation.id', traceId),
        attribute('pipeline.attempt.outcome', 'failed'),
        { key: 'pipeline.attempt.number', value: { intValue: '1' } },
      ],
    };
  });
  return JSON.stringify({ resourceSpans: [{ resource: {}, scopeSpans: [{ scope: {}, spans }] }] });
}

/** Resolves with the server-sent event that names the SLO. */
async function sloEvent(url: string, name: string, signal: AbortSignal): Promise<void> {
  const answer = await fetch(`${url}/api/events`, { signal });
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of answer.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if (new RegExp(`event: slo\\ndata: .*"${name}"`).test(text)) return;
  }
}

const residentMb = (server: ServerProcess): SlosBench['residentMb'] => ({
  main: residentBytes(server.pid) / 1e6,
  store: residentBytes(server.storePid() ?? 0) / 1e6,
});
