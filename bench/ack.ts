/** How long an exporter waits for its acknowledgement at a steady 10,000 spans a second. */
import { ClientProcess } from './clientProcess.js';
import type { ClientResult } from './clientProtocol.js';
import { SPANS_PER_BODY } from './load.js';
import { ServerProcess, tellTrouble, withTempFolder } from './serverProcess.js';

export interface AckBench {
  readonly spansPerS: number;
  readonly seconds: number;
  /** From the scheduled time of the request, ms. */
  readonly ackMs: ClientResult['ackMs'];
  readonly deliveredPerS: number;
  readonly refused: ClientResult['refused'];
}

const SPANS_PER_S = 10_000;
const WARMUP_MS = 3_000;
/** Enough that no request waits for another one's connection. */
const CONNECTIONS = 64;

export function benchAck(options: {
  readonly seconds: number;
  readonly mainFile?: string | undefined;
}): Promise<AckBench> {
  const { seconds, mainFile } = options;
  return withTempFolder(async (folder) => {
    const client = new ClientProcess();
    try {
      await client.prepare({
        seed: 3,
        startNs: BigInt(Date.now()) * 1_000_000n,
        stepNs: BigInt(Math.round((SPANS_PER_BODY * 1e9) / SPANS_PER_S)),
        bodies: Math.ceil(((seconds + WARMUP_MS / 1000 + 1) * SPANS_PER_S) / SPANS_PER_BODY),
      });
      const server = await ServerProcess.start({
        dataFolder: folder,
        onLine: tellTrouble,
        ...(mainFile === undefined ? {} : { mainFile }),
      });
      const result = await client.run({
        port: server.port,
        connections: CONNECTIONS,
        spansPerS: SPANS_PER_S,
        warmupMs: WARMUP_MS,
        windowMs: seconds * 1000,
      });
      await server.stop();
      const { ackMs, refused, windowSpans, windowMs } = result;
      return {
        spansPerS: SPANS_PER_S,
        seconds,
        ackMs,
        deliveredPerS: (windowSpans * 1000) / windowMs,
        refused,
      };
    } finally {
      client.end();
    }
  });
}
