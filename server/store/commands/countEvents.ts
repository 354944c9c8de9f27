/** Takes over what was counted of indicators: their minutes, what of it needs no counting any more, and how far back it goes. */
import { listValue } from '../duckdb.js';
import type { CommandContext } from './command.js';

export interface CountedMinutes {
  /** Columns of equal length: what a minute's counts change by, and why. */
  readonly indicators: readonly string[];
  readonly minutesNs: readonly bigint[];
  readonly good: readonly bigint[];
  readonly total: readonly bigint[];
  readonly badOperations: readonly bigint[];
  readonly causes: readonly string[];
}

export interface CountEvents {
  readonly counted: CountedMinutes;
  /** Of what commits noted up to `seen` only these minutes are still to be counted; null: all of it is. */
  readonly noted: {
    readonly seen: bigint;
    readonly pipelines: readonly string[];
    readonly minutesNs: readonly bigint[];
  } | null;
  /** Indicators that are counted back to `fromNs`. */
  readonly reached: {
    readonly indicators: readonly string[];
    readonly fromNs: bigint;
    readonly complete: boolean;
  } | null;
  /** Indicators that are not kept counted any more. */
  readonly dropped: readonly string[];
  readonly atNs: bigint;
}

export async function countEvents(
  { connection, sql }: CommandContext,
  { counted, noted, reached, dropped, atNs }: CountEvents,
): Promise<void> {
  if (counted.indicators.length > 0) {
    await connection.run(sql.get('insert_sli_minutes'), {
      indicators: listValue([...counted.indicators]),
      minutes: listValue([...counted.minutesNs]),
      good: listValue([...counted.good]),
      total: listValue([...counted.total]),
      badOperations: listValue([...counted.badOperations]),
      causes: listValue([...counted.causes]),
      known: atNs,
    });
  }
  if (noted) {
    await connection.run(sql.get('delete_uncounted'), { seen: noted.seen });
    if (noted.minutesNs.length > 0) {
      await connection.run(sql.get('insert_uncounted'), {
        seen: noted.seen,
        pipelines: listValue([...noted.pipelines]),
        minutes: listValue([...noted.minutesNs]),
      });
    }
  }
  const gone = [...dropped, ...(reached?.indicators ?? [])];
  if (gone.length > 0) {
    await connection.run(sql.get('delete_sli_indicators'), { indicators: listValue(gone) });
  }
  if (reached && reached.indicators.length > 0) {
    await connection.run(sql.get('insert_sli_indicators'), {
      indicators: listValue([...reached.indicators]),
      from: reached.fromNs,
      complete: reached.complete,
    });
  }
}
