/** Sums of the lines of one commit, −old +new, for the rollup of costs. */
import type { Loss } from './attribution/losingAttempts.js';
import type { LineRow } from './rows.js';

export interface RollupRow {
  readonly bucketNs: bigint;
  readonly line: LineRow;
  readonly provider: string | null;
  readonly model: string | null;
  /** Counted lines; `excluded` ones add nothing else. */
  lines: number;
  excluded: number;
  unpriced: number;
  tokens: number;
  costNano: bigint;
  wasteNano: bigint;
  failureNano: bigint;
}

/** A quarter of an hour: every time zone's days begin on one. */
export const BUCKET_NS = 900_000_000_000n;

/** @param lossOf how an attempt stood before the commit; what the commit changes is added by its own statement. */
export function rollUp(
  removed: readonly LineRow[],
  added: readonly LineRow[],
  lossOf: (attemptKey: bigint | null) => Loss | null,
): RollupRow[] {
  const rows = new Map<string, RollupRow>();
  const enter = (line: LineRow, sign: 1 | -1): void => {
    const { owner, span } = line;
    const bucketNs = bucketOf(span.startNs);
    const call = line.kind === 'model' ? span.call : null;
    const provider = call?.provider ?? null;
    const model = call?.model ?? null;
    const key = JSON.stringify([
      `${bucketNs}`,
      line.kind,
      owner.pipeline,
      owner.run,
      owner.batch,
      owner.step,
      owner.team,
      owner.environment,
      line.attempt,
      line.attemptKey !== null,
      owner.tags,
      provider,
      model,
    ]);
    let row = rows.get(key);
    if (!row) {
      row = {
        bucketNs,
        line,
        provider,
        model,
        lines: 0,
        excluded: 0,
        unpriced: 0,
        tokens: 0,
        costNano: 0n,
        wasteNano: 0n,
        failureNano: 0n,
      };
      rows.set(key, row);
    }
    if (line.excluded !== null) {
      row.excluded += sign;
      return;
    }
    const usage = call?.usage;
    const cost = line.costNanoUsd ?? 0n;
    const signed = sign === 1 ? cost : -cost;
    row.lines += sign;
    if (line.costNanoUsd === null) row.unpriced += sign;
    row.tokens += sign * ((usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0));
    row.costNano += signed;
    const loss = lossOf(line.attemptKey);
    if (loss === 'waste') row.wasteNano += signed;
    if (loss === 'failure') row.failureNano += signed;
  };
  for (const line of removed) enter(line, -1);
  for (const line of added) enter(line, 1);
  return [...rows.values()].filter(changesSomething);
}

const changesSomething = (row: RollupRow): boolean =>
  row.lines !== 0 ||
  row.excluded !== 0 ||
  row.unpriced !== 0 ||
  row.tokens !== 0 ||
  row.costNano !== 0n ||
  row.wasteNano !== 0n ||
  row.failureNano !== 0n;

/** When the quarter of an hour began that an instant is in. */
export function bucketOf(ns: bigint): bigint {
  const rest = ns % BUCKET_NS;
  return rest < 0n ? ns - rest - BUCKET_NS : ns - rest;
}
