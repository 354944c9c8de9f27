import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { SpanBatch } from '@burnbook/domain/spanBatch';
import { otlpRoutes } from '../../../server/api/otlp.js';
import type { OtlpLimits } from '../../../server/api/otlp.js';
import type { SinkAnswer } from '../../../server/api/otlpSink.js';
import { Target } from '../conformance/target.js';

export interface ReceiverOptions {
  readonly limits?: Partial<OtlpLimits>;
  /** What the sink does; the default commits. */
  readonly ingest?: (batch: SpanBatch) => Promise<SinkAnswer>;
}

/** A receiver on a port of its own, which keeps what it is sent in memory. */
export interface Receiver {
  readonly target: Target;
  readonly batches: SpanBatch[];
  readonly errors: unknown[];
  close(): Promise<void>;
}

export async function startReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const batches: SpanBatch[] = [];
  const errors: unknown[] = [];
  const app = otlpRoutes({
    ingest: {
      async ingest(batch) {
        const answer = await (options.ingest?.(batch) ?? { kind: 'committed' as const });
        if (answer.kind === 'committed') batches.push(batch);
        return answer;
      },
    },
    limits: options.limits ?? {},
    nowNs: () => BigInt(Date.now()) * 1_000_000n,
    reportError: (error) => errors.push(error),
  });
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const target = new Target(`http://127.0.0.1:${port}`);
  return {
    target,
    batches,
    errors,
    close: async () => {
      target.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
