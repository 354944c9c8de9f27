/** When pipelines are expected: `schedule` in `pipelines.yaml`. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { parseCron } from '@burnbook/domain/slo/cron';
import { parseLength } from '@burnbook/domain/slo/minutes';
import type { Schedule } from '@burnbook/domain/slo/schedule';
import { DAY_NS, isTimeZone } from '@burnbook/domain/time';
import { parseDay } from '@burnbook/domain/timeZone';
import { ConfigError, parseYaml } from './yamlFile.js';

export type Schedules = ReadonlyMap<string, Schedule>;

const DEADLINE_MAX_NS = 31n * DAY_NS;
const HOLIDAYS_MAX = 5_000;
const DEADLINE_WANTED = 'must be a length of time from 1m to 31d, such as 2h';
const HOLIDAYS_WANTED = 'must be a list of days such as 2026-12-25, or the name of a file of them';

const isDay = (text: string): boolean => parseDay(text) !== null;

export const scheduleSchema = z.strictObject({
  cron: z
    .string({ error: 'must be five cron fields in quotes, such as "30 2 * * *"' })
    .superRefine((text, context) => {
      try {
        parseCron(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
      }
    }),
  timeZone: z.string().refine(isTimeZone, 'must be an IANA time zone, such as Europe/Berlin'),
  deadline: z
    .string({ error: DEADLINE_WANTED })
    .refine((text) => isDeadline(parseLength(text)), DEADLINE_WANTED),
  holidays: z
    .union(
      [
        z.array(z.string().refine(isDay, 'must be a day such as 2026-12-25')).max(HOLIDAYS_MAX),
        z.string().regex(/^[\w.-]+$/, 'must be the name of a file beside this one'),
      ],
      { error: HOLIDAYS_WANTED },
    )
    .optional(),
  /** What a batch whose name is a time is named after: its own nominal time, or the one before (the data that it holds). */
  batchNames: z.enum(['nominal', 'previous'], { error: 'must be nominal or previous' }).optional(),
  severity: z.enum(['page', 'ticket'], { error: 'must be page or ticket' }).optional(),
});

interface ScheduledPipeline {
  readonly name: string;
  readonly schedule?: z.infer<typeof scheduleSchema> | undefined;
}

/**
 * A schedule that is only proposed.
 * @param said YAML of it, or what such YAML says.
 * @param standing where a file of holidays is looked for (null: nowhere), and the pipelines whose files may be named.
 * @throws ConfigError `schedule:line: path: message`.
 */
export async function proposedSchedule(
  said: unknown,
  standing: {
    readonly folder: string | null;
    readonly pipelines: readonly ScheduledPipeline[];
  },
): Promise<Schedule> {
  const text = typeof said === 'string' ? said : JSON.stringify(said);
  const schedule = parseYaml('schedule', text, scheduleSchema);
  const { holidays } = schedule;
  const isKnown = standing.pipelines.some(({ schedule: own }) => own?.holidays === holidays);
  if (typeof holidays === 'string' && (standing.folder === null || !isKnown)) {
    throw new ConfigError('schedule:1: holidays: must be a list, or a file that a pipeline names');
  }
  const name = 'proposed';
  const found = (await loadSchedules(standing.folder ?? '', [{ name, schedule }])).get(name);
  if (!found) throw new ConfigError('schedule:1: is empty');
  return found;
}

/** When a pipeline is expected, as the file says it; null: it does not. */
export function scheduleYaml(
  pipelines: readonly ScheduledPipeline[],
  pipeline: string,
): string | null {
  const schedule = pipelines.find(({ name }) => name === pipeline)?.schedule;
  return schedule === undefined ? null : stringify(schedule);
}

/** @throws ConfigError with a line for every fault of the files of holidays. */
export async function loadSchedules(
  folder: string,
  pipelines: readonly ScheduledPipeline[],
): Promise<Schedules> {
  const schedules = new Map<string, Schedule>();
  const faults: string[] = [];
  for (const { name, schedule } of pipelines) {
    if (!schedule) continue;
    const { cron, timeZone, deadline, holidays = [], batchNames, severity } = schedule;
    const days =
      typeof holidays === 'string'
        ? await readHolidays(path.join(folder, holidays), faults)
        : holidays.flatMap((text) => parseDay(text) ?? []);
    schedules.set(name, {
      cron: parseCron(cron),
      timeZone,
      deadlineNs: parseLength(deadline) ?? 0n,
      holidays: new Set(days),
      ...(batchNames === undefined ? {} : { naming: batchNames }),
      ...(severity === undefined ? {} : { severity }),
    });
  }
  if (faults.length > 0) throw new ConfigError([...new Set(faults)].join('\n'));
  return schedules;
}

/** A day in each line; what follows a `#` is a remark. */
async function readHolidays(file: string, faults: string[]): Promise<number[]> {
  let text = '';
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    faults.push(`${file}:1: cannot be read: ${(error as Error).message}`);
  }
  const days: number[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    const said = line.replace(/#.*$/, '').trim();
    const day = parseDay(said);
    if (day !== null) days.push(day);
    else if (said !== '') faults.push(`${file}:${index + 1}: must be a day such as 2026-12-25`);
  });
  if (days.length > HOLIDAYS_MAX) faults.push(`${file}:1: at most ${HOLIDAYS_MAX} days`);
  return days;
}

const isDeadline = (ns: bigint | null): boolean => ns !== null && ns <= DEADLINE_MAX_NS;
