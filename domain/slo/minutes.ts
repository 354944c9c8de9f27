/** The grain of SLOs: events are counted by minutes, and every window is whole minutes, half open. */
import { DAY_NS, HOUR_NS, MINUTE_NS } from '../time.js';

/** The beginning of the minute that an instant is in. */
export function minuteOf(ns: bigint): bigint {
  const rest = ns % MINUTE_NS;
  return ns - (rest < 0n ? rest + MINUTE_NS : rest);
}

/** The end of the minute that an instant is in; an instant between two minutes is one already. */
export function minuteEnd(ns: bigint): bigint {
  const startNs = minuteOf(ns);
  return startNs === ns ? ns : startNs + MINUTE_NS;
}

/** `5m`, `1h`, `36h`, `3d`: the shortest exact text of whole minutes. */
export function formatLength(ns: bigint): string {
  if (ns > 0n && ns % DAY_NS === 0n) return `${ns / DAY_NS}d`;
  if (ns > 0n && ns % HOUR_NS === 0n) return `${ns / HOUR_NS}h`;
  return `${ns / MINUTE_NS}m`;
}

const UNITS_NS = [7n * DAY_NS, DAY_NS, HOUR_NS, MINUTE_NS];

/**
 * Whole weeks, days, hours and minutes, the longest first: `5m`, `36h`, `28d`, `4w`, `1h30m`.
 * @returns nanoseconds, above 0; or null.
 */
export function parseLength(text: string): bigint | null {
  const parts = /^(?:(\d{1,5})w)?(?:(\d{1,5})d)?(?:(\d{1,5})h)?(?:(\d{1,5})m)?$/.exec(text);
  if (!parts) return null;
  const lengthNs = UNITS_NS.reduce(
    (sum, unitNs, index) => sum + BigInt(parts[index + 1] ?? 0) * unitNs,
    0n,
  );
  return lengthNs > 0n ? lengthNs : null;
}
