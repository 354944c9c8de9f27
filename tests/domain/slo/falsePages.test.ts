import { describe, expect, test } from 'vitest';
import { badOf } from '@burnbook/domain/slo/burnRate';
import { falsePagesPerMonth } from '@burnbook/domain/slo/falsePages';
import { BAD_OPERATIONS_MIN } from '@burnbook/domain/slo/lowTraffic';
import { standardPairs } from '@burnbook/domain/slo/windowPairs';
import { DAY_NS } from '@burnbook/domain/time';

describe('false pages of a service that is as bad as its target allows', () => {
  const pages = (targetPpb: number, eventsPerHour: number, floorAlone = false): number =>
    falsePagesPerMonth({
      targetPpb,
      eventsPerHour,
      method: 'Occurrences',
      pairs: standardPairs({ window: { kind: 'rolling', durationNs: 30n * DAY_NS }, targetPpb }),
      seed: 7,
      months: 12,
      ...(floorAlone ? { isTold: (sum) => badOf(sum) >= BAD_OPERATIONS_MIN } : {}),
    });

  test('with a floor of two bad events alone are several a month at 99 % and ten an hour', () => {
    expect(pages(990_000_000, 10, true)).toBeGreaterThan(3);
    expect(pages(990_000_000, 10, true)).toBeLessThan(7);
  });

  test('with the test are fewer than one in ten months, whatever the traffic', () => {
    for (const eventsPerHour of [1, 10, 600]) {
      expect([eventsPerHour, pages(990_000_000, eventsPerHour) < 0.1]).toEqual([
        eventsPerHour,
        true,
      ]);
    }
    expect(pages(999_000_000, 100)).toBeLessThan(0.1);
  });

  test('are the same for the same seed', () => {
    expect(pages(990_000_000, 10, true)).toBe(pages(990_000_000, 10, true));
  });
});
