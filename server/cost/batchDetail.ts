/** One batch in depth: its steps with profile and cost, and its attempts. */
import { hashHex } from '@burnbook/domain/hash64';
import { isFinal, type RunState } from '@burnbook/domain/run';
import type { QueryParams, QueryRow } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';
import type { BatchFacts } from './batches.js';
import { NO_STEP_SUM, readStepSums } from './bill.js';

/** Sums over the executions of a step, or over a batch; null where nothing was told. */
export interface ProfileFacts {
  readonly wallNs: bigint | null;
  readonly cpuUserNs: number | null;
  readonly cpuSystemNs: number | null;
  readonly gbNs: number | null;
  readonly peakBytes: number | null;
  readonly gcNs: number | null;
  /** The highest of the executions, 0 to 1. */
  readonly eventLoopUtilization: number | null;
  readonly rowsIn: number | null;
  readonly rowsOut: number | null;
  readonly rowsFailed: number | null;
  readonly bytesIn: number | null;
  readonly bytesOut: number | null;
  readonly queueWaitNs: number | null;
}

export interface StepFacts {
  readonly runId: string;
  readonly step: string;
  readonly state: 'running' | 'succeeded' | 'failed' | 'cancelled' | 'lost';
  readonly startNs: bigint;
  readonly endNs: bigint | null;
  readonly executions: number;
  readonly profile: ProfileFacts;
  readonly sum: typeof NO_STEP_SUM;
  readonly attempts: number;
  readonly failedAttempts: number;
  /** A row with the ids of the span that is the step; null while only spans inside it have arrived. */
  readonly evidence: QueryRow | null;
}

export interface BatchDetailFacts {
  readonly steps: readonly StepFacts[];
  /** Rows of `batch_attempts.sql`. */
  readonly attempts: readonly QueryRow[];
  readonly attemptsTotal: number;
  readonly profile: ProfileFacts;
  readonly team: string | null;
  /** By run id, a row with the ids of the span that proves the run. */
  readonly runEvidence: ReadonlyMap<string, QueryRow>;
}

export async function readBatchDetail(
  store: StoreClient,
  batch: BatchFacts,
): Promise<BatchDetailFacts> {
  const params: QueryParams = {
    pipeline: batch.pipeline,
    batch: batch.batchId,
    runIds: batch.runs.map(({ runId }) => runId),
  };
  const [activities, attempts, counts, sums] = await Promise.all([
    store.query('batch_activities', params),
    store.query('batch_attempts', params),
    store.query('attempt_counts', params),
    readStepSums(store, batch),
  ]);
  const countOf = new Map(counts.map((row) => [stepKey(row), row]));
  const groups = new Map<string, QueryRow[]>();
  for (const row of activities) {
    if (row['step'] === null) continue;
    const key = stepKey(row);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  for (const key of sums.keys()) {
    if ((JSON.parse(key) as [string, string | null])[1] !== null && !groups.has(key))
      groups.set(key, []);
  }
  const steps = [...groups].map(([key, rows]): StepFacts => {
    const [runId, step] = JSON.parse(key) as [string, string];
    const executions = rows.filter((row) => row['is_step'] === true);
    const run = batch.runs.find((candidate) => candidate.runId === runId);
    const counted = countOf.get(key);
    const starts = rows.map((row) => row['start_ns'] as bigint);
    const ended = executions.length > 0;
    return {
      runId,
      step,
      state: stepState(executions, run?.state ?? 'open'),
      startNs: starts.length > 0 ? minimum(starts) : (run?.startNs ?? batch.startNs),
      endNs: ended ? maximum(executions.map((row) => row['end_ns'] as bigint)) : null,
      executions: executions.length,
      profile: profileOf(executions),
      sum: sums.get(key) ?? NO_STEP_SUM,
      attempts: Number(counted?.['attempts'] ?? 0),
      failedAttempts: Number(counted?.['failed'] ?? 0),
      evidence: executions[0] ?? null,
    };
  });
  const own = activities.filter((row) => row['is_run'] === true || row['is_batch'] === true);
  const measured = activities.filter((row) => row['event'] === null);
  return {
    steps: steps.toSorted((a, b) => Number(a.startNs - b.startNs)),
    attempts,
    attemptsTotal: Number(attempts[0]?.['matching'] ?? 0),
    profile: {
      ...profileOf(measured),
      rowsIn: batch.rowsIn,
      rowsOut: batch.rowsOut,
      rowsFailed: batch.rowsFailed,
      wallNs: batch.endNs === null ? null : batch.endNs - batch.startNs,
      queueWaitNs: total(own, 'queue_wait_ns'),
    },
    team: (activities.find((row) => row['team'] !== null)?.['team'] ?? null) as string | null,
    runEvidence: new Map(
      batch.runs.flatMap(({ runId }) => {
        const ofRun = activities.filter((row) => row['run_id'] === runId);
        const best = ofRun.find((row) => row['is_run'] === true) ?? ofRun[0];
        return best ? [[runId, best] as const] : [];
      }),
    ),
  };
}

/** What an operation's 64-bit key is called outside. */
export const operationName = (row: QueryRow): string => hashHex(row['operation_key'] as bigint);

const stepKey = (row: QueryRow): string => JSON.stringify([row['run_id'], row['step'] ?? null]);

function stepState(executions: readonly QueryRow[], run: RunState): StepFacts['state'] {
  const last = executions.at(-1);
  if (!last) {
    if (run === 'lost') return 'lost';
    return isFinal(run) ? run : 'running';
  }
  if (last['outcome'] === 'cancelled') return 'cancelled';
  return last['failed'] === true || last['outcome'] === 'failed' ? 'failed' : 'succeeded';
}

function profileOf(rows: readonly QueryRow[]): ProfileFacts {
  const wall = rows.map((row) => (row['end_ns'] as bigint) - (row['start_ns'] as bigint));
  return {
    wallNs: wall.length > 0 ? wall.reduce((a, b) => a + b, 0n) : null,
    cpuUserNs: total(rows, 'cpu_user_ns'),
    cpuSystemNs: total(rows, 'cpu_system_ns'),
    gbNs: total(rows, 'gb_ns'),
    peakBytes: highest(rows, 'peak_bytes'),
    gcNs: total(rows, 'gc_ns'),
    eventLoopUtilization: highest(rows, 'event_loop_utilization'),
    rowsIn: total(rows, 'rows_in'),
    rowsOut: total(rows, 'rows_out'),
    rowsFailed: total(rows, 'rows_failed'),
    bytesIn: total(rows, 'bytes_in'),
    bytesOut: total(rows, 'bytes_out'),
    queueWaitNs: total(rows, 'queue_wait_ns'),
  };
}

const values = (rows: readonly QueryRow[], column: string): number[] =>
  rows.flatMap((row) => (row[column] === null ? [] : [Number(row[column])]));

const total = (rows: readonly QueryRow[], column: string): number | null =>
  values(rows, column).reduce<number | null>((a, b) => (a ?? 0) + b, null);

const highest = (rows: readonly QueryRow[], column: string): number | null =>
  values(rows, column).reduce<number | null>((a, b) => Math.max(a ?? 0, b), null);

const minimum = (all: readonly bigint[]): bigint => all.reduce((a, b) => (a < b ? a : b));
const maximum = (all: readonly bigint[]): bigint => all.reduce((a, b) => (a > b ? a : b));
