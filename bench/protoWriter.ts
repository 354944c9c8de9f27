/** Writes protobuf; a helper of the load generator. */
export class ProtoWriter {
  #bytes = Buffer.allocUnsafe(262_144);
  #length = 0;

  toBuffer(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  /** A submessage whose content `write` writes. */
  message(field: number, write: () => void): void {
    this.#tag(field, 2);
    const start = this.#length + 1;
    this.#reserve(1);
    this.#length = start;
    write();
    const size = this.#length - start;
    // One byte was kept for the length; a longer length moves the content.
    const more = varintSize(size) - 1;
    if (more > 0) {
      this.#reserve(more);
      this.#bytes.copyWithin(start + more, start, this.#length);
    }
    this.#length = start - 1;
    this.#varint(size);
    this.#length += size;
  }

  string(field: number, text: string): void {
    this.#tag(field, 2);
    const size = Buffer.byteLength(text);
    this.#varint(size);
    this.#reserve(size);
    this.#length += this.#bytes.write(text, this.#length);
  }

  bytes(field: number, value: Uint8Array): void {
    this.#tag(field, 2);
    this.#varint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** @param value non-negative, at most 2^53 − 1. */
  varint(field: number, value: number): void {
    this.#tag(field, 0);
    this.#varint(value);
  }

  fixed64(field: number, value: bigint): void {
    this.#tag(field, 1);
    this.#reserve(8);
    this.#length = this.#bytes.writeBigUInt64LE(value, this.#length);
  }

  double(field: number, value: number): void {
    this.#tag(field, 1);
    this.#reserve(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  #tag(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType);
  }

  #varint(value: number): void {
    this.#reserve(10);
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** A KeyValue: a string, an int when `value` is whole, else a double. */
export function attribute(
  out: ProtoWriter,
  { field, key, value }: { field: number; key: string; value: string | number },
): void {
  out.message(field, () => {
    out.string(1, key);
    out.message(2, () => {
      if (typeof value === 'string') out.string(1, value);
      else if (Number.isInteger(value)) out.varint(3, value);
      else out.double(4, value);
    });
  });
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size++;
  return size;
}
