import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createCollector, createRetryBudget, setDefaultCollector } from '@burnbook/collectors';
import { mailCorpus } from '../batch/corpus.js';
import { mailEtl } from '../batch/mailEtl.js';
import { createModelClient } from '../batch/modelClient.js';
import { startModelServer, startServer } from './children.js';
import type { Child } from './children.js';
import { openDemoData } from './demoData.js';
import { demoDays } from './demoDays.js';
import type { DemoDay } from './demoDays.js';
import { billText, progressText } from './progress.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const help = `Starts Burnbook and runs the mail pipeline over a few days of a real mail corpus.

  --port N     port of the page (4318)
  --data DIR   where everything is kept; an earlier demo is continued (.data/demo)
  --days N     days of mail, 1 to 40 (10)
  --fresh      forget the earlier demo first
`;
/** Mails of one day, so that the whole demo takes two minutes on two cores. */
const rowsMax = 120;
const deadlineMs = 10 * 60_000;
/** Of the fault dial: every demo meets the same faults. */
const seed = 1;

interface DemoOptions {
  port: number;
  dataFolder: string;
  days: number;
  isFresh: boolean;
}

const stopping = new AbortController();
const children: Child[] = [];
try {
  const options = readOptions();
  if (options) await demo(options);
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
} finally {
  await Promise.all(children.map((child) => child.stop()));
}

async function demo({ port, dataFolder, days, isFresh }: DemoOptions): Promise<void> {
  if (!(await isFree(port))) throw new Error(`Port ${port} is in use. Try --port ${port + 1}.`);
  const data = openDemoData(dataFolder, isFresh);
  stopOnSignals();

  say('Starting the server …');
  const server = await startServer({ root, dataFolder: data.serverFolder, port });
  children.push(server);
  void server.ended.then(() => fail('The server has ended.'));
  say(`\n  Burnbook is at ${server.url}/\n`);
  say('The dollars are what the batches would cost at the list prices of OpenAI and of a cloud:');
  say('the models are small ones on this machine, nothing is sent anywhere and nothing is paid.\n');

  say('Starting the local model server (it learns to tell spam from the days before) …');
  const models = await startModelServer(seed);
  children.push(models);
  const collector = createCollector({ endpoint: server.url, serviceName: 'mail-etl' });
  setDefaultCollector(collector);
  const source = mailCorpus({ rowsMax });
  const client = createModelClient({
    baseUrl: `${models.url}/v1`,
    provider: 'openai',
    embeddingModel: 'text-embedding-3-small',
    chatModel: 'gpt-4o-mini',
    retries: 6,
    minTimeoutMs: 100,
    maxTimeoutMs: 1500,
    // The default of 10 % would, rightly, give up in weather that the demo is there to show.
    budget: createRetryBudget({ ratio: 1, reserve: 300 }),
  });
  const { outFolder, workFolder } = data;
  const dag = mailEtl({
    source,
    client,
    outFolder,
    // The hard limit of config/budgets.yaml leaves too little for the last day: a cheaper model takes it.
    spend: { onRefusal: 'downgrade', cheaperModel: 'gpt-4.1-nano' },
    team: 'data',
    environment: 'demo',
  });

  const runDay = async ({ partition, faults, story }: DemoDay): Promise<void> => {
    await turnDial(models.url, faults);
    const before = client.stats();
    const startMs = Date.now();
    let untold = story;
    const [result] = await dag.backfill({
      partitions: [partition],
      workFolder,
      fingerprint: source.fingerprint,
      kind: 'backfill',
      deadlineMs,
      signal: stopping.signal,
      onStep: (_partition, _step, how) => {
        if (how === 'resumed' || untold === '') return;
        say(`${partition}  ${untold} …`);
        untold = '';
      },
    });
    if (!result || stopping.signal.aborted) return;
    await collector.flush();
    const bill = await billText({ serverUrl: server.url, pipeline: dag.name, batchId: partition });
    const calls = client.stats().calls - before.calls;
    const retries = client.stats().attempts - before.attempts - calls;
    const durationMs = Date.now() - startMs;
    say(progressText({ result, calls, retries, durationMs, bill, outFolder }));
    if (result.outcome === 'failed' && story !== '') {
      say(`${partition}  the provider is back: once more, what is finished is kept`);
      await runDay({ partition, faults: {}, story: '' });
    }
  };
  if (data.isContinued) say(`Continuing ${dataFolder}: finished steps are not run again.`);
  for (const day of demoDays(source.partitions(), days)) {
    if (!stopping.signal.aborted) await runDay(day);
  }
  await models.stop();
  if (!stopping.signal.aborted) {
    say(`\nDone. The page stays at ${server.url}/ until you press Ctrl-C.`);
    await new Promise((end) => stopping.signal.addEventListener('abort', end, { once: true }));
  }
  // Before the server goes, in `finally` above: it still has to take the last spans.
  await collector.shutdown();
}

function readOptions(): DemoOptions | null {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '4318' },
      data: { type: 'string', default: join(root, '.data', 'demo') },
      days: { type: 'string', default: '10' },
      fresh: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    say(help);
    return null;
  }
  return {
    port: whole('--port', values.port, { min: 1, max: 65_535 }),
    dataFolder: resolve(values.data),
    days: whole('--days', values.days, { min: 1, max: 40 }),
    isFresh: values.fresh,
  };
}

function whole(option: string, value: string, { min, max }: { min: number; max: number }): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  throw new RangeError(`${option} must be a whole number from ${min} to ${max}, got ${value}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((free) => {
    const probe = createServer();
    probe.once('error', () => free(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => free(true)));
  });
}

/** The first signal stops in good order, the second at once. */
function stopOnSignals(): void {
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (stopping.signal.aborted) process.exit(1);
      say('\nStopping …');
      stopping.abort(new Error(`stopped by ${name}`));
    });
  }
}

/** What goes wrong after the stop was asked for is no failure. */
function fail(message: string): void {
  if (stopping.signal.aborted) return;
  say(message);
  process.exitCode = 1;
  stopping.abort(new Error(message));
}

async function turnDial(modelsUrl: string, faults: DemoDay['faults']): Promise<void> {
  const body = JSON.stringify(faults);
  const response = await fetch(`${modelsUrl}/faults`, { method: 'PUT', body });
  if (!response.ok) throw new Error(`the fault dial refused: ${await response.text()}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
