import type { ProtobufValues } from './protobufValues.js';
import { eventText, linkText, scopeText } from './rareText.js';
import type { TraceBuilder } from './traceBuilder.js';
import { uint64Text, writeText } from './valueText.js';
import type { WireReader } from './wireReader.js';

/** Tags: field number << 3 | wire type. */
const SCOPE_SPANS_SCOPE = (1 << 3) | 2;
const SCOPE = { name: (1 << 3) | 2, version: (2 << 3) | 2, attributes: (3 << 3) | 2 } as const;
const EVENT = {
  timeUnixNano: (1 << 3) | 1,
  name: (2 << 3) | 2,
  attributes: (3 << 3) | 2,
  droppedAttributesCount: 4 << 3,
} as const;
const LINK = {
  traceId: (1 << 3) | 2,
  spanId: (2 << 3) | 2,
  traceState: (3 << 3) | 2,
  attributes: (4 << 3) | 2,
  droppedAttributesCount: 5 << 3,
  flags: (6 << 3) | 5,
} as const;

/** Decodes the parts of a trace that become JSON text rather than columns. */
export class ProtobufParts {
  readonly #wire: WireReader;
  readonly #builder: TraceBuilder;
  readonly #values: ProtobufValues;

  constructor(wire: WireReader, builder: TraceBuilder, values: ProtobufValues) {
    this.#wire = wire;
    this.#builder = builder;
    this.#values = values;
  }

  /** The string field whose length comes next, as a JSON string; '' when it is empty. */
  text(end: number): string {
    const wire = this.#wire;
    const { side } = this.#builder;
    const fieldEnd = wire.fieldEnd(end);
    const start = side.length;
    if (fieldEnd > wire.at) writeText(side, wire.source, wire.at, fieldEnd);
    const text = side.textSince(start);
    side.length = start;
    wire.at = fieldEnd;
    return text;
  }

  /** InstrumentationScope of the ScopeSpans at [start, end). */
  scope(start: number, end: number): string {
    const wire = this.#wire;
    let name = '';
    let version = '';
    this.#beginAttributes();
    wire.each(start, end, SCOPE_SPANS_SCOPE, (scopeEnd) => {
      while (wire.at < scopeEnd) {
        const tag = wire.tag(scopeEnd);
        if (tag === SCOPE.name) name = this.text(scopeEnd);
        else if (tag === SCOPE.version) version = this.text(scopeEnd);
        else if (tag === SCOPE.attributes) this.#attribute(scopeEnd);
        else wire.skip(tag, scopeEnd);
      }
    });
    return scopeText({ name, version, attributes: this.#endAttributes() });
  }

  event(start: number, end: number): string {
    const wire = this.#wire;
    let time = '';
    let name = '';
    let dropped = 0;
    this.#beginAttributes();
    wire.at = start;
    while (wire.at < end) {
      const tag = wire.tag(end);
      switch (tag) {
        case EVENT.timeUnixNano:
          wire.fixed64(end);
          time = uint64Text(wire.low, wire.high);
          break;
        case EVENT.name:
          name = this.text(end);
          break;
        case EVENT.attributes:
          this.#attribute(end);
          break;
        case EVENT.droppedAttributesCount:
          dropped = wire.varint32(end);
          break;
        default:
          wire.skip(tag, end);
      }
    }
    return eventText({
      time,
      name,
      attributes: this.#endAttributes(),
      dropped: dropped + this.#dropped,
    });
  }

  link(start: number, end: number): string {
    const wire = this.#wire;
    let traceId = '';
    let spanId = '';
    let traceState = '';
    let dropped = 0;
    let flags = 0;
    this.#beginAttributes();
    wire.at = start;
    while (wire.at < end) {
      const tag = wire.tag(end);
      switch (tag) {
        case LINK.traceId:
          traceId = this.#id(end, 16);
          break;
        case LINK.spanId:
          spanId = this.#id(end, 8);
          break;
        case LINK.traceState:
          traceState = this.text(end);
          break;
        case LINK.attributes:
          this.#attribute(end);
          break;
        case LINK.droppedAttributesCount:
          dropped = wire.varint32(end);
          break;
        case LINK.flags:
          flags = wire.fixed32(end) >>> 0;
          break;
        default:
          wire.skip(tag, end);
      }
    }
    const attributes = this.#endAttributes();
    return linkText({
      traceId,
      spanId,
      traceState,
      attributes,
      dropped: dropped + this.#dropped,
      flags,
    });
  }

  get #dropped(): number {
    return this.#builder.map.dropped;
  }

  #beginAttributes(): void {
    this.#builder.side.length = 0;
    this.#builder.map.begin();
  }

  #attribute(end: number): void {
    this.#values.attribute(this.#builder.side, this.#wire.fieldEnd(end));
  }

  #endAttributes(): string {
    const { map, side } = this.#builder;
    map.close(side);
    return side.textSince(0);
  }

  /** An id as hexadecimal JSON string; '' when it has another size. */
  #id(end: number, size: number): string {
    const wire = this.#wire;
    const fieldEnd = wire.fieldEnd(end);
    const id = wire.bytes.subarray(wire.at, fieldEnd);
    wire.at = fieldEnd;
    return id.length === size ? `"${Buffer.from(id).toString('hex')}"` : '';
  }
}
