/**
 * A 64-bit hash of a text, for keys inside the database (operations, attempts, response ids).
 *
 * Two 32-bit FNV-1a streams with different offsets and a murmur finish each: at ten million keys the chance of any
 * collision is about 3 in a million. Not for anything that an attacker must not forge.
 */
export function hash64(text: string): bigint {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
    high ^= high >>> 13;
  }
  WORDS[1] = finish(high ^ text.length);
  WORDS[0] = finish(low ^ (high >>> 7));
  return LONG[0] ?? 0n;
}

/** The two halves as one bigint, without the two that a shift and an or would make. */
const WORDS = new Uint32Array(2);
const LONG = new BigUint64Array(WORDS.buffer);

function finish(hash: number): number {
  let h = hash;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return h >>> 0;
}

/** A key as 16 hex digits. */
export const hashHex = (key: bigint): string => key.toString(16).padStart(16, '0');
