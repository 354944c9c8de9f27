/** Activities of one commit as the lists need them: the many spans that begin the same in one row. */
import type { ActivityRow } from './rows.js';

export interface SummaryRow {
  /** The row that stands alone, or the first of several that begin the same. */
  readonly activity: ActivityRow;
  /** The row stands for any number of spans and has no span key. */
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

/** What begins a run, batch or step: traces of one run each have such a span, and only sums over them are asked for. */
export const isMergeable = ({ isRun, isBatch, isStep, span }: ActivityRow): boolean =>
  span.activity.event === null && (isRun || isBatch || isStep);

export function summarise(activities: readonly ActivityRow[]): SummaryRow[] {
  const merged = new Map<string, SummaryRow>();
  const rows: SummaryRow[] = [];
  for (const activity of activities) {
    if (!isMergeable(activity)) {
      rows.push(summaryRow(activity, false));
      continue;
    }
    const { owner, isRun, isBatch, isStep, span } = activity;
    const { pipeline, run, batch, step } = owner;
    const { runKind, runOutcome, attemptOutcome } = span.activity;
    const outcome = runOutcome ?? attemptOutcome;
    const flags = [isRun, isBatch, isStep, runKind, outcome];
    const key = JSON.stringify([pipeline, run, batch, step, ...flags]);
    const row = merged.get(key);
    if (row) merge(row, activity);
    else merged.set(key, summaryRow(activity, true));
  }
  return [...rows, ...merged.values()];
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

function merge(row: SummaryRow, activity: ActivityRow): void {
  const { span, rooted } = activity;
  if (activity.isRun || activity.isBatch) mergeWholes(row, activity);
  else mergeParts(row, activity);
  if (span.startNs < row.startNs) row.startNs = span.startNs;
  if (span.endNs > row.endNs) row.endNs = span.endNs;
  if (span.receivedNs > row.receivedNs) row.receivedNs = span.receivedNs;
  row.failed ||= span.failed;
  row.rooted &&= rooted;
  row.sampled ||= span.sampled;
}

/** A run's or batch's own rows are those of the whole: several spans repeat them. */
function mergeWholes(row: SummaryRow, { span }: ActivityRow): void {
  const larger = (a: number | null, b: number | null): number | null =>
    a === null || b === null ? (a ?? b) : Math.max(a, b);
  row.rowsIn = larger(row.rowsIn, span.activity.rowsIn);
  row.rowsOut = larger(row.rowsOut, span.activity.rowsOut);
  row.rowsFailed = larger(row.rowsFailed, span.activity.rowsFailed);
}

/** Rows in of the earliest execution of a step, rows out of the latest, failed ones of all. */
function mergeParts(row: SummaryRow, { span }: ActivityRow): void {
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
}
