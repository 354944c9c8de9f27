/** Instants as text in a named zone. */

export interface Zoned {
  locale: string;
  tz: string;
}

/** `22 Nov, 14:05` in the zone; with seconds and year on demand. */
export function formatInstant(
  at: string | Date,
  options: Zoned & { seconds?: boolean; year?: boolean },
): string {
  return new Intl.DateTimeFormat(options.locale, {
    timeZone: options.tz,
    day: 'numeric',
    month: 'short',
    ...(options.year ? { year: 'numeric' } : {}),
    hour: '2-digit',
    minute: '2-digit',
    ...(options.seconds ? { second: '2-digit' } : {}),
    hourCycle: 'h23',
  }).format(toDate(at));
}

/** `22 Nov` in the zone; with the year on demand. */
export function formatDay(at: string | Date, options: Zoned & { year?: boolean }): string {
  return new Intl.DateTimeFormat(options.locale, {
    timeZone: options.tz,
    day: 'numeric',
    month: 'short',
    ...(options.year ? { year: 'numeric' } : {}),
  }).format(toDate(at));
}

/** The zone's offset at that instant: `UTC+8`, `UTC−3:30`, `UTC`. */
export function formatOffset(at: string | Date, tz: string): string {
  const minutes = offsetMinutes(toDate(at), tz);
  if (minutes === 0) return 'UTC';
  const magnitude = Math.abs(minutes);
  const rest = magnitude % 60;
  return `UTC${minutes < 0 ? '−' : '+'}${Math.floor(magnitude / 60)}${rest ? `:${rest.toString().padStart(2, '0')}` : ''}`;
}

/** How far the zone's wall clock is ahead of UTC at that instant, in minutes. */
export function offsetMinutes(at: Date, tz: string): number {
  return Math.round(
    (toWallClock(at, tz).getTime() - Math.floor(at.getTime() / 1000) * 1000) / 60_000,
  );
}

/**
 * The zone's wall clock at an instant, written as if it were UTC: what a chart with a UTC axis needs to show local time.
 */
export function toWallClock(at: Date, tz: string): Date {
  const parts = wallClockFormat(tz).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((each) => each.type === type)?.value ?? 0);
  return new Date(
    Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
    ),
  );
}

/**
 * The instant at which the zone's clock shows that time. A time skipped in spring gives the instant after the gap; a
 * time that occurs twice in autumn gives the first.
 */
export function fromWallClock(wall: Date, tz: string): Date {
  const guesses = [-24, 24].map((hours) =>
    offsetMinutes(new Date(wall.getTime() + hours * 3_600_000), tz),
  );
  const candidates = guesses
    .map((minutes) => wall.getTime() - minutes * 60_000)
    .sort((a, b) => a - b);
  const exact = candidates.find(
    (candidate) => toWallClock(new Date(candidate), tz).getTime() === wall.getTime(),
  );
  return new Date(exact ?? candidates[candidates.length - 1] ?? wall.getTime());
}

/** Whether the browser knows the zone's name. */
export function isZone(tz: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: tz });
    return tz !== '';
  } catch {
    return false;
  }
}

const wallClockFormats = new Map<string, Intl.DateTimeFormat>();

// Building a formatter costs 50 times what using it does, and a chart converts every bucket.
function wallClockFormat(tz: string): Intl.DateTimeFormat {
  let format = wallClockFormats.get(tz);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: tz,
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      hourCycle: 'h23',
    });
    wallClockFormats.set(tz, format);
  }
  return format;
}

function toDate(at: string | Date): Date {
  return typeof at === 'string' ? new Date(at) : at;
}
