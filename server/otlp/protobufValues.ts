import { FACT_TYPE } from '@burnbook/domain/spanBatch';
import { ByteSource, EMPTY_SOURCE } from './byteSource.js';
import type { ByteWriter } from './byteWriter.js';
import { malformed } from './decodeError.js';
import { KEY_BYTES_MAX, VALUE_DEPTH_MAX } from './limits.js';
import type { Key } from './keyTable.js';
import { PromotedValue } from './promotedValue.js';
import type { SourceFact, TraceBuilder } from './traceBuilder.js';
import {
  cutOverlong,
  isOverlong,
  writeBytes,
  writeDouble,
  writeInt64,
  writeText,
} from './valueText.js';
import type { WireReader } from './wireReader.js';

/** Tags of AnyValue, and of the one field of ArrayValue and KeyValueList. */
const STRING = (1 << 3) | 2;
const BOOL = 2 << 3;
const INT = 3 << 3;
const DOUBLE = (4 << 3) | 1;
const ARRAY = (5 << 3) | 2;
const MAP = (6 << 3) | 2;
const BYTES = (7 << 3) | 2;
const ELEMENT = (1 << 3) | 2;

/** Tags of KeyValue. */
const KEY = (1 << 3) | 2;
const VALUE = (2 << 3) | 2;

const COMMA = 0x2c;

/** Writes KeyValue and AnyValue messages as the JSON text of `valueText.ts`, and hands on promoted ones. */
export class ProtobufValues {
  readonly #wire: WireReader;
  readonly #builder: TraceBuilder;
  readonly #double = new DataView(new ArrayBuffer(8));

  /** The KeyValue read last. Its value lies in a buffer of its own when it came in several pieces. */
  #keyStart = 0;
  #keyEnd = 0;
  #valueStart = 0;
  #valueEnd = 0;
  #valueSource = EMPTY_SOURCE;

  readonly #promoted = new PromotedValue();

  /** Where the text of the outermost value began. */
  #textStart = 0;

  constructor(wire: WireReader, builder: TraceBuilder) {
    this.#wire = wire;
    this.#builder = builder;
  }

  /** Lets go of the request. */
  release(): void {
    this.#valueSource = EMPTY_SOURCE;
    this.#promoted.release();
  }

  /** An attribute of the span being built: the KeyValue message up to `end`. */
  spanAttribute(end: number): void {
    const key = this.attribute(this.#builder.attrs, end);
    if (key?.codes !== undefined) this.#promoted.addToSpan(this.#builder, key);
  }

  /** An attribute of a resource. */
  resourceAttribute(out: ByteWriter, end: number, facts: SourceFact[]): void {
    const key = this.attribute(out, end);
    if (key?.codes !== undefined) this.#promoted.addToResource(this.#builder, key, facts);
  }

  /**
   * An attribute of the map that was begun last.
   * @returns its key when it was written.
   */
  attribute(out: ByteWriter, end: number): Key | undefined {
    const wire = this.#wire;
    const own = wire.source;
    if (!this.#shortKeyValue(end)) this.#keyValue(end);
    const source = this.#valueSource;
    const start = this.#valueStart;
    const valueEnd = this.#valueEnd;
    const key = this.#builder.map.admit(out, own, this.#keyStart, this.#keyEnd);
    if (key !== undefined) {
      this.#textStart = out.length;
      if (source !== own) wire.use(source);
      const isComposite = this.#value(out, start, valueEnd, 0);
      if (source !== own) wire.use(own);
      if (isComposite && isOverlong(out, this.#textStart)) {
        cutOverlong(out, this.#textStart, valueEnd - start);
      }
    }
    wire.at = end;
    return key;
  }

  /** The shape of nearly all: a key and a value in this order, each shorter than 128 bytes. @returns false if not. */
  #shortKeyValue(end: number): boolean {
    const { at, bytes, source } = this.#wire;
    const keyStart = at + 2;
    if (keyStart > end || bytes[at] !== KEY) return false;
    const keyEnd = keyStart + (bytes[at + 1] as number);
    const valueStart = keyEnd + 2;
    if (valueStart > end || bytes[keyEnd] !== VALUE) return false;
    // A length of 128 and more has a second byte.
    const valueSize = bytes[keyEnd + 1] as number;
    if (keyEnd - keyStart > 127 || valueSize > 127 || valueStart + valueSize !== end) return false;
    this.#keyStart = keyStart;
    this.#keyEnd = keyEnd;
    this.#valueStart = valueStart;
    this.#valueEnd = end;
    if (this.#valueSource !== source) this.#valueSource = source;
    return true;
  }

  /** Finds key and value of a KeyValue message that ends at `end`. */
  #keyValue(end: number): void {
    const wire = this.#wire;
    this.#keyStart = 0;
    this.#keyEnd = 0;
    this.#valueStart = 0;
    this.#valueEnd = 0;
    this.#valueSource = wire.source;
    let pieces: Uint8Array[] | undefined;
    let hasValue = false;
    while (wire.at < end) {
      const tag = wire.tag(end);
      if (tag === KEY) {
        this.#keyEnd = wire.fieldEnd(end);
        this.#keyStart = wire.at;
        wire.at = this.#keyEnd;
      } else if (tag === VALUE) {
        const valueEnd = wire.fieldEnd(end);
        if (hasValue) {
          pieces ??= [wire.bytes.subarray(this.#valueStart, this.#valueEnd)];
          pieces.push(wire.bytes.subarray(wire.at, valueEnd));
        }
        hasValue = true;
        this.#valueStart = wire.at;
        this.#valueEnd = valueEnd;
        wire.at = valueEnd;
      } else {
        wire.skip(tag, end);
      }
    }
    if (pieces !== undefined) {
      this.#valueSource = merged(pieces);
      this.#valueStart = 0;
      this.#valueEnd = this.#valueSource.bytes.length;
    }
  }

  /** Writes the AnyValue at [start, end) and sets the fact. @returns whether it is an array or a map. */
  #value(out: ByteWriter, start: number, end: number, depth: number): boolean {
    const wire = this.#wire;
    const { bytes } = wire;
    // Nearly every value is a text of less than 128 bytes.
    if (end - start >= 2 && bytes[start] === STRING && bytes[start + 1] === end - start - 2) {
      if (end - start < 130) {
        this.#text(out, start + 2, end);
        return false;
      }
    }
    let member = 0;
    let from = 0;
    let to = 0;
    let pieces: Uint8Array[] | undefined;
    wire.at = start;
    while (wire.at < end) {
      const tag = wire.tag(end);
      const at = wire.at;
      wire.skip(tag, end);
      if (!isMember(tag)) continue;
      // The last member of the oneof wins, but an array or a map that comes in pieces is one.
      if (tag === member && (tag === ARRAY || tag === MAP)) {
        pieces ??= [this.#content(from, to)];
        pieces.push(this.#content(at, wire.at));
      } else {
        pieces = undefined;
      }
      member = tag;
      from = at;
      to = wire.at;
    }
    if (member === ARRAY || member === MAP) {
      if (depth === VALUE_DEPTH_MAX) {
        malformed(`an attribute value is nested deeper than ${VALUE_DEPTH_MAX}`);
      }
      if (pieces === undefined) {
        wire.at = from;
        wire.fieldEnd(to);
        this.#composite(out, member, to, depth + 1);
      } else {
        const own = wire.source;
        const content = merged(pieces);
        wire.use(content);
        wire.at = 0;
        this.#composite(out, member, content.bytes.length, depth + 1);
        wire.use(own);
      }
      this.#promoted.setNone();
      return true;
    }
    this.#scalar(out, member, from, to);
    return false;
  }

  #scalar(out: ByteWriter, member: number, from: number, to: number): void {
    const wire = this.#wire;
    wire.at = from;
    switch (member) {
      case STRING:
        wire.fieldEnd(to);
        this.#text(out, wire.at, to);
        return;
      case BOOL: {
        wire.varint64(to);
        const isTrue = wire.low !== 0 || wire.high !== 0;
        out.ascii(isTrue ? 'true' : 'false');
        this.#promoted.setNumber(FACT_TYPE.bool, isTrue ? 1 : 0);
        return;
      }
      case INT:
        wire.varint64(to);
        this.#promoted.setNumber(FACT_TYPE.int, writeInt64(out, wire.low, wire.high));
        return;
      case DOUBLE: {
        wire.fixed64(to);
        this.#double.setInt32(0, wire.high);
        this.#double.setInt32(4, wire.low);
        const value = this.#double.getFloat64(0);
        writeDouble(out, value);
        this.#promoted.setNumber(FACT_TYPE.double, value);
        return;
      }
      case BYTES:
        wire.fieldEnd(to);
        writeBytes(out, wire.bytes, wire.at, to);
        this.#promoted.setNone();
        return;
      default:
        out.ascii('null');
        this.#promoted.setNone();
    }
  }

  #text(out: ByteWriter, start: number, end: number): void {
    writeText(out, this.#wire.source, start, end);
    this.#promoted.setText(this.#wire.source, start, end);
  }

  /** The inside of the length-delimited field whose length starts at `from`. */
  #content(from: number, to: number): Uint8Array {
    const wire = this.#wire;
    const at = wire.at;
    wire.at = from;
    wire.fieldEnd(to);
    const content = wire.bytes.subarray(wire.at, to);
    wire.at = at;
    return content;
  }

  /** The ArrayValue or KeyValueList between `at` and `end`. */
  #composite(out: ByteWriter, member: number, end: number, depth: number): void {
    if (member === ARRAY) this.#array(out, end, depth);
    else this.#map(out, end, depth);
  }

  #array(out: ByteWriter, end: number, depth: number): void {
    const wire = this.#wire;
    out.ascii('[');
    let isFirst = true;
    while (wire.at < end && !isOverlong(out, this.#textStart)) {
      const tag = wire.tag(end);
      if (tag !== ELEMENT) {
        wire.skip(tag, end);
        continue;
      }
      const next = wire.fieldEnd(end);
      if (!isFirst) out.byte(COMMA);
      isFirst = false;
      this.#value(out, wire.at, next, depth);
      wire.at = next;
    }
    out.ascii(']');
  }

  #map(out: ByteWriter, end: number, depth: number): void {
    const wire = this.#wire;
    const seen = new Set<string>();
    out.ascii('{');
    while (wire.at < end && !isOverlong(out, this.#textStart)) {
      const tag = wire.tag(end);
      if (tag !== ELEMENT) {
        wire.skip(tag, end);
        continue;
      }
      const next = wire.fieldEnd(end);
      this.#keyValue(next);
      this.#member(out, seen, depth);
      wire.at = next;
    }
    out.ascii('}');
  }

  /** The KeyValue read last, as a member of a JSON object, unless `seen` has its key. */
  #member(out: ByteWriter, seen: Set<string>, depth: number): void {
    const wire = this.#wire;
    const own = wire.source;
    const keyStart = this.#keyStart;
    const keyEnd = this.#keyEnd;
    const isName = keyEnd - keyStart <= KEY_BYTES_MAX;
    const key = isName ? this.#builder.keys.find(own, keyStart, keyEnd) : undefined;
    const identity = key?.text ?? own.buffer(keyStart, keyEnd).toString('utf8');
    if (seen.has(identity)) return;
    if (seen.size > 0) out.byte(COMMA);
    seen.add(identity);
    if (key !== undefined) {
      out.raw(key.json);
    } else {
      writeText(out, own, keyStart, keyEnd);
      out.ascii(':');
    }
    wire.use(this.#valueSource);
    this.#value(out, this.#valueStart, this.#valueEnd, depth);
    wire.use(own);
  }
}

function isMember(tag: number): boolean {
  switch (tag) {
    case STRING:
    case BOOL:
    case INT:
    case DOUBLE:
    case ARRAY:
    case MAP:
    case BYTES:
      return true;
    default:
      return false;
  }
}

/** Messages that are to be merged: the concatenation of their encodings is the encoding of the merged message. */
function merged(pieces: readonly Uint8Array[]): ByteSource {
  return new ByteSource(Buffer.concat(pieces));
}
