/** What is known now of slices that were shown, up to the minute in which they were. */
import { sliceCounts, sliceStart } from '@burnbook/domain/slo/timeslice';
import type { Slo } from '@burnbook/domain/slo/slo';
import type { SumReader } from '@burnbook/domain/slo/errorBudget';
import type { CountSeries } from './countSeries.js';
import { minuteOfNs, nsOfMinute } from './eventGroup.js';
import type { CorrectedSlices, VersionFacts } from './sloHistory.js';

export interface SlicesNowInput {
  /** Events of the indicator; null: it is not counted. */
  readonly events: CountSeries | null;
  /** Slices that count, and all of them. */
  readonly counted: SumReader;
  readonly all: SumReader;
}

/** @returns null: memory does not reach as far, or the slices of that version were others. */
export function slicesNow(
  slo: Pick<Slo, 'indicatorId' | 'method' | 'slice'>,
  { events, counted, all }: SlicesNowInput,
  asked: {
    readonly definition: VersionFacts;
    /** Minutes since 1970; the last slice may be cut by the end. */
    readonly from: number;
    readonly to: number;
  },
): CorrectedSlices | null {
  const { from, to } = asked;
  const { slice, method } = slo;
  if (!events || !slice || !isSame(asked.definition, slo)) return null;
  const isKept = events.hasMinute(from) || (events.firstMinute ?? from) >= from;
  if (!isKept) return null;
  const lastFrom = minuteOfNs(sliceStart(nsOfMinute(to - 1), slice.lengthNs));
  const cutFrom = lastFrom > from ? lastFrom : from;
  // Of the slice that was under way then, only what had happened by then.
  const cut = sliceCounts(events.sum(lastFrom, to), { method, target: slice.target });
  const sumOf = (sums: SumReader): { good: number; total: number } => {
    const { good, total } = sums.sum(nsOfMinute(from), nsOfMinute(cutFrom));
    const isIn = lastFrom >= from && sums.sum(nsOfMinute(lastFrom), nsOfMinute(to)).total > 0;
    return isIn ? { good: good + cut.good, total: total + cut.total } : { good, total };
  };
  const now = sumOf(counted);
  const whole = sumOf(all);
  return { ...now, excluded: { good: whole.good - now.good, total: whole.total - now.total } };
}

const isSame = (
  version: VersionFacts,
  { indicatorId, method, slice }: Pick<Slo, 'indicatorId' | 'method' | 'slice'>,
): boolean =>
  version.indicatorId === indicatorId &&
  version.method === method &&
  version.slice?.target === slice?.target &&
  String(version.slice?.lengthNs) === String(slice?.lengthNs);
