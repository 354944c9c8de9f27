import { context, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseUsd } from '@burnbook/domain/money';
import { allBatches, readBill } from '../support/billReading.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { chat } from '../support/traceMaker.js';

const EXPORT_SUCCEEDED = 0;
const PIPELINE = 'exporters';
/** 2 tries of 1,234 in and 56 out, an embedding of 7, and 1.25 CPU-seconds. */
const TOTAL_NANO = 2n * (1_234n + 560n) + 7n + 1_250n;

describe('one trace through the real exporters', () => {
  let protobuf: TestServer;
  let json: TestServer;
  beforeAll(async () => {
    [protobuf, json] = await Promise.all([
      startTestServer({ config: TEST_CONFIG }),
      startTestServer({ config: TEST_CONFIG }),
    ]);
  });
  afterAll(() => Promise.all([protobuf.close(), json.close()]));

  test('gives the same bill to the nano-dollar as protobuf and as JSON', async () => {
    const spans = recordTrace();
    await exportWith(new ProtobufExporter({ url: `${protobuf.url}/v1/traces` }), spans);
    await exportWith(new JsonExporter({ url: `${json.url}/v1/traces` }), spans);

    const bills = await Promise.all(
      [protobuf, json].map(async (server) => {
        const batches = await allBatches(server, PIPELINE);
        expect(batches.map(({ batchId, state }) => [batchId, state])).toEqual([
          ['b "1"', 'succeeded'],
        ]);
        return readBill(server, { pipeline: PIPELINE, batchId: 'b "1"' });
      }),
    );
    const [first, second] = bills.map(({ freshness: _, ...bill }) => bill);
    expect(first).toEqual(second);
    expect(parseUsd(first?.totalUsd ?? '0')).toBe(TOTAL_NANO);
    expect(parseUsd(first?.cost.retryWasteUsd ?? '0')).toBe(1_234n + 560n);
    expect(first?.lines).toHaveLength(4);
  });

  test('tells the same of its spans either way', async () => {
    const { items } = await protobuf
      .fetch(`/api/batches?pipeline=${PIPELINE}`)
      .then((answer) => answer.json() as Promise<{ items: unknown[] }>);
    expect(items).toHaveLength(1);
    const bill = await readBill(protobuf, { pipeline: PIPELINE, batchId: 'b "1"' });
    const traceId = bill.lines[0]?.evidence.traceId ?? '';
    const [a, b] = await Promise.all(
      [protobuf, json].map((server) =>
        server.fetch(`/api/traces/${traceId}`).then((answer) => answer.json()),
      ),
    );
    expect(a).toEqual(b);
    expect((a as { spansTotal: number }).spansTotal).toBe(5);
  });
});

function recordTrace(): ReadableSpan[] {
  const memory = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'exporter-test',
      team: 'data',
      weights: [1, 2.5],
    }),
    spanProcessors: [new SimpleSpanProcessor(memory)],
  });
  const tracer = provider.getTracer('tests', '1.2.3');
  const child = (
    parent: Span | null,
    name: string,
    attributes: Record<string, string | number>,
  ): Span =>
    tracer.startSpan(
      name,
      { attributes },
      parent ? trace.setSpan(context.active(), parent) : context.active(),
    );

  const identity = {
    'pipeline.name': PIPELINE,
    'pipeline.run.id': 'run 1',
    'pipeline.batch.id': 'b "1"',
  };
  const root = child(null, 'run', {
    ...identity,
    'pipeline.run.outcome': 'succeeded',
    note: 'ünïcode ✓ \u0000',
  });
  const step = child(root, 'classify', {
    'pipeline.step.name': 'classify',
    'process.cpu.time.user': 1.25,
  });
  for (const number of [1, 2]) {
    const call = child(step, 'chat', {
      ...(chat('wren', { input: 1_234, output: 56 }) as Record<string, string | number>),
      'pipeline.attempt.number': number,
      'pipeline.operation.id': 'classify 1',
    });
    call.addEvent('sent', { bytes: 12 });
    if (number === 1) call.setStatus({ code: SpanStatusCode.ERROR, message: 'overloaded' });
    call.end();
  }
  child(step, 'embed', {
    'gen_ai.provider.name': 'testai',
    'gen_ai.request.model': 'wren',
    'gen_ai.usage.input_tokens': 7,
  }).end();
  step.end();
  root.end();
  return memory.getFinishedSpans();
}

function exportWith(exporter: SpanExporter, spans: ReadableSpan[]): Promise<void> {
  return new Promise((resolve, reject) => {
    exporter.export(spans, ({ code, error }) => {
      const done = exporter.shutdown();
      if (code === EXPORT_SUCCEEDED) resolve(done);
      else reject(error ?? new Error(`the export ended with code ${code}`));
    });
  });
}
