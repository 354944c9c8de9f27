/** Attempts of the plain reading as a replay takes them, and what the API says of all of them. */
import { formatUsd } from '@burnbook/domain/money';
import { replay, type RecordedAttempt, type RetryPolicy } from '@burnbook/domain/retryPolicy';
import type { WhatIf } from '../../server/contract.js';
import { chainOf, isAttempt } from './plainAttempts.js';
import { keyOf } from './plainOwner.js';
import type { PlainLine } from './plainReading.js';
import type { SpanSpec } from './spanSpec.js';

/** @param lines the bill of these spans. */
export function plainAttempts(
  all: readonly SpanSpec[],
  lines: readonly PlainLine[],
): RecordedAttempt[] {
  const spans = new Map<string, SpanSpec>();
  for (const span of all) if (!spans.has(keyOf(span))) spans.set(keyOf(span), span);
  const costs = new Map<string, bigint | null>();
  for (const line of lines) {
    const span = spans.get(keyOf(line));
    const [attempt] = span ? chainOf(span, spans) : [];
    if (attempt === undefined || line.excluded !== null) continue;
    const before = costs.get(attempt);
    const known = before !== null && line.costNanoUsd !== null;
    costs.set(attempt, known ? (before ?? 0n) + (line.costNanoUsd ?? 0n) : null);
  }
  return [...spans.values()]
    .filter((span) => isAttempt(span, spans))
    .map((span): RecordedAttempt => {
      const [attempt = '', outer = null] = chainOf(span, spans);
      const at = attempt.lastIndexOf('#');
      const said = span.attributes['pipeline.attempt.outcome'];
      const cost = costs.get(attempt);
      return {
        operation: attempt.slice(0, at),
        attempt,
        outer,
        number: Number(attempt.slice(at + 1)),
        startNs: span.startNs,
        endNs: span.endNs,
        outcome: (said ?? (span.failed ? 'failed' : 'succeeded')) as RecordedAttempt['outcome'],
        errorClass: null,
        backoffMs: null,
        costNano: cost === undefined ? 0n : cost,
      };
    })
    .toSorted((a, b) => (a.startNs < b.startNs ? -1 : a.startNs > b.startNs ? 1 : 0));
}

/** What `/api/retries/waste` says in `byAttempts`. */
export function plainTries(attempts: readonly RecordedAttempt[]): unknown[] {
  const operations = new Map<string, RecordedAttempt[]>();
  for (const attempt of attempts) {
    operations.set(attempt.operation, [...(operations.get(attempt.operation) ?? []), attempt]);
  }
  const counts = new Map<number, { attempts: number; succeeded: number; failed: number }>();
  for (const of of operations.values()) {
    const tries = Math.max(...of.map(({ number }) => number));
    const count = counts.get(tries) ?? { attempts: tries, succeeded: 0, failed: 0 };
    if (of.some(({ outcome }) => outcome === 'succeeded')) count.succeeded++;
    else count.failed++;
    counts.set(tries, count);
  }
  return [...counts.values()].toSorted((a, b) => a.attempts - b.attempts);
}

/** What `/api/retries/what-if` says, but for what it repeats of the question. */
export function plainWhatIf(
  attempts: readonly RecordedAttempt[],
  policy: RetryPolicy,
): Partial<WhatIf> {
  const told = replay(attempts, policy);
  return {
    outcome: { ...told.outcomes },
    attemptsNotMade: told.attemptsNotMade,
    attemptsUnknown: told.attemptsUnknown,
    attemptsCut: told.attemptsCut,
    cutCostUsd: formatUsd(told.cutCostNano),
    savedUsd: formatUsd(told.savedNano),
    savedUnknownAttempts: told.savedUnknownAttempts,
    latencyChangeMs: Number(told.latencyChangeNs) / 1e6,
    latencyOperations: told.latencyOperations,
    truncated: false,
  };
}
