import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { alertNames } from '@burnbook/domain/alertNames';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faults } from '../../pipelines/demo/faults/faults.js';
import { gamedayCommand, type GamedayCommandOptions } from '../../server/api/gamedayCommand.js';
import { loadConfig } from '../../server/config/config.js';
import { watchConfig } from '../../server/config/watchConfig.js';
import { executionsSchema, healthSchema, storeFaultAnswerSchema } from '../../server/contract.js';
import { alertsBecome, alertsOf, NOBODY_LISTENS } from '../support/alerts.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { TraceMaker } from '../support/traceMaker.js';

const fileOf = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

let server: TestServer;
let folder: string;
let stopWatching: () => void;
let lines: string[];
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'burnbook-gameday-'));
  await cp(fileOf('runbooks/ConfigRejected.md'), path.join(folder, 'ConfigRejected.md'));
  await writeFile(path.join(folder, 'Restore.md'), '---\nkind: procedure\ntested: null\n---\n');
  await writeFile(path.join(folder, 'Guide.md'), '---\nkind: document\n---\n');
  server = await startTestServer({
    config: TEST_CONFIG,
    demo: true,
    alertPauseMsMax: 50,
    verifyEveryMs: 50,
  });
  const config = path.join(folder, 'config');
  await mkdir(path.join(config, 'slos'), { recursive: true });
  stopWatching = watchConfig({
    folder: config,
    changed: () =>
      loadConfig(config).then(
        (next) => server.applyConfig(next),
        (error: Error) => server.running.rejectConfig(error.message),
      ),
    warn: (message) => lines.push(message),
  });
});
afterAll(async () => {
  stopWatching();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const gameDay = (more: Partial<GamedayCommandOptions> = {}): Promise<void> => {
  lines = [];
  let ahead = 0n;
  return gamedayCommand({
    url: server.url,
    token: null,
    actor: 'ann',
    runbook: 'ConfigRejected',
    runbooks: folder,
    config: path.join(folder, 'config'),
    injectorFile: fileOf('pipelines/dist/demo/inject.js'),
    isAuto: true,
    signal: new AbortController().signal,
    write: (line) => lines.push(line),
    sleep: async () => {
      await sleep(50);
      // What the injector sends is of now; Verify wants ten seconds between two looks.
      if (lines.some((line) => line.startsWith('reverted'))) ahead += 3_000_000_000n;
      server.nowNs = BigInt(Date.now()) * 1_000_000n + ahead;
    },
    nowMs: () => Date.parse('2026-05-04T12:00:00Z'),
    ...more,
  });
};

describe('a game day does not begin', () => {
  test('for a runbook that is not there, or that no alert is for', async () => {
    await expect(gameDay({ runbook: 'Nothing' })).rejects.toThrow(/there is no such runbook/);
    await expect(gameDay({ runbook: 'Guide' })).rejects.toThrow(/no procedure/);
    await expect(gameDay({ runbook: 'Restore' })).rejects.toThrow(/no fault raises Restore/);
  });

  test('where somebody would be told who did not ask for it', async () => {
    server.applyConfig({ ...TEST_CONFIG, notify: NOBODY_LISTENS });
    await expect(gameDay()).rejects.toThrow(/a game day would tell test of its alerts/);
    server.applyConfig(TEST_CONFIG);
    expect(await alertsOf(server)).toEqual([]);
  });
});

test('a game day makes the fault, has the runbook followed, takes the fault back and stamps the file', async () => {
  const file = path.join(folder, 'ConfigRejected.md');
  const before = await readFile(file, 'utf8');
  await gameDay();
  expect(lines).toMatchObject([
    'notify.yaml has no test destination: nobody is told.',
    expect.stringMatching(/^injected: .*game-day-broken\.yaml says something that is no SLO$/),
    expect.stringMatching(/^ConfigRejected fired after \d+ s: configuration rejected/),
    expect.stringMatching(/\/runbooks\/ConfigRejected\?alert=.*&execution=/),
    ...lines.slice(4, -4),
    expect.stringMatching(/of \d+ steps, Verify: passed$/),
    expect.stringMatching(/finished after \d+ s: resolved, Verify passed$/),
    `${file}: tested: 2026-05-04`,
    'The fault is taken back.',
  ]);
  expect(lines.join('\n')).toMatch(/reverted: .*game-day-broken\.yaml is gone/);
  // Only that line.
  expect(await readFile(file, 'utf8')).toBe(before.replace(/^tested:.*$/m, 'tested: 2026-05-04'));
  const [execution] = (await server.get('/api/executions', executionsSchema)).items;
  expect(execution).toMatchObject({
    runbook: 'ConfigRejected',
    gameDay: true,
    state: 'finished',
    outcome: 'resolved',
    startedBy: 'ann',
    verify: { state: 'passed' },
  });
});

test('every alert has a fault that raises it', () => {
  expect(Object.keys(faults)).toEqual(expect.arrayContaining([...alertNames]));
});

describe('the door for faults of the store', () => {
  const breakStore = (body: object, of: TestServer = server): Promise<Response> =>
    of.fetch('/api/demo/store', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  test('has it die: StoreRestarted fires, and goes on when the server is started again', async () => {
    const { pid } = server.running.store;
    const answer = await breakStore({ act: 'end' });
    expect(storeFaultAnswerSchema.parse(await answer.json())).toEqual({ pid });
    await alertsBecome(server, 'name=StoreRestarted', [{ severity: 'ticket' }]);
    expect(server.running.store.pid).not.toBe(pid);
    // A server that is started again knows of it: with two more it is the third in ten minutes.
    await server.restart();
    for (let died = 0; died < 2; died++) {
      await server.killStore();
      await expect.poll(() => server.running.store.ready, { timeout: 10_000 }).toBe(true);
    }
    await alertsBecome(server, 'name=StoreRestarted', [{ severity: 'page' }]);
  });

  test('has it stand still: what comes meanwhile is acknowledged afterwards, and nothing is lost', async () => {
    const order: string[] = [];
    const paused = breakStore({ act: 'pause', seconds: 1 }).then((answer) => {
      expect(answer.status).toBe(200);
      order.push('pause over');
    });
    const { pid = 0 } = server.running.store;
    await expect
      .poll(() => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') T '), { interval: 10 })
      .toMatch(/\) T /);
    const life = new TraceMaker({ startNs: server.nowNs, common: { 'pipeline.name': 'paused' } });
    const sent = server.send([life.span()]).then(() => order.push('acknowledged'));
    await Promise.all([paused, sent]);
    expect(order).toEqual(['pause over', 'acknowledged']);
    expect(server.running.store.pid).toBe(pid);
  });

  test('takes nothing that it does not know', async () => {
    for (const body of [{}, { act: 'burn' }, { act: 'pause', seconds: 11 }]) {
      expect((await breakStore(body)).status).toBe(400);
    }
  });

  test('is not there where the data is no demo data', async () => {
    const other = await startTestServer({ config: TEST_CONFIG });
    try {
      const { pid } = other.running.store;
      expect((await breakStore({ act: 'end' }, other)).status).toBe(404);
      expect(other.running.store.ready).toBe(true);
      expect(other.running.store.pid).toBe(pid);
    } finally {
      await other.close();
    }
  });
});

describe('demo data', () => {
  test('stay demo data when the flag is left out, and telemetry of others never becomes it', async () => {
    expect(await server.get('/healthz', healthSchema)).toMatchObject({ demoData: true });
    const other = await startTestServer({ config: TEST_CONFIG });
    try {
      expect(await other.get('/healthz', healthSchema)).toMatchObject({ demoData: false });
      await expect(gameDay({ url: other.url })).rejects.toThrow(/does not keep demo data/);
      const life = new TraceMaker({ startNs: other.nowNs, common: { 'pipeline.name': 'life' } });
      await other.send([life.span()]);
      await expect(other.restart(undefined, { demo: true })).rejects.toThrow(
        /--demo: the database holds telemetry that is no demo data/,
      );
    } finally {
      await other.close();
    }
    await server.restart(undefined, { demo: false });
    expect(await server.get('/healthz', healthSchema)).toMatchObject({ demoData: true });
  });
});
