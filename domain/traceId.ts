/** Trace and span ids: two unsigned 64-bit halves inside, lower-case hex outside. */

export interface TraceId {
  readonly hi: bigint;
  readonly lo: bigint;
}

export function formatTraceId(hi: bigint, lo: bigint): string {
  return hi.toString(16).padStart(16, '0') + lo.toString(16).padStart(16, '0');
}

export function formatSpanId(id: bigint): string {
  return id.toString(16).padStart(16, '0');
}

/** @returns null when the text is not 32 hex digits or all zero. */
export function parseTraceId(text: string): TraceId | null {
  if (!/^[0-9a-f]{32}$/i.test(text)) return null;
  const hi = BigInt(`0x${text.slice(0, 16)}`);
  const lo = BigInt(`0x${text.slice(16)}`);
  return hi === 0n && lo === 0n ? null : { hi, lo };
}
