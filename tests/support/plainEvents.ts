/** Events of a set of spans counted plainly, all spans at once: what indicators arrive at step by step must equal this. */
import { MINUTE_NS } from '@burnbook/domain/time';
import { attemptsOf, type PlainAttempt } from './plainAttempts.js';
import { keyOf, type SpanMap } from './plainOwner.js';
import { readPlainly } from './plainReading.js';
import type { SpanSpec } from './spanSpec.js';

export interface PlainCounts {
  good: number;
  total: number;
  badOperations: number;
}

/** By minute since 1970; minutes without an event are not there. */
export type PlainMinutes = Map<number, PlainCounts>;

const NO_PRICES = { models: {}, cpuMilliNano: () => 0n };

export function plainEvents(
  kind: 'attempts' | 'operations' | 'modelCalls',
  all: readonly SpanSpec[],
): PlainMinutes {
  const spans: SpanMap = new Map(all.map((span) => [keyOf(span), span]));
  const minutes: PlainMinutes = new Map();
  const count = (ns: bigint, isGood: boolean, badOperations: number): void => {
    const minute = Number(ns / MINUTE_NS);
    const counts = minutes.get(minute) ?? { good: 0, total: 0, badOperations: 0 };
    counts.total++;
    if (isGood) counts.good++;
    counts.badOperations += badOperations;
    minutes.set(minute, counts);
  };
  if (kind === 'modelCalls') {
    for (const line of readPlainly(all, NO_PRICES)) {
      if (line.kind !== 'model' || line.excluded !== null) continue;
      const span = spans.get(keyOf(line));
      if (span) count(span.startNs, !span.failed, 0);
    }
    return minutes;
  }
  const operations = new Map<string, PlainAttempt[]>();
  for (const attempt of attemptsOf(spans)) {
    const known = operations.get(attempt.operation) ?? [];
    operations.set(attempt.operation, [...known, attempt]);
  }
  for (const attempts of operations.values()) {
    const ordered = attempts.toSorted((a, b) => (a.span.endNs < b.span.endNs ? -1 : 1));
    const last = ordered.at(-1);
    if (!last) continue;
    const won = ordered.some(({ outcome }) => outcome === 'succeeded');
    if (kind === 'operations') {
      count(last.span.endNs, won, won ? 0 : 1);
      continue;
    }
    const lastBad = ordered.findLast(({ outcome }) => outcome !== 'succeeded');
    for (const attempt of ordered) {
      const isGood = attempt.outcome === 'succeeded';
      count(attempt.span.endNs, isGood, attempt === lastBad ? 1 : 0);
    }
  }
  return minutes;
}
