/** Sums of the lines of one commit, −old +new, for the rollup of costs. */
import type { Loss } from './attribution/losingAttempts.js';
import type { CostKeys, CostOrigin, CostPlace } from './costKeys.js';
import type { LineRow } from './rows.js';

export interface RollupRow {
  readonly bucketNs: bigint;
  readonly origin: CostOrigin;
  readonly place: CostPlace;
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

/** How a line changes the sums, and as what. */
export interface RollUpContext {
  readonly keys: CostKeys;
  /** How an attempt stood before the commit; what the commit changes is added by its own statement. */
  readonly lossOf: (attemptKey: bigint | null) => Loss | null;
}

export function rollUp(
  removed: readonly LineRow[],
  added: readonly LineRow[],
  { keys, lossOf }: RollUpContext,
): RollupRow[] {
  const rows: RollupRow[] = [];
  // By origin, place and quarter: numbers all, and cheaper one by one than as a text of three.
  const found = new Map<bigint, Map<bigint, Map<bigint, RollupRow>>>();
  const rowOf = (line: LineRow): RollupRow => {
    const bucketNs = bucketOf(line.span.startNs);
    const origin = keys.originOf(line);
    const place = keys.placeOf(line);
    const quarters = below(below(found, origin.key), place.key);
    const known = quarters.get(bucketNs);
    if (known) return known;
    const counts = { lines: 0, excluded: 0, unpriced: 0, tokens: 0 };
    const row = {
      ...{ bucketNs, origin, place, ...counts },
      ...{ costNano: 0n, wasteNano: 0n, failureNano: 0n },
    };
    quarters.set(bucketNs, row);
    rows.push(row);
    return row;
  };
  const enter = (line: LineRow, sign: 1 | -1): void => {
    const row = rowOf(line);
    if (line.excluded !== null) {
      row.excluded += sign;
      return;
    }
    const usage = line.kind === 'model' ? line.span.call?.usage : undefined;
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
  return rows.filter(changesSomething);
}

function below<Value>(map: Map<bigint, Map<bigint, Value>>, key: bigint): Map<bigint, Value> {
  let inner = map.get(key);
  if (!inner) map.set(key, (inner = new Map()));
  return inner;
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
