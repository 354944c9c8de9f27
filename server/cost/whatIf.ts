/** Stored attempts replayed under another retry policy. */
import {
  replay,
  type RecordedAttempt,
  type Replay,
  type RetryPolicy,
} from '@burnbook/domain/retryPolicy';
import { addReplays, replayShapes, type OperationShape } from '@burnbook/domain/retryShapes';
import { NS_PER_MS } from '@burnbook/domain/time';
import type { QueryRow } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';
import type { CostScope } from './costs.js';
import { factBounds, type TimeRange } from './timeRange.js';

export interface WhatIf {
  /** Shorter than asked when `truncated`: up to the first operation that is not replayed. */
  readonly range: TimeRange;
  readonly truncated: boolean;
  readonly recorded: {
    readonly operations: number;
    readonly attempts: number;
    readonly succeeded: number;
    readonly costNano: bigint;
    readonly wasteNano: bigint;
    readonly failureNano: bigint;
  };
  /** Of all operations, those that the policy cannot change included. */
  readonly replay: Replay;
}

/** Operations that are replayed at once: about a tenth of a second. */
const OPERATIONS_MAX = 20_000;
/** How finely is looked for when there are enough of them: counting by a hundred thousand minutes would take longest. */
const CROWD_STRETCHES = 4_096n;
const CROWD_GRAIN_NS = 60_000_000_000n;
/** No attempt has a higher number. */
const NO_ATTEMPTS_MAX = 2n ** 62n;
/** No attempt is longer. */
const NO_TIMEOUT_NS = 2n ** 62n;

export async function whatIf(
  store: StoreClient,
  { range, filter }: CostScope,
  policy: RetryPolicy,
): Promise<WhatIf> {
  const timeout = policy.timeoutMs === null ? NO_TIMEOUT_NS : BigInt(policy.timeoutMs) * NS_PER_MS;
  const cutNs = await cutOf(store, range, timeout);
  const toNs = cutNs ?? range.toNs;
  const scope = { from: range.fromNs, to: toNs, patterns: filter.params['patterns'] ?? [] };
  const [rows, totals] = await Promise.all([
    store.query('what_if', {
      ...scope,
      timeout,
      attemptsMax: BigInt(policy.attemptsMax ?? NO_ATTEMPTS_MAX),
      backoffBase: milliseconds(policy.backoffBaseMs),
      backoffMax: milliseconds(policy.backoffMaxMs),
    }),
    store.query('what_if_totals', {
      ...factBounds({ fromNs: range.fromNs, toNs }),
      patterns: scope.patterns,
    }),
  ]);
  const [total] = totals;
  if (!total) throw new Error('what_if_totals.sql gave no row');
  const recorded = {
    operations: Number(total['operations']),
    attempts: Number(total['attempts']),
    succeeded: Number(total['succeeded']),
    costNano: total['cost'] as bigint,
    wasteNano: total['waste'] as bigint,
    failureNano: total['failure'] as bigint,
  };
  const nested = rows.filter((row) => row['part'] === 'nested').map(attemptOf);
  const alone = replayShapes(shapesOf(rows), policy);
  const played = withTheRest(addReplays(alone, replay(nested, policy)), recorded);
  return {
    range: { fromNs: range.fromNs, toNs },
    truncated: cutNs !== null,
    // Operations around and inside those that were asked for are replayed with them.
    recorded: {
      ...recorded,
      operations: played.operations,
      succeeded: played.recordedSucceeded,
    },
    replay: played,
  };
}

/** When the operation begins that is one too many to replay; null: all can be. */
async function cutOf(
  store: StoreClient,
  { fromNs, toNs }: TimeRange,
  timeout: bigint,
): Promise<bigint | null> {
  const params = { from: fromNs, timeout, max: OPERATIONS_MAX };
  const within = async (untilNs: bigint): Promise<bigint | null> => {
    const [cut] = await store.query('what_if_cut', { ...params, to: untilNs });
    return cut ? (cut['start_ns'] as bigint) : null;
  };
  // Without a time-out few attempts are looked at. With one it may be all, and telling operations apart costs ten times as
  // much as counting attempts: it is done up to where there must be enough of them.
  if (timeout === NO_TIMEOUT_NS) return within(toNs);
  const even = (toNs - fromNs) / CROWD_STRETCHES;
  const grain = even > CROWD_GRAIN_NS ? even : CROWD_GRAIN_NS;
  const [crowd] = await store.query('what_if_crowd', { ...params, to: toNs, grain });
  if (Number(crowd?.['attempts'] ?? 0) <= OPERATIONS_MAX) return null;
  const crowdedNs = crowd?.['crowded_ns'] as bigint | null;
  const isEarly = crowdedNs !== null && crowdedNs < toNs;
  // An operation may have more than two attempts, and be told once.
  return (isEarly ? await within(crowdedNs) : null) ?? within(toNs);
}

/** Operations that won with their first attempt within the time-out end as they did. */
function withTheRest(played: Replay, recorded: WhatIf['recorded']): Replay {
  const rest = Math.max(0, recorded.operations - played.operations);
  return {
    ...played,
    operations: played.operations + rest,
    recordedSucceeded: played.recordedSucceeded + rest,
    outcomes: { ...played.outcomes, succeeded: played.outcomes.succeeded + rest },
    latencyOperations: played.latencyOperations + rest,
  };
}

const milliseconds = (ms: number | null): bigint | null => (ms === null ? null : BigInt(ms));

/** A row for each attempt of a shape, in their order. */
function shapesOf(rows: readonly QueryRow[]): OperationShape[] {
  const shapes = new Map<unknown, QueryRow[]>();
  for (const row of rows) {
    if (row['part'] !== 'shape') continue;
    const of = shapes.get(row['shape']);
    if (of) of.push(row);
    else shapes.set(row['shape'], [row]);
  }
  return [...shapes.values()].map((tries) => ({
    operations: Number(tries[0]?.['operations']),
    latencyChangeNs: tries[0]?.['latency_change'] as bigint,
    tries: tries.map((row) => ({
      number: Number(row['number']),
      won: row['won'] === true,
      errorClass: (row['error_class'] ?? null) as string | null,
      tooLong: row['too_long'] === true,
      costNano: row['cost'] as bigint,
      unknownCosts: Number(row['unknown_costs']),
    })),
  }));
}

const keyOf = (key: bigint | null): string | null => (key === null ? null : String(key));

const attemptOf = (row: QueryRow): RecordedAttempt => ({
  operation: String(row['operation_key']),
  attempt: String(row['attempt_key']),
  outer: keyOf(row['outer_attempt_key'] as bigint | null),
  number: Number(row['number']),
  startNs: row['start_ns'] as bigint,
  endNs: row['end_ns'] as bigint,
  outcome: row['outcome'] as RecordedAttempt['outcome'],
  errorClass: (row['error_class'] ?? null) as string | null,
  backoffMs: row['backoff_ms'] === null ? null : Number(row['backoff_ms']),
  costNano: (row['cost'] ?? null) as bigint | null,
});
