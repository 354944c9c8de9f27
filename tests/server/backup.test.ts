import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HOUR_NS, parseTime } from '@burnbook/domain/time';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { backupCommand } from '../../server/api/backupCommand.js';
import { DATABASE_FILE } from '../../server/store/backup/backupFolder.js';
import { backupsSchema, batchSchema, listOf } from '../../server/contract.js';
import { alertsBecome, post } from '../support/alerts.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { chat, TraceMaker } from '../support/traceMaker.js';

const START_NS = parseTime('2026-05-04T10:00:00Z') ?? 0n;

let server: TestServer;
let folder: string;
let scheduled: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'burnbook-backups-'));
  scheduled = path.join(folder, 'scheduled');
  server = await startTestServer({ config: TEST_CONFIG, nowNs: START_NS, alertPauseMsMax: 50 });
  const trace = new TraceMaker({ startNs: START_NS, common: { 'pipeline.name': 'mail' } });
  await server.send([trace.span({ attributes: chat('wren', { input: 5 }) })]);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const configOf = (more: object) => ({
  ...TEST_CONFIG,
  pipelines: { ...TEST_CONFIG.pipelines, ...more },
});

test('a backup is brought to a folder, and a server that starts on it knows all', async () => {
  const lines: string[] = [];
  const to = path.join(folder, 'copies');
  await mkdir(to);
  const command = { token: null, actor: 'ann', to, write: (line: string) => lines.push(line) };
  await backupCommand({ ...command, url: server.url });
  const [name = ''] = await readdir(to);
  expect(name).toBe('burnbook-20260504T100000Z');
  expect(lines).toEqual([expect.stringMatching(/burnbook-20260504T100000Z: \d+ rows, \d+ bytes$/)]);
  expect((await readdir(path.join(to, name))).toSorted()).toEqual([
    'burnbook.duckdb',
    'manifest.json',
  ]);
  const before = await server.get('/api/batches', listOf(batchSchema));
  const restored = await startTestServer({ config: TEST_CONFIG, nowNs: START_NS });
  try {
    await restored.restart(async () => {
      const file = path.join(restored.folder, DATABASE_FILE);
      await cp(path.join(to, name, DATABASE_FILE), file);
      await rm(`${file}.wal`, { force: true });
    });
    expect(await restored.get('/api/batches', listOf(batchSchema))).toEqual(before);
    const trace = new TraceMaker({ startNs: START_NS, common: { 'pipeline.name': 'more' } });
    await restored.send([trace.span({ attributes: chat('wren', { input: 7 }) })]);
    expect((await restored.get('/api/batches', listOf(batchSchema))).items).toHaveLength(2);
  } finally {
    await restored.close();
  }
  await expect(backupCommand({ ...command, url: 'http://127.0.0.1:9' })).rejects.toThrow(
    /cannot be reached/,
  );
});

test('by a schedule they are made when due, old ones go, and what is no backup stays', async () => {
  await mkdir(path.join(scheduled, 'mine'), { recursive: true });
  await mkdir(path.join(scheduled, 'burnbook-20200101T000000Z.partial'));
  server.applyConfig(configOf({ backup: { folder: scheduled, everyHours: 6, keep: 2 } }));
  const names = async () =>
    (await server.get('/api/backups', backupsSchema)).items.map(({ name }) => name);
  await expect.poll(names, { timeout: 10_000 }).toEqual(['burnbook-20260504T100000Z']);
  for (const hour of [1n, 2n]) {
    server.nowNs = START_NS + hour * HOUR_NS;
    expect(await post(server, '/api/backups')).toMatchObject({ status: 201 });
  }
  expect(await names()).toEqual(['burnbook-20260504T120000Z', 'burnbook-20260504T110000Z']);
  expect((await readdir(scheduled)).toSorted()).toEqual([
    'burnbook-20260504T110000Z',
    'burnbook-20260504T120000Z',
    'mine',
  ]);
  const { dueAt, failure } = await server.get('/api/backups', backupsSchema);
  expect({ dueAt, failure }).toEqual({ dueAt: '2026-05-04T19:00:00Z', failure: null });
});

test('BackupFailed while one cannot be written, and when one is overdue', async () => {
  const file = path.join(folder, 'no-folder');
  await writeFile(file, 'a file stands where the folder should be');
  server.applyConfig(configOf({ backup: { folder: file, everyHours: 6, keep: 2 } }));
  const failed = await post(server, '/api/backups');
  expect(failed).toMatchObject({ status: 422 });
  const [alert] = await alertsBecome(server, 'name=BackupFailed', [
    { severity: 'ticket', state: 'firing', subject: {} },
  ]);
  expect(alert?.summary).toMatch(/^the backup of 2026-05-04T12:00:00Z failed: .*no-folder/);
  server.applyConfig(configOf({ backup: { folder: scheduled, everyHours: 6, keep: 2 } }));
  await alertsBecome(server, 'name=BackupFailed', []);
  server.nowNs = START_NS + 9n * HOUR_NS;
  const trace = new TraceMaker({ startNs: server.nowNs, common: { 'pipeline.name': 'mail' } });
  await server.send([trace.span()]);
  await alertsBecome(server, 'name=BackupFailed', [
    { summary: 'a backup is overdue; the last good one: 2026-05-04T12:00:00Z' },
  ]);
  expect(await post(server, '/api/backups')).toMatchObject({ status: 201 });
  await alertsBecome(server, 'name=BackupFailed', []);
});
