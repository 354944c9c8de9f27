/** What the server counts of itself by minute, so that its own promises are kept like any other: requests, latency, deliveries. */
import type { CountedServerMinutes } from '../store/commands/countServer.js';
import { bucketOf } from '../store/minuteCounts.js';
import { StoreError } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';
import { minuteOfNs, nsOfMinute } from './eventGroup.js';

/** `up`: once a minute in which the server ran. */
export type ServerEventName = 'up' | 'ingest' | 'delivery' | 'restart';

/** One thing that the server did. */
export interface ServerEvent {
  readonly name: ServerEventName;
  /** Of `ingest`: `acknowledged`, `refused`, `failed`; of `delivery`: `delivered`, `failed` (it is tried again), `dead` (given up). */
  readonly outcome: string;
  readonly tookMs?: number;
}

interface Tally {
  events: number;
  readonly buckets: Map<number, number>;
}

const FLUSH_AFTER_NS = 10_000_000_000n;
/** Counts of more are dropped while the store is away: unknown is not good. */
const TALLIES_MAX = 5_000;

export class ServerMeter {
  readonly #store: StoreClient;
  readonly #nowNs: () => bigint;
  /** `minute name outcome` → count. */
  #tallies = new Map<string, Tally>();
  #flushedNs = 0n;
  #upMinute = 0;

  constructor(options: { readonly store: StoreClient; readonly nowNs: () => bigint }) {
    this.#store = options.store;
    this.#nowNs = options.nowNs;
  }

  count({ name, outcome, tookMs }: ServerEvent): void {
    const key = `${minuteOfNs(this.#nowNs())} ${name} ${outcome}`;
    let tally = this.#tallies.get(key);
    if (!tally) {
      if (this.#tallies.size >= TALLIES_MAX) return;
      this.#tallies.set(key, (tally = { events: 0, buckets: new Map() }));
    }
    tally.events++;
    if (tookMs === undefined) return;
    const bucket = bucketOf(tookMs * 1e6);
    tally.buckets.set(bucket, (tally.buckets.get(bucket) ?? 0) + 1);
  }

  /** Stores what was counted, when a minute has begun since the last time or some seconds have passed. @throws StoreError */
  async flush(isLast = false): Promise<void> {
    const nowNs = this.#nowNs();
    const minute = minuteOfNs(nowNs);
    if (minute !== this.#upMinute) {
      this.#upMinute = minute;
      this.count({ name: 'up', outcome: 'up' });
    } else if (!isLast && nowNs - this.#flushedNs < FLUSH_AFTER_NS) return;
    const tallies = this.#tallies;
    if (tallies.size === 0) return;
    this.#tallies = new Map();
    this.#flushedNs = nowNs;
    try {
      await this.#store.command('countServer', rowsOf(tallies));
    } catch (error) {
      // What the store never heard of waits for it. Of all else nobody knows whether it was stored: a count that is missing
      // is better than one that is there twice.
      if (error instanceof StoreError && error.isUnheard) this.#putBack(tallies);
      throw error;
    }
  }

  #putBack(tallies: ReadonlyMap<string, Tally>): void {
    for (const [key, { events, buckets }] of tallies) {
      const since = this.#tallies.get(key);
      if (!since) {
        if (this.#tallies.size < TALLIES_MAX) this.#tallies.set(key, { events, buckets });
        continue;
      }
      since.events += events;
      for (const [bucket, count] of buckets) {
        since.buckets.set(bucket, (since.buckets.get(bucket) ?? 0) + count);
      }
    }
  }
}

function rowsOf(tallies: ReadonlyMap<string, Tally>): CountedServerMinutes {
  const rows = [...tallies].map(([key, tally]) => ({ parts: key.split(' '), tally }));
  return {
    minutesNs: rows.map(({ parts }) => nsOfMinute(Number(parts[0]))),
    events: rows.map(({ parts }) => parts[1] ?? ''),
    outcomes: rows.map(({ parts }) => parts[2] ?? ''),
    counts: rows.map(({ tally }) => BigInt(tally.events)),
    buckets: rows.map(({ tally }) =>
      [...tally.buckets].map(([bucket, count]) => `${bucket}:${count}`).join(' '),
    ),
  };
}
