/** A schedule as text: equal texts are equal schedules. */
import { parseCron } from './cron.js';
import type { Schedule } from './schedule.js';

export const scheduleText = (schedule: Schedule): string =>
  JSON.stringify({
    cron: schedule.cron.text,
    timeZone: schedule.timeZone,
    deadlineNs: String(schedule.deadlineNs),
    holidays: [...schedule.holidays].toSorted((a, b) => a - b),
    naming: schedule.naming ?? 'nominal',
  });

/** @throws RangeError for a text that is not of `scheduleText`. */
export function parseScheduleText(text: string): Schedule {
  const said = JSON.parse(text) as {
    readonly cron: string;
    readonly timeZone: string;
    readonly deadlineNs: string;
    readonly holidays: readonly number[];
    readonly naming: NonNullable<Schedule['naming']>;
  };
  return {
    cron: parseCron(said.cron),
    timeZone: said.timeZone,
    deadlineNs: BigInt(said.deadlineNs),
    holidays: new Set(said.holidays),
    naming: said.naming,
  };
}
