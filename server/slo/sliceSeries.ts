/** Slices of time of an SLO that budgets by them, each counted in the minute that it begins in. */
import { sliceCounts, sliceStart } from '@burnbook/domain/slo/timeslice';
import type { Slo } from '@burnbook/domain/slo/slo';
import { CountSeries } from './countSeries.js';
import { minuteOfNs, nsOfMinute } from './eventGroup.js';

interface Made {
  readonly from: CountSeries;
  readonly version: number;
  readonly slices: CountSeries;
}

const HOUR = 60;

export const hasSlices = ({ slice, method }: Pick<Slo, 'slice' | 'method'>): boolean =>
  slice !== null && method !== 'Occurrences';

/** Slices by SLO; made anew when its events have changed. */
export class SliceBook {
  readonly #made = new Map<string, Made>();

  clear(): void {
    this.#made.clear();
  }

  /** @returns the events themselves where the SLO has no slices. */
  of(slo: Slo, events: CountSeries | null): CountSeries | null {
    if (!events || !hasSlices(slo)) return events;
    const known = this.#made.get(slo.name);
    if (known?.from === events && known.version === events.version) return known.slices;
    const slices = slicesOf(slo, events);
    this.#made.set(slo.name, { from: events, version: events.version, slices });
    return slices;
  }
}

export function slicesOf(
  { slice, method }: Pick<Slo, 'slice' | 'method'>,
  events: CountSeries,
): CountSeries {
  const slices = new CountSeries(events.hoursMax, events.minuteHours);
  const { newestHour, firstMinute, lastMinute } = events;
  if (!slice || newestHour === null || firstMinute === null || lastMinute === null) return slices;
  slices.reach(newestHour);
  const length = minuteOfNs(slice.lengthNs);
  const oldest = Math.max(firstMinute, (newestHour - events.minuteHours + 1) * HOUR);
  const first = minuteOfNs(sliceStart(nsOfMinute(oldest), slice.lengthNs));
  for (let at = first; at <= lastMinute; at += length) {
    const counts = sliceCounts(events.sum(at, at + length), { method, target: slice.target });
    if (counts.total === 0) continue;
    slices.add(at, { ...counts, badOperations: counts.good < counts.total ? 1 : 0 });
  }
  return slices;
}
