/** Spans as the body of a request: an ExportTraceServiceRequest in protobuf. */
import type { LoadSpan } from './loadTrace.js';
import { attribute, ProtoWriter } from './protoWriter.js';

const RESOURCE = [
  ['service.name', 'mail-features'],
  ['service.version', '1.4.2'],
  ['deployment.environment.name', 'production'],
  ['team', 'data-platform'],
  ['telemetry.sdk.language', 'nodejs'],
] as const;
const STATUS_OK = 1;
const STATUS_ERROR = 2;

export function encodeBody(spans: readonly LoadSpan[]): Buffer {
  const out = new ProtoWriter();
  out.message(1, () => {
    out.message(1, () => {
      for (const [key, value] of RESOURCE) attribute(out, { field: 1, key, value });
    });
    out.message(2, () => {
      out.message(1, () => {
        out.string(1, '@burnbook/collectors');
        out.string(2, '0.1.0');
      });
      for (const span of spans) out.message(2, () => writeSpan(out, span));
    });
  });
  return out.toBuffer();
}

function writeSpan(out: ProtoWriter, span: LoadSpan): void {
  out.bytes(1, span.traceId);
  out.bytes(2, span.spanId);
  if (span.parentId) out.bytes(4, span.parentId);
  out.string(5, span.name);
  out.varint(6, span.kind);
  out.fixed64(7, span.startNs);
  out.fixed64(8, span.endNs);
  for (const [key, value] of span.attributes) attribute(out, { field: 9, key, value });
  out.message(15, () => out.varint(3, span.failed ? STATUS_ERROR : STATUS_OK));
}
