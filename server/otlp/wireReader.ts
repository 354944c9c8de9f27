import { EMPTY_SOURCE } from './byteSource.js';
import type { ByteSource } from './byteSource.js';
import { malformed } from './decodeError.js';
import { GROUP_DEPTH_MAX } from './limits.js';

/** Wire types of protobuf. */
export const WIRE = {
  varint: 0,
  fixed64: 1,
  bytes: 2,
  startGroup: 3,
  endGroup: 4,
  fixed32: 5,
} as const;

/**
 * Reads the protobuf wire format in place. Every method takes the end of the enclosing message and throws
 * `DecodeError('malformed')` rather than read past it.
 *
 * Source: https://protobuf.dev/programming-guides/encoding/
 */
export class WireReader {
  source: ByteSource = EMPTY_SOURCE;
  bytes: Uint8Array = EMPTY_SOURCE.bytes;
  at = 0;
  /** The halves of the last 64-bit number; any 32-bit representation. */
  low = 0;
  high = 0;
  readonly #groups = new Int32Array(GROUP_DEPTH_MAX);

  use(source: ByteSource): void {
    this.source = source;
    this.bytes = source.bytes;
  }

  /** A tag: field number << 3 | wire type. */
  tag(end: number): number {
    const tag = this.#size(end);
    if (tag >>> 3 === 0) malformed('the protobuf message has a field number 0');
    return tag;
  }

  /** The low 32 bits of a varint, unsigned. */
  varint32(end: number): number {
    if (this.at < end) {
      const byte = this.bytes[this.at] as number;
      if (byte < 0x80) {
        this.at++;
        return byte;
      }
    }
    this.varint64(end);
    return this.low >>> 0;
  }

  /** Into `low` and `high`. */
  varint64(end: number): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= end) truncated();
      const byte = this.bytes[this.at++] as number;
      const part = byte & 0x7f;
      if (shift < 28) {
        low |= part << shift;
      } else if (shift === 28) {
        low |= part << 28;
        high = part >> 4;
      } else if (shift < 63) {
        high |= part << (shift - 32);
      } else {
        high |= part << 31;
      }
      if (byte < 0x80) {
        this.low = low;
        this.high = high;
        return;
      }
    }
    malformed('the protobuf message has a varint of more than 10 bytes');
  }

  /** Into `low` and `high`. */
  fixed64(end: number): void {
    this.low = this.fixed32(end);
    this.high = this.fixed32(end);
  }

  fixed32(end: number): number {
    const { at } = this;
    if (at + 4 > end) truncated();
    this.at = at + 4;
    return this.source.view.getInt32(at, true);
  }

  /** A length prefix; returns where the field ends. */
  fieldEnd(end: number): number {
    const size = this.#size(end);
    const fieldEnd = this.at + size;
    if (fieldEnd > end) truncated();
    return fieldEnd;
  }

  /** Reads with `read` every length-delimited field `wanted` of the message at [start, end). */
  each(start: number, end: number, wanted: number, read: (fieldEnd: number) => void): void {
    this.at = start;
    while (this.at < end) {
      const tag = this.tag(end);
      if (tag !== wanted) {
        this.skip(tag, end);
        continue;
      }
      const fieldEnd = this.fieldEnd(end);
      read(fieldEnd);
      this.at = fieldEnd;
    }
  }

  /** Steps over the field whose tag was just read, an unknown group with all it holds included. */
  skip(tag: number, end: number): void {
    if ((tag & 7) === WIRE.startGroup) this.#skipGroup(tag, end);
    else this.#skipScalar(tag, end);
  }

  /** A varint that must fit 32 bits. */
  #size(end: number): number {
    if (this.at < end) {
      const byte = this.bytes[this.at] as number;
      if (byte < 0x80) {
        this.at++;
        return byte;
      }
    }
    this.varint64(end);
    if (this.high !== 0) malformed('the protobuf message has a tag or length beyond 32 bits');
    return this.low >>> 0;
  }

  #skipScalar(tag: number, end: number): void {
    switch (tag & 7) {
      case WIRE.varint:
        this.varint64(end);
        return;
      case WIRE.fixed64:
        this.#advance(8, end);
        return;
      case WIRE.bytes:
        this.at = this.fieldEnd(end);
        return;
      case WIRE.fixed32:
        this.#advance(4, end);
        return;
      default:
        malformed(`the protobuf message has an unexpected wire type ${tag & 7}`);
    }
  }

  #skipGroup(tag: number, end: number): void {
    let depth = 0;
    this.#groups[depth++] = tag >>> 3;
    while (depth > 0) {
      const inner = this.tag(end);
      const type = inner & 7;
      if (type === WIRE.startGroup) {
        if (depth === GROUP_DEPTH_MAX) {
          malformed(`the protobuf message has groups nested deeper than ${GROUP_DEPTH_MAX}`);
        }
        this.#groups[depth++] = inner >>> 3;
      } else if (type === WIRE.endGroup) {
        if (this.#groups[--depth] !== inner >>> 3) {
          malformed('the protobuf message has a group that ends with another number');
        }
      } else {
        this.#skipScalar(inner, end);
      }
    }
  }

  #advance(size: number, end: number): void {
    if (this.at + size > end) truncated();
    this.at += size;
  }
}

function truncated(): never {
  malformed('the protobuf message is truncated');
}
