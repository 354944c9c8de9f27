/** The runs of a batch, as the store lists them. */
import { runState, type RunState } from '@burnbook/domain/run';

export interface BatchRun {
  readonly runId: string;
  readonly state: RunState;
  readonly kind: string | null;
  readonly startNs: bigint;
  readonly endNs: bigint | null;
  readonly sampled: boolean;
}

/** @param value JSON of the runs of a batch in order of start, times as text. */
export function runList(value: unknown, nowNs: bigint): BatchRun[] {
  const runs = JSON.parse(value as string) as Record<string, unknown>[];
  return runs.map((run) => ({
    runId: run['run_id'] as string,
    state: runState(
      {
        outcome: (run['outcome'] ?? null) as string | null,
        ended: run['ended'] === true,
        failed: run['failed'] === true,
        announced: run['announced'] === true,
        unrooted: run['unrooted'] === true,
        lastSignNs: BigInt(run['last_sign_ns'] as string),
      },
      nowNs,
    ),
    kind: (run['run_kind'] ?? null) as string | null,
    startNs: BigInt(run['start_ns'] as string),
    endNs: run['end_ns'] === null ? null : BigInt(run['end_ns'] as string),
    sampled: run['sampled'] === true,
  }));
}
