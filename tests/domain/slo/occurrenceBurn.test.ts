import { describe, expect, test } from 'vitest';
import {
  verdictOf,
  type ExpectedOccurrence,
  type OccurrenceRun,
} from '@burnbook/domain/slo/occurrence';
import {
  occurrenceStatus,
  withWeights,
  type JudgedOccurrence,
} from '@burnbook/domain/slo/occurrenceBurn';
import { HOUR_NS, MINUTE_NS, parseTime } from '@burnbook/domain/time';

const START = parseTime('2026-01-01T00:00:00Z') ?? 0n;

describe('expected occurrences', () => {
  const expected = (index: number): ExpectedOccurrence => {
    const nominalNs = START + BigInt(index) * HOUR_NS;
    return {
      nominalNs,
      dueNs: nominalNs + HOUR_NS / 2n,
      nextNs: nominalNs + HOUR_NS,
      previousNs: nominalNs - HOUR_NS,
    };
  };
  const run = (index: number, state: OccurrenceRun['state'], minutes = 10n): OccurrenceRun => {
    const { nominalNs } = expected(index);
    return {
      runId: `${index}`,
      batchId: `${index}`,
      nominalNs: null,
      kind: 'scheduled',
      startNs: nominalNs,
      endNs: nominalNs + minutes * MINUTE_NS,
      state,
    };
  };
  const judged = (
    index: number,
    verdict: JudgedOccurrence['verdict'],
    weight: number | null = 1,
  ): JudgedOccurrence => ({
    nominalNs: expected(index).nominalNs,
    dueNs: expected(index).dueNs,
    verdict,
    weight,
  });

  test('of nine hourly batches the one that failed does not clear itself unfixed', () => {
    const nowNs = START + 10n * HOUR_NS;
    const verdicts = Array.from(
      { length: 9 },
      (_, index) =>
        verdictOf(expected(index), [run(index, index === 3 ? 'failed' : 'succeeded')], {
          nowNs,
          excludedBy: null,
        }).verdict,
    );
    expect(verdicts.filter((verdict) => verdict === 'failed')).toHaveLength(1);
    const fixed = verdictOf(expected(3), [run(3, 'failed'), run(3, 'succeeded', 400n)], {
      nowNs,
      excludedBy: null,
    });
    expect(fixed.verdict).toBe('late');
    // A window on the clock would have forgotten it an hour later.
    const status = occurrenceStatus(
      verdicts.map((verdict, index) => judged(index, verdict)),
      { targetPpb: 900_000_000, fromNs: START, nowNs },
    );
    expect(status).toMatchObject({
      sum: { good: 8, total: 9, badOperations: 1 },
      coverage: 1,
      of: 9,
      isTicket: true,
    });
    expect(status.burn).toBeCloseTo(10 / 9, 12);
  });

  test('are a ticket when more of the last ones were bad than the target allows', () => {
    const of = (bad: number, count: number) =>
      occurrenceStatus(
        Array.from({ length: count }, (_, index) =>
          judged(index, index < bad ? 'missing' : 'on_time'),
        ),
        { targetPpb: 980_000_000, fromNs: START, nowNs: START + 1_000n * HOUR_NS },
      );
    // At 98 % one of fifty may be bad.
    expect([of(1, 50).isTicket, of(2, 50).isTicket, of(1, 7).isTicket, of(1, 8).isTicket]).toEqual([
      false,
      true,
      false,
      true,
    ]);
    expect(of(1, 50).burn).toBe(1);
    // Bad ones from before the last fifty are history.
    expect(of(5, 60).burn).toBe(0);
    expect(of(5, 60).sum.total).toBe(60);
  });

  test('count as covered when they are decided, and not at all when they are excluded', () => {
    const status = occurrenceStatus(
      [
        judged(0, 'on_time'),
        judged(1, 'unknown'),
        judged(2, 'excluded'),
        judged(3, 'late'),
        judged(4, 'pending'),
      ],
      { targetPpb: 900_000_000, fromNs: START, nowNs: START + 4n * HOUR_NS },
    );
    expect(status).toMatchObject({
      sum: { good: 1, total: 2, badOperations: 1 },
      coverage: 2 / 3,
      isTicket: false,
    });
    expect(
      occurrenceStatus([], { targetPpb: 900_000_000, fromNs: START, nowNs: START }),
    ).toMatchObject({
      coverage: null,
      burn: null,
      recentFromNs: null,
    });
  });

  test('weigh, when they are missing, as much as the median of the eight before', () => {
    const weights = withWeights([
      judged(0, 'missing', null),
      ...[1, 2, 3, 4, 5, 6, 7, 8, 1_000].map((weight, index) =>
        judged(index + 1, 'on_time', weight),
      ),
      judged(10, 'missing', null),
      judged(11, 'missing', null),
    ]).map(({ weight }) => weight);
    expect(weights).toEqual([1, 1, 2, 3, 4, 5, 6, 7, 8, 1_000, 5.5, 5.5]);
  });
});
