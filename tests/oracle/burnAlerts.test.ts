import { describe, expect, test } from 'vitest';
import type { CoverageReader } from '@burnbook/domain/slo/coverage';
import { pairStatus } from '@burnbook/domain/slo/pairStatus';
import { standardPairs } from '@burnbook/domain/slo/windowPairs';
import type { Slo, WindowPair } from '@burnbook/domain/slo/slo';
import { MINUTE_NS } from '@burnbook/domain/time';
import {
  MinuteSeries,
  steady,
  testSlo,
  type MinuteEvents,
} from '../domain/slo/support/minuteSeries.js';
import { generatedSeries, type Fault } from './generatedSeries.js';
import { promtoolVerdict, promtoolVersion, type ExpectedMinute } from './promtool.js';

/** Prometheus reads every sample of a window at every minute. */
const LONGEST_NS = 360n * MINUTE_NS;

const covered: CoverageReader = { coverage: () => 1 };
const START = 1_767_225_600_000_000_000n;

/** What the product says at the end of every minute: burn rates, and whether both windows are over. */
function judged(
  slo: Slo,
  pairs: readonly WindowPair[],
  events: readonly MinuteEvents[],
): ExpectedMinute[] {
  const series = new MinuteSeries(START, events);
  const input = {
    sums: series,
    coverage: covered,
    expected: steady(1, START),
    standing: undefined,
  };
  return events.map((_, index) => {
    const minute = index + 1;
    const nowNs = series.atMinute(minute);
    return {
      minute,
      pairs: pairs.map((pair) => {
        const { long, short, significant } = pairStatus(slo, pair, { ...input, nowNs });
        return { long: long.burnRate, short: short.burnRate, fires: significant !== null };
      }),
    };
  });
}

/** Burn rates at some minutes, and the alerts around every change: promtool takes its time for each. */
function telling(all: readonly ExpectedMinute[]): ExpectedMinute[] {
  const firing = (minute: ExpectedMinute | undefined): string =>
    minute?.pairs.map(({ fires }) => (fires ? '1' : '0')).join('') ?? '';
  return all.filter(
    (minute, index) =>
      index % 97 === 0 ||
      firing(minute) !== firing(all[index - 1]) ||
      firing(minute) !== firing(all[index + 1]),
  );
}

const rolling = (days: number): Slo['window'] => ({
  kind: 'rolling',
  durationNs: BigInt(days) * 1_440n * MINUTE_NS,
});

const MINUTES = 1_400;
const FAULTS: readonly Fault[] = [
  { fromMinute: 150, toMinute: 180, share: 0.15 },
  { fromMinute: 350, toMinute: 600, share: 0.01 },
  { fromMinute: 700, toMinute: 705, share: 1 },
  { fromMinute: 800, toMinute: 1_000, share: 0.03 },
  ...Array.from({ length: 8 }, (_, n) => ({
    fromMinute: 1_150 + 20 * n,
    toMinute: 1_153 + 20 * n,
    share: 0.4,
  })),
];

const CASES = [
  {
    name: 'a busy service, 30 days',
    days: 30,
    targetPpb: 999_000_000,
    perMinute: 40,
    share: 0.0005,
    seed: 1,
  },
  {
    name: 'a quiet one, 7 days',
    days: 7,
    targetPpb: 990_000_000,
    perMinute: 0.4,
    share: 0.02,
    seed: 2,
  },
] as const;

const version = promtoolVersion();

describe('burn rates and firing times', () => {
  test('have an oracle, or it is said that there is none', () => {
    if (version === null) {
      process.stdout.write(
        'promtool is not installed (Debian: prometheus): no oracle for burn alerts\n',
      );
    }
    expect(version).toSatisfy((said: string | null) => said === null || said.length > 0);
  });

  for (const { name, days, targetPpb, perMinute, share, seed } of CASES) {
    test(`are what Prometheus makes of the same rules: ${name}`, () => {
      const slo = testSlo({ window: rolling(days), targetPpb, policies: [] });
      const pairs = standardPairs(slo).filter(({ longNs }) => longNs <= LONGEST_NS);
      const events = generatedSeries({ seed, minutes: MINUTES, perMinute, share, faults: FAULTS });
      const all = judged(slo, pairs, events);
      const expected = telling(all);
      // Every pair fires at some time and is quiet at another: nothing is compared with nothing.
      for (const index of pairs.keys()) {
        const outcomes = new Set(all.map((minute) => minute.pairs[index]?.fires));
        expect(outcomes, String(index)).toEqual(new Set([false, true]));
      }
      if (version === null) return;
      const { ok, output } = promtoolVerdict({ series: events, targetPpb, pairs, expected });
      expect(ok, output.slice(0, 4_000)).toBe(true);
    });
  }

  test('are compared in earnest: a firing that was none is found', () => {
    if (version === null) return;
    const { targetPpb } = CASES[0];
    const slo = testSlo({ window: rolling(1), targetPpb, policies: [] });
    const pairs = standardPairs(slo).slice(0, 1);
    const events = Array.from({ length: 30 }, () => ({ total: 10, bad: 0 }));
    const all = judged(slo, pairs, events);
    const verdict = (expected: readonly ExpectedMinute[]): boolean =>
      promtoolVerdict({ series: events, targetPpb, pairs, expected }).ok;
    expect(verdict(all)).toBe(true);
    const wrong = all.map((minute) => ({
      ...minute,
      pairs: minute.pairs.map((pair) => ({ ...pair, fires: minute.minute === 20 })),
    }));
    expect(verdict(wrong)).toBe(false);
  });
});
