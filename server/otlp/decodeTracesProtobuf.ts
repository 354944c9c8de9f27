import type { SpanBatch } from '@burnbook/domain/spanBatch';
import { ByteSource, EMPTY_SOURCE } from './byteSource.js';
import { EVENTS_MAX, LINKS_MAX } from './limits.js';
import { ProtobufParts } from './protobufParts.js';
import { ProtobufValues } from './protobufValues.js';
import { TraceBuilder } from './traceBuilder.js';
import type { SourceFact } from './traceBuilder.js';
import { WireReader } from './wireReader.js';

/** Tags: field number << 3 | wire type. */
const REQUEST_RESOURCE_SPANS = (1 << 3) | 2;
const RESOURCE_SPANS = { resource: (1 << 3) | 2, scopeSpans: (2 << 3) | 2 } as const;
const RESOURCE_ATTRIBUTES = (1 << 3) | 2;
const SCOPE_SPANS_SPANS = (2 << 3) | 2;
const SPAN = {
  traceId: (1 << 3) | 2,
  spanId: (2 << 3) | 2,
  traceState: (3 << 3) | 2,
  parentSpanId: (4 << 3) | 2,
  name: (5 << 3) | 2,
  kind: 6 << 3,
  startTimeUnixNano: (7 << 3) | 1,
  endTimeUnixNano: (8 << 3) | 1,
  attributes: (9 << 3) | 2,
  droppedAttributesCount: 10 << 3,
  events: (11 << 3) | 2,
  droppedEventsCount: 12 << 3,
  links: (13 << 3) | 2,
  droppedLinksCount: 14 << 3,
  status: (15 << 3) | 2,
  flags: (16 << 3) | 5,
} as const;
const STATUS = { message: (2 << 3) | 2, code: 3 << 3 } as const;

const KIND_MAX = 5;
const STATUS_MAX = 2;

/**
 * Decodes an ExportTraceServiceRequest in protobuf.
 *
 * Unknown fields are skipped, submessages that come in pieces are merged, the last value of a scalar wins, enum
 * numbers out of range count as 0. Decoding is synchronous and keeps no reference to `body`.
 *
 * @throws DecodeError `malformed` when the bytes are no such message, `too_large` when they become too much text.
 * Source: opentelemetry-proto 1.11, collector/trace/v1 and trace/v1.
 */
export function decodeTracesProtobuf(body: Uint8Array): SpanBatch {
  decoder ??= new ProtobufTraces();
  return decoder.decode(body);
}

/** One for all requests, because its memory is used again; decoding never yields in between. */
let decoder: ProtobufTraces | undefined;

class ProtobufTraces {
  readonly #wire = new WireReader();
  readonly #builder = new TraceBuilder();
  readonly #values = new ProtobufValues(this.#wire, this.#builder);
  readonly #parts = new ProtobufParts(this.#wire, this.#builder, this.#values);
  /** Start and end of each event and link of the span being read: written after its attributes. */
  #events: number[] = [];
  #links: number[] = [];

  decode(body: Uint8Array): SpanBatch {
    const source = new ByteSource(body);
    this.#builder.begin(source);
    this.#wire.use(source);
    this.#wire.at = 0;
    try {
      this.#wire.each(0, body.length, REQUEST_RESOURCE_SPANS, this.#resourceSpans);
      return this.#builder.finish();
    } finally {
      this.#wire.use(EMPTY_SOURCE);
      this.#values.release();
      this.#builder.end();
    }
  }

  /** The resource may stand behind the spans that it describes, hence two passes. */
  readonly #resourceSpans = (end: number): void => {
    const wire = this.#wire;
    const start = wire.at;
    const facts: SourceFact[] = [];
    const { map, side } = this.#builder;
    side.length = 0;
    map.begin();
    wire.each(start, end, RESOURCE_SPANS.resource, (resourceEnd) => {
      wire.each(wire.at, resourceEnd, RESOURCE_ATTRIBUTES, (attributeEnd) => {
        this.#values.resourceAttribute(side, attributeEnd, facts);
      });
    });
    map.close(side);
    this.#builder.setResource(map.kept > 0 ? side.textSince(0) : '{}', facts);
    wire.each(start, end, RESOURCE_SPANS.scopeSpans, this.#scopeSpans);
  };

  readonly #scopeSpans = (end: number): void => {
    const start = this.#wire.at;
    this.#builder.setScope(this.#parts.scope(start, end));
    this.#wire.each(start, end, SCOPE_SPANS_SPANS, this.#span);
  };

  readonly #span = (end: number): void => {
    const wire = this.#wire;
    const builder = this.#builder;
    const { span } = builder;
    builder.beginSpan();
    if (this.#events.length > 0) this.#events = [];
    if (this.#links.length > 0) this.#links = [];
    while (wire.at < end) {
      const tag = wire.tag(end);
      switch (tag) {
        case SPAN.traceId:
          this.#traceId(wire.fieldEnd(end));
          break;
        case SPAN.spanId: {
          const size = this.#id(wire.fieldEnd(end));
          span.spanIdHigh = size === 8 ? wire.high : 0;
          span.spanIdLow = size === 8 ? wire.low : 0;
          break;
        }
        case SPAN.parentSpanId: {
          const size = this.#id(wire.fieldEnd(end));
          span.parentIdHigh = wire.high;
          span.parentIdLow = wire.low;
          span.parentIdInvalid = size !== 8 && size !== 0;
          break;
        }
        case SPAN.name: {
          const nameEnd = wire.fieldEnd(end);
          span.name = builder.texts.index(wire.source, wire.at, nameEnd);
          wire.at = nameEnd;
          break;
        }
        case SPAN.kind: {
          const kind = wire.varint32(end);
          span.kind = kind <= KIND_MAX ? kind : 0;
          break;
        }
        case SPAN.startTimeUnixNano:
          wire.fixed64(end);
          span.startHigh = wire.high;
          span.startLow = wire.low;
          break;
        case SPAN.endTimeUnixNano:
          wire.fixed64(end);
          span.endHigh = wire.high;
          span.endLow = wire.low;
          break;
        case SPAN.attributes:
          this.#values.spanAttribute(wire.fieldEnd(end));
          break;
        default:
          this.#rareField(tag, end);
      }
    }
    builder.closeAttributes();
    if (this.#events.length > 0) {
      span.events = arrayText(this.#events, (from, to) => this.#parts.event(from, to));
    }
    if (this.#links.length > 0) {
      span.links = arrayText(this.#links, (from, to) => this.#parts.link(from, to));
    }
    builder.endSpan();
  };

  #rareField(tag: number, end: number): void {
    const wire = this.#wire;
    const { span } = this.#builder;
    switch (tag) {
      case SPAN.traceState:
        span.traceState = this.#parts.text(end);
        break;
      case SPAN.droppedAttributesCount:
        span.droppedAttributes = wire.varint32(end);
        break;
      case SPAN.events:
        if (!this.#note(this.#events, EVENTS_MAX, end)) span.droppedEvents++;
        break;
      case SPAN.droppedEventsCount:
        span.droppedEvents += wire.varint32(end);
        break;
      case SPAN.links:
        if (!this.#note(this.#links, LINKS_MAX, end)) span.droppedLinks++;
        break;
      case SPAN.droppedLinksCount:
        span.droppedLinks += wire.varint32(end);
        break;
      case SPAN.status:
        this.#status(wire.fieldEnd(end));
        break;
      case SPAN.flags:
        span.flags = wire.fixed32(end) >>> 0;
        break;
      default:
        wire.skip(tag, end);
    }
  }

  #traceId(end: number): void {
    const wire = this.#wire;
    const { traceId } = this.#builder.span;
    const isWhole = end - wire.at === 16;
    for (let i = 0; i < 4; i++) traceId[i] = isWhole ? this.#bigEndian32() : 0;
    wire.at = end;
  }

  /** An id of 8 bytes into `high` and `low`, 0 when it has another size. @returns its size. */
  #id(end: number): number {
    const wire = this.#wire;
    const size = end - wire.at;
    wire.high = size === 8 ? this.#bigEndian32() : 0;
    wire.low = size === 8 ? this.#bigEndian32() : 0;
    wire.at = end;
    return size;
  }

  #bigEndian32(): number {
    const { source, at } = this.#wire;
    this.#wire.at = at + 4;
    return source.view.getInt32(at);
  }

  #status(end: number): void {
    const wire = this.#wire;
    const { span } = this.#builder;
    while (wire.at < end) {
      const tag = wire.tag(end);
      if (tag === STATUS.code) {
        const code = wire.varint32(end);
        span.status = code <= STATUS_MAX ? code : 0;
      } else if (tag === STATUS.message) {
        span.statusMessage = this.#parts.text(end);
      } else {
        wire.skip(tag, end);
      }
    }
  }

  /** Remembers where an event or link lies. @returns false when there are too many. */
  #note(places: number[], placesMax: number, end: number): boolean {
    const wire = this.#wire;
    const fieldEnd = wire.fieldEnd(end);
    const fits = places.length < placesMax * 2;
    if (fits) places.push(wire.at, fieldEnd);
    wire.at = fieldEnd;
    return fits;
  }
}

/** A JSON array of what lies at `places`, pairs of start and end. */
function arrayText(
  places: readonly number[],
  text: (start: number, end: number) => string,
): string {
  const texts: string[] = [];
  for (let i = 0; i < places.length; i += 2) {
    texts.push(text(places[i] as number, places[i + 1] as number));
  }
  return `[${texts.join(',')}]`;
}
