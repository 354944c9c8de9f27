import { reloadMs } from './demoServer.js';
import type { FaultPlace } from './fault.js';

const file = 'pipelines.yaml';

export interface Due {
  pipeline: string;
  /** When a batch is expected; a whole minute. */
  nominal: Date;
  deadlineMinutes: number;
}

/** The minute at hand, as a nominal time. */
export const thisMinute = (): Date => new Date(Math.floor(Date.now() / 60_000) * 60_000);

/**
 * Expects one batch of a pipeline, once a year: nothing else falls due while the game day lasts. What is expected before
 * the schedule was told counts only for a pipeline that has run already.
 */
export async function expectBatch({ config, sleep }: FaultPlace, due: Due): Promise<void> {
  const { pipeline, nominal, deadlineMinutes } = due;
  const [minute, hour] = [nominal.getUTCMinutes(), nominal.getUTCHours()];
  const [day, month] = [nominal.getUTCDate(), nominal.getUTCMonth() + 1];
  await config().addEntry(
    file,
    'pipelines',
    `- name: ${pipeline}
  owner: data-platform
  schedule:
    cron: '${minute} ${hour} ${day} ${month} *'
    timeZone: UTC
    deadline: ${deadlineMinutes}m
    severity: ticket
`,
  );
  await sleep(reloadMs);
}

export const expectNothing = ({ config }: FaultPlace): Promise<void> => config().restore(file);
