import { describe, expect, test } from 'vitest';
import { alertNames, type AlertName } from '@burnbook/domain/alertNames';
import { sloConditions } from '@burnbook/domain/slo/conditions';
import { amountText, badOfText, inUnit } from '@burnbook/domain/slo/eventUnit';
import { evaluateSlo, type SloStatus } from '@burnbook/domain/slo/evaluate';
import type { StandingPair } from '@burnbook/domain/slo/pairStatus';
import type { Slo } from '@burnbook/domain/slo/slo';
import { DAY_NS, MINUTE_NS, parseTime } from '@burnbook/domain/time';
import { MinuteSeries, steady, testSlo, type MinuteEvents } from './support/minuteSeries.js';

const START = parseTime('2026-01-01T00:00:00Z') ?? 0n;
const HOUR = 60;
const slo99 = testSlo({ targetPpb: 990_000_000 });

/** Stretches of the same minutes, one after the other. */
const stretches = (
  ...parts: readonly (readonly [minutes: number, events: MinuteEvents])[]
): MinuteSeries =>
  new MinuteSeries(
    START,
    parts.flatMap(([minutes, events]) => Array.from({ length: minutes }, () => events)),
  );

const events = (bad: number, covered: boolean | null = true): MinuteEvents => ({
  total: 100,
  bad,
  covered,
});
const nothing = (covered: boolean | null): MinuteEvents => ({ total: 0, bad: 0, covered });

/** Seen at the series' end. */
function statusOf(
  series: MinuteSeries,
  more: { slo?: Slo; before?: readonly StandingPair[]; perMinute?: number } = {},
): SloStatus {
  return evaluateSlo(more.slo ?? slo99, {
    nowNs: series.atMinute(series.length),
    sums: series,
    coverage: series,
    expected: steady(more.perMinute ?? 100, START),
    before: more.before ?? [],
  });
}

const words = ({ pairs }: SloStatus): string[] => pairs.map(({ word }) => word);
const FAST = 'page 1h/5m';
const standing = (frozenSinceNs: bigint | null = null): StandingPair => ({
  name: FAST,
  sinceNs: START,
  frozenSinceNs,
});
const fast = (status: SloStatus) => status.pairs.find(({ name }) => name === FAST);

describe('a pair of windows', () => {
  test('has one of four words', () => {
    expect(words(statusOf(stretches([3 * HOUR, events(0)])))).toEqual(Array(4).fill('acceptable'));
    const begins = statusOf(stretches([24 * HOUR, events(0)], [5, events(50)]));
    expect([fast(begins)?.word, begins.state]).toEqual(['increasing', 'increasing']);
    const burns = statusOf(stretches([24 * HOUR, events(0)], [20, events(50)]));
    expect([fast(burns)?.word, burns.state]).toEqual(['critical', 'critical']);
    const ends = statusOf(stretches([24 * HOUR, events(0)], [20, events(50)], [10, events(0)]));
    expect([fast(ends)?.word, ends.state]).toEqual(['recovering', 'recovering']);
  });

  test('fires above its factor, not at it', () => {
    const at = (bad: number): boolean | undefined =>
      fast(statusOf(stretches([24 * HOUR, { total: 10_000, bad }])))?.fires;
    expect([at(1_440), at(1_441)]).toEqual([false, true]);
  });

  test('that says gte fires at its factor, too, and ends as any other', () => {
    const pair = { severity: 'page', longNs: 60n * MINUTE_NS, shortNs: 5n * MINUTE_NS } as const;
    const policies = [
      { name: 'own', pairs: [{ ...pair, factor: 10, op: 'gte' as const }], destinations: [] },
    ];
    const slo = { ...slo99, policies };
    const at = (bad: number, before: readonly StandingPair[] = []) =>
      fast(statusOf(stretches([24 * HOUR, { total: 10_000, bad }]), { slo, before }));
    expect([at(999)?.fires, at(1_000)?.fires, at(1_001)?.fires]).toEqual([false, true, true]);
    expect(at(1_000)?.word).toBe('critical');
    // From four fifths of the factor on down it is over.
    expect([at(800, [standing()])?.holds, at(799, [standing()])?.holds]).toEqual([true, false]);
  });

  test('tells since when it fires, and keeps it while it holds', () => {
    const burning = stretches([HOUR, events(50)]);
    expect(fast(statusOf(burning))?.sinceNs).toBe(burning.atMinute(HOUR));
    expect(fast(statusOf(burning, { before: [standing()] }))?.sinceNs).toBe(START);
  });

  test('that is over by chance alone is not critical', () => {
    const few = stretches([55, nothing(true)], [5, { total: 1, bad: 1, badOperations: 0 }]);
    const pair = fast(statusOf(few));
    expect([pair?.significant, pair?.fires, pair?.word]).toEqual([false, false, 'increasing']);
  });
});

describe('a pair that fired', () => {
  const holds = (series: MinuteSeries): boolean | undefined =>
    fast(statusOf(series, { before: [standing()] }))?.holds;
  const frozen = (series: MinuteSeries): bigint | null | undefined =>
    fast(statusOf(series, { before: [standing()] }))?.frozenSinceNs;

  test('holds until its short window stayed below 0.8 of the factor for ten minutes', () => {
    // 5 minutes until the short window is clean (11.52 % of them are 0.6 bad minutes), then 10.
    const after = (good: number) => stretches([HOUR, events(100)], [good, events(0)]);
    expect([4, 13, 14, 15].map((good) => holds(after(good)))).toEqual([true, true, false, false]);
    const just = (bad: number) => stretches([24 * HOUR, { total: 10_000, bad }]);
    expect([holds(just(1_153)), holds(just(1_151))]).toEqual([true, false]);
  });

  test('holds again at each relapse within the ten minutes', () => {
    expect(
      holds(stretches([HOUR, events(100)], [12, events(0)], [1, events(100)], [13, events(0)])),
    ).toBe(true);
  });

  test('holds while coverage is under 90 %, at 90 % no more', () => {
    const seen = (covered: number) =>
      stretches(
        [HOUR, events(100)],
        ...Array.from(
          { length: 6 },
          () =>
            [
              [covered, events(0)],
              [10 - covered, nothing(false)],
            ] as const,
        ).flat(),
        [10, events(0)],
      );
    // Short windows of 5 minutes: one unseen minute is a fifth of one.
    expect(holds(seen(9))).toBe(true);
    expect(frozen(seen(9))).toBe(seen(9).atMinute(HOUR + 70));
    expect(holds(stretches([HOUR, events(100)], [30, events(0)]))).toBe(false);
  });

  test('does not end because nothing is due: what came last decides', () => {
    const idle = [6 * HOUR, nothing(null)] as const;
    expect(holds(stretches([HOUR, events(100)], idle))).toBe(true);
    expect(frozen(stretches([HOUR, events(100)], idle))).not.toBeNull();
    expect(holds(stretches([HOUR, events(100)], [1, events(0)], idle))).toBe(false);
    expect(holds(stretches([HOUR, events(100)], [8 * 24 * HOUR, nothing(null)]))).toBe(true);
  });

  test('asks its owner once it is frozen for more than a day', () => {
    const silent = stretches([HOUR, events(100)], [25 * HOUR, nothing(false)]);
    const since = (hours: number): StandingPair =>
      standing(silent.atMinute(26 * HOUR - hours * HOUR));
    const asks = (hours: number) => fast(statusOf(silent, { before: [since(hours)] }))?.askOwner;
    expect([asks(23), asks(24), asks(25)]).toEqual([false, false, true]);
    expect(statusOf(silent, { before: [since(1)] }).state).toBe('critical');
  });
});

describe('what is not seen', () => {
  test('never keeps from firing: bad events over all that there would be', () => {
    // Half of an hour was seen, four elevenths of it bad: 18.2 % of the whole.
    const third = stretches(
      [24 * HOUR, events(0)],
      ...Array.from(
        { length: 30 },
        () =>
          [
            [1, { total: 99, bad: 36 }],
            [1, nothing(false)],
          ] as const,
      ).flat(),
    );
    const pair = fast(statusOf(third, { perMinute: 99 }));
    expect(pair?.long.coverage).toBe(0.5);
    expect(pair?.long.burnRate).toBeCloseTo(200 / 11, 9);
    expect(pair?.fires).toBe(true);
    // A quarter of it: 12.5 % of the whole; of what was seen it would be 25 %.
    const quarter = stretches(
      [24 * HOUR, events(0)],
      ...Array.from(
        { length: 30 },
        () =>
          [
            [1, { total: 100, bad: 25 }],
            [1, nothing(false)],
          ] as const,
      ).flat(),
    );
    expect(fast(statusOf(quarter))?.long.burnRate).toBeCloseTo(12.5, 9);
    expect(fast(statusOf(quarter))?.fires).toBe(false);
  });

  test('is taken for as much as is expected, where that is more', () => {
    const busyLater = stretches(
      [54, { total: 10, bad: 5 }],
      [6, nothing(false)],
      [6, nothing(false)],
    );
    expect(fast(statusOf(busyLater, { perMinute: 100 }))?.long.burnRate).toBeCloseTo(
      (48 * 5 * 100) / 6_000,
      9,
    );
  });

  test('is a state of its own: neither ok nor idle', () => {
    expect(statusOf(stretches([2 * HOUR, events(0)])).state).toBe('ok');
    expect(statusOf(stretches([2 * HOUR, events(0)], [HOUR, nothing(false)])).state).toBe(
      'unknown',
    );
    expect(statusOf(stretches([2 * HOUR, events(0)], [HOUR, nothing(null)])).state).toBe('idle');
    expect(statusOf(stretches([2 * HOUR, nothing(true)])).state).toBe('unknown');
    expect(statusOf(stretches([HOUR, nothing(null)])).state).toBe('idle');
  });

  test('of a spent budget is exhausted, and critical while it burns', () => {
    const spent = stretches([10 * 24 * HOUR, events(5)], [3 * 24 * HOUR, events(0)]);
    expect(statusOf(spent).state).toBe('exhausted');
    expect(statusOf(stretches([10 * 24 * HOUR, events(20)])).state).toBe('critical');
  });
});

describe('what an SLO says to those who watch it', () => {
  const nameOf = (runbook: string): AlertName | null =>
    alertNames.find((name) => name === runbook) ?? null;
  const slo = testSlo({ targetPpb: 990_000_000, runbook: 'RetryStorm', owner: 'data' });

  test('is one condition for each pair that holds, with its figures', () => {
    const series = stretches([24 * HOUR, events(0)], [20, events(50)]);
    const found = sloConditions(slo, statusOf(series, { slo }), nameOf);
    expect(found).toEqual([
      {
        name: 'RetryStorm',
        runbook: 'RetryStorm',
        owner: 'data',
        subject: { pair: FAST, pipeline: 'mail-etl', slo: 'mail' },
        severity: 'page',
        state: 'firing',
        summary: 'Mail: 1000 of 6000 bad in 1h, burn rate 16.7 (limit 14.4).',
        sinceNs: series.atMinute(24 * HOUR + 20),
        details: {
          budgetLeft: expect.closeTo(1 - 1_000 / 43_200, 9) as number,
          emptyAtNs: expect.any(BigInt) as bigint,
          figures: {
            windows: '1h/5m',
            factor: '14.4',
            burnRateLong: '16.7',
            burnRateShort: '50',
            bad: '1000',
            total: '6000',
            coverage: '1',
          },
        },
      },
    ]);
  });

  test('is frozen where no data shows whether it is over; unnamed it is ErrorBudgetBurn', () => {
    const silent = stretches([HOUR, events(100)], [2 * HOUR, nothing(false)]);
    const status = statusOf(silent, { before: [standing()] });
    const [first] = sloConditions(slo99, status, nameOf);
    expect(first).toMatchObject({ name: 'ErrorBudgetBurn', state: 'frozen', sinceNs: START });
    expect(first?.summary).toContain('no data shows whether it is over');
  });

  test('is a ticket for a budget that is spent', () => {
    const rolling = testSlo({
      targetPpb: 990_000_000,
      window: { kind: 'rolling', durationNs: DAY_NS },
    });
    const spent = stretches([12 * HOUR, events(5)], [14 * HOUR, events(0)]);
    const found = sloConditions(rolling, statusOf(spent, { slo: rolling }), nameOf);
    expect(found.map(({ name, severity, summary }) => [name, severity, summary])).toEqual([
      ['ErrorBudgetExhausted', 'ticket', 'Mail: the error budget is overspent by 1560 events.'],
    ]);
    expect(sloConditions(slo99, statusOf(spent), nameOf)).toEqual([]);
  });

  test('is that ticket too where the period is not over yet, unless one bad thing alone has spent it', () => {
    const monthly = testSlo({
      targetPpb: 990_000_000,
      window: {
        kind: 'calendar',
        unit: 'month',
        count: 1,
        startTime: '2026-01-01',
        timeZone: 'Asia/Shanghai',
      },
    });
    const spent = stretches([10 * 24 * HOUR, events(8)], [4 * 24 * HOUR, events(0)]);
    const [first, ...others] = sloConditions(
      monthly,
      statusOf(spent, { slo: monthly }),
      nameOf,
    ).filter(({ name }) => name === 'ErrorBudgetExhausted');
    expect(others).toEqual([]);
    expect(first?.summary).toMatch(
      /^Mail: the error budget is overspent by \d+ events, by what the rest of the period is expected to bring\.$/,
    );
    const one = stretches([1, { total: 1, bad: 1, covered: true }], [24 * HOUR, nothing(true)]);
    const status = statusOf(one, { slo: monthly, perMinute: 0.001 });
    expect(status.budget.left).toBeLessThan(0);
    expect(sloConditions(monthly, status, nameOf)).toEqual([]);
  });

  test('counts in the unit of the SLO: slices, rows or dollars', () => {
    const slices = testSlo({
      method: 'RatioTimeslices',
      targetPpb: 900_000_000,
      window: { kind: 'rolling', durationNs: DAY_NS },
    });
    expect(amountText(slices, 2_500_000)).toBe('2.5');
    expect(inUnit(slices, 7_654_321)).toBe(7.654321);
    expect(badOfText(slices, { bad: 2_500_000, total: 12_000_000 })).toBe('2.5 of 12 slices bad');
    const deadline = (weight: 'rows' | 'dollars') =>
      testSlo({ indicator: { kind: 'deadline', pipeline: 'mail-etl', weight } });
    expect(badOfText(deadline('rows'), { bad: 10, total: 400 })).toBe('10 of 400 rows bad');
    expect(badOfText(deadline('dollars'), { bad: 1_250_000_000, total: 8_000_000_000 })).toBe(
      '$1.25 of $8.00 bad',
    );
    expect(inUnit(deadline('dollars'), 1_250_000_000)).toBe(1.25);
  });

  test('is nothing while all is well', () => {
    expect(sloConditions(slo, statusOf(stretches([2 * HOUR, events(0)]), { slo }), nameOf)).toEqual(
      [],
    );
  });
});
