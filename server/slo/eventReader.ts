/** Reads the events of minutes as indicators need them: each source once, and once more for each value that is compared. */
import type { EventKind } from '@burnbook/domain/slo/slo';
import { MINUTE_NS } from '@burnbook/domain/time';
import type { StoreClient } from '../store/storeClient.js';
import { eventGroupOf, nsOfMinute, type EventGroup } from './eventGroup.js';
import type { EventMatch } from './eventMatch.js';

/** Query of each kind of event. */
const SOURCE_OF: Readonly<Record<EventKind, string>> = {
  attempts: 'sli_attempts',
  operations: 'sli_attempts',
  runs: 'sli_activities',
  rows: 'sli_activities',
  modelCalls: 'sli_calls',
  qualityChecks: 'sli_checks',
  server: 'sli_server',
};

/** Groups of one reading, and the limits that their ranks stand for. */
export interface Reading {
  readonly groups: readonly EventGroup[];
  readonly limits: readonly bigint[];
}

interface Pass {
  readonly source: string;
  readonly value: string;
  readonly by: readonly string[];
  readonly limits: readonly bigint[];
}

const READ_TIMEOUT_MS = 60_000;

export class EventReader {
  readonly #store: StoreClient;
  readonly #passes: readonly Pass[];
  readonly #passOf = new Map<EventMatch, number>();

  constructor(store: StoreClient, matches: readonly EventMatch[]) {
    this.#store = store;
    const passes: Pass[] = [];
    for (const source of new Set(matches.map(({ kind }) => SOURCE_OF[kind]))) {
      const ours = matches.filter(({ kind }) => SOURCE_OF[kind] === source);
      const values = [...new Set(ours.flatMap(({ value }) => value?.name ?? []))];
      const by = [...new Set(ours.flatMap((match) => match.by))].toSorted();
      for (const value of values.length > 0 ? values : ['']) {
        const compared = ours.filter((match) => match.value?.name === value);
        const limits = [...new Set(compared.flatMap((match) => match.value?.limits ?? []))];
        for (const match of ours) {
          // What compares nothing counts in any of the passes.
          if (match.value === null || match.value.name === value) {
            this.#passOf.set(match, passes.length);
          }
        }
        passes.push({ source, value, by, limits: limits.toSorted((a, b) => (a < b ? -1 : 1)) });
      }
    }
    this.#passes = passes;
  }

  /** Which of the readings a match counts in. */
  passOf(match: EventMatch): number | null {
    return this.#passOf.get(match) ?? null;
  }

  /**
   * @param minutes near each other: all between them is scanned.
   * @param options `byMinute` false: all minutes are one, the first.
   * @returns a reading for each pass.
   */
  read(
    minutes: readonly number[],
    {
      byMinute = true,
      timeoutMs = READ_TIMEOUT_MS,
    }: { readonly byMinute?: boolean; readonly timeoutMs?: number } = {},
  ): Promise<Reading[]> {
    const first = minutes.reduce((a, b) => Math.min(a, b));
    const last = minutes.reduce((a, b) => Math.max(a, b));
    return Promise.all(
      this.#passes.map(async ({ source, value, by, limits }) => {
        const rows = await this.#store.query(
          source,
          {
            minutes: minutes.map(nsOfMinute),
            first: nsOfMinute(first),
            last: nsOfMinute(last) + MINUTE_NS,
            by,
            value,
            limits,
            byMinute,
          },
          { timeoutMs },
        );
        return { groups: rows.map(eventGroupOf), limits };
      }),
    );
  }
}
