import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gamedayCommand, type GamedayCommandOptions } from '../../server/api/gamedayCommand.js';
import { executionsSchema, healthSchema } from '../../server/contract.js';
import { alertsOf, NOBODY_LISTENS } from '../support/alerts.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { TraceMaker } from '../support/traceMaker.js';

const fileOf = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

let server: TestServer;
let folder: string;
let lines: string[];
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'burnbook-gameday-'));
  await cp(fileOf('runbooks/RetryStorm.md'), path.join(folder, 'RetryStorm.md'));
  await writeFile(path.join(folder, 'Restore.md'), '---\nkind: procedure\ntested: null\n---\n');
  server = await startTestServer({
    config: TEST_CONFIG,
    demo: true,
    alertPauseMsMax: 50,
    verifyEveryMs: 50,
  });
});
afterAll(async () => {
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
    runbook: 'RetryStorm',
    runbooks: folder,
    config: folder,
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
    await expect(gameDay({ runbook: 'Restore' })).rejects.toThrow(/the runbook of no alert/);
  });

  test('where somebody would be told who did not ask for it', async () => {
    server.applyConfig({ ...TEST_CONFIG, notify: NOBODY_LISTENS });
    await expect(gameDay()).rejects.toThrow(/a game day would tell test of its alerts/);
    server.applyConfig(TEST_CONFIG);
    expect(await alertsOf(server)).toEqual([]);
  });
});

test('a game day makes the fault, has the runbook followed, takes the fault back and stamps the file', async () => {
  const file = path.join(folder, 'RetryStorm.md');
  const before = await readFile(file, 'utf8');
  await gameDay();
  expect(lines).toMatchObject([
    'notify.yaml has no test destination: nobody is told.',
    expect.stringMatching(/^injected: game-day-retries needed 3 attempts/),
    expect.stringMatching(/^RetryStorm fired after \d+ s: game-day-retries needed/),
    expect.stringMatching(/\/runbooks\/RetryStorm\?pipeline=game-day-retries&alert=.*&execution=/),
    ...lines.slice(4, -4),
    expect.stringMatching(/of \d+ steps, Verify: passed$/),
    expect.stringMatching(/finished after \d+ s: resolved, Verify passed$/),
    `${file}: tested: 2026-05-04`,
    'The fault is taken back.',
  ]);
  expect(lines.join('\n')).toContain('reverted: game-day-retries needed 1 attempt');
  // Only that line.
  expect(await readFile(file, 'utf8')).toBe(before.replace(/^tested:.*$/m, 'tested: 2026-05-04'));
  const [execution] = (await server.get('/api/executions', executionsSchema)).items;
  expect(execution).toMatchObject({
    runbook: 'RetryStorm',
    gameDay: true,
    state: 'finished',
    outcome: 'resolved',
    startedBy: 'ann',
    verify: { state: 'passed' },
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
