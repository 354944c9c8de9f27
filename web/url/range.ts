import { fromWallClock, toWallClock } from '../format/time.js';

/** A span of time as the URL holds it: back from now, a calendar month of the zone, or two instants. */
export type Range =
  | { kind: 'relative'; amount: number; unit: RelativeUnit }
  | { kind: 'month'; year: number; month: number }
  | { kind: 'absolute'; from: Date; to: Date };

/** The half-open interval [from, to). */
export interface Interval {
  from: Date;
  to: Date;
}

type RelativeUnit = 'm' | 'h' | 'd' | 'w';

const UNIT_MS: Record<RelativeUnit, number> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
/** Ten years: enough for any chart, and keeps a typo from asking the server for the age of the universe. */
const RANGE_MS_MAX = 3_660 * UNIT_MS.d;

/** Reads `-7d`, `2026-11` or `2026-11-01T00:00:00.000Z..2026-11-08T00:00:00.000Z`; null when it is none of them. */
export function parseRange(text: string): Range | null {
  const relative = /^-(\d{1,4})([mhdw])$/.exec(text);
  if (relative) {
    const amount = Number(relative[1]);
    const unit = relative[2] as RelativeUnit;
    return amount > 0 && amount * UNIT_MS[unit] <= RANGE_MS_MAX
      ? { kind: 'relative', amount, unit }
      : null;
  }
  const month = /^(\d{4})-(\d{2})$/.exec(text);
  if (month) {
    const number = Number(month[2]);
    return number >= 1 && number <= 12
      ? { kind: 'month', year: Number(month[1]), month: number }
      : null;
  }
  const [fromText = '', toText = '', ...rest] = text.split('..');
  const from = new Date(fromText);
  const to = new Date(toText);
  const lengthMs = to.getTime() - from.getTime();
  return rest.length === 0 && lengthMs > 0 && lengthMs <= RANGE_MS_MAX
    ? { kind: 'absolute', from, to }
    : null;
}

export function formatRange(range: Range): string {
  switch (range.kind) {
    case 'relative':
      return `-${range.amount}${range.unit}`;
    case 'month':
      return `${range.year}-${range.month.toString().padStart(2, '0')}`;
    case 'absolute':
      return `${range.from.toISOString()}..${range.to.toISOString()}`;
  }
}

/** The interval that a range means now, in that zone. A relative range ends at the next whole minute. */
export function resolveRange(range: Range, clock: { now: Date; tz: string }): Interval {
  switch (range.kind) {
    case 'relative': {
      const to = Math.ceil((clock.now.getTime() + 1) / 60_000) * 60_000;
      return { from: new Date(to - range.amount * UNIT_MS[range.unit]), to: new Date(to) };
    }
    case 'month':
      return {
        from: fromWallClock(new Date(Date.UTC(range.year, range.month - 1, 1)), clock.tz),
        to: fromWallClock(new Date(Date.UTC(range.year, range.month, 1)), clock.tz),
      };
    case 'absolute':
      return { from: range.from, to: range.to };
  }
}

/** The range one length earlier (`-1`) or later (`+1`); a month moves to its neighbour, others become absolute. */
export function shiftRange(
  range: Range,
  direction: -1 | 1,
  clock: { now: Date; tz: string },
): Range {
  if (range.kind === 'month') {
    const index = range.year * 12 + range.month - 1 + direction;
    return { kind: 'month', year: Math.floor(index / 12), month: (index % 12) + 1 };
  }
  const { from, to } = resolveRange(range, clock);
  const lengthMs = (to.getTime() - from.getTime()) * direction;
  return {
    kind: 'absolute',
    from: new Date(from.getTime() + lengthMs),
    to: new Date(to.getTime() + lengthMs),
  };
}

/** The calendar month that the zone's clock is in. */
export function monthOf(now: Date, tz: string): Range {
  const wall = toWallClock(now, tz);
  return { kind: 'month', year: wall.getUTCFullYear(), month: wall.getUTCMonth() + 1 };
}
