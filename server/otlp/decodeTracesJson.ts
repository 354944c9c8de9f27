import type { SpanBatch } from '@burnbook/domain/spanBatch';
import { ByteSource } from './byteSource.js';
import { JsonFields } from './jsonFields.js';
import { JsonScalars } from './jsonScalars.js';
import { JsonTape } from './jsonTape.js';
import { eachElement, JsonValues } from './jsonValues.js';
import { EVENTS_MAX, LINKS_MAX } from './limits.js';
import { eventText, linkText, scopeText } from './rareText.js';
import { TraceBuilder } from './traceBuilder.js';
import type { SourceFact } from './traceBuilder.js';
import { uint64Text, writeText } from './valueText.js';

const REQUEST = new JsonFields(['resourceSpans']);
const RESOURCE_SPANS = new JsonFields(['resource', 'scopeSpans']);
const RESOURCE = new JsonFields(['attributes']);
const SCOPE_SPANS = new JsonFields(['scope', 'spans']);
const SCOPE = new JsonFields(['name', 'version', 'attributes']);
const SPAN = new JsonFields([
  'traceId',
  'spanId',
  'parentSpanId',
  'name',
  'kind',
  'startTimeUnixNano',
  'endTimeUnixNano',
  'attributes',
  'status',
  'flags',
  'traceState',
  'droppedAttributesCount',
  'events',
  'droppedEventsCount',
  'links',
  'droppedLinksCount',
]);
const STATUS = new JsonFields(['message', 'code']);
const EVENT = new JsonFields(['timeUnixNano', 'name', 'attributes', 'droppedAttributesCount']);
const LINK = new JsonFields([
  'traceId',
  'spanId',
  'traceState',
  'attributes',
  'droppedAttributesCount',
  'flags',
]);

const KIND_MAX = 5;
const STATUS_MAX = 2;

/**
 * Decodes an ExportTraceServiceRequest in OTLP/JSON into the same batch as its protobuf.
 *
 * Ids are hexadecimal in either case, enums are integers, 64-bit numbers are numbers or strings and never rounded.
 * Unknown members are ignored and snake_case names are unknown; `null` is absent; of a repeated member the last counts.
 * An empty body is an empty request. Decoding is synchronous and keeps no reference to `body`.
 *
 * @throws DecodeError `malformed` or `too_large`, as `decodeTracesProtobuf`.
 * Source: OTLP 1.11, JSON Protobuf Encoding.
 */
export function decodeTracesJson(body: Uint8Array): SpanBatch {
  decoder ??= new JsonTraces();
  return decoder.decode(body);
}

/** One for all requests, because its memory is used again; decoding never yields in between. */
let decoder: JsonTraces | undefined;

class JsonTraces {
  readonly #tape = new JsonTape();
  readonly #builder = new TraceBuilder();
  readonly #scalars = new JsonScalars(this.#tape);
  readonly #values = new JsonValues(this.#tape, this.#scalars, this.#builder);
  readonly #traceId = new Uint8Array(16);
  readonly #id = new Uint8Array(8);

  decode(body: Uint8Array): SpanBatch {
    const tape = this.#tape;
    const source = new ByteSource(body);
    this.#builder.begin(source);
    try {
      if (body.length > 0) {
        tape.read(source);
        REQUEST.find(tape, 0, 'the request');
        eachElement(tape, REQUEST.token('resourceSpans'), 'resourceSpans', this.#resourceSpans);
      }
      return this.#builder.finish();
    } finally {
      tape.release();
      this.#values.release();
      this.#builder.end();
    }
  }

  readonly #resourceSpans = (token: number): void => {
    const { map, side } = this.#builder;
    RESOURCE_SPANS.find(this.#tape, token, 'resourceSpans[]');
    RESOURCE.find(this.#tape, RESOURCE_SPANS.token('resource'), 'resource');
    const facts: SourceFact[] = [];
    side.length = 0;
    map.begin();
    this.#values.resourceAttributes(side, RESOURCE.token('attributes'), facts);
    map.close(side);
    this.#builder.setResource(map.kept > 0 ? side.textSince(0) : '{}', facts);
    eachElement(this.#tape, RESOURCE_SPANS.token('scopeSpans'), 'scopeSpans', this.#scopeSpans);
  };

  readonly #scopeSpans = (token: number): void => {
    SCOPE_SPANS.find(this.#tape, token, 'scopeSpans[]');
    SCOPE.find(this.#tape, SCOPE_SPANS.token('scope'), 'scope');
    this.#builder.setScope(
      scopeText({
        name: this.#text(SCOPE.token('name'), 'scope.name'),
        version: this.#text(SCOPE.token('version'), 'scope.version'),
        attributes: this.#attributesText(SCOPE.token('attributes')),
      }),
    );
    eachElement(this.#tape, SCOPE_SPANS.token('spans'), 'spans', this.#span);
  };

  readonly #span = (token: number): void => {
    const builder = this.#builder;
    SPAN.find(this.#tape, token, 'spans[]');
    builder.beginSpan();
    this.#ids();
    this.#scalarFields();
    this.#values.spanAttributes(SPAN.token('attributes'));
    builder.closeAttributes();
    this.#status(SPAN.token('status'));
    this.#events(SPAN.token('events'));
    this.#links(SPAN.token('links'));
    builder.endSpan();
  };

  #ids(): void {
    const { span } = this.#builder;
    const traceId = SPAN.token('traceId');
    const spanId = SPAN.token('spanId');
    const parentSpanId = SPAN.token('parentSpanId');
    if (traceId >= 0) {
      this.#scalars.id(traceId, 'traceId', this.#traceId);
      for (let i = 0; i < 4; i++) span.traceId[i] = bigEndian32(this.#traceId, i * 4);
    }
    if (spanId >= 0) {
      this.#scalars.id(spanId, 'spanId', this.#id);
      span.spanIdHigh = bigEndian32(this.#id, 0);
      span.spanIdLow = bigEndian32(this.#id, 4);
    }
    if (parentSpanId >= 0) {
      const size = this.#scalars.id(parentSpanId, 'parentSpanId', this.#id);
      span.parentIdHigh = bigEndian32(this.#id, 0);
      span.parentIdLow = bigEndian32(this.#id, 4);
      span.parentIdInvalid = size !== 8 && size !== 0;
    }
  }

  #scalarFields(): void {
    const { span, texts } = this.#builder;
    const { int64, strings } = this.#scalars;
    const name = SPAN.token('name');
    if (name >= 0) {
      this.#scalars.text(name, 'name');
      span.name = texts.index(strings.source, strings.start, strings.end);
    }
    const kind = SPAN.token('kind');
    if (kind >= 0) span.kind = this.#scalars.enumeration(kind, 'kind', KIND_MAX);
    if (this.#time(SPAN.token('startTimeUnixNano'), 'startTimeUnixNano')) {
      span.startHigh = int64.high;
      span.startLow = int64.low;
    }
    if (this.#time(SPAN.token('endTimeUnixNano'), 'endTimeUnixNano')) {
      span.endHigh = int64.high;
      span.endLow = int64.low;
    }
    span.traceState = this.#text(SPAN.token('traceState'), 'traceState');
    span.flags = this.#count(SPAN.token('flags'), 'flags');
    span.droppedAttributes = this.#count(
      SPAN.token('droppedAttributesCount'),
      'droppedAttributesCount',
    );
    span.droppedEvents = this.#count(SPAN.token('droppedEventsCount'), 'droppedEventsCount');
    span.droppedLinks = this.#count(SPAN.token('droppedLinksCount'), 'droppedLinksCount');
  }

  #status(token: number): void {
    if (token < 0) return;
    const { span } = this.#builder;
    STATUS.find(this.#tape, token, 'status');
    span.statusMessage = this.#text(STATUS.token('message'), 'status.message');
    const code = STATUS.token('code');
    if (code >= 0) span.status = this.#scalars.enumeration(code, 'status.code', STATUS_MAX);
  }

  #events(list: number): void {
    if (list < 0) return;
    const { span } = this.#builder;
    const texts: string[] = [];
    eachElement(this.#tape, list, 'events', (token) => {
      if (texts.length < EVENTS_MAX) texts.push(this.#event(token));
      else span.droppedEvents++;
    });
    if (texts.length > 0) span.events = `[${texts.join(',')}]`;
  }

  #links(list: number): void {
    if (list < 0) return;
    const { span } = this.#builder;
    const texts: string[] = [];
    eachElement(this.#tape, list, 'links', (token) => {
      if (texts.length < LINKS_MAX) texts.push(this.#link(token));
      else span.droppedLinks++;
    });
    if (texts.length > 0) span.links = `[${texts.join(',')}]`;
  }

  #event(token: number): string {
    const { int64 } = this.#scalars;
    EVENT.find(this.#tape, token, 'events[]');
    const hasTime = this.#time(EVENT.token('timeUnixNano'), 'timeUnixNano');
    const time = hasTime ? uint64Text(int64.low, int64.high) : '';
    const name = this.#text(EVENT.token('name'), 'event.name');
    const attributes = this.#attributesText(EVENT.token('attributes'));
    const dropped = this.#dropped(EVENT.token('droppedAttributesCount'));
    return eventText({ time, name, attributes, dropped });
  }

  #link(token: number): string {
    LINK.find(this.#tape, token, 'links[]');
    const traceId = this.#idText(LINK.token('traceId'), 'link.traceId', this.#traceId);
    const spanId = this.#idText(LINK.token('spanId'), 'link.spanId', this.#id);
    const traceState = this.#text(LINK.token('traceState'), 'link.traceState');
    const flags = this.#count(LINK.token('flags'), 'link.flags');
    const attributes = this.#attributesText(LINK.token('attributes'));
    const dropped = this.#dropped(LINK.token('droppedAttributesCount'));
    return linkText({ traceId, spanId, traceState, attributes, dropped, flags });
  }

  /** What the sender dropped of the map written last, and what a bound did. */
  #dropped(token: number): number {
    return this.#count(token, 'droppedAttributesCount') + this.#builder.map.dropped;
  }

  /** A string field as a JSON string; '' when it is absent or empty. */
  #text(token: number, field: string): string {
    if (token < 0) return '';
    this.#scalars.text(token, field);
    const { source, start, end } = this.#scalars.strings;
    if (start === end) return '';
    const { side } = this.#builder;
    const textStart = side.length;
    writeText(side, source, start, end);
    const text = side.textSince(textStart);
    side.length = textStart;
    return text;
  }

  #attributesText(list: number): string {
    const { map, side } = this.#builder;
    side.length = 0;
    map.begin();
    this.#values.attributes(side, list);
    map.close(side);
    return side.textSince(0);
  }

  /** An id as hexadecimal JSON string; '' when it is absent or has another size. */
  #idText(token: number, field: string, target: Uint8Array): string {
    if (token < 0 || this.#scalars.id(token, field, target) !== target.length) return '';
    return `"${Buffer.from(target).toString('hex')}"`;
  }

  /** @returns whether there is a time, which is then in `int64`. */
  #time(token: number, field: string): boolean {
    if (token < 0) return false;
    this.#scalars.integer(token, field, 'unsigned');
    return true;
  }

  #count(token: number, field: string): number {
    return token < 0 ? 0 : this.#scalars.uint32(token, field);
  }
}

function bigEndian32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}
