/** The occurrences that a schedule would have expected, standing or proposed, each as it was known at every moment. */
import { setImmediate as pause } from 'node:timers/promises';
import type { TimeSpan } from '@burnbook/domain/budgetPeriod';
import {
  occurrencesBefore,
  isOfRange,
  weightAs,
  type WeighedPast,
} from '@burnbook/domain/slo/deadlineReplay';
import { median } from '@burnbook/domain/slo/expectedEvents';
import { isBad } from '@burnbook/domain/slo/occurrenceBurn';
import { occurrencePast, type ExpectedPast } from '@burnbook/domain/slo/occurrencePast';
import type { OccurrenceWeight } from '@burnbook/domain/slo/slo';
import { DAY_NS } from '@burnbook/domain/time';
import type { StoreClient } from '../store/storeClient.js';
import type { CountSeries } from './countSeries.js';
import { minuteOfNs } from './eventGroup.js';
import { eventOf, weightOf } from './occurrence.js';
import { OccurrenceCalendar, type DatedSchedule } from './occurrenceCalendar.js';
import { OccurrenceRuns } from './occurrenceRuns.js';
import { touches } from './occurrenceSums.js';
import { RunSignBook } from './runSignBook.js';
import { serverAway } from './serverAway.js';

export interface PastDeadline {
  readonly pipeline: string;
  readonly weight: OccurrenceWeight;
  readonly targetPpb: number;
  /** Oldest first. */
  readonly schedules: readonly DatedSchedule[];
  /** Stretches that do not count, with the reason. */
  readonly excluded: (span: TimeSpan) => readonly (TimeSpan & { readonly reason: string })[];
}

export interface PastRange {
  readonly fromNs: bigint;
  readonly toNs: bigint;
  readonly nowNs: bigint;
  readonly signal: AbortSignal;
}

/** As many as batches are read of a pipeline: a schedule of every minute has 35 days of them. */
export const PAST_OCCURRENCES_MAX = 50_000;
/** A run may begin before its time, and be named after it. */
const BEFORE_NS = 2n * DAY_NS;
/** What lands so much after the range is not looked for: no deadline is longer. */
const LATE_NS = 31n * DAY_NS;
const LAST = 8;
/** The event loop serves others in between. */
const AT_ONCE = 500;

/** @returns oldest first, some from before the range; null: there are more than can be told. @throws StoreError */
export async function deadlinePast(
  store: StoreClient,
  of: PastDeadline,
  range: PastRange,
): Promise<readonly WeighedPast[] | null> {
  const { fromNs, toNs, nowNs, signal } = range;
  const runs = new OccurrenceRuns(store, toNs + LATE_NS);
  runs.define([of.pipeline]);
  await runs.load(nowNs);
  const calendar = new OccurrenceCalendar(of.schedules, PAST_OCCURRENCES_MAX);
  const all = calendar.matched(runs.runsOf(of.pipeline, nowNs), toNs);
  const begins = all.findIndex(({ entry }) => isOfRange(entry, range));
  const [first] = all;
  if (!first || begins < 0) return [];
  if (all.length >= PAST_OCCURRENCES_MAX && first.entry.nominalNs > fromNs) return null;
  const matched = all.slice(Math.max(0, begins - occurrencesBefore(of)));
  const startNs = (matched[0] ?? first).entry.nominalNs;
  const away = await serverAway(store, { fromNs: startNs, nowNs });
  const signs = await RunSignBook.load(store, {
    pipeline: of.pipeline,
    fromNs: startNs - BEFORE_NS,
    signal,
  });
  const spans = of.excluded({ startNs, endNs: (all.at(-1) ?? first).entry.dueNs + 1n });
  const pasts: WeighedPast[] = [];
  const landed: number[] = [];
  for (const { entry, runs: own } of matched) {
    if (pasts.length % AT_ONCE === AT_ONCE - 1) {
      await pause();
      signal.throwIfAborted();
    }
    const span = spans.find((each) => touches(each, entry));
    const expected: ExpectedPast = {
      entry,
      runs: own.map((run) => ({ run, signs: signs.of(run) })),
      excludedBy: entry.isHoliday ? 'holiday' : (span?.reason ?? null),
    };
    const past = occurrencePast(expected, { endNs: toNs, nowNs, away });
    const batch = past.reached.run?.batchId ?? own.at(-1)?.batchId ?? null;
    const size = batch === null ? null : runs.sizeOf(of.pipeline, batch);
    const known = weightOf(
      {
        verdict: past.reached.verdict,
        rows: size?.rows ?? null,
        costNano: size?.costNano ?? null,
      },
      of.weight,
    );
    const other = of.weight === 'occurrences' ? 1 : (median(landed.slice(-LAST)) ?? 1);
    pasts.push({
      ...past,
      weighs: { landed: Math.round(known ?? other), other: Math.round(other) },
    });
    if (known !== null) landed.push(known);
  }
  return pasts;
}

/** Adds what they came to by what is known now, each in the minute that it counts in. */
export function addPasts(series: CountSeries, pasts: readonly WeighedPast[]): void {
  for (const past of pasts) {
    const { verdict } = past.reached;
    if (verdict !== 'on_time' && !isBad(verdict)) continue;
    const total = weightAs(past, verdict);
    series.add(minuteOfNs(eventOf(past.reached, past.dueNs)), {
      good: isBad(verdict) ? 0 : total,
      total,
      badOperations: isBad(verdict) ? 1 : 0,
    });
  }
}
