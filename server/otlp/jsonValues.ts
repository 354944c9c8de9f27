import { FACT_TYPE } from '@burnbook/domain/spanBatch';
import type { ByteWriter } from './byteWriter.js';
import { malformed } from './decodeError.js';
import { JsonFields } from './jsonFields.js';
import type { JsonScalars } from './jsonScalars.js';
import type { JsonTape } from './jsonTape.js';
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

const KEY_VALUE = new JsonFields(['key', 'value']);
const ANY_VALUE = new JsonFields([
  'stringValue',
  'boolValue',
  'intValue',
  'doubleValue',
  'arrayValue',
  'kvlistValue',
  'bytesValue',
]);
const LIST = new JsonFields(['values']);

const COMMA = 0x2c;

/** Writes KeyValue and AnyValue objects as the JSON text of `valueText.ts`, and hands on promoted ones. */
export class JsonValues {
  readonly #tape: JsonTape;
  readonly #scalars: JsonScalars;
  readonly #builder: TraceBuilder;
  readonly #promoted = new PromotedValue();
  /** Where the text of the outermost value began. */
  #textStart = 0;

  constructor(tape: JsonTape, scalars: JsonScalars, builder: TraceBuilder) {
    this.#tape = tape;
    this.#scalars = scalars;
    this.#builder = builder;
  }

  /** Lets go of the request. */
  release(): void {
    this.#promoted.release();
    this.#scalars.strings.release();
  }

  /** The attributes of the span being built. */
  spanAttributes(list: number): void {
    const builder = this.#builder;
    this.#attributes(builder.attrs, list, (key) => this.#promoted.addToSpan(builder, key));
  }

  /** The attributes of a resource. */
  resourceAttributes(out: ByteWriter, list: number, facts: SourceFact[]): void {
    this.#attributes(out, list, (key) => {
      this.#promoted.addToResource(this.#builder, key, facts);
    });
  }

  /** Attributes of the map that was begun last. `list`: an array token, or -1 when the field is absent. */
  attributes(out: ByteWriter, list: number): void {
    this.#attributes(out, list, () => undefined);
  }

  #attributes(out: ByteWriter, list: number, onPromoted: (key: Key) => void): void {
    eachElement(this.#tape, list, 'attributes', (object) => {
      const value = this.#keyValue(object);
      const { source, start, end } = this.#scalars.strings;
      const admitted = this.#builder.map.admit(out, source, start, end);
      if (admitted === undefined) return;
      this.#textStart = out.length;
      const isComposite = this.#value(out, value, 0);
      if (isComposite && isOverlong(out, this.#textStart)) {
        cutOverlong(out, this.#textStart, this.#tape.size(value));
      }
      if (admitted.codes !== undefined) onPromoted(admitted);
    });
  }

  /** Reads the key of a KeyValue into the strings of the scalars. @returns the token of its value, or -1. */
  #keyValue(object: number): number {
    KEY_VALUE.find(this.#tape, object, 'an attribute');
    const { strings } = this.#scalars;
    const key = KEY_VALUE.token('key');
    if (key >= 0) this.#scalars.text(key, 'key');
    else strings.end = strings.start;
    return KEY_VALUE.token('value');
  }

  /** Writes an AnyValue and notes it for promotion. @returns whether it is an array or a map. */
  #value(out: ByteWriter, token: number, depth: number): boolean {
    ANY_VALUE.find(this.#tape, token, 'the value of an attribute');
    // Of several members the last one on the wire wins.
    const name = ANY_VALUE.last();
    this.#promoted.setNone();
    if (name === undefined) {
      out.ascii('null');
      return false;
    }
    const at = ANY_VALUE.token(name);
    if (name === 'arrayValue' || name === 'kvlistValue') {
      if (depth === VALUE_DEPTH_MAX) {
        malformed(`an attribute value is nested deeper than ${VALUE_DEPTH_MAX}`);
      }
      const list = this.#values(at, name);
      if (name === 'arrayValue') this.#array(out, list, depth + 1);
      else this.#map(out, list, depth + 1);
      this.#promoted.setNone();
      return true;
    }
    this.#scalar(out, name, at);
    return false;
  }

  #scalar(
    out: ByteWriter,
    name: 'stringValue' | 'boolValue' | 'intValue' | 'doubleValue' | 'bytesValue',
    token: number,
  ): void {
    const scalars = this.#scalars;
    switch (name) {
      case 'stringValue': {
        scalars.text(token, name);
        const { source, start, end } = scalars.strings;
        writeText(out, source, start, end);
        this.#promoted.setText(source, start, end);
        return;
      }
      case 'boolValue': {
        const isTrue = scalars.boolean(token, name);
        out.ascii(isTrue ? 'true' : 'false');
        this.#promoted.setNumber(FACT_TYPE.bool, isTrue ? 1 : 0);
        return;
      }
      case 'intValue':
        if (!scalars.attributeInteger(token, name)) {
          this.#textOf(out, token);
          return;
        }
        this.#promoted.setNumber(
          FACT_TYPE.int,
          writeInt64(out, scalars.int64.low, scalars.int64.high),
        );
        return;
      case 'doubleValue': {
        const value = scalars.double(token, name);
        writeDouble(out, value);
        this.#promoted.setNumber(FACT_TYPE.double, value);
        return;
      }
      case 'bytesValue': {
        const bytes = scalars.bytes(token, name);
        writeBytes(out, bytes, 0, bytes.length);
      }
    }
  }

  /** A number that no type holds, kept as it is written. */
  #textOf(out: ByteWriter, token: number): void {
    const source = this.#tape.source;
    const start = this.#tape.start(token);
    const end = this.#tape.end(token);
    writeText(out, source, start, end);
    this.#promoted.setText(source, start, end);
    this.#builder.beyondInt64++;
  }

  /** The `values` of an ArrayValue or KeyValueList; -1 when there are none. */
  #values(token: number, name: string): number {
    LIST.find(this.#tape, token, name);
    return LIST.token('values');
  }

  #array(out: ByteWriter, list: number, depth: number): void {
    out.ascii('[');
    let isFirst = true;
    eachElement(this.#tape, list, 'values', (token) => {
      if (isOverlong(out, this.#textStart)) return;
      if (!isFirst) out.byte(COMMA);
      isFirst = false;
      this.#value(out, token, depth);
    });
    out.ascii(']');
  }

  #map(out: ByteWriter, list: number, depth: number): void {
    const seen = new Set<string>();
    out.ascii('{');
    eachElement(this.#tape, list, 'values', (token) => {
      if (isOverlong(out, this.#textStart)) return;
      const value = this.#keyValue(token);
      if (this.#memberName(out, seen)) this.#value(out, value, depth);
    });
    out.ascii('}');
  }

  /** Writes the key read last with its colon. @returns false when `seen` has it. */
  #memberName(out: ByteWriter, seen: Set<string>): boolean {
    const { source, start, end } = this.#scalars.strings;
    const isName = end - start <= KEY_BYTES_MAX;
    const key = isName ? this.#builder.keys.find(source, start, end) : undefined;
    const identity = key?.text ?? source.buffer(start, end).toString('utf8');
    if (seen.has(identity)) return false;
    if (seen.size > 0) out.byte(COMMA);
    seen.add(identity);
    if (key !== undefined) {
      out.raw(key.json);
    } else {
      writeText(out, source, start, end);
      out.ascii(':');
    }
    return true;
  }
}

/** Calls `read` with every element of an array; -1 is an absent one. */
export function eachElement(
  tape: JsonTape,
  list: number,
  field: string,
  read: (token: number) => void,
): void {
  if (list < 0) return;
  if (!tape.isArray(list)) malformed(`${field} must be an array`);
  const end = tape.after(list);
  for (let token = list + 1; token < end; token = tape.after(token)) read(token);
}
