import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createCollector,
  modelCall,
  pipeline,
  retry,
  setDefaultCollector,
  step,
} from '@burnbook/collectors';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { budgetsSchema as budgetsFileSchema } from '../../../server/config/budgetsFile.js';
import { notifySchema } from '../../../server/config/notifyFile.js';
import { readSlos } from '../../../server/config/slosFile.js';
import { alertNames } from '@burnbook/domain/alertNames';
import {
  batchDetailSchema,
  budgetsSchema,
  checkAnswerSchema,
  runbookSchema,
} from '../../../server/contract.js';
import { loadRunbooks } from '../../../server/runbook/loadRunbooks.js';
import { startServer, type RunningServer } from '../../../server/server.js';
import { attemptsSloYaml } from '../../support/sloYaml.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const SLO = attemptsSloYaml({ name: 'mail-attempts', service: 'mail' });
const rates = { cpuSecondUsd: '0.0001', memoryGbSecondUsd: '0.00001', source: 'this test' };
/** Each batch spends $2.20: the five of them pass it. */
const budgets = budgetsFileSchema.parse({
  budgets: [
    {
      id: 'mail-models',
      scope: { pipeline: 'mail etl' },
      period: 'month',
      amountUsd: '10',
      hardLimit: true,
    },
  ],
});
const slos = readSlos([{ file: 'slos.yaml', text: SLO }], { pipelines: new Map() });
const notify = notifySchema(() => 'https://127.0.0.1:9/').parse({
  publicUrl: 'https://burnbook.example',
  destinations: [{ name: 'data-chat', kind: 'slack', urlFrom: 'CHAT_URL', allowPrivate: true }],
  heartbeats: [{ name: 'nightly', everySeconds: 86_400 }],
});
const hostile = `2026/11/22 "it's" $(reboot) 日次`;

let folder = '';
let origin = '';
let server: RunningServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'burnbook-runbook-commands-'));
  server = await startServer({
    host: '127.0.0.1',
    port: 0,
    store: {
      file: join(folder, 'burnbook.duckdb'),
      tempDirectory: join(folder, 'tmp'),
      memoryLimit: '256MB',
      threads: 1,
      lockWaitMs: 1_000,
      arenaNodesMax: 4_096,
      settleAfterMs: 2_000,
      unmergedRowsMax: 60_000,
      cubeRowsMax: 2_000_000,
      processFile: join(root, 'dist/server/store/storeProcess.js'),
    },
    guard: { hosts: [], token: null },
    config: { pipelines: { computeRates: rates }, prices: {}, budgets, slos, notify },
    runbooks: await loadRunbooks(join(root, 'runbooks')),
    webFolder: join(root, 'dist/web'),
    version: '0.0.0',
    queueBytesMax: 1024 * 1024,
    groupSpansMax: 512,
    nowNs: () => BigInt(Date.now()) * 1_000_000n,
    random: Math.random,
    log: () => undefined,
  });
  origin = `http://127.0.0.1:${server.port}`;
  const collector = createCollector({ endpoint: origin, serviceName: 'runbook-commands' });
  setDefaultCollector(collector);
  for (const batch of ['a', 'b', 'c', 'd']) await runBatch(batch, { failures: 0 });
  await runBatch(hostile, { failures: 2 });
  await collector.shutdown();
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** A batch of 1,000 rows that costs $2.20 an attempt at the model. */
async function runBatch(batch: string, { failures }: { failures: number }): Promise<void> {
  await pipeline('mail etl').run({ batch }, () =>
    step('classify', async (profile) => {
      profile.rows({ in: 1_000, out: 1_000 });
      let failed = 0;
      await retry(
        () =>
          modelCall({ provider: 'openai', model: 'gpt-4o', operation: 'chat' }, (call) => {
            call.usage({ inputTokens: 800_000, outputTokens: 20_000 });
            if (failed++ < failures) throw Object.assign(new Error('cut off'), { status: 503 });
          }),
        { operation: 'classify all', retries: 3, minTimeoutMs: 1, maxTimeoutMs: 2 },
      );
    }),
  );
}

interface Command {
  command: string;
  /** What the runbook says that it prints; null: nothing. */
  output: string | null;
}

const place = new URLSearchParams({
  pipeline: 'mail etl',
  batch: hostile,
  budget: 'mail-models',
  slo: 'mail-attempts',
  alert: 'none',
  provider: 'openai',
  destination: 'data-chat',
  heartbeat: 'nightly',
});

async function commandsOf(runbook: string): Promise<Command[]> {
  const answer = await fetch(`${origin}/runbooks/${runbook}?${place}`);
  expect(answer.status).toBe(200);
  const figures = (await answer.text()).matchAll(
    /<figure class="run"><pre><code>(.*?)<\/code><\/pre>(?:<div class="output">.*?<code>(.*?)<\/code>)?/gs,
  );
  return [...figures].map(([, command = '', output]) => ({
    command: textOf(command),
    output: output === undefined ? null : textOf(output),
  }));
}

function textOf(html: string): string {
  return html
    .replace(/<[^>]*>/g, '')
    .replaceAll('&#x26;', '&')
    .replaceAll('&#x3C;', '<');
}

test('a batch that costs three times the usual raises the alert whose runbook this is', async () => {
  const path = `/api/batches/mail%20etl/${encodeURIComponent(hostile)}`;
  const batch = batchDetailSchema.parse(await (await fetch(origin + path)).json());
  expect(batch.alerts.map(({ name }) => name)).toEqual(['BatchCostAboveNormal']);
});

test('a budget that is passed raises the alerts whose runbooks these are', async () => {
  const { items } = budgetsSchema.parse(await (await fetch(`${origin}/api/budgets`)).json());
  expect(new Set(items[0]?.alerts.map(({ runbook }) => runbook))).toEqual(
    new Set(['CostBudgetBurningFast', 'CostBudgetExhausted']),
  );
});

/** Programs of the server's own machine: what they do is not for this server to say. */
const LOCAL = /^(?:df|top|du|burnbook|ls|cat|mv|mkdir|cp) /;

test.each([...alertNames, 'RestoreFromBackup'])(
  'every command of the runbook %s reads something that is there',
  async (name) => {
    const commands = await commandsOf(name);
    expect(commands.length).toBeGreaterThanOrEqual(2);
    for (const { command, output } of commands.filter((each) => !LOCAL.test(each.command))) {
      const [, url = '', filter = ''] =
        /^curl -s (?:-X POST )?'([^']+)'(?: -H '[^']+'| -d '[^']+')*(?: \| jq(?: -[cr])?(?: '([^']+)')?)?$/.exec(
          command,
        ) ?? [];
      expect(url, command).toContain(origin);
      const answer = await fetch(url, posted(command));
      expect([200, 201], `${command}: ${await answer.clone().text()}`).toContain(answer.status);
      // The names that the filter takes, wherever they may stand in the answer.
      const names = [...filter.matchAll(/(?:^\{|[{,]\s*|\.)([a-zA-Z]\w*)(?=[,}\s)[|]|$)/g)];
      const known = new Set([...keysOf(await answer.json()), ...(await namesOf(url))]);
      for (const [, name = ''] of names) expect(known, `${name} of ${command}`).toContain(name);
      // What it is said to print is written as it would be printed: JSON of these names.
      const printed = /^[{[].*[}\]]$/.test(output ?? '') ? keysOf(JSON.parse(output ?? '')) : [];
      for (const name of printed) expect(known, `${name} of ${output}`).toContain(name);
    }
  },
);

test.each([...alertNames, 'RestoreFromBackup'])(
  'every check of the runbook %s says all that its question needs',
  async (name) => {
    const answer = await fetch(`${origin}/api/runbooks/${name}?${place}`);
    const { checks } = runbookSchema.parse(await answer.json());
    expect(checks.filter(({ section }) => section === 'Verify')).not.toEqual([]);
    for (const { question, params, expect: expected, open } of checks) {
      expect(open, question).toEqual([]);
      const query = new URLSearchParams({ ...params, expect: expected });
      const asked = await fetch(`${origin}/api/checks/${question}?${query}`);
      expect(asked.status, question).toBe(200);
      const { reason } = checkAnswerSchema.parse(await asked.json());
      expect(reason ?? '', question).not.toMatch(/^it must say/);
    }
  },
);

/** Every name that the API's description has for an answer of that address. */
async function namesOf(url: string): Promise<Set<string>> {
  documented ??= openApiSchema.parse(
    await (await fetch(`${origin}/api/openapi.json`)).json(),
  ).paths;
  const { pathname } = new URL(url);
  const found = Object.entries(documented).find(([template]) =>
    new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
  );
  return keysOf(found?.[1]);
}
let documented: Record<string, unknown> | undefined;
const openApiSchema = z.object({ paths: z.record(z.string(), z.unknown()) });

/** Method, headers and body of a command that changes something; none of one that reads. */
function posted(command: string): RequestInit {
  if (!command.includes('-X POST')) return {};
  const headers = [...command.matchAll(/-H '([^:']+): ([^']+)'/g)].map(
    ([, name = '', value = '']): [string, string] => [name, value],
  );
  return { method: 'POST', headers, body: /-d '([^']+)'/.exec(command)?.[1] ?? '' };
}

function keysOf(value: unknown): Set<string> {
  if (typeof value !== 'object' || value === null) return new Set();
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return new Set([...own, ...Object.values(value).flatMap((each) => [...keysOf(each)])]);
}
