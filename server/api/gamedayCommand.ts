/**
 * `burnbook gameday`: makes the fault that a runbook is for, in demo data alone, has the runbook followed, takes the fault
 * back whatever happens, and stamps the runbook as tested where it led to a Verify that passed. A procedure, which no alert
 * opens, is rehearsed.
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
  if (!/^\w+$/.test(runbook)) throw new CommandError(`${runbook} is no name of a runbook`);
  if (!URL.canParse(url)) throw new CommandError(`--url ${url} is no address`);
  const client = new CommandClient(options);
  const file = path.join(options.runbooks, `${runbook}.md`);
  const alert = alertOf(runbook, await textOf(file));
  await refuseRealData(client, url);
  await tellTestDestinations(client, write);
  const before = alert === null ? [] : await firing(client, alert);
  if (before.some(({ subject }) => Object.keys(subject).length === 0)) {
    throw new CommandError(`${alert} fires already: a game day could not tell its own from it`);
  }

  const startMs = options.nowMs();
  const injector = new FaultInjector({ file: injectorFile, fault: alert ?? runbook, url, config });
  try {
    write(`injected: ${await injector.injected()}`);
    let fired: AlertRow | null = null;
    let firedMs: number | null = null;
    if (alert !== null) {
      fired = await untilFiring(options, { client, alert, before });
      firedMs = options.nowMs() - startMs;
      write(`${alert} fired after ${seconds(firedMs)}: ${fired.summary}`);
    }
    const { end, hasPassed } = await follow(options, { fired, injector });
    write(summaryOf(end, { firedMs, totalMs: options.nowMs() - startMs }));
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

/** null: of a procedure. @throws CommandError for a text from elsewhere. */
function alertOf(runbook: string, text: string): string | null {
  const head = /^---\r?\n([\s\S]*?)\r?\n---/.exec(text)?.[1] ?? '';
  const alert = /^alert: *(\w+) *$/m.exec(head)?.[1];
  if (alert !== undefined) return alert;
  if (/^kind: *procedure *$/m.test(head)) return null;
  throw new CommandError(`${runbook} is no runbook of an alert and no procedure`);
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

async function firing(client: CommandClient, alert: string): Promise<readonly AlertRow[]> {
  const query = new URLSearchParams({ name: alert, state: 'firing', limit: '200' });
  return (await client.get(`/api/alerts?${query.toString()}`, alertsSchema)).items;
}

async function untilFiring(
  { nowMs, sleep, signal }: GamedayCommandOptions,
  {
    client,
    alert,
    before,
  }: {
    readonly client: CommandClient;
    readonly alert: string;
    readonly before: readonly AlertRow[];
  },
): Promise<AlertRow> {
  const known = new Set(before.map(({ id }) => id));
  for (const endMs = nowMs() + ALERT_WAIT_MS; nowMs() < endMs; await sleep(POLL_MS)) {
    throwIfStopped(signal);
    const found = (await firing(client, alert)).find(({ id }) => !known.has(id));
    if (found) return found;
  }
  throw new CommandError(`${alert} did not fire within ${seconds(ALERT_WAIT_MS)}`);
}

async function follow(
  options: GamedayCommandOptions,
  { fired, injector }: { readonly fired: AlertRow | null; readonly injector: FaultInjector },
): Promise<{ readonly end: Execution; readonly hasPassed: boolean }> {
  const { runbook, isAuto, write, sleep, nowMs, signal } = options;
  // A rehearsal may bring up a server of its own.
  const url = injector.url ?? options.url;
  const client = new CommandClient({ ...options, url });
  const page = `/runbooks/${encodeURIComponent(runbook)}`;
  const started = await client.post(`/api${page}/executions`, executionDetailSchema, {
    ...(fired === null ? {} : { alert: fired.id }),
    gameDay: true,
  });
  const { id } = started.execution;
  const opened = new URL(fired === null ? page : fired.runbook, url);
  opened.searchParams.set('execution', id);
  write(opened.href);
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
  { firedMs, totalMs }: { readonly firedMs: number | null; readonly totalMs: number },
): string {
  const first = steps.find(({ at, state }) => at !== null && state === 'done')?.at ?? null;
  const firstText =
    first === null
      ? 'no step done'
      : `first step ${seconds(Date.parse(first) - Date.parse(startedAt))} later`;
  const done = steps.filter(({ state }) => state === 'done').length;
  const firedText = firedMs === null ? 'no alert' : `alert after ${seconds(firedMs)}`;
  return `${firedText}, ${firstText}, ${done} of ${steps.length} steps done, finished after ${seconds(totalMs)}: ${outcome ?? 'not finished'}, Verify ${verify.state}`;
}

const seconds = (ms: number): string => `${Math.round(ms / 1_000)} s`;
