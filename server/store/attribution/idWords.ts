/** 64-bit ids as two 32-bit words: to compare and to keep them takes no bigint. */

export const high = (id: bigint): number => Number(id >> 32n);
export const low = (id: bigint): number => Number(id & 0xffffffffn);

/** Two words an id, the low one first on the machines that DuckDB runs on. */
export const words = (ids: BigUint64Array): Uint32Array =>
  new Uint32Array(ids.buffer, ids.byteOffset, ids.length * 2);

/** Whether the id at `i` equals the one before it. @param ids as {@link words} has them. */
export const sameId = (ids: Uint32Array, i: number): boolean =>
  i > 0 && ids[2 * i] === ids[2 * i - 2] && ids[2 * i + 1] === ids[2 * i - 1];
