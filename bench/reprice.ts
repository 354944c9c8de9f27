/** Pricing the stored model calls of a large store again while telemetry keeps coming. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  repricePreviewSchema,
  restatementDetailSchema,
  type RestatementDetail,
} from '../server/contract.js';
import { ClientProcess } from './clientProcess.js';
import { copyStore, type FilledStore } from './fill.js';
import { SPANS_PER_BODY } from './load.js';
import { LOAD_MODELS } from './loadTrace.js';
import { ServerProcess, tellTrouble, withTempFolder } from './serverProcess.js';

export interface RepriceBench {
  readonly spans: number;
  /** Model calls that were priced again. */
  readonly lines: number;
  readonly changed: number;
  readonly previewS: number;
  readonly applyS: number;
  readonly undoS: number;
  /** Times that the progress was told. */
  readonly progressTold: number;
  readonly ingestPerS: number;
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
  readonly refused: number;
}

const SPANS_PER_S = 2_000;
const CONNECTIONS = 64;
const SETTLE_MS = 4_000;
const SECONDS_MAX = 180;
const POLL_MS = 100;
const RANGE = { from: '-30d', to: 'now' };

export function benchReprice(
  store: FilledStore,
  options: { readonly mainFile?: string | undefined },
): Promise<RepriceBench> {
  return withTempFolder(async (folder) => {
    await copyStore(store.folder, folder);
    const client = new ClientProcess();
    await client.prepare({
      seed: 7,
      startNs: BigInt(Date.now()) * 1_000_000n,
      stepNs: BigInt(Math.round((SPANS_PER_BODY * 1e9) / SPANS_PER_S)),
      bodies: Math.ceil((SECONDS_MAX * SPANS_PER_S) / SPANS_PER_BODY),
    });
    const server = await ServerProcess.start({
      dataFolder: folder,
      configFolder: await otherPrices(folder),
      onLine: tellTrouble,
      ...(options.mainFile === undefined ? {} : { mainFile: options.mainFile }),
    });
    try {
      const loading = client.run({
        port: server.port,
        connections: CONNECTIONS,
        spansPerS: SPANS_PER_S,
        warmupMs: SETTLE_MS,
      });
      await sleep(SETTLE_MS);
      const preview = await timed(async () =>
        repricePreviewSchema.parse(await post(server, '/api/reprice/preview', RANGE)),
      );
      let progressTold = 0;
      const ended = async (path: string, body: object): Promise<RestatementDetail> => {
        let now = restatementDetailSchema.parse(await post(server, path, body));
        let done = -1;
        while (now.underWay) {
          if (now.linesDone !== done) progressTold++;
          done = now.linesDone;
          await sleep(POLL_MS);
          const answer = await fetch(`${server.url}/api/reprice/${now.id}`);
          now = restatementDetailSchema.parse(await answer.json());
        }
        return now;
      };
      const applied = await timed(() => ended('/api/reprice', { ...RANGE, why: 'the benchmark' }));
      const { id, lines, changed, newlyPriced, newlyUnpriced } = applied.result;
      const undone = await timed(() => ended(`/api/reprice/${id}/undo`, {}));
      client.stop();
      const load = await loading;
      if (undone.result.linesKept > 0) {
        throw new Error(`${undone.result.linesKept} lines were not restored`);
      }
      return {
        spans: store.spans,
        lines,
        changed: changed + newlyPriced + newlyUnpriced,
        previewS: preview.seconds,
        applyS: applied.seconds,
        undoS: undone.seconds,
        progressTold,
        ingestPerS: (load.windowSpans * 1000) / load.windowMs,
        ackP50Ms: load.ackMs.p50,
        ackP99Ms: load.ackMs.p99,
        refused: Object.values(load.refused).reduce((sum, count) => sum + count, 0),
      };
    } finally {
      client.end();
      await server.stop();
    }
  });
}

/** A configuration with a contract for every model of the load. */
async function otherPrices(folder: string): Promise<string> {
  const config = path.join(folder, 'config');
  await mkdir(config, { recursive: true });
  const providers = new Set(LOAD_MODELS.map(([provider]) => provider));
  const entries = [...providers].map(
    (provider) =>
      `  - { provider: ${provider}, model: '*', inputUsdPerMillion: '0.7', outputUsdPerMillion: '7', source: bench }\n`,
  );
  await writeFile(path.join(config, 'prices.yaml'), `prices:\n${entries.join('')}`);
  return config;
}

async function post(server: ServerProcess, where: string, body: object): Promise<unknown> {
  const answer = await fetch(server.url + where, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${where}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

async function timed<Result>(
  work: () => Promise<Result>,
): Promise<{ result: Result; seconds: number }> {
  const startMs = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - startMs) / 1000 };
}
