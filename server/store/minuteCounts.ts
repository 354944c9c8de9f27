/** Counts and latencies of one transaction by minute, service and span name, with a log-scale histogram. */
import { MINUTE_NS } from '@burnbook/domain/time';

/** Buckets grow by 5 %, so that a percentile read from them is at most 2.4 % off. */
const LOG_GROWTH = Math.log(1.05);
/** Distinct span names an hour and service; more share one series, since a name with an id in it never ends. */
const NAMES_MAX = 1_000;
const NAME_LENGTH_MAX = 256;
export const OTHER_NAME = '(other)';

export interface MinuteRow {
  readonly minuteNs: bigint;
  readonly service: string;
  readonly name: string;
  spans: number;
  errors: number;
  /** Sum; exact up to 104 days, beyond that to 1 in 10^15. */
  durationNs: number;
  readonly buckets: Map<number, number>;
}

export class MinuteCounts {
  #rows = new Map<string, MinuteRow>();
  readonly #names = new Map<string, Set<string>>();

  /** The row of a series and minute; keep it for the next span of both. */
  row(series: { readonly service: string; readonly name: string }, minute: number): MinuteRow {
    const name = this.#boundedName(series.service, series.name.slice(0, NAME_LENGTH_MAX));
    const key = `${minute}\n${series.service}\n${name}`;
    let row = this.#rows.get(key);
    if (!row) {
      row = {
        minuteNs: BigInt(minute) * MINUTE_NS,
        service: series.service,
        name,
        spans: 0,
        errors: 0,
        durationNs: 0,
        buckets: new Map(),
      };
      this.#rows.set(key, row);
    }
    return row;
  }

  /** The rows since the last call. */
  take(): MinuteRow[] {
    const rows = [...this.#rows.values()];
    this.#rows = new Map();
    return rows;
  }

  #boundedName(service: string, name: string): string {
    let names = this.#names.get(service);
    if (!names) {
      if (this.#names.size >= NAMES_MAX) this.#names.clear();
      names = new Set();
      this.#names.set(service, names);
    }
    if (names.has(name)) return name;
    if (names.size >= NAMES_MAX) return OTHER_NAME;
    names.add(name);
    return name;
  }
}

/** The minute since 1970 of a time in ns; within 256 ns of the boundary it may be the neighbour. */
export const minuteOf = (startNs: number): number => Math.floor(startNs / 6e10);

/** Counts one span in its row. */
export function countSpan(row: MinuteRow, durationNs: number, failed: boolean): void {
  row.spans++;
  if (failed) row.errors++;
  row.durationNs += durationNs;
  const bucket = bucketOf(durationNs);
  row.buckets.set(bucket, (row.buckets.get(bucket) ?? 0) + 1);
}

export function bucketOf(durationNs: number): number {
  return durationNs <= 1 ? 0 : Math.floor(Math.log(durationNs) / LOG_GROWTH);
}
