/** A span as the tests write it, and the OTLP requests that carry it. */
import { encodeRequest } from '../otlp/support/officialCodec.js';

export type AttributeValue = string | number | boolean;
export type Attributes = Readonly<Record<string, AttributeValue>>;

export interface SpanSpec {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  /** null: a root. */
  readonly parentSpanId: string | null;
  readonly name: string;
  /** UTC nanoseconds as on the wire, an unsigned 64-bit number. */
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** Whether the status is an error. */
  readonly failed: boolean;
  readonly attributes: Attributes;
  readonly resource: Attributes;
  readonly traceState?: string;
  /** Name of the instrumentation scope; `tests` unless told. */
  readonly scope?: string;
}

export type Encoding = 'json' | 'protobuf';

export interface OtlpBody {
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

/** One export request with these spans, in their order. */
export function otlpBody(spans: readonly SpanSpec[], encoding: Encoding): OtlpBody {
  if (encoding === 'json') {
    const request = requestOf(spans, (id) => id);
    return { contentType: 'application/json', body: JSON.stringify(request) };
  }
  const request = requestOf(spans, (id) => Buffer.from(id, 'hex'));
  return { contentType: 'application/x-protobuf', body: encodeRequest(request) };
}

function requestOf(spans: readonly SpanSpec[], idOf: (hex: string) => string | Uint8Array): object {
  const groups: { resource: Attributes; scope: string; spans: SpanSpec[] }[] = [];
  for (const span of spans) {
    const last = groups.at(-1);
    const scope = span.scope ?? 'tests';
    if (last?.resource === span.resource && last.scope === scope) last.spans.push(span);
    else groups.push({ resource: span.resource, scope, spans: [span] });
  }
  return {
    resourceSpans: groups.map((group) => ({
      resource: { attributes: keyValues(group.resource) },
      scopeSpans: [
        { scope: { name: group.scope }, spans: group.spans.map((span) => wireSpan(span, idOf)) },
      ],
    })),
  };
}

function wireSpan(span: SpanSpec, idOf: (hex: string) => string | Uint8Array): object {
  return {
    traceId: idOf(span.traceId),
    spanId: idOf(span.spanId),
    ...(span.parentSpanId === null ? {} : { parentSpanId: idOf(span.parentSpanId) }),
    ...(span.traceState === undefined ? {} : { traceState: span.traceState }),
    name: span.name,
    kind: 1,
    startTimeUnixNano: String(span.startNs),
    endTimeUnixNano: String(span.endNs),
    attributes: keyValues(span.attributes),
    status: { code: span.failed ? 2 : 0 },
  };
}

const keyValues = (attributes: Attributes): object[] =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));

function anyValue(value: AttributeValue): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
