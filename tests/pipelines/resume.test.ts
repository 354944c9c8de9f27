import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Manifest } from '../../pipelines/batch/publish.js';
import { startLocalModels } from './support/localModels.js';
import type { LocalModels } from './support/localModels.js';

const mainPath = fileURLToPath(new URL('../../pipelines/dist/batch/main.js', import.meta.url));
const partition = '2002-08-25';
const mails = 12;
/** The client's limits: this many calls can be under way, unpaid or paid, when the process dies. */
const inFlightMax = 4 + 2;

let models: LocalModels;
let folder: string;
/** Requests as `<path> <idempotency key>`, in the order they came. */
let requests: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'burnbook-resume-'));
  models = await startLocalModels();
  // Slow answers, so that there is a middle to be killed in.
  models.dial.set({ slow: 1, slowMs: 100 });
  models.server.on('request', ({ url, headers }) => {
    requests.push(`${url} ${String(headers['idempotency-key'])}`);
  });
});

afterAll(async () => {
  await models.close();
  await rm(folder, { recursive: true });
});

function startPipeline(): ChildProcess {
  const args = [
    mainPath,
    ...['--from', partition, '--to', partition, '--rows-max', String(mails)],
    ...['--model-url', `${models.url}/v1`, '--out', folder],
  ];
  // The telemetry is of no matter here, and the pipeline must not need it.
  const env = { ...process.env, OTEL_SDK_DISABLED: 'true' };
  return spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
}

async function runPipeline(): Promise<string[]> {
  requests = [];
  const child = startPipeline();
  let output = '';
  child.stdout?.on('data', (data: Buffer) => (output += data.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(0);
  return output.trim().split('\n');
}

it('pays for nothing twice after a kill -9 in the middle, but what was under way', async () => {
  const killed = startPipeline();
  await new Promise<void>((resolve) => {
    models.server.on('request', () => {
      if (requests.length === 9) resolve();
    });
  });
  killed.kill('SIGKILL');
  await once(killed, 'close');
  const before = requests;

  const output = await runPipeline();
  const after = requests;
  expect(output).toContain(`${partition} chunk resumed`);
  expect(output).toContain(`${partition} publish finished`);
  expect(new Set(after).size).toBe(after.length);
  const twice = after.filter((request) => before.includes(request));
  expect(twice.length).toBeLessThanOrEqual(inFlightMax);
  expect(before.length - twice.length).toBeGreaterThanOrEqual(9 - inFlightMax);
  const asked = new Set([...before, ...after]);
  expect([...asked].filter((request) => request.startsWith('/v1/chat')).length).toBe(mails);

  expect(await runPipeline()).toContain(`${partition} resumed`);
  expect(requests).toEqual([]);
});

it('has published features that match their manifest, one label a mail, no address left', async () => {
  const published = join(folder, 'features', partition);
  const manifest = JSON.parse(await readFile(join(published, 'manifest.json'), 'utf8')) as Manifest;
  expect(manifest).toMatchObject({ partition, rowsIn: mails, rowsFailed: 0 });
  const database = await DuckDBInstance.create(':memory:');
  const connection = await database.connect();
  const [row] = (
    await connection.runAndReadAll(
      `SELECT count(*)::INT AS rows, count(DISTINCT mail_id)::INT AS mails,
              bool_and(len(embedding) = 512) AS whole, bool_and(label IN ('spam', 'ham')) AS labelled,
              bool_or(regexp_matches(text, '[a-z0-9]@[a-z0-9-]+[.][a-z]')) AS leaked
       FROM read_parquet('${join(published, manifest.features.file)}')`,
    )
  ).getRowObjectsJson();
  connection.closeSync();
  database.closeSync();
  expect(row).toEqual({
    rows: manifest.features.rows,
    mails: mails - manifest.quarantine.rows,
    whole: true,
    labelled: true,
    leaked: false,
  });
});
