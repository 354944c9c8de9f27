/** How long a start takes after kill -9 with a long write-ahead log. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClientProcess } from './clientProcess.js';
import { copyStore } from './fill.js';
import { ServerProcess, tellTrouble, withTempFolder } from './serverProcess.js';
import { countSpans, walBytes } from './storedFile.js';

export interface RecoveryBench {
  readonly walMb: number;
  /** From starting the program to the first 200 of /readyz, ms. */
  readonly readyMs: readonly number[];
  readonly acknowledgedSpans: number;
  readonly storedSpans: number;
}

/** As much log as is of interest; a store that checkpoints earlier is crashed shortly before it would. */
const WAL_BYTES_MAX = 200e6;
const CLOSE_TO_PEAK = 0.9;
const BODIES_MAX = 20_000;
const CONNECTIONS = 16;
const POLL_MS = 5;

export function benchRecovery(options: {
  readonly runs: number;
  readonly mainFile?: string | undefined;
}): Promise<RecoveryBench> {
  const { runs, mainFile } = options;
  return withTempFolder(async (folder) => {
    const crashed = path.join(folder, 'crashed');
    await mkdir(crashed);
    const acknowledgedSpans = await crash(crashed, mainFile);
    const wal = await walBytes(crashed);
    const readyMs: number[] = [];
    let storedSpans = 0;
    for (let run = 0; run < runs; run++) {
      const dataFolder = path.join(folder, `run${run}`);
      await mkdir(dataFolder);
      await copyStore(crashed, dataFolder);
      const startMs = performance.now();
      const server = await ServerProcess.start({ dataFolder, ...(mainFile ? { mainFile } : {}) });
      while (!(await server.isReady())) await sleep(POLL_MS);
      readyMs.push(performance.now() - startMs);
      await server.stop();
      storedSpans = await countSpans(dataFolder);
    }
    return { walMb: wal / 1e6, readyMs, acknowledgedSpans, storedSpans };
  });
}

/** Fills the log and kills both processes. @returns the spans acknowledged. */
async function crash(dataFolder: string, mainFile: string | undefined): Promise<number> {
  const server = await ServerProcess.start({
    dataFolder,
    onLine: tellTrouble,
    ...(mainFile === undefined ? {} : { mainFile }),
  });
  const client = new ClientProcess();
  try {
    await client.prepare({
      seed: 4,
      startNs: BigInt(Date.now()) * 1_000_000n,
      stepNs: 10_000_000n,
      bodies: 0,
    });
    const running = client.run({
      port: server.port,
      connections: CONNECTIONS,
      spansPerS: null,
      fill: { from: 0, to: BODIES_MAX },
    });
    await untilLogIsLong(dataFolder);
    client.stop();
    const { acknowledgedSpans } = await running;
    return acknowledgedSpans;
  } finally {
    client.end();
    await server.killBoth();
  }
}

/** The first checkpoint shows how long the log gets; the crash comes when it is nearly as long again. */
async function untilLogIsLong(dataFolder: string): Promise<void> {
  let peak = 0;
  let checkpointed = false;
  for (;;) {
    const bytes = await walBytes(dataFolder);
    if (bytes >= WAL_BYTES_MAX) return;
    if (bytes < peak / 2) checkpointed = true;
    if (checkpointed && bytes >= peak * CLOSE_TO_PEAK) return;
    if (!checkpointed) peak = Math.max(peak, bytes);
    await sleep(POLL_MS);
  }
}
