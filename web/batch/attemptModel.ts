import type { Attempt } from '../../server/contract.js';
import { compareUsd, sumUsd } from '../format/usd.js';

/** All attempts at one thing, in order of their start. */
export interface Operation {
  key: string;
  name: string;
  step: string | null;
  attempts: Attempt[];
  outcome: Attempt['outcome'];
  /** Sum over the attempts that have a price; null when none has. */
  costUsd: string | null;
  wasteUsd: string;
  startedMs: number;
}

/** Attempts gathered into operations: those that were retried or failed first, then by waste, cost and start. */
export function operationsOf(attempts: readonly Attempt[]): Operation[] {
  const groups = new Map<string, Attempt[]>();
  for (const attempt of attempts) {
    const key = `${attempt.runId} ${attempt.operation}`;
    groups.set(key, [...(groups.get(key) ?? []), attempt]);
  }
  return [...groups].map(([key, group]) => operationOf(key, group)).sort(compareOperations);
}

/** Whether an operation is worth a look: more than one attempt, or none that won. */
export function needsLook(operation: Operation): boolean {
  return operation.attempts.length > 1 || operation.outcome === 'failed';
}

function operationOf(key: string, group: readonly Attempt[]): Operation {
  const attempts = [...group].sort(
    (a, b) => a.number - b.number || Date.parse(a.startedAt) - Date.parse(b.startedAt),
  );
  const priced = attempts.flatMap((attempt) => (attempt.costUsd === null ? [] : [attempt.costUsd]));
  const wasted = attempts.flatMap((attempt) =>
    attempt.retryWaste && attempt.costUsd !== null ? [attempt.costUsd] : [],
  );
  const won = attempts.some((attempt) => attempt.outcome === 'succeeded');
  return {
    key,
    name: attempts[0]?.name ?? '',
    step: attempts[0]?.step ?? null,
    attempts,
    outcome: won ? 'succeeded' : (attempts[attempts.length - 1]?.outcome ?? null),
    costUsd: priced.length > 0 ? sumUsd(priced) : null,
    wasteUsd: sumUsd(wasted),
    startedMs: Math.min(...attempts.map((attempt) => Date.parse(attempt.startedAt))),
  };
}

function compareOperations(a: Operation, b: Operation): number {
  return (
    Number(needsLook(b)) - Number(needsLook(a)) ||
    Number(b.outcome === 'failed') - Number(a.outcome === 'failed') ||
    compareUsd(b.wasteUsd, a.wasteUsd) ||
    b.attempts.length - a.attempts.length ||
    compareUsd(b.costUsd ?? '0', a.costUsd ?? '0') ||
    a.startedMs - b.startedMs
  );
}
