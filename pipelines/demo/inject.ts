import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createCollector, createRetryBudget } from '@burnbook/collectors';
import { ConfigFolder } from './faults/configFolder.js';
import { createDemoServer } from './faults/demoServer.js';
import type { Fault, FaultPlace } from './faults/fault.js';
import { faults } from './faults/faults.js';

const help = `Makes a fault in a demo, so that its alert fires, and takes it back.

  inject.js <Alert or procedure> --url http://127.0.0.1:4318 [--config DIR] [--revert-after SECONDS]

  --url URL           a server that keeps demo data; BURNBOOK_TOKEN signs in
  --config DIR        the folder of its configuration, for faults that need an SLO, a schedule or a budget of their own
  --revert-after S    takes the fault back after so many seconds; else Ctrl-C does

Faults: ${Object.keys(faults).join(', ')}
`;
/** So often what is repaired goes on, and for so long, when no program says how long. */
const goOnMs = 6_000;
const holdMs = 10 * 60_000;

/**
 * Started by a program, it says \`{ injected }\` and \`{ reverted }\` over the channel, with a sentence each, and obeys
 * 'revert' and 'end'; a closed channel ends it too.
 */
const asked = new AbortController();
const ending = new AbortController();
process.on('message', (message) => {
  if (message === 'end') ending.abort();
  asked.abort();
});
const stop = (): void => {
  ending.abort();
  asked.abort();
};
process.once('disconnect', stop);
process.on('SIGINT', stop);
process.on('SIGTERM', stop);

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
if (process.connected) process.disconnect();

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:4318' },
      config: { type: 'string' },
      'revert-after': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const [alert] = positionals;
  if (values.help || alert === undefined) {
    process.stdout.write(help);
    return;
  }
  const make = Object.hasOwn(faults, alert) ? faults[alert] : undefined;
  if (!make)
    throw new Error(`no fault raises ${alert}. There are: ${Object.keys(faults).join(', ')}`);
  const revertAfterMs = secondsOf(values['revert-after']);
  const { place, close } = await placeOf({ alert, ...values });
  try {
    await run(make(place), revertAfterMs);
  } finally {
    await close();
  }
}

async function run(fault: Fault, revertAfterMs: number | null): Promise<void> {
  try {
    say('injected', await fault.inject(), fault.serverUrl?.());
    if (revertAfterMs === null) await until(asked.signal);
    else await sleep(revertAfterMs, undefined, { signal: asked.signal }).catch(() => undefined);
  } finally {
    try {
      say('reverted', await fault.revert());
      if (fault.goOn || fault.end) await hold(fault);
    } finally {
      await fault.end?.();
    }
  }
}

/** Leaves the repair as it is, for Verify to look at. */
async function hold({ goOn }: Fault): Promise<void> {
  const { signal } = ending;
  const endMs = process.connected ? Number.POSITIVE_INFINITY : Date.now() + holdMs;
  while (!signal.aborted && Date.now() < endMs) {
    await sleep(goOnMs, undefined, { signal }).catch(() => undefined);
    // The server may be busy for a moment: the next time will tell.
    if (!signal.aborted) await goOn?.().catch(() => undefined);
  }
}

/** Nothing that is made is to be found in data that somebody needs. */
async function placeOf(options: {
  alert: string;
  url: string;
  config?: string | undefined;
}): Promise<{ place: FaultPlace; close: () => Promise<void> }> {
  const { alert, url, config } = options;
  const token = process.env['BURNBOOK_TOKEN'] ?? null;
  const server = createDemoServer({ url, token });
  const { body } = await server.get('/healthz');
  if (body['demoData'] !== true)
    throw new Error(`${url} does not keep demo data: nothing was done`);
  const receiver = {
    endpoint: url,
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
  };
  const collector = createCollector({
    ...receiver,
    serviceName: 'game-day',
    budget: createRetryBudget({ ratio: 1, reserve: 100_000 }),
  });
  const place: FaultPlace = {
    collector,
    receiver,
    server,
    token,
    config: () => {
      if (config === undefined)
        throw new Error('this fault needs --config, the folder of the server');
      return new ConfigFolder(config, alert);
    },
    stamp: new Date().toISOString().slice(5, 19).replaceAll(/\D/g, ''),
    sleep: (ms) => sleep(ms),
  };
  return { place, close: () => collector.shutdown() };
}

function secondsOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 86_400) return seconds * 1_000;
  throw new RangeError(`--revert-after must be seconds from 1 to 86400, got ${text}`);
}

async function until(signal: AbortSignal): Promise<void> {
  // Something has to keep the process alive while nothing happens.
  const alive = setInterval(() => undefined, 60_000);
  if (!signal.aborted) await once(signal, 'abort');
  clearInterval(alive);
}

function say(what: 'injected' | 'reverted', sentence: string, url?: string): void {
  if (process.connected)
    process.send?.({ [what]: sentence, ...(url === undefined ? {} : { url }) });
  else process.stdout.write(`${what}: ${sentence}\n`);
}
