/** Which part of the past of new indicators is counted: backwards in pieces, so that telemetry and pages are not kept waiting. */
import type { StoreClient } from '../store/storeClient.js';
import { minuteOfNs, nsOfMinute } from './eventGroup.js';

/** A piece of history, [fromMinute, endMinute). */
export interface HistoryPiece {
  readonly indicators: readonly string[];
  readonly fromMinute: number;
  readonly endMinute: number;
  /** `fromMinute`, as it is stored. */
  readonly fromNs: bigint;
  /** Nothing older is stored. */
  readonly complete: boolean;
}

export interface HistoryProgress {
  /** All since then is counted. */
  readonly countedFromNs: bigint;
  /** Part of the past that is counted, 0 to 1. */
  readonly share: number;
}

const PIECE_MINUTES = 360;

export class HistoryCount {
  readonly #store: StoreClient;
  /** Indicator → the minute that it is counted back to; null: not at all. */
  readonly #reached = new Map<string, number | null>();
  #oldestMinute: number | null = null;
  /** 0: not known since the start. */
  #newestMinute = 0;

  constructor(store: StoreClient) {
    this.#store = store;
  }

  get isUnderWay(): boolean {
    return this.#reached.size > 0;
  }

  progress(indicator: string): HistoryProgress | null {
    const reached = this.#reached.get(indicator);
    if (reached === undefined) return null;
    const from = reached ?? this.#newestMinute;
    const whole = this.#newestMinute - (this.#oldestMinute ?? this.#newestMinute);
    return {
      countedFromNs: nsOfMinute(from),
      share: whole <= 0 ? 0 : Math.min(1, Math.max(0, (this.#newestMinute - from) / whole)),
    };
  }

  /** @returns all indicators that are stored. */
  async load(wanted: readonly string[]): Promise<string[]> {
    const rows = await this.#store.query('sli_indicators');
    const known = new Map(rows.map((row) => [row['indicator'] as string, row]));
    for (const id of wanted) {
      const row = known.get(id);
      if (row?.['complete'] === true) this.#reached.delete(id);
      else this.#reached.set(id, row ? minuteOfNs(row['counted_from_ns'] as bigint) : null);
    }
    return [...known.keys()];
  }

  forget(): void {
    this.#reached.clear();
  }

  drop(indicator: string): void {
    this.#reached.delete(indicator);
  }

  /** The next piece, of all that are counted equally far; null: all is counted. */
  async next(endMinute: number): Promise<HistoryPiece | null> {
    const furthest = this.#furthest();
    if (furthest === undefined) return null;
    if (this.#oldestMinute === null || furthest === null) {
      const [row] = await this.#store.query('sli_oldest');
      const oldestNs = (row?.['at_ns'] ?? null) as bigint | null;
      this.#oldestMinute = oldestNs === null ? endMinute : minuteOfNs(oldestNs);
    }
    if (furthest === null || this.#newestMinute === 0) this.#newestMinute = endMinute;
    const end = furthest ?? endMinute;
    const from = Math.max(Math.min(this.#oldestMinute, end), end - PIECE_MINUTES);
    return {
      indicators: [...this.#reached].flatMap(([id, at]) => (at === furthest ? [id] : [])),
      fromMinute: from,
      endMinute: end,
      fromNs: nsOfMinute(from),
      complete: from <= this.#oldestMinute,
    };
  }

  reached({ indicators, fromMinute, complete }: HistoryPiece): void {
    for (const id of indicators) {
      if (complete) this.#reached.delete(id);
      else this.#reached.set(id, fromMinute);
    }
  }

  /** Newer ones first: the recent past is what decides. */
  #furthest(): number | null | undefined {
    let newest: number | null | undefined;
    for (const at of this.#reached.values()) {
      if (at === null) return null;
      if (newest === undefined || newest === null || at > newest) newest = at;
    }
    return newest;
  }
}
