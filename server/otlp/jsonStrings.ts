import { ByteSource, EMPTY_SOURCE } from './byteSource.js';
import { hexDigit } from './jsonTape.js';
import type { JsonTape } from './jsonTape.js';

const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
/** What stands for the letter after a backslash; 0: the letter itself. */
const ESCAPES = new Uint8Array(256);
ESCAPES[0x62] = 0x08;
ESCAPES[0x66] = 0x0c;
ESCAPES[0x6e] = 0x0a;
ESCAPES[0x72] = 0x0d;
ESCAPES[0x74] = 0x09;
const SCRATCH_INITIAL_BYTES = 4096;
const SCRATCH_KEPT_BYTES_MAX = 1024 * 1024;

/**
 * The text of string tokens as UTF-8 bytes: `source[start..end]` after `read`. A text without escapes stays where it
 * is; the others are written to a scratch that the next `read` uses again.
 */
export class JsonStrings {
  source: ByteSource = EMPTY_SOURCE;
  start = 0;
  end = 0;
  #scratch = new ByteSource(new Uint8Array(SCRATCH_INITIAL_BYTES));

  release(): void {
    this.source = EMPTY_SOURCE;
  }

  read(tape: JsonTape, token: number): void {
    this.source = tape.source;
    this.start = tape.start(token);
    this.end = tape.end(token);
    if (tape.hasEscapes(token)) this.#unescape();
  }

  #unescape(): void {
    const { start, end } = this;
    const source = this.source.bytes;
    const unescaped = this.#scratchOf(end - start);
    const scratch = unescaped.bytes;
    let to = 0;
    for (let from = start; from < end;) {
      const byte = source[from++] as number;
      if (byte !== BACKSLASH) {
        scratch[to++] = byte;
        continue;
      }
      const letter = source[from++] as number;
      if (letter !== LETTER_U) {
        scratch[to++] = (ESCAPES[letter] as number) || letter;
        continue;
      }
      let code = unit(source, from);
      from += 4;
      if (
        code >= 0xd800 &&
        code <= 0xdbff &&
        source[from] === BACKSLASH &&
        source[from + 1] === LETTER_U
      ) {
        const second = unit(source, from + 2);
        if (second >= 0xdc00 && second <= 0xdfff) {
          code = 0x10000 + ((code - 0xd800) << 10) + (second - 0xdc00);
          from += 6;
        }
      }
      to = writeCharacter(scratch, to, code);
    }
    this.source = unescaped;
    this.start = 0;
    this.end = to;
  }

  /** No escape is shorter than the UTF-8 it stands for. */
  #scratchOf(bytes: number): ByteSource {
    const { length } = this.#scratch.bytes;
    if (bytes > length || length > SCRATCH_KEPT_BYTES_MAX) {
      this.#scratch = new ByteSource(new Uint8Array(Math.max(bytes, SCRATCH_INITIAL_BYTES)));
    }
    return this.#scratch;
  }
}

function unit(bytes: Uint8Array, at: number): number {
  return (
    (hexDigit(bytes[at]) << 12) |
    (hexDigit(bytes[at + 1]) << 8) |
    (hexDigit(bytes[at + 2]) << 4) |
    hexDigit(bytes[at + 3])
  );
}

/** UTF-8 of a code point. Half of a surrogate pair yields bytes that are not UTF-8: whoever reads them replaces them. */
function writeCharacter(target: Uint8Array, at: number, code: number): number {
  let to = at;
  if (code < 0x80) {
    target[to++] = code;
  } else if (code < 0x800) {
    target[to++] = 0xc0 | (code >> 6);
    target[to++] = 0x80 | (code & 63);
  } else if (code >= 0xd800 && code <= 0xdfff) {
    // One byte that is never UTF-8 becomes one U+FFFD.
    target[to++] = 0xff;
  } else if (code < 0x10000) {
    target[to++] = 0xe0 | (code >> 12);
    target[to++] = 0x80 | ((code >> 6) & 63);
    target[to++] = 0x80 | (code & 63);
  } else {
    target[to++] = 0xf0 | (code >> 18);
    target[to++] = 0x80 | ((code >> 12) & 63);
    target[to++] = 0x80 | ((code >> 6) & 63);
    target[to++] = 0x80 | (code & 63);
  }
  return to;
}
