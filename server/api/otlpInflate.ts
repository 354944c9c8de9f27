import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { OtlpRefusal, tryAgain } from './otlpRefusal.js';

/**
 * Up to this much output a body is inflated on the spot: 28 kB of gzip that become 240 kB cost 0.17 ms of processor
 * time so and 0.34 ms through the thread pool. Beyond it the pool does the work, so that no request, hostile ones
 * included, holds the loop for more than some 10 ms.
 */
const INLINE_BYTES_MAX = 2 * 1024 * 1024;
/** Telemetry becomes 4 to 12 times as long; only what does not fit with this ratio goes to the pool at once. */
const INLINE_RATIO = 16;
/** Output is allocated in chunks: one for nearly every body, and no large one for a small body. */
const CHUNK_BYTES = 256 * 1024;
const CHUNK_BYTES_MIN = 4 * 1024;

/** Requests that may wait for a free place; each holds its compressed body. */
const WAITING_MAX = 256;

type Options = zlib.ZlibOptions & { maxOutputLength: number };
interface Codec {
  readonly inline: (body: Uint8Array, options: Options) => Buffer;
  readonly pooled: (body: Uint8Array, options: Options) => Promise<Buffer>;
}

const GZIP: Codec = { inline: zlib.gunzipSync, pooled: promisify(zlib.gunzip) };
const ZLIB: Codec = { inline: zlib.inflateSync, pooled: promisify(zlib.inflate) };
const RAW: Codec = { inline: zlib.inflateRawSync, pooled: promisify(zlib.inflateRaw) };
const ZSTD = zstdOfThisNode();

/** Content encodings besides identity, as offered to clients. */
export const CONTENT_ENCODINGS: readonly string[] = ['gzip', 'deflate', ...(ZSTD ? ['zstd'] : [])];

export interface InflaterOptions {
  /** Longest inflated body. */
  readonly bytesMax: number;
  /** Bodies inflated in the thread pool at once: each may hold twice `bytesMax`. */
  readonly concurrentMax: number;
}

/** Inflates request bodies within bounds of memory. */
export class Inflater {
  readonly #options: InflaterOptions;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(options: InflaterOptions) {
    this.#options = options;
  }

  /**
   * @param encoding the Content-Encoding header.
   * @throws OtlpRefusal 415 for an unknown encoding, 400 for a body that is not in it, 413 past the bound (nothing
   * beyond the bound is ever inflated), 503 when too many wait.
   */
  async inflate(body: Buffer, encoding: string | undefined): Promise<Buffer> {
    const name = encoding?.trim().toLowerCase() ?? '';
    // An empty body is an empty request in every encoding.
    if (body.length === 0 && isKnown(name)) return body;
    if (name === '' || name === 'identity') return this.#bounded(body);
    const codec = codecOf(name, body);
    if (!codec) {
      const accepted = CONTENT_ENCODINGS.join(', ');
      throw new OtlpRefusal(415, `Content-Encoding must be one of ${accepted} or identity`, {
        'accept-encoding': accepted,
      });
    }
    try {
      return this.#inline(body, codec) ?? (await this.#pooled(body, codec));
    } catch (error) {
      if (error instanceof OtlpRefusal) throw error;
      if (isTooLong(error)) throw this.#tooLong();
      throw new OtlpRefusal(400, `the request body is not valid ${name}`);
    }
  }

  #bounded(body: Buffer): Buffer {
    if (body.length > this.#options.bytesMax) throw this.#tooLong();
    return body;
  }

  /** @returns undefined when the body is for the pool. */
  #inline(body: Buffer, codec: Codec): Buffer | undefined {
    if (body.length * INLINE_RATIO > INLINE_BYTES_MAX) return undefined;
    const maxOutputLength = Math.min(INLINE_BYTES_MAX, this.#options.bytesMax);
    const chunkSize = Math.min(CHUNK_BYTES, Math.max(CHUNK_BYTES_MIN, body.length * INLINE_RATIO));
    try {
      return codec.inline(body, { maxOutputLength, chunkSize });
    } catch (error) {
      if (isTooLong(error) && maxOutputLength < this.#options.bytesMax) return undefined;
      throw error;
    }
  }

  async #pooled(body: Buffer, codec: Codec): Promise<Buffer> {
    await this.#enter();
    try {
      return await codec.pooled(body, {
        maxOutputLength: this.#options.bytesMax,
        chunkSize: CHUNK_BYTES,
      });
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < this.#options.concurrentMax) {
      this.#running++;
      return;
    }
    if (this.#waiting.length >= WAITING_MAX) throw tryAgain('too many requests are being inflated');
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running--;
  }

  #tooLong(): OtlpRefusal {
    return new OtlpRefusal(
      413,
      `the request body is longer than ${this.#options.bytesMax} bytes once it is inflated`,
    );
  }
}

function isKnown(name: string): boolean {
  return ['', 'identity', 'x-gzip', ...CONTENT_ENCODINGS].includes(name);
}

function codecOf(name: string, body: Buffer): Codec | undefined {
  switch (name) {
    case 'gzip':
    case 'x-gzip':
      return GZIP;
    case 'deflate':
      return hasZlibHeader(body) ? ZLIB : RAW;
    case 'zstd':
      return ZSTD;
    default:
      return undefined;
  }
}

/** `deflate` means zlib (RFC 9110), but some clients send the raw stream. */
function hasZlibHeader(body: Buffer): boolean {
  return body.length >= 2 && (body.readUInt8(0) & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0;
}

function isTooLong(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}

/** Node has zstd since 22.15. */
function zstdOfThisNode(): Codec | undefined {
  const inline: unknown = Reflect.get(zlib, 'zstdDecompressSync');
  const pooled: unknown = Reflect.get(zlib, 'zstdDecompress');
  if (typeof inline !== 'function' || typeof pooled !== 'function') return undefined;
  return {
    inline: inline as Codec['inline'],
    pooled: promisify(pooled as typeof zlib.gunzip) as Codec['pooled'],
  };
}
