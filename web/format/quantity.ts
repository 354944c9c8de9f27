/** Numbers, durations, bytes and ratios as text. All take a locale so that a test does not depend on the machine's. */

const UNKNOWN = '–';

/** Whole counts with separators; `compact` shortens from 10,000 on: `1.2M`. */
export function formatCount(
  value: number | null,
  options: { locale: string; compact?: boolean },
): string {
  if (value === null) return UNKNOWN;
  if (options.compact && value >= 10_000) {
    return new Intl.NumberFormat(options.locale, {
      notation: 'compact',
      maximumSignificantDigits: 3,
    }).format(value);
  }
  return new Intl.NumberFormat(options.locale, { maximumFractionDigits: 1 }).format(value);
}

/** Milliseconds: `0.4 ms`, `850 ms`, `12.3 s`, `4 min 05 s`, `2 h 10 min`, `3 d 4 h`. */
export function formatDurationMs(ms: number | null): string {
  if (ms === null) return UNKNOWN;
  if (ms < 0) return `−${formatDurationMs(-ms)}`;
  if (ms < 1) return ms === 0 ? '0 ms' : `${significant(ms, 2)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 1_440) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Bytes in binary units: `512 B`, `1.4 MiB`. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null) return UNKNOWN;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : significant(value, 3)} ${units[unit]}`;
}

/** A ratio as a percentage: `7 %`, `0.4 %`, `< 0.1 %`, `320 %`. */
export function formatPercent(ratio: number | null): string {
  if (ratio === null) return UNKNOWN;
  const percent = ratio * 100;
  if (percent === 0) return '0 %';
  if (percent > 0 && percent < 0.1) return '< 0.1 %';
  return Math.abs(percent) < 10 ? `${trimZero(percent.toFixed(1))} %` : `${Math.round(percent)} %`;
}

/** The change from `before` to `now` as `+12 %`, `−3 %`, `±0 %`; null when there is nothing to compare with. */
export function formatChange(ratio: number | null): string | null {
  if (ratio === null) return null;
  const percent = (ratio - 1) * 100;
  if (Math.abs(percent) < 0.5) return '±0 %';
  if (percent >= 1_000) return `×${significant(ratio, 2)}`;
  return `${percent > 0 ? '+' : '−'}${Math.round(Math.abs(percent))} %`;
}

/** How many times: `2.4×`. */
export function formatTimes(ratio: number | null): string {
  return ratio === null ? UNKNOWN : `${significant(ratio, 2)}×`;
}

/** Seconds of CPU or gigabyte-seconds: `0.012`, `3.4`, `1,204`. */
export function formatDecimal(value: number | null, locale: string): string {
  if (value === null) return UNKNOWN;
  return new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 }).format(value);
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return `${large} ${largeUnit} ${small.toString().padStart(2, '0')} ${smallUnit}`;
}

function significant(value: number, digits: number): string {
  return Number(value.toPrecision(digits)).toString();
}

function trimZero(text: string): string {
  return text.replace(/\.0$/, '');
}
