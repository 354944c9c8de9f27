/** What telemetry says of pipelines that the resilience checklist asks, by pipeline. */
import { DAY_NS } from '@burnbook/domain/time';
import { EXCLUSION_REASONS } from '../cost/exclusions.js';
import type { QueryParams, QueryRow } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';

/** By pipeline; null: it could not be read. What is not there was not seen. */
export type Told<Facts> = ReadonlyMap<string, Facts> | null;

export interface RunFacts {
  readonly runs: number;
  /** Of them, told of what kind they are. */
  readonly told: number;
  readonly backfills: number;
  /** When the newest backfill that succeeded ended. */
  readonly backfilledNs: bigint | null;
}

export interface TelemetryFacts {
  readonly runs: number;
  /** Announced themselves and went silent. */
  readonly lost: number;
  /** Sent a sample of their spans. */
  readonly sampled: number;
  readonly dropped: number;
}

export interface AttemptFacts {
  readonly operations: number;
  /** Most attempts an operation in an hour with many operations, and when; null: no hour had many. */
  readonly worst: { readonly ratio: number; readonly hourNs: bigint } | null;
  /** Hours with many operations of which much failed at first, and the most attempts an operation in these. */
  readonly badHours: number;
  readonly worstBad: number | null;
  readonly retries: number;
  /** Retries that say how long they waited, those that waited at all, and how many different times. */
  readonly toldWaits: number;
  readonly waited: number;
  readonly waits: number;
}

export interface RetryFacts {
  /** Retries that were looked at, and those of them that carry the id of their operation. */
  readonly retries: number;
  readonly named: number;
  /** Attempts that were the last because a retry budget was empty. */
  readonly refused: number;
}

export interface CallFacts {
  readonly calls: number;
  readonly unpriced: number;
  readonly reserved: number;
}

export interface RepeatFacts {
  /** Answers that a repeated call got a second time, and that counted once. */
  readonly again: number;
  /** Operations that succeeded twice and were paid each time. */
  readonly twice: number;
}

export interface CheckFacts {
  readonly checks: number;
  readonly names: number;
}

export interface FailedRowFacts {
  readonly batches: number;
  /** Of them, the newest run told how many rows failed. */
  readonly told: number;
  /** Batches of which some run had rows that failed, and those of them whose newest run had none. */
  readonly failing: number;
  readonly takenUp: number;
  /** That the newest runs left. */
  readonly leftRows: number;
}

export interface ResilienceFacts {
  /** Of `SEEN_DAYS`. */
  readonly runs: Told<RunFacts>;
  /** Runbooks of the alerts that fired in `SEEN_DAYS`. */
  readonly runbooks: Told<readonly string[]>;
  /** Of `RECENT_DAYS`, as all below. */
  readonly attempts: Told<AttemptFacts>;
  readonly retries: Told<RetryFacts>;
  readonly calls: Told<CallFacts>;
  readonly repeats: Told<RepeatFacts>;
  readonly checks: Told<CheckFacts>;
  readonly failedRows: Told<FailedRowFacts>;
  /** Of `NEWEST_DAYS`. */
  readonly telemetry: Told<TelemetryFacts>;
}

export const SEEN_DAYS = 90;
export const RECENT_DAYS = 30;
export const NEWEST_DAYS = 7;
/** Fewer operations in an hour say nothing about how many attempts they need. */
export const OPERATIONS_MIN = 20;
/** An hour is bad when so many first attempts fail. */
export const FAILED_MIN = 0.2;
const RETRIES_LOOKED_AT = 20;
const SILENT_NS = 120_000_000_000n;
const TIMEOUT_MS = 10_000;

/** Reads all of it; a part that fails is unknown, and is told to `report`. */
export async function readResilienceFacts(
  store: StoreClient,
  nowNs: bigint,
  report: (error: unknown) => void,
): Promise<ResilienceFacts> {
  const since = (days: number): bigint => nowNs - BigInt(days) * DAY_NS;
  const read = async <Facts>(
    name: string,
    params: QueryParams,
    factsOf: (row: QueryRow) => Facts,
  ): Promise<Told<Facts>> => {
    try {
      const rows = await store.query(name, params, { timeoutMs: TIMEOUT_MS });
      return new Map(rows.map((row) => [row['pipeline'] as string, factsOf(row)]));
    } catch (error) {
      report(error);
      return null;
    }
  };
  const silent = nowNs - SILENT_NS;
  const recent = { from: since(RECENT_DAYS) };
  const [runs, telemetry, runbooks, attempts, retries, calls, repeats, checks, failedRows] =
    await Promise.all([
      read('resilience_runs', { from: since(SEEN_DAYS), silent }, runFacts),
      read('resilience_runs', { from: since(NEWEST_DAYS), silent }, telemetryFacts),
      read('resilience_alerts', { from: since(SEEN_DAYS) }, (row) =>
        (row['runbooks'] as string).split('\n'),
      ),
      read(
        'resilience_attempts',
        { ...recent, operationsMin: OPERATIONS_MIN, failedMin: FAILED_MIN },
        attemptFacts,
      ),
      read('resilience_retries', { ...recent, attempts: RETRIES_LOOKED_AT }, retryFacts),
      read('resilience_calls', recent, callFacts),
      read(
        'resilience_repeats',
        { ...recent, duplicate: EXCLUSION_REASONS.duplicateResponse },
        repeatFacts,
      ),
      read('resilience_checks', recent, checkFacts),
      read('resilience_failed_rows', recent, failedRowFacts),
    ]);
  return { runs, telemetry, runbooks, attempts, retries, calls, repeats, checks, failedRows };
}

const runFacts = (row: QueryRow): RunFacts => ({
  runs: countOf(row, 'runs'),
  told: countOf(row, 'told'),
  backfills: countOf(row, 'backfills'),
  backfilledNs: (row['backfilled_ns'] ?? null) as bigint | null,
});

const telemetryFacts = (row: QueryRow): TelemetryFacts => ({
  runs: countOf(row, 'runs'),
  lost: countOf(row, 'lost'),
  sampled: countOf(row, 'sampled'),
  dropped: countOf(row, 'dropped'),
});

function attemptFacts(row: QueryRow): AttemptFacts {
  const worst = row['worst'] ?? null;
  const worstBad = row['worst_bad'] ?? null;
  return {
    operations: countOf(row, 'operations'),
    worst: worst === null ? null : { ratio: Number(worst), hourNs: row['worst_ns'] as bigint },
    badHours: countOf(row, 'bad_hours'),
    worstBad: worstBad === null ? null : Number(worstBad),
    retries: countOf(row, 'retries'),
    toldWaits: countOf(row, 'told'),
    waited: countOf(row, 'waited'),
    waits: countOf(row, 'waits'),
  };
}

const retryFacts = (row: QueryRow): RetryFacts => ({
  retries: countOf(row, 'retries'),
  named: countOf(row, 'named'),
  refused: countOf(row, 'refused'),
});

const callFacts = (row: QueryRow): CallFacts => ({
  calls: countOf(row, 'calls'),
  unpriced: countOf(row, 'unpriced'),
  reserved: countOf(row, 'reserved'),
});

const repeatFacts = (row: QueryRow): RepeatFacts => ({
  again: countOf(row, 'again'),
  twice: countOf(row, 'twice'),
});

const checkFacts = (row: QueryRow): CheckFacts => ({
  checks: countOf(row, 'checks'),
  names: countOf(row, 'names'),
});

const failedRowFacts = (row: QueryRow): FailedRowFacts => ({
  batches: countOf(row, 'batches'),
  told: countOf(row, 'told'),
  failing: countOf(row, 'failing'),
  takenUp: countOf(row, 'taken_up'),
  leftRows: countOf(row, 'left_rows'),
});

const countOf = (row: QueryRow, name: string): number => Number(row[name]);
