import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';

/** A span as the official codec reads it, its attributes as plain values. */
export interface SunkSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  kind: number;
  startNs: bigint;
  endNs: bigint;
  statusCode: number;
  attributes: Record<string, unknown>;
  resource: Record<string, unknown>;
}

export interface TraceSink {
  readonly url: string;
  /** All received spans, in the order in which they ended (batches keep it). */
  readonly spans: SunkSpan[];
  readonly requests: { headers: IncomingMessage['headers']; path: string }[];
  /** What to answer from now on; `hang` never answers. */
  answer: number | 'hang';
  close(): Promise<void>;
}

interface AnyValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: unknown;
  doubleValue?: number;
  arrayValue?: { values: AnyValue[] };
}
interface KeyValue {
  key: string;
  value: AnyValue;
}
interface WireSpan {
  traceId: Uint8Array;
  spanId: Uint8Array;
  parentSpanId: Uint8Array | null;
  name: string;
  kind: number;
  startTimeUnixNano: unknown;
  endTimeUnixNano: unknown;
  attributes: KeyValue[];
  status?: { code: number };
}
interface ExportRequest {
  resourceSpans: {
    resource: { attributes: KeyValue[] };
    scopeSpans: { spans: WireSpan[] }[];
  }[];
}

const codec = createRequire(import.meta.url)(
  '../../node_modules/@opentelemetry/otlp-transformer/build/src/generated/root.js',
) as {
  opentelemetry: {
    proto: {
      collector: {
        trace: { v1: { ExportTraceServiceRequest: { decode(bytes: Uint8Array): ExportRequest } } };
      };
    };
  };
};
const { ExportTraceServiceRequest } = codec.opentelemetry.proto.collector.trace.v1;

/** A real OTLP/HTTP receiver on a real port, which decodes with OpenTelemetry's own codec. */
export async function openTraceSink(): Promise<TraceSink> {
  const spans: SunkSpan[] = [];
  const requests: TraceSink['requests'] = [];
  const server = createServer((request, response) => {
    // A client may cut its request when the test is over.
    receive(request, response).catch(() => response.destroy());
  });
  const sink: TraceSink = {
    url: '',
    spans,
    requests,
    answer: 200,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    requests.push({ headers: request.headers, path: request.url ?? '' });
    const { answer } = sink;
    if (answer === 'hang') return;
    if (answer === 200) spans.push(...decode(body));
    response.writeHead(answer, { 'content-type': 'application/x-protobuf' }).end();
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(sink, { url: `http://127.0.0.1:${port}` });
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}

function decode(body: Buffer): SunkSpan[] {
  return ExportTraceServiceRequest.decode(body).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap((scope) =>
      scope.spans.map((span) => ({
        traceId: Buffer.from(span.traceId).toString('hex'),
        spanId: Buffer.from(span.spanId).toString('hex'),
        parentSpanId: Buffer.from(span.parentSpanId ?? []).toString('hex'),
        name: span.name,
        kind: span.kind,
        startNs: BigInt(String(span.startTimeUnixNano)),
        endNs: BigInt(String(span.endTimeUnixNano)),
        statusCode: span.status?.code ?? 0,
        attributes: plain(span.attributes),
        resource: plain(resource.attributes),
      })),
    ),
  );
}

function plain(attributes: KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]));
}

/** protobufjs puts unset members of a oneof on the prototype: own ones are the ones that were sent. */
function plainValue(value: AnyValue): unknown {
  if (Object.hasOwn(value, 'intValue')) return Number(value.intValue);
  if (Object.hasOwn(value, 'doubleValue')) return value.doubleValue;
  if (Object.hasOwn(value, 'boolValue')) return value.boolValue;
  if (Object.hasOwn(value, 'arrayValue')) return value.arrayValue?.values.map(plainValue);
  return value.stringValue;
}
