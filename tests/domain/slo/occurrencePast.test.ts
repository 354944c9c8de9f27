import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MINUTE_NS } from '@burnbook/domain/time';
import { AwayTime, NEVER_AWAY } from '../../../domain/slo/away.js';
import type { OccurrenceRun } from '../../../domain/slo/occurrence.js';
import { occurrencePast } from '../../../domain/slo/occurrencePast.js';
import { runAsOf, type RunSigns } from '../../../domain/slo/runSigns.js';
import { LOST_AFTER_NS, runState } from '../../../domain/run.js';

const ENTRY = {
  nominalNs: 0n,
  dueNs: 60n * MINUTE_NS,
  nextNs: 1_440n * MINUTE_NS,
  previousNs: -1_440n * MINUTE_NS,
};
const NOW_NS = 1_000n * MINUTE_NS;

const minute = (max: number) =>
  fc.integer({ min: 0, max }).map((minutes) => BigInt(minutes) * MINUTE_NS);

/** A run with the times at which its beginning, signs of life and end arrived. */
const signedRun = fc
  .record({
    startNs: minute(100),
    lasts: minute(100),
    announced: fc.boolean(),
    outcome: fc.constantFrom('succeeded', 'failed', 'cancelled', null),
    lateNs: minute(300),
    ends: fc.boolean(),
  })
  .map(({ startNs, lasts, announced, outcome, lateNs, ends }) => {
    const endNs = startNs + lasts;
    const knownNs = endNs + lateNs;
    const seenNs = announced || !ends ? startNs : knownNs;
    const signs: RunSigns = {
      seenNs,
      announcedNs: announced || !ends ? startNs : null,
      ends: ends ? [{ knownNs, endNs, outcome, failed: outcome === 'failed' }] : [],
      alive: [
        { fromNs: seenNs, toNs: seenNs },
        ...(ends && knownNs > seenNs ? [{ fromNs: knownNs, toNs: knownNs }] : []),
      ],
    };
    const run: OccurrenceRun = {
      runId: 'run',
      batchId: 'batch',
      nominalNs: null,
      kind: null,
      startNs,
      endNs: ends ? endNs : null,
      state: runState(
        {
          outcome: ends ? outcome : null,
          ended: ends,
          failed: ends && outcome === 'failed',
          announced: signs.announcedNs !== null,
          unrooted: false,
          lastSignNs: ends ? knownNs : startNs,
        },
        NOW_NS,
      ),
    };
    return { run, signs };
  });

test('once all of a run has arrived it is known as it is now, and nothing is known before it arrives', () => {
  fc.assert(
    fc.property(signedRun, ({ run, signs }) => {
      expect(runAsOf(run, signs, NOW_NS)).toEqual(run);
      expect(runAsOf(run, signs, signs.seenNs - 1n)).toBeNull();
    }),
  );
});

test('what is known last is what is known now, alerts follow one another, and only what went wrong stays told', () => {
  fc.assert(
    fc.property(fc.array(signedRun, { maxLength: 4 }), (runs) => {
      const past = occurrencePast(
        { entry: ENTRY, runs, excludedBy: null },
        { endNs: NOW_NS, nowNs: NOW_NS, away: NEVER_AWAY },
      );
      expect(past.known[0]?.atNs).toBe(ENTRY.nominalNs);
      expect(past.known.at(-1)).toMatchObject({
        verdict: past.reached.verdict,
        cause: past.reached.cause,
      });
      const times = past.known.map(({ atNs }) => atNs);
      expect(times).toEqual(times.toSorted((a, b) => Number(a - b)));
      past.alerts.forEach(({ fromNs, toNs }, index) => {
        const next = past.alerts[index + 1];
        expect(toNs === null).toBe(next === undefined && standsNow(past.reached.verdict));
        if (toNs !== null) expect(toNs > fromNs).toBe(true);
        if (toNs !== null && next) expect(next.fromNs >= toNs).toBe(true);
      });
      // Whatever is bad by its deadline was told by then, or soon after.
      if (past.badNs !== null) expect(past.alerts[0]?.fromNs).toBeLessThanOrEqual(ENTRY.dueNs + 1n);
    }),
  );
});

test('while the server was away nothing is judged, and what it finds missing with its start is waited for', () => {
  const at = (minutes: number) => BigInt(minutes) * MINUTE_NS;
  const away = new AwayTime([
    { startNs: at(30), endNs: at(200) },
    { startNs: at(201), endNs: at(210) },
  ]);
  const told = (knownMinute: number | null) => {
    const signs: RunSigns = {
      seenNs: at(knownMinute ?? 0),
      announcedNs: null,
      ends: [{ knownNs: at(knownMinute ?? 0), endNs: at(40), outcome: 'succeeded', failed: false }],
      alive: [{ fromNs: at(knownMinute ?? 0), toNs: at(knownMinute ?? 0) }],
    };
    const run: OccurrenceRun = {
      runId: 'run',
      batchId: 'batch',
      nominalNs: null,
      kind: null,
      startNs: at(10),
      endNs: at(40),
      state: 'succeeded',
    };
    const runs = knownMinute === null ? [] : [{ run, signs }];
    const past = occurrencePast(
      { entry: ENTRY, runs, excludedBy: null },
      { endNs: NOW_NS, nowNs: NOW_NS, away },
    );
    return past.known.map(({ atNs, verdict }) => `${atNs / MINUTE_NS} ${verdict}`);
  };
  // It was away once more within the two minutes.
  expect(told(null)).toEqual(['0 pending', '200 pending', '212 missing']);
  expect(told(100)).toEqual(['0 pending', '200 on_time']);
  expect(told(211)).toEqual(['0 pending', '200 pending', '211 on_time']);
  expect(told(300)).toEqual(['0 pending', '200 pending', '212 missing', '300 on_time']);
});

test('a run that is heard of again after a silence was lost in between', () => {
  const run: OccurrenceRun = {
    runId: 'run',
    batchId: 'batch',
    nominalNs: null,
    kind: null,
    startNs: 0n,
    endNs: null,
    state: 'lost',
  };
  const signs: RunSigns = {
    seenNs: 0n,
    announcedNs: 0n,
    ends: [],
    alive: [
      { fromNs: 0n, toNs: MINUTE_NS },
      { fromNs: 10n * MINUTE_NS, toNs: 11n * MINUTE_NS },
    ],
  };
  const stateAt = (atNs: bigint) => runAsOf(run, signs, atNs)?.state;
  expect(stateAt(MINUTE_NS + LOST_AFTER_NS)).toBe('running');
  expect(stateAt(MINUTE_NS + LOST_AFTER_NS + 1n)).toBe('lost');
  expect(stateAt(10n * MINUTE_NS)).toBe('running');
  expect(stateAt(60n * MINUTE_NS)).toBe('lost');
});

const standsNow = (verdict: string): boolean =>
  verdict === 'failed' || verdict === 'missing' || verdict === 'unknown';
