/** Encodings that a client may choose; every answer is in that of the request. */
export type OtlpEncoding = 'protobuf' | 'json';

/** Codes of google.rpc.Status that the receiver uses. Source: google/rpc/code.proto. */
export const STATUS_CODE = {
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/**
 * Bytes kept of a message for the client. OTLP 1.11 bounds a whole response at 4 MiB; a sentence needs far less, and
 * clients write it to their logs.
 */
const MESSAGE_BYTES_MAX = 2048;

/** What of a request could not be stored, or a remark when all could (`rejected` 0 and a message). */
export interface PartialSuccess {
  readonly rejected: number;
  readonly message: string;
}

/**
 * ExportTraceServiceResponse. Full success is the empty message: 0 bytes, or `{}`.
 * Source: opentelemetry-proto 1.11, collector/trace/v1.
 */
export function encodeTraceResponse(
  encoding: OtlpEncoding,
  partialSuccess: PartialSuccess | undefined,
): Uint8Array {
  if (encoding === 'json') {
    if (!partialSuccess) return Buffer.from('{}');
    const { rejected, message } = partialSuccess;
    return json({
      partialSuccess: {
        // 64-bit numbers are strings in the JSON of protobuf, and 0 is the default, which is left out.
        ...(rejected > 0 && { rejectedSpans: String(rejected) }),
        errorMessage: cut(message),
      },
    });
  }
  if (!partialSuccess) return Buffer.alloc(0);
  const { rejected, message } = partialSuccess;
  const inner = Buffer.concat([
    rejected > 0 ? Buffer.from([0x08, ...varint(rejected)]) : Buffer.alloc(0),
    textField(0x12, message),
  ]);
  return Buffer.concat([Buffer.from([0x0a, ...varint(inner.length)]), inner]);
}

/** google.rpc.Status. Source: google/rpc/status.proto. */
export function encodeStatus(
  encoding: OtlpEncoding,
  { code, message }: { readonly code: number; readonly message: string },
): Uint8Array {
  if (encoding === 'json') return json({ code, message: cut(message) });
  return Buffer.concat([Buffer.from([0x08, ...varint(code)]), textField(0x12, message)]);
}

function json(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

function textField(tag: number, text: string): Buffer {
  const bytes = Buffer.from(cut(text));
  return Buffer.concat([Buffer.from([tag, ...varint(bytes.length)]), bytes]);
}

function cut(message: string): string {
  if (Buffer.byteLength(message) <= MESSAGE_BYTES_MAX) return message;
  // A character is at most 3 bytes per UTF-16 unit; a half pair at the end becomes U+FFFD when encoded.
  return `${message.slice(0, Math.floor(MESSAGE_BYTES_MAX / 3) - 1)}…`;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return bytes;
}
