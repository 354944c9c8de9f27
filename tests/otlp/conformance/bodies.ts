import { randomBytes } from 'node:crypto';
import type { Encoding } from './target.js';

/** What the cases vary of a span. Ids are hexadecimal; random when absent. */
export interface SpanParts {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly name?: string;
  /** Bytes appended to the protobuf of the span. */
  readonly rawProtobuf?: Uint8Array;
  /** Members, as JSON text, appended to the JSON of the span. */
  readonly rawJson?: readonly string[];
}

export function hexId(bytes: 8 | 16): string {
  return randomBytes(bytes).toString('hex');
}

/** A request of some spans of one resource and scope. */
export function traceBody(encoding: Encoding, spans: readonly SpanParts[]): Buffer {
  return encoding === 'json' ? jsonBody(spans) : protobufBody(spans);
}

/** A length-delimited field. */
export function field(number: number, content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([
    Buffer.from(varint(number * 8 + 2)),
    Buffer.from(varint(bytes.length)),
    bytes,
  ]);
}

export function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

/** A KeyValue with a string, as the field `number` of its parent. */
export function stringAttribute(number: number, key: string, value: string | Uint8Array): Buffer {
  return field(number, Buffer.concat([field(1, key), field(2, field(1, value))]));
}

export function fixed64(number: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(9);
  bytes.writeUInt8(number * 8 + 1, 0);
  bytes.writeBigUInt64LE(value, 1);
  return bytes;
}

/** Times just before now, so that no receiver finds them odd. */
export function recentNs(): bigint {
  return (BigInt(Date.now()) - 60_000n) * 1_000_000n;
}

function protobufBody(spans: readonly SpanParts[]): Buffer {
  const startNs = recentNs();
  const parts = spans.map((span) =>
    field(
      2,
      Buffer.concat([
        field(1, Buffer.from(span.traceId ?? hexId(16), 'hex')),
        field(2, Buffer.from(span.spanId ?? hexId(8), 'hex')),
        field(5, span.name ?? 'conformance'),
        Buffer.from([6 * 8, 2]),
        fixed64(7, startNs),
        fixed64(8, startNs + 1_000_000n),
        span.rawProtobuf ?? Buffer.alloc(0),
      ]),
    ),
  );
  const resource = field(1, stringAttribute(1, 'service.name', 'conformance'));
  const scope = field(1, field(1, 'conformance'));
  return field(1, Buffer.concat([resource, field(2, Buffer.concat([scope, ...parts]))]));
}

function jsonBody(spans: readonly SpanParts[]): Buffer {
  const startNs = recentNs();
  const parts = spans.map((span) => {
    const members = [
      `"traceId":"${span.traceId ?? hexId(16)}"`,
      `"spanId":"${span.spanId ?? hexId(8)}"`,
      `"name":${JSON.stringify(span.name ?? 'conformance')}`,
      '"kind":2',
      `"startTimeUnixNano":"${startNs}"`,
      `"endTimeUnixNano":"${startNs + 1_000_000n}"`,
      ...(span.rawJson ?? []),
    ];
    return `{${members.join(',')}}`;
  });
  const resource = '{"attributes":[{"key":"service.name","value":{"stringValue":"conformance"}}]}';
  return Buffer.from(
    `{"resourceSpans":[{"resource":${resource},"scopeSpans":[{"scope":{"name":"conformance"},"spans":[${parts.join(',')}]}]}]}`,
  );
}
