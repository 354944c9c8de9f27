import { describe, expect, test } from 'vitest';
import { DAY_NS, HOUR_NS, parseTime } from '@burnbook/domain/time';
import {
  batchTime,
  matchRuns,
  verdictOf,
  type ExpectedOccurrence,
  type OccurrenceRun,
} from '../../domain/slo/occurrence.js';

const ns = (text: string): bigint => parseTime(text) ?? 0n;

const daily = (text: string): ExpectedOccurrence => {
  const nominalNs = ns(text);
  return {
    nominalNs,
    dueNs: nominalNs + 2n * HOUR_NS,
    nextNs: nominalNs + DAY_NS,
    previousNs: nominalNs - DAY_NS,
  };
};
const expected = daily('2026-11-22T05:00:00Z');
let runs = 0;
const run = (parts: Partial<OccurrenceRun>): OccurrenceRun => ({
  runId: `run-${runs++}`,
  batchId: '2026-11-22',
  nominalNs: null,
  kind: 'scheduled',
  startNs: ns('2026-11-22T05:00:10Z'),
  endNs: ns('2026-11-22T05:40:00Z'),
  state: 'succeeded',
  ...parts,
});
const failed = run({ state: 'failed' });
const running = run({ state: 'running', startNs: ns('2026-11-22T06:00:00Z'), endNs: null });
const before = { nowNs: ns('2026-11-22T06:30:00Z'), excludedBy: null };
const after = { nowNs: ns('2026-11-22T07:00:01Z'), excludedBy: null };

describe('the verdict on an occurrence', () => {
  test.each<[string, OccurrenceRun[], typeof before, string, string]>([
    ['has no run and time left', [], before, 'pending', 'not due yet'],
    ['has no run at the deadline', [], after, 'missing', 'no run seen'],
    ['landed in time', [run({})], after, 'on_time', 'landed'],
    ['failed, with time left', [failed], before, 'failed', 'failed'],
    ['failed, and a retry is under way', [failed, running], before, 'pending', 'still running'],
    [
      'failed, and a retry landed in time',
      [failed, run({ startNs: ns('2026-11-22T06:00:00Z'), endNs: ns('2026-11-22T06:59:59Z') })],
      after,
      'on_time',
      'landed after a failure',
    ],
    [
      'failed, and a retry landed late',
      [failed, run({ startNs: ns('2026-11-22T06:00:00Z'), endNs: ns('2026-11-22T07:00:01Z') })],
      after,
      'late',
      'landed after a failure',
    ],
    ['landed on the deadline', [run({ endNs: expected.dueNs })], after, 'on_time', 'landed'],
    ['is under way at the deadline', [running], after, 'missing', 'still running'],
    [
      'was lost before it',
      [run({ state: 'lost', endNs: null })],
      before,
      'pending',
      'telemetry ended',
    ],
    [
      'was lost, and is due',
      [run({ state: 'lost', endNs: null })],
      after,
      'unknown',
      'telemetry ended',
    ],
    ['was cancelled', [run({ state: 'cancelled' })], after, 'failed', 'cancelled'],
    [
      'was run again after it had landed',
      [run({}), run({ startNs: ns('2026-11-22T08:00:00Z'), endNs: null, state: 'running' })],
      after,
      'on_time',
      'landed',
    ],
  ])('that %s', (_what, seen, at, verdict, cause) => {
    expect(verdictOf(expected, seen, at)).toMatchObject({ verdict, cause });
  });

  test('does not count where time is excluded, and keeps what landed', () => {
    const reached = verdictOf(expected, [run({})], { ...after, excludedBy: 'maintenance' });
    expect(reached).toMatchObject({
      verdict: 'excluded',
      cause: 'maintenance',
      landedNs: ns('2026-11-22T05:40:00Z'),
    });
  });
});

describe('runs find their occurrence', () => {
  const days = ['2026-11-21', '2026-11-22', '2026-11-23'].map((day) => daily(`${day}T05:00:00Z`));
  const found = (seen: OccurrenceRun, naming: 'nominal' | 'previous' = 'nominal') => [
    ...matchRuns(days, [seen], { timeZone: 'Europe/Berlin', naming }).keys(),
  ];

  test('by the day that the batch is named after, however late they start', () => {
    const late = run({ batchId: '2026-11-21', startNs: ns('2026-11-23T20:00:00Z') });
    expect(found(late)).toEqual([ns('2026-11-21T05:00:00Z')]);
  });

  test('by the nominal time that they say, whatever they are named after and whenever they start', () => {
    const seen = run({
      batchId: '2026-11-23',
      nominalNs: ns('2026-11-21T05:00:00Z'),
      startNs: ns('2026-11-23T06:00:00Z'),
    });
    expect(found(seen)).toEqual([ns('2026-11-21T05:00:00Z')]);
    expect(found(seen, 'previous')).toEqual([ns('2026-11-22T05:00:00Z')]);
  });

  test('by the day of a nominal time that is only a day, and not at all by one that nothing is expected at', () => {
    const told = (text: string, batchId: string) => found(run({ batchId, nominalNs: ns(text) }));
    expect(told('2026-11-21T00:00:00Z', 'b7')).toEqual([ns('2026-11-21T05:00:00Z')]);
    // Midnight by the clocks of Berlin.
    expect(told('2026-11-21T23:00:00Z', 'b7')).toEqual([ns('2026-11-22T05:00:00Z')]);
    expect(told('2026-11-21T04:00:00Z', 'b7')).toEqual([]);
    expect(told('2026-11-21T04:00:00Z', '2026-11-23')).toEqual([ns('2026-11-23T05:00:00Z')]);
  });

  test('by the interval before, where batches are named after their data', () => {
    expect(found(run({ batchId: '2026-11-21' }), 'previous')).toEqual([ns('2026-11-22T05:00:00Z')]);
  });

  test('by their start, where the batch is named after nothing', () => {
    expect(found(run({ batchId: 'b7' }))).toEqual([ns('2026-11-22T05:00:00Z')]);
  });

  test('not at all as a backfill, by its kind or by the day that it names', () => {
    expect(found(run({ kind: 'backfill' }))).toEqual([]);
    expect(found(run({ batchId: '2026-10-01' }))).toEqual([]);
  });

  test('by their start among several of one day', () => {
    const hours = ['05', '06', '07'].map((hour): ExpectedOccurrence => {
      const nominalNs = ns(`2026-11-22T${hour}:00:00Z`);
      return {
        nominalNs,
        dueNs: nominalNs,
        nextNs: nominalNs + HOUR_NS,
        previousNs: nominalNs - HOUR_NS,
      };
    });
    const seen = run({ batchId: '2026-11-22', startNs: ns('2026-11-22T06:01:00Z') });
    const named = run({ batchId: '2026-11-22T07', startNs: ns('2026-11-22T09:01:00Z') });
    const matched = matchRuns(hours, [seen, named], { timeZone: 'UTC', naming: 'nominal' });
    expect([...matched.keys()]).toEqual([ns('2026-11-22T06:00:00Z'), ns('2026-11-22T07:00:00Z')]);
  });
});

test.each([
  ['2026-11-22', '2026-11-22'],
  ['20261122', '2026-11-22'],
  ['dt=2026-11-22', '2026-11-22'],
  ['2026-11', '2026-11'],
  ['2026-11-22T06', '2026-11-22T06'],
  ['2026-11-22-06', '2026-11-22T06'],
  ['2026112206', '2026-11-22T06'],
  ['2026-11-22T06:30:00Z', '2026-11-22T06:30'],
  ['2026-13-22', null],
  ['2026-11-32', null],
  ['run 7', null],
  ['12345678901234', null],
])('the batch %s is named after %s', (batch, time) => {
  expect(batchTime(batch)).toBe(time);
});
