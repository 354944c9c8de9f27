import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  replay,
  type RecordedAttempt,
  type Replay,
  type RetryPolicy,
} from '@burnbook/domain/retryPolicy';

const AS_IT_WAS: RetryPolicy = {
  attemptsMax: null,
  timeoutMs: null,
  backoffBaseMs: null,
  backoffMaxMs: null,
};
const under = (policy: Partial<RetryPolicy>): RetryPolicy => ({ ...AS_IT_WAS, ...policy });
const MS = 1_000_000n;

/** Attempts of one operation, one after the other: `ok` succeeds, anything else is the class of its failure. */
function operation(
  name: string,
  tries: readonly { end: string; ms?: number; waitMs?: number; nano?: bigint | null }[],
  outer: string | null = null,
): RecordedAttempt[] {
  let atMs = 0;
  return tries.map(({ end, ms = 100, waitMs = 0, nano = 10n }, index) => {
    const startNs = BigInt(atMs + waitMs) * MS;
    atMs += waitMs + ms;
    return {
      operation: name,
      attempt: `${name}#${index + 1}`,
      outer,
      number: index + 1,
      startNs,
      endNs: BigInt(atMs) * MS,
      outcome: end === 'ok' ? 'succeeded' : end === 'cancelled' ? 'cancelled' : 'failed',
      errorClass: end === 'ok' ? null : end,
      backoffMs: waitMs,
      costNano: nano,
    };
  });
}

const endings = fc.constantFrom('ok', 'rate_limited', 'timeout', 'invalid_request', 'cancelled');
const anyTry = fc.record({
  end: endings,
  ms: fc.integer({ min: 0, max: 500 }),
  waitMs: fc.integer({ min: 0, max: 300 }),
  nano: fc.option(fc.bigInt({ min: 0n, max: 1_000n }), { nil: null }),
});
const anyTries = fc.array(anyTry, { minLength: 1, maxLength: 5 });
/** Operations, some of them nested in an attempt of the ones before. */
const anyRecord = fc
  .array(fc.record({ tries: anyTries, inside: fc.nat({ max: 20 }) }), { maxLength: 8 })
  .map((operations) => {
    const attempts: RecordedAttempt[] = [];
    operations.forEach(({ tries, inside }, index) => {
      const outer = inside % 3 === 0 ? (attempts[inside % (attempts.length || 1)] ?? null) : null;
      attempts.push(...operation(`o${index}`, tries, outer?.attempt ?? null));
    });
    return attempts;
  });
const anyPolicy: fc.Arbitrary<RetryPolicy> = fc.record({
  attemptsMax: fc.option(fc.integer({ min: 1, max: 6 }), { nil: null }),
  timeoutMs: fc.option(fc.integer({ min: 1, max: 400 }), { nil: null }),
  backoffBaseMs: fc.option(fc.integer({ min: 0, max: 100 }), { nil: null }),
  backoffMaxMs: fc.option(fc.integer({ min: 0, max: 200 }), { nil: null }),
});
const operationsOf = ({ outcomes }: Replay): number =>
  Object.values(outcomes).reduce((sum, count) => sum + count, 0);
const costOf = (attempts: readonly RecordedAttempt[]): bigint =>
  attempts.reduce((sum, { costNano }) => sum + (costNano ?? 0n), 0n);

describe('attempts replayed under another policy', () => {
  test('are what they were under the one that they were made under', () => {
    fc.assert(
      fc.property(anyRecord, (attempts) => {
        const told = replay(attempts, AS_IT_WAS);
        expect(told).toMatchObject({
          attempts: attempts.length,
          attemptsNotMade: 0,
          attemptsUnknown: 0,
          attemptsCut: 0,
          savedNano: 0n,
          latencyChangeNs: 0n,
          latencyOperations: told.operations,
          outcomes: {
            succeeded: told.recordedSucceeded,
            successesLost: 0,
            unknown: 0,
            notStarted: 0,
          },
        });
      }),
    );
  });

  test('never win what was lost, and every operation has one end', () => {
    fc.assert(
      fc.property(anyRecord, anyPolicy, (attempts, policy) => {
        const told = replay(attempts, policy);
        expect(operationsOf(told)).toBe(told.operations);
        expect(told.outcomes.succeeded).toBeLessThanOrEqual(told.recordedSucceeded);
        expect(told.outcomes.succeeded + told.outcomes.successesLost).toBeLessThanOrEqual(
          told.recordedSucceeded,
        );
        expect(told.savedNano + told.cutCostNano).toBeLessThanOrEqual(costOf(attempts));
        expect(told.latencyOperations).toBeLessThanOrEqual(told.operations);
      }),
      { numRuns: 300 },
    );
  });

  test('save more and win no more with every attempt that is not allowed', () => {
    fc.assert(
      fc.property(anyRecord, anyPolicy, (attempts, policy) => {
        const all = [5, 4, 3, 2, 1].map((attemptsMax) =>
          replay(attempts, { ...policy, attemptsMax }),
        );
        all.slice(1).forEach((fewer, index) => {
          const more = all[index];
          expect(fewer.savedNano >= (more?.savedNano ?? 0n)).toBe(true);
          expect(fewer.outcomes.succeeded).toBeLessThanOrEqual(more?.outcomes.succeeded ?? 0);
        });
      }),
      { numRuns: 300 },
    );
  });

  test('stay succeeded by another attempt than the one around a doubtful operation, and so all around them', () => {
    const attempts = [
      ...operation('outer', [{ end: 'ok', ms: 1 }]),
      ...operation(
        'twice',
        [
          { end: 'ok', ms: 1 },
          { end: 'ok', ms: 1 },
        ],
        'outer#1',
      ),
      ...operation('cut', [{ end: 'ok', ms: 50 }], 'twice#2'),
    ];
    expect(replay(attempts, under({ timeoutMs: 10 }))).toMatchObject({
      recordedSucceeded: 3,
      outcomes: { succeeded: 2, unknown: 1 },
    });
  });

  test('lose the success of an attempt that is not made, and save its cost', () => {
    const attempts = operation('o', [
      { end: 'rate_limited' },
      { end: 'timeout', waitMs: 50 },
      { end: 'ok', waitMs: 200, nano: 30n },
    ]);
    expect(replay(attempts, under({ attemptsMax: 2 }))).toMatchObject({
      recordedSucceeded: 1,
      outcomes: { succeeded: 0, successesLost: 1, failed: 0, unknown: 0 },
      attemptsNotMade: 1,
      savedNano: 30n,
      latencyChangeNs: -300n * MS,
      latencyOperations: 1,
    });
  });

  test('leave unknown what would have come after the last recorded failure', () => {
    const passing = operation('o', [{ end: 'server' }, { end: 'server' }]);
    expect(replay(passing, under({ attemptsMax: 5 }))).toMatchObject({
      outcomes: { succeeded: 0, failed: 0, unknown: 1 },
      attemptsUnknown: 3,
      latencyOperations: 0,
    });
    const lasting = operation('o', [{ end: 'invalid_request' }]);
    expect(replay(lasting, under({ attemptsMax: 5 }))).toMatchObject({
      outcomes: { failed: 1, unknown: 0 },
      attemptsUnknown: 0,
    });
  });

  test('that a time-out would cut tell their cost, not a saving', () => {
    const attempts = operation('o', [
      { end: 'server', ms: 900 },
      { end: 'ok', ms: 100 },
    ]);
    expect(replay(attempts, under({ timeoutMs: 400 }))).toMatchObject({
      outcomes: { succeeded: 1 },
      attemptsCut: 1,
      cutCostNano: 10n,
      savedNano: 0n,
      latencyChangeNs: -500n * MS,
    });
    const slow = operation('o', [{ end: 'ok', ms: 900 }]);
    expect(replay(slow, under({ timeoutMs: 400 })).outcomes).toMatchObject({ unknown: 1 });
    expect(replay(slow, under({ timeoutMs: 400, attemptsMax: 1 })).outcomes).toMatchObject({
      successesLost: 1,
    });
  });

  test('wait as the new backoff does in the mean', () => {
    const attempts = operation('o', [
      { end: 'server' },
      { end: 'server', waitMs: 10 },
      { end: 'ok', waitMs: 10 },
    ]);
    const change = (policy: Partial<RetryPolicy>) =>
      replay(attempts, under(policy)).latencyChangeNs;
    // (100 + 200) / 2 in place of 20.
    expect(change({ backoffBaseMs: 100 })).toBe(130n * MS);
    expect(change({ backoffBaseMs: 100, backoffMaxMs: 120 })).toBe(90n * MS);
    expect(change({ backoffMaxMs: 4 })).toBe(-12n * MS);
  });

  test('that are nested in one that is not made are not made either, and are saved once', () => {
    const attempts = [
      ...operation('outer', [
        { end: 'server', nano: 1n },
        { end: 'ok', nano: 2n },
      ]),
      ...operation(
        'inner',
        [
          { end: 'timeout', nano: 4n },
          { end: 'ok', nano: null },
        ],
        'outer#2',
      ),
    ];
    expect(replay(attempts, under({ attemptsMax: 1 }))).toMatchObject({
      outcomes: { successesLost: 1, notStarted: 1 },
      attemptsNotMade: 3,
      savedNano: 6n,
      savedUnknownAttempts: 1,
    });
  });

  test('make what stands around a lost success unknown', () => {
    const attempts = [
      ...operation('outer', [{ end: 'ok' }]),
      ...operation('inner', [{ end: 'timeout' }, { end: 'ok' }], 'outer#1'),
    ];
    expect(replay(attempts, under({ attemptsMax: 1 })).outcomes).toEqual({
      succeeded: 0,
      successesLost: 1,
      failed: 0,
      unknown: 1,
      notStarted: 0,
    });
  });

  test('in parallel under one number are one attempt that won if any of them did', () => {
    const [lost] = operation('o', [{ end: 'server' }]);
    const [won] = operation('o', [{ end: 'ok' }]);
    const both = [lost, won].flatMap((each) => (each ? [each] : []));
    expect(replay(both, under({ attemptsMax: 1 }))).toMatchObject({
      operations: 1,
      attempts: 1,
      outcomes: { succeeded: 1 },
    });
  });
});
