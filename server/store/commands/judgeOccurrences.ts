/** Keeps verdicts on expected occurrences: the first is what was known then, the latest what is known now. */
import type { Verdict } from '@burnbook/domain/slo/occurrence';
import type { CommandContext } from './command.js';
import { jsonRows } from './jsonRows.js';

export interface VerdictRow {
  readonly pipeline: string;
  readonly nominalNs: bigint;
  readonly dueNs: bigint;
  readonly verdict: Verdict;
  readonly decidedNs: bigint;
  readonly landedNs: bigint | null;
  readonly batch: string | null;
  readonly runId: string | null;
  readonly rows: bigint | null;
  readonly costNano: bigint | null;
  readonly cause: string;
}

export async function judgeOccurrences(
  { connection, sql }: CommandContext,
  { verdicts }: { readonly verdicts: readonly VerdictRow[] },
): Promise<void> {
  if (verdicts.length === 0) return;
  await connection.run(sql.get('insert_occurrence_verdicts'), { rows: jsonRows(verdicts) });
}
