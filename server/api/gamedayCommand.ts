/**
 * `burnbook gameday`: makes the fault that a runbook is for, in demo data alone, has the runbook followed, takes the fault
 * back whatever happens, and stamps the runbook as tested where it led to a Verify that passed.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  alertsSchema,
  deliveryAnswerSchema,
  destinationsSchema,
  executionDetailSchema,
  healthSchema,
  type AlertRow,
  type Execution,
} from '../contract.js';
import { CommandClient, CommandError, type CommandClientOptions } from './commandClient.js';
import { FaultInjector } from './faultInjector.js';
import { GameDayFollower } from './gameDayFollower.js';
import { stampTested } from './runbookStamp.js';

export interface GamedayCommandOptions extends CommandClientOptions {
  /** Name of the runbook. */
  readonly runbook: string;
  /** Where its file lies, which is stamped. */
  readonly runbooks: string;
  /** The folder of the server's configuration. */
  readonly config: string;
  /** The demo's program that makes faults. */
  readonly injectorFile: string;
  /** Follows the steps by itself instead of waiting for a person. */
  readonly isAuto: boolean;
  /** Aborted: the fault is taken back, and that is all. */
  readonly signal: AbortSignal;
  readonly write: (line: string) => void;
  readonly sleep: (ms: number) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

const POLL_MS = 500;
/** Some rules are asked once a minute, and an SLO of freshness needs two to be told. */
const ALERT_WAIT_MS = 6 * 60_000;

/** @throws CommandError with what is wrong; nothing was done, or it was taken back. */
export async function gamedayCommand(options: GamedayCommandOptions): Promise<void> {
  const { runbook, url, config, injectorFile, write } = options;
  const client = new CommandClient(options);
  const file = path.join(options.runbooks, `${runbook}.md`);
  const alert = alertOf(runbook, await textOf(file));
  await refuseRealData(client, url);
  await tellTestDestinations(client, write);
  if ((await firing(client, alert)) !== undefined) {
    throw new CommandError(`${alert} fires already: a game day could not tell its own from it`);
  }

  const startMs = options.nowMs();
  const injector = new FaultInjector({ file: injectorFile, alert, url, config });
  try {
    write(`injected: ${await injector.injected()}`);
    const fired = await untilFiring(options, { client, alert });
    const alertMs = options.nowMs() - startMs;
    write(`${alert} fired after ${seconds(alertMs)}: ${fired.summary}`);
    const { end, hasPassed } = await follow(options, { client, fired, injector });
    write(summaryOf(end, { alertMs, totalMs: options.nowMs() - startMs }));
    if (!hasPassed) {
      throw new CommandError(`Verify did not pass (${end.verify.state}): no stamp`);
    }
    const day = new Date(options.nowMs()).toISOString().slice(0, 10);
    // As it is now: somebody may have improved it meanwhile.
    await stampTested(file, { text: await textOf(file), day });
    write(`${file}: tested: ${day}`);
  } finally {
    await injector.end();
    write('The fault is taken back.');
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandError(`there is no such runbook: ${(error as Error).message}`);
  }
}

/** @throws CommandError for a runbook that no alert is for. */
function alertOf(runbook: string, text: string): string {
  const head = /^---\r?\n([\s\S]*?)\r?\n---/.exec(text)?.[1] ?? '';
  const alert = /^alert: *(\w+) *$/m.exec(head)?.[1];
  if (alert !== undefined) return alert;
  throw new CommandError(`${runbook} is the runbook of no alert: there is no fault to make`);
}

async function refuseRealData(client: CommandClient, url: string): Promise<void> {
  const { demoData } = await client.get('/healthz', healthSchema);
  if (demoData) return;
  throw new CommandError(
    `${url} does not keep demo data: a game day makes faults, and does so in a demo alone. Start one with npm run demo`,
  );
}

/** @throws CommandError where somebody would be told who did not ask for it. */
async function tellTestDestinations(
  client: CommandClient,
  write: (line: string) => void,
): Promise<void> {
  const { items } = await client.get('/api/destinations', destinationsSchema);
  const real = items.filter(({ isTest }) => !isTest).map(({ name }) => name);
  if (real.length > 0) {
    throw new CommandError(
      `a game day would tell ${real.join(', ')} of its alerts: mark them test: true in notify.yaml, or take them out`,
    );
  }
  if (items.length === 0) write('notify.yaml has no test destination: nobody is told.');
  for (const { name } of items) {
    const sent = `/api/destinations/${encodeURIComponent(name)}/test`;
    await client.post(sent, deliveryAnswerSchema);
    write(`test message to ${name}`);
  }
}

async function firing(client: CommandClient, alert: string): Promise<AlertRow | undefined> {
  const query = new URLSearchParams({ name: alert, state: 'firing' });
  const { items } = await client.get(`/api/alerts?${query.toString()}`, alertsSchema);
  return items[0];
}

async function untilFiring(
  { nowMs, sleep, signal }: GamedayCommandOptions,
  { client, alert }: { readonly client: CommandClient; readonly alert: string },
): Promise<AlertRow> {
  for (const endMs = nowMs() + ALERT_WAIT_MS; nowMs() < endMs; await sleep(POLL_MS)) {
    throwIfStopped(signal);
    const found = await firing(client, alert);
    if (found) return found;
  }
  throw new CommandError(`${alert} did not fire within ${seconds(ALERT_WAIT_MS)}`);
}

async function follow(
  options: GamedayCommandOptions,
  on: {
    readonly client: CommandClient;
    readonly fired: AlertRow;
    readonly injector: FaultInjector;
  },
): Promise<{ readonly end: Execution; readonly hasPassed: boolean }> {
  const { runbook, url, isAuto, write, sleep, nowMs, signal } = options;
  const { client, fired, injector } = on;
  const started = await client.post(
    `/api/runbooks/${encodeURIComponent(runbook)}/executions`,
    executionDetailSchema,
    { alert: fired.id, gameDay: true },
  );
  const { id } = started.execution;
  write(new URL(`${fired.runbook}&execution=${encodeURIComponent(id)}`, url).href);
  if (!isAuto) {
    write('Follow it there. The fault is taken back once all steps before Verify are done.');
  }
  const follower = new GameDayFollower({
    client,
    execution: id,
    revert: async () => write(`reverted: ${await injector.revert()}`),
    write,
    sleep,
    nowMs,
    check: () => throwIfStopped(signal),
  });
  const end = await (isAuto ? follower.byItself() : follower.byPerson());
  return { end, hasPassed: follower.hasPassed };
}

function throwIfStopped(signal: AbortSignal): void {
  if (signal.aborted) throw new CommandError('stopped before the end: no stamp');
}

function summaryOf(
  { steps, startedAt, outcome, verify }: Execution,
  { alertMs, totalMs }: { readonly alertMs: number; readonly totalMs: number },
): string {
  const first = steps.find(({ at, state }) => at !== null && state === 'done')?.at ?? null;
  const firstText =
    first === null
      ? 'no step done'
      : `first step ${seconds(Date.parse(first) - Date.parse(startedAt))} later`;
  const done = steps.filter(({ state }) => state === 'done').length;
  return `alert after ${seconds(alertMs)}, ${firstText}, ${done} of ${steps.length} steps done, finished after ${seconds(totalMs)}: ${outcome ?? 'not finished'}, Verify ${verify.state}`;
}

const seconds = (ms: number): string => `${Math.round(ms / 1_000)} s`;
