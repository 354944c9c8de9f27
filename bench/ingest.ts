/** Durable throughput: as many spans a second as are on disk when they are acknowledged, and what they cost. */
import { ClientProcess } from './clientProcess.js';
import { cpuMs } from './procStat.js';
import { SPANS_PER_BODY } from './load.js';
import { ServerProcess, tellTrouble, withTempFolder } from './serverProcess.js';
import { countSpans } from './storedFile.js';

export interface IngestRun {
  readonly spansPerS: number;
  /** Processor time of all threads, µs a span. */
  readonly cpuUs: { readonly main: number; readonly store: number; readonly client: number };
  /** Cores in use, of those that the machine has. */
  readonly busyCores: { readonly main: number; readonly store: number; readonly client: number };
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
  readonly windowS: number;
  readonly acknowledgedSpans: number;
  readonly storedSpans: number;
  readonly refused: Readonly<Record<string, number>>;
}

export interface IngestBench {
  readonly runs: readonly IngestRun[];
  readonly bytesPerSpanSent: number;
  readonly bytesPerSpanInflated: number;
}

export interface IngestOptions {
  readonly runs: number;
  readonly seconds: number;
  readonly connections: number;
  /** Enough bodies for this many spans a second are built before. */
  readonly spansPerSMax: number;
  readonly mainFile?: string | undefined;
  readonly nodeFlags?: readonly string[];
}

const WARMUP_MS = 5_000;

export async function benchIngest(options: IngestOptions): Promise<IngestBench> {
  const { runs, seconds, spansPerSMax } = options;
  const client = new ClientProcess();
  try {
    const bodies = Math.ceil(((seconds + WARMUP_MS / 1000) * spansPerSMax) / SPANS_PER_BODY);
    const size = await client.prepare({
      seed: 1,
      startNs: BigInt(Date.now()) * 1_000_000n,
      stepNs: 10_000_000n,
      bodies,
    });
    const results: IngestRun[] = [];
    for (let i = 0; i < runs; i++) results.push(await ingestRun(client, options));
    const spans = bodies * SPANS_PER_BODY;
    return {
      runs: results,
      bytesPerSpanSent: size.bytes / spans,
      bytesPerSpanInflated: size.inflatedBytes / spans,
    };
  } finally {
    client.end();
  }
}

function ingestRun(client: ClientProcess, options: IngestOptions): Promise<IngestRun> {
  return withTempFolder(async (folder) => {
    const server = await ServerProcess.start({
      dataFolder: folder,
      onLine: tellTrouble,
      ...(options.mainFile === undefined ? {} : { mainFile: options.mainFile }),
      ...(options.nodeFlags ? { nodeFlags: options.nodeFlags } : {}),
    });
    const store = server.storePid() ?? 0;
    const snapshot = (): Record<'main' | 'store' | 'client', number> => ({
      main: cpuMs(server.pid),
      store: cpuMs(store),
      client: cpuMs(client.pid),
    });
    let before = snapshot();
    let after = before;
    const result = await client.run({
      port: server.port,
      connections: options.connections,
      spansPerS: null,
      warmupMs: WARMUP_MS,
      windowMs: options.seconds * 1000,
      onWindowBegins: () => (before = snapshot()),
      onWindowEnds: () => (after = snapshot()),
    });
    await server.stop();
    const storedSpans = await countSpans(folder);
    const per = (divisor: number): IngestRun['cpuUs'] => ({
      main: (after.main - before.main) / divisor,
      store: (after.store - before.store) / divisor,
      client: (after.client - before.client) / divisor,
    });
    return {
      spansPerS: result.windowSpans / (result.windowMs / 1000),
      cpuUs: per(result.windowSpans / 1000),
      busyCores: per(result.windowMs),
      ackP50Ms: result.ackMs.p50,
      ackP99Ms: result.ackMs.p99,
      windowS: result.windowMs / 1000,
      acknowledgedSpans: result.acknowledgedSpans,
      storedSpans,
      refused: result.refused,
    };
  });
}
