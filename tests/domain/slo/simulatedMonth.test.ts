import { describe, expect, test } from 'vitest';
import { parseCron } from '@burnbook/domain/slo/cron';
import { verdictOf, type OccurrenceRun } from '@burnbook/domain/slo/occurrence';
import { occurrencesBetween, type Schedule } from '@burnbook/domain/slo/schedule';
import type { Slo } from '@burnbook/domain/slo/slo';
import { MINUTE_NS, parseTime } from '@burnbook/domain/time';
import { sameTimeNs } from '@burnbook/domain/timeZone';
import { MinuteSeries, steady, testSlo, type MinuteEvents } from './support/minuteSeries.js';
import { watch, type SeenAlert } from './support/watch.js';

const at = (text: string): bigint => parseTime(text) ?? -1n;
const START = at('2026-03-01T00:00:00Z');
const HOUR = 60;
const DAY = 24 * HOUR;
const MONTH = 30 * DAY;

/** A stretch of the month in which events are other than usual. */
interface Fault {
  readonly from: number;
  readonly to: number;
  readonly events: (minute: number) => MinuteEvents;
}

/** A healthy month but for its faults: `usual` by minute. */
function month(
  usual: (minute: number) => MinuteEvents,
  faults: readonly Fault[] = [],
): MinuteSeries {
  return new MinuteSeries(
    START,
    Array.from({ length: MONTH }, (_, minute) => {
      const fault = faults.find(({ from, to }) => minute >= from && minute < to);
      return (fault?.events ?? usual)(minute);
    }),
  );
}

/** 100 attempts a minute, one of them bad every ten minutes: a tenth of what 99 % allows. */
const busy = (minute: number): MinuteEvents => ({ total: 100, bad: minute % 10 === 0 ? 1 : 0 });
/** Of 100 attempts a minute. */
const failing = (bad: number) => (): MinuteEvents => ({ total: 100, bad });
/** Ten operations an hour; one of 200 fails with all its three attempts. */
const quiet = (minute: number): MinuteEvents =>
  minute % 6 === 0
    ? minute % (6 * 200) === 0
      ? { total: 3, bad: 3, badOperations: 1 }
      : { total: 1, bad: 0 }
    : { total: 0, bad: 0, covered: null };
const silence = (): MinuteEvents => ({ total: 0, bad: 0, covered: false });

const attempts = testSlo({ targetPpb: 990_000_000 });
const DAY_10 = 10 * DAY + 7 * HOUR;
/** When it is judged: every five minutes around the faults, else every half hour. */
const LOOKS = Array.from({ length: MONTH / 5 }, (_, index) => 5 * (index + 1)).filter(
  (minute) => minute % 30 === 0 || (minute > DAY_10 - HOUR && minute < DAY_10 + 2 * DAY + 2 * HOUR),
);

const watched = (
  series: MinuteSeries,
  more: { slo?: Slo; perMinute?: number; knownAt?: (minute: number) => MinuteSeries } = {},
): SeenAlert[] =>
  watch(more.slo ?? attempts, more.knownAt ?? (() => series), {
    minutes: LOOKS,
    expected: steady(more.perMinute ?? 100, START),
  });

/** `page +10m 60m`: from so many minutes after the fault began, for so long; `…` while it stands. */
const told = (alerts: readonly SeenAlert[], faultFrom = DAY_10): string[] =>
  alerts.map(({ severity, fromMinute, toMinute }) => {
    const lasts = toMinute === null ? '…' : `${toMinute - fromMinute}m`;
    return `${severity} +${fromMinute - faultFrom}m ${lasts}`;
  });

describe('a month of a pipeline', () => {
  test.each<{ fault: string; series: MinuteSeries; alerts: readonly string[] }>([
    { fault: 'no fault', series: month(busy), alerts: [] },
    {
      fault: 'a slow burn: 1.5 % for six days, at burn 1.5',
      series: month(busy, [
        { from: DAY_10, to: DAY_10 + 6 * DAY, events: (minute) => failing(1 + (minute % 2))() },
      ]),
      // 3 days hold 1 % after 46.3 hours, and so much more that it is no chance (1.047 %) after 48.7. It ends 3 hours
      // after the fault, when 6 hours hold under 0.8 %.
      alerts: ['ticket +2925m 5925m'],
    },
    {
      fault: 'a sharp outage of 20 minutes',
      series: month(busy, [{ from: DAY_10, to: DAY_10 + 20, events: failing(100) }]),
      // 8.6 minutes of everything bad are 14.4 % of an hour; it ends 10 minutes after 5 good ones.
      alerts: ['page +10m 25m'],
    },
    {
      fault: 'an outage of three hours, which is a ticket as well',
      series: month(busy, [{ from: DAY_10, to: DAY_10 + 180, events: failing(100) }]),
      // The page ends with the half hour that it fills, the ticket with the 6 hours.
      alerts: ['page +10m 210m', 'ticket +45m 505m'],
    },
    {
      fault: 'flapping: five bad minutes of every fifteen for four hours',
      series: month(busy, [
        {
          from: DAY_10,
          to: DAY_10 + 240,
          events: (minute) => failing((minute - DAY_10) % 15 < 5 ? 60 : 0)(),
        },
      ]),
      // The third burst is over 14.4 % of an hour. No pause of ten minutes ends it.
      alerts: ['page +35m 235m', 'ticket +200m 395m'],
    },
    {
      fault: 'an error rate within the target but for its peaks',
      series: month(busy, [
        {
          from: DAY_10,
          to: DAY_10 + DAY,
          events: (minute) => failing(minute % 60 === 0 ? 50 : 0)(),
        },
      ]),
      alerts: [],
    },
  ])('with $fault', ({ series, alerts }) => {
    expect(told(watched(series))).toEqual(alerts);
  });

  test('with few events: single failures are no page, an outage of an hour is one', () => {
    const calm = month(quiet);
    expect(watched(calm, { perMinute: 1 / 6 })).toEqual([]);
    const outage = month(quiet, [
      {
        from: DAY_10,
        to: DAY_10 + HOUR,
        events: (minute) => (minute % 6 === 0 ? { total: 3, bad: 3, badOperations: 1 } : quiet(1)),
      },
    ]);
    const alerts = watched(outage, { perMinute: 1 / 6 });
    // The fourth operation that fails is told: four of ten are no chance, three might be.
    expect(told(alerts.filter(({ severity }) => severity === 'page'))).toEqual(['page +20m 75m']);
  });

  test('with a silent death: nothing of it is called good, and what judges time pages', () => {
    const dead = month(busy, [{ from: DAY_10, to: MONTH, events: silence }]);
    // No attempt was bad: the attempts cannot tell.
    expect(watched(dead)).toEqual([]);
    const fresh = testSlo({
      targetPpb: 990_000_000,
      method: 'Timeslices',
      indicator: {
        kind: 'freshness',
        pipeline: 'mail-etl',
        dataset: null,
        ageMaxNs: 60n * MINUTE_NS,
      },
    });
    const minutes = month(
      () => ({ total: 1, bad: 0 }),
      [{ from: DAY_10 + HOUR, to: MONTH, events: () => ({ total: 1, bad: 1 }) }],
    );
    const alerts = watched(minutes, { slo: fresh, perMinute: 1 });
    // An hour until the data is too old, and nine minutes.
    expect(told(alerts)).toEqual(['page +70m …', 'ticket +105m …']);
  });

  test('with telemetry that stops in an outage: the page stays, and the owner is asked after a day', () => {
    const series = month(busy, [
      { from: DAY_10, to: DAY_10 + 30, events: failing(100) },
      { from: DAY_10 + 30, to: DAY_10 + 30 + 30 * HOUR, events: silence },
    ]);
    const alerts = watched(series);
    expect(told(alerts)).toEqual(['page +10m 1860m']);
    expect(alerts[0]).toMatchObject({ askedOwner: true });
    // Frozen from when nothing was seen to when half an hour was covered again.
    expect(alerts[0]?.frozenMinutes).toBeGreaterThan(29 * HOUR);
  });

  test('with late data: what was not known does not resolve, what arrives good does, and no second page', () => {
    const faults: readonly Fault[] = [{ from: DAY_10, to: DAY_10 + 30, events: failing(100) }];
    const whole = month(busy, faults);
    const arrives = DAY_10 + 30 + 4 * HOUR;
    const before = month(busy, [...faults, { from: DAY_10 + 30, to: arrives, events: silence }]);
    const alerts = watched(whole, { knownAt: (minute) => (minute < arrives ? before : whole) });
    expect(told(alerts)).toEqual(['page +10m 260m']);
    expect(alerts[0]?.askedOwner).toBe(false);
    // An outage that is over when its data arrives is nobody's page any more.
    const missing = month(busy, [{ from: DAY_10, to: arrives, events: silence }]);
    expect(watched(whole, { knownAt: (minute) => (minute < arrives ? missing : whole) })).toEqual(
      [],
    );
  });

  test('with half of the telemetry lost: what is seen still fires, and nothing resolves by it', () => {
    const half =
      (bad: number) =>
      (minute: number): MinuteEvents =>
        minute % 2 === 0 ? { total: 100, bad } : silence();
    const series = month(busy, [
      { from: DAY_10, to: DAY_10 + HOUR, events: half(100) },
      { from: DAY_10 + HOUR, to: DAY_10 + 5 * HOUR, events: half(0) },
    ]);
    // Half of what would be is bad: 14.4 % of an hour after 17.3 minutes. It ends when half an hour is seen again.
    expect(told(watched(series))).toEqual(['page +20m 315m']);
  });

  test('with an hourly batch that fails: it is not over because nothing runs', () => {
    // A batch at each full hour makes 50 attempts in one minute; nothing is due in between.
    const hourly =
      (bad: number) =>
      (minute: number): MinuteEvents =>
        minute % HOUR === 0 ? { total: 50, bad } : { total: 0, bad: 0, covered: null };
    const series = month(hourly(0), [{ from: DAY_10, to: DAY_10 + 3 * HOUR, events: hourly(25) }]);
    // Over when the next batch is good, 3 h later; not 15 minutes after each bad one.
    expect(told(watched(series, { perMinute: 50 / 60 }))).toEqual([
      'page +5m 180m',
      'ticket +65m 425m',
    ]);
  });
});

describe('a nightly batch by its deadline', () => {
  const ZONE = 'Europe/Berlin';
  const nightly: Schedule = {
    cron: parseCron('30 2 * * *'),
    timeZone: ZONE,
    deadlineNs: 120n * MINUTE_NS,
    holidays: new Set(),
  };

  /** Verdicts of a month in which each run starts when its scheduler does, and takes 40 minutes. */
  const verdicts = (
    from: string,
    to: string,
    startOf: (nominalNs: bigint) => bigint | null,
  ): string[] =>
    occurrencesBetween(nightly, at(from), at(to)).map((occurrence) => {
      const startNs = startOf(occurrence.nominalNs);
      const runs: OccurrenceRun[] =
        startNs === null
          ? []
          : [
              {
                runId: 'r',
                batchId: 'b',
                nominalNs: null,
                kind: 'scheduled',
                startNs,
                endNs: startNs + 40n * MINUTE_NS,
                state: 'succeeded',
              },
            ];
      return verdictOf(occurrence, runs, { nowNs: at(to), excludedBy: null }).verdict;
    });

  test.each([
    ['spring', '2026-03-15T00:00:00Z', '2026-04-15T00:00:00Z', 31],
    ['autumn', '2026-10-10T00:00:00Z', '2026-11-10T00:00:00Z', 31],
  ])('is on time through the change of clocks in %s', (_, from, to, count) => {
    expect(verdicts(from, to, (nominalNs) => nominalNs)).toEqual(Array(count).fill('on_time'));
  });

  test('of a scheduler that keeps last week’s offset is an hour off, and in time all the same', () => {
    const first = at('2026-03-16T01:30:00Z');
    const fixed = (nominalNs: bigint): bigint =>
      first + ((nominalNs - first) / (1_440n * MINUTE_NS)) * 1_440n * MINUTE_NS;
    const found = verdicts('2026-03-16T00:00:00Z', '2026-04-15T00:00:00Z', (nominalNs) =>
      fixed(nominalNs + 61n * MINUTE_NS) < nominalNs
        ? fixed(nominalNs + 61n * MINUTE_NS) + 60n * MINUTE_NS
        : fixed(nominalNs + 61n * MINUTE_NS),
    );
    expect(new Set(found)).toEqual(new Set(['on_time']));
  });

  test('that dies is missing from the first deadline on, each night once', () => {
    const diesNs = sameTimeNs(ZONE, at('2026-03-20T12:00:00Z'), 0);
    const found = verdicts('2026-03-15T00:00:00Z', '2026-04-01T12:00:00Z', (nominalNs) =>
      nominalNs < diesNs ? nominalNs : null,
    );
    expect(found).toEqual([
      ...Array<string>(6).fill('on_time'),
      ...Array<string>(12).fill('missing'),
    ]);
  });
});
