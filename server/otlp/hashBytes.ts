/**
 * A cheap hash of bytes[start..end] for direct-mapped caches whose hits are verified: it reads at most 24 bytes, the
 * last ones first, because the names on the wire differ in their tails (`gen_ai.usage.input_tokens`).
 */
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  const tail = end - start > 16 ? end - 16 : start;
  for (let i = end - 1; i >= tail; i--) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  const head = start + 8 < tail ? start + 8 : tail;
  for (let i = start; i < head; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}

/** Whether bytes[start..start + other.length] equals `other`, which is short and seldom compared. */
export function equalsAt(bytes: Uint8Array, start: number, other: Uint8Array): boolean {
  for (let i = 0; i < other.length; i++) {
    if (bytes[start + i] !== other[i]) return false;
  }
  return true;
}
