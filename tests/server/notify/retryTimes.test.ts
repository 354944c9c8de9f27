import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HOUR_NS } from '@burnbook/domain/time';
import {
  attemptsMin,
  expiresAt,
  isGivenUp,
  retryAfterNs,
  retryDelayNs,
} from '../../../server/notify/retryTimes.js';
import { TokenBucket } from '../../../server/notify/tokenBucket.js';

const SECOND_NS = 1_000_000_000n;
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('delays lie between 1 s and 10 s, 20 s, 40 s … 6 h', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), random, (attempts, drawn) => {
      const delayNs = retryDelayNs(attempts, drawn);
      const longestS = Math.min(6 * 3_600, 10 * 2 ** Math.min(attempts - 1, 30));
      expect(delayNs >= SECOND_NS).toBe(true);
      expect(delayNs <= BigInt(longestS) * SECOND_NS).toBe(true);
    }),
  );
  expect(retryDelayNs(1, 0.999_999_999_999)).toBe(10n * SECOND_NS);
  expect(retryDelayNs(50, 0.999_999_999_999)).toBe(6n * HOUR_NS);
});

test('three days hold some thirty tries, of which as many are made as take hours, however clocks are moved', () => {
  const tries = (drawn: number): { readonly first: bigint; readonly count: number } => {
    let atNs = 0n;
    let count = 1;
    let first = 0n;
    for (; !isGivenUp({ attempts: count, expiresNs: expiresAt(0n), nowNs: atNs }); count++) {
      atNs += retryDelayNs(count, drawn);
      if (count === attemptsMin()) first = atNs;
    }
    return { first, count };
  };
  expect(tries(0.5)).toMatchObject({ count: 36 });
  expect(tries(0.5).first).toBeGreaterThan(5n * HOUR_NS);
});

test('the periods of the file take the place of these', () => {
  const periods = { firstMs: 2_000, longestMs: 60_000, giveUpMs: 3_600_000 };
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), random, (attempts, drawn) => {
      const delayNs = retryDelayNs(attempts, drawn, periods);
      const longestS = Math.min(60, 2 * 2 ** Math.min(attempts - 1, 30));
      expect(delayNs >= SECOND_NS && delayNs <= BigInt(longestS) * SECOND_NS).toBe(true);
    }),
  );
  expect(expiresAt(0n, periods)).toBe(HOUR_NS);
  // An hour of tries half a minute apart.
  const enough = attemptsMin(periods);
  expect(enough).toBeGreaterThan(100);
  expect(enough).toBeLessThan(150);
  const late = { expiresNs: HOUR_NS, nowNs: 100n * HOUR_NS };
  expect(isGivenUp({ ...late, attempts: enough - 1 }, periods)).toBe(false);
  expect(isGivenUp({ ...late, attempts: enough }, periods)).toBe(true);
});

test.each([
  ['120', 120n * SECOND_NS],
  [' 0 ', 0n],
  ['999999999', 6n * HOUR_NS],
  ['Tue, 15 Nov 2022 00:02:00 GMT', 120n * SECOND_NS],
  ['Mon, 14 Nov 2022 00:02:00 GMT', 0n],
  ['Tue, 15 Nov 2033 00:02:00 GMT', 6n * HOUR_NS],
  ['Tuesday, 15-Nov-22 00:02:00 GMT', 120n * SECOND_NS],
  ['Tue Nov 15 00:02:00 2022', 120n * SECOND_NS],
  ['-5', null],
  ['1.5', null],
  ['soon', null],
  ['', null],
  [null, null],
])('Retry-After %j asks for %s ns', (header, wanted) => {
  expect(retryAfterNs(header, BigInt(Date.UTC(2022, 10, 15)) * 1_000_000n)).toBe(wanted);
});

test('a bucket never gives more than its burst and its rate, whatever the clock does', () => {
  const step = fc.bigInt({ min: -5n * SECOND_NS, max: 20n * SECOND_NS });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 600 }), fc.array(step), (perMinute, steps) => {
      const bucket = new TokenBucket(perMinute, 0n);
      let nowNs = 0n;
      let forwardNs = 0n;
      let taken = 0;
      for (const each of steps) {
        nowNs += each;
        if (each > 0n) forwardNs += each;
        while (bucket.take(nowNs)) taken++;
      }
      const rate = (Number(forwardNs) / 60e9) * perMinute;
      expect(taken).toBeLessThanOrEqual(Math.max(1, Math.floor(perMinute / 10)) + rate + 1e-6);
    }),
  );
});
