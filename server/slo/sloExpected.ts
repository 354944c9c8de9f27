/** What an SLO may expect of the rest of its period, from the days that it has seen. */
import { daysOf } from '@burnbook/domain/budgetPeriod';
import {
  expectedByWeekday,
  type DayCount,
  type ExpectedEvents,
} from '@burnbook/domain/slo/expectedEvents';
import type { SumReader } from '@burnbook/domain/slo/errorBudget';
import { minuteEnd } from '@burnbook/domain/slo/minutes';
import type { Slo } from '@burnbook/domain/slo/slo';
import { nominalLengthNs } from '@burnbook/domain/slo/sloWindow';
import { DAY_NS, HOUR_NS } from '@burnbook/domain/time';

/** As far back as days are looked at. */
const EXPECTED_DAYS = 56n;
/** Hours beyond the period that are looked at: the window of what rolls off, months and quarters longer than most. */
const HOURS_MORE = 72n;

/** Its page shows a month, of which each point looks back a period. */
const SHOWN_DAYS = 31n;

/** How many hours of events an SLO looks back at. */
export function hoursOf({ window }: Pick<Slo, 'window'>): number {
  const shown = (nominalLengthNs(window) + HOUR_NS - 1n) / HOUR_NS + SHOWN_DAYS * 24n;
  const expected = EXPECTED_DAYS * 24n;
  return Number((shown > expected ? shown : expected) + HOURS_MORE);
}

/** Days are summed when something is asked first, and that is rare. */
export function expectedEvents(
  slo: Pick<Slo, 'window'>,
  at: { readonly nowNs: bigint; readonly sums: SumReader; readonly sinceNs: bigint | null },
): ExpectedEvents {
  let made: ExpectedEvents | null = null;
  return {
    sinceNs: at.sinceNs,
    between: (fromNs, toNs) => (made ??= fromDays(slo, at)).between(fromNs, toNs),
  };
}

function fromDays(
  slo: Pick<Slo, 'window'>,
  { nowNs, sums, sinceNs }: Parameters<typeof expectedEvents>[1],
): ExpectedEvents {
  const timeZone = slo.window.kind === 'calendar' ? slo.window.timeZone : 'UTC';
  const endNs = minuteEnd(nowNs);
  const oldestNs = endNs - EXPECTED_DAYS * DAY_NS;
  const startNs = sinceNs === null || sinceNs < oldestNs ? oldestNs : sinceNs;
  const days = daysOf(timeZone, startNs, endNs)
    .filter((day) => day.startNs >= startNs && day.endNs <= endNs)
    .map((day): DayCount => ({ ...day, total: sums.sum(day.startNs, day.endNs).total }));
  return expectedByWeekday({
    timeZone,
    days,
    sinceNs,
    rate: sinceNs === null ? null : { startNs, endNs, total: sums.sum(startNs, endNs).total },
  });
}
