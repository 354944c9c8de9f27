/** The grain of SLOs: events are counted by minutes, and every window is whole minutes, half open. */
import { DAY_NS, HOUR_NS, MINUTE_NS } from '../time.js';

export { DAY_NS, HOUR_NS, MINUTE_NS };

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

/** A whole number of minutes, hours, days or weeks: `5m`, `36h`, `28d`, `4w`. @returns nanoseconds, or null. */
export function parseLength(text: string): bigint | null {
  const match = /^([1-9]\d{0,4})([mhdw])$/.exec(text);
  const unitNs = { m: MINUTE_NS, h: HOUR_NS, d: DAY_NS, w: 7n * DAY_NS }[match?.[2] ?? ''];
  return unitNs === undefined ? null : BigInt(match?.[1] ?? 0) * unitNs;
}
