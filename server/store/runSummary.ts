/** Activities of one commit as the lists need them: the many executions of a step in one row. */
import type { ActivityRow } from './rows.js';

export interface SummaryRow {
  /** The row that stands alone, or the first of several executions of a step. */
  readonly activity: ActivityRow;
  /** Several executions: the row has no span key. */
  readonly isMerged: boolean;
  startNs: bigint;
  endNs: bigint;
  receivedNs: bigint;
  failed: boolean;
  rooted: boolean;
  sampled: boolean;
  rowsIn: number | null;
  rowsInNs: bigint;
  rowsOut: number | null;
  rowsOutNs: bigint;
  rowsFailed: number | null;
}

/** An execution of a step and nothing else: these are many, and only their sums are asked for. */
export const isPlainStep = ({ isRun, isBatch, isStep, span }: ActivityRow): boolean =>
  isStep && !isRun && !isBatch && span.activity.event === null;

export function summarise(activities: readonly ActivityRow[]): SummaryRow[] {
  const steps = new Map<string, SummaryRow>();
  const rows: SummaryRow[] = [];
  for (const activity of activities) {
    if (!isPlainStep(activity)) {
      rows.push(summaryRow(activity, false));
      continue;
    }
    const { pipeline, run, batch, step } = activity.owner;
    const key = JSON.stringify([pipeline, run, batch, step]);
    const row = steps.get(key);
    if (row) merge(row, activity);
    else steps.set(key, summaryRow(activity, true));
  }
  return [...rows, ...steps.values()];
}

function summaryRow(activity: ActivityRow, isMerged: boolean): SummaryRow {
  const { span, rooted } = activity;
  return {
    activity,
    isMerged,
    startNs: span.startNs,
    endNs: span.endNs,
    receivedNs: span.receivedNs,
    failed: span.failed,
    rooted,
    sampled: span.sampled,
    rowsIn: span.activity.rowsIn,
    rowsInNs: span.startNs,
    rowsOut: span.activity.rowsOut,
    rowsOutNs: span.endNs,
    rowsFailed: span.activity.rowsFailed,
  };
}

function merge(row: SummaryRow, { span, rooted }: ActivityRow): void {
  const { rowsIn, rowsOut, rowsFailed } = span.activity;
  if (rowsIn !== null && (row.rowsIn === null || span.startNs < row.rowsInNs)) {
    row.rowsIn = rowsIn;
    row.rowsInNs = span.startNs;
  }
  if (rowsOut !== null && (row.rowsOut === null || span.endNs > row.rowsOutNs)) {
    row.rowsOut = rowsOut;
    row.rowsOutNs = span.endNs;
  }
  if (rowsFailed !== null) row.rowsFailed = (row.rowsFailed ?? 0) + rowsFailed;
  if (span.startNs < row.startNs) row.startNs = span.startNs;
  if (span.endNs > row.endNs) row.endNs = span.endNs;
  if (span.receivedNs > row.receivedNs) row.receivedNs = span.receivedNs;
  row.failed ||= span.failed;
  row.rooted &&= rooted;
  row.sampled ||= span.sampled;
}
