import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  budgetsSchema,
  grantSchema,
  listOf,
  reservationRowSchema,
  type GrantView,
  type ReservationRow,
} from '../../../server/contract.js';
import { journalFiles, journalTexts } from '../../support/reservationJournal.js';
import { spawnServer, type SpawnedServer } from '../../support/spawnServer.js';

const CLIENTS = 200;
const BUDGETS_YAML = `budgets:
  - { id: all, period: { rolling: 30d }, amountUsd: '1', hardLimit: true }
`;

let root = '';
let data = '';
let server: SpawnedServer;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'burnbook-crash-'));
  data = path.join(root, 'data');
  await writeFile(path.join(root, 'budgets.yaml'), BUDGETS_YAML);
  server = await start();
});
afterAll(async () => {
  await server.stop();
  await rm(root, { recursive: true, force: true });
});

const start = (): Promise<SpawnedServer> =>
  spawnServer({ args: ['--data', data, '--config', root] });

/** @returns null: nobody answered, or somebody who could not yet. */
async function post(
  where: string,
  body: object,
): Promise<{ status: number; body: unknown } | null> {
  const answer = await fetch(server.url + where, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => null);
  if (!answer || answer.status === 503) return null;
  return { status: answer.status, body: await answer.json().catch(() => null) };
}

const requestOf = (name: string) => ({
  amountUsd: '0.01',
  ttlSeconds: 600,
  idempotencyKey: name,
  pipeline: 'mail-etl',
});

async function granted(name: string): Promise<GrantView> {
  const answer = await post('/api/reservations', requestOf(name));
  expect(answer?.status).toBe(201);
  return grantSchema.parse(answer?.body);
}

async function listed(): Promise<ReservationRow[]> {
  const answer = await fetch(`${server.url}/api/reservations?limit=500`);
  return listOf(reservationRowSchema).parse(await answer.json()).items;
}

async function holds(): Promise<object | null> {
  const answer = await fetch(`${server.url}/api/budgets`);
  const [all] = budgetsSchema.parse(await answer.json()).items;
  return all?.holds ?? null;
}

const first = new Map<string, GrantView>();

test('two hundred clients that race for a hard limit find every grant again after kill -9 of the server', async () => {
  let killed: Promise<void> | null = null;
  const client = async (index: number): Promise<'granted' | 'refused'> => {
    const name = `client ${index}`;
    // All at once would have their answers before the kill is felt.
    await sleep(index * 3);
    for (;;) {
      const answer = await post('/api/reservations', requestOf(name));
      if (answer?.status === 201) {
        first.set(name, grantSchema.parse(answer.body));
        if (first.size === 30) killed = server.kill9();
        return 'granted';
      }
      if (answer?.status === 409) return 'refused';
      expect(answer).toBe(null);
      if (killed) await restarted(killed);
      await sleep(20);
    }
  };
  let restarting: Promise<void> | null = null;
  const restarted = (gone: Promise<void>): Promise<void> =>
    (restarting ??= gone.then(async () => void (server = await start())));
  const outcomes = await Promise.all(Array.from({ length: CLIENTS }, (_, index) => client(index)));
  expect(killed).not.toBe(null);
  expect(restarting).not.toBe(null);
  expect(outcomes.filter((outcome) => outcome === 'granted')).toHaveLength(100);
  const ids = [...first.values()].map(({ id }) => id).toSorted();
  expect((await listed()).map(({ id }) => id).toSorted()).toEqual(ids);
  for (const [name, grant] of first) expect(await granted(name)).toEqual(grant);
  expect(await holds()).toMatchObject({ heldUsd: '1', availableUsd: '0', reservations: 100 });
});

test('a line that a crash cut off was never answered, and what stands before it is kept', async () => {
  const [freed] = first.values();
  await fetch(`${server.url}/api/reservations/${freed?.id}`, { method: 'DELETE' });
  const kept = await granted('after the race');
  await server.kill9();
  const texts = await journalTexts(data);
  const at = texts.findIndex((text) => text.includes(kept.id));
  const text = texts[at] ?? '';
  const whole = text.split('\n').find((line) => line.includes(kept.id)) ?? '';
  const torn = `${whole}\n`.replace(kept.id, 'rsv-never-answered').slice(0, -10);
  await writeFile((await journalFiles(data))[at] ?? '', text + torn);
  server = await start();
  const items = await listed();
  expect(items.find(({ id }) => id === kept.id)).toMatchObject({ state: 'held' });
  expect(items.find(({ id }) => id === freed?.id)).toMatchObject({ state: 'released' });
  expect(items.map(({ id }) => id)).not.toContain('rsv-never-answered');
  expect(await holds()).toMatchObject({ heldUsd: '1', reservations: 100 });
});

test('lines that come to the database a second time change nothing', async () => {
  const [, settled] = first.values();
  await post(`/api/reservations/${settled?.id}/renew`, { ttlSeconds: 900 });
  const old = (await journalTexts(data)).join('');
  expect(old).toContain(settled?.id);
  await post(`/api/reservations/${settled?.id}/settle`, { actualUsd: '0' });
  const before = await listed();
  expect(before.find(({ id }) => id === settled?.id)).toMatchObject({ state: 'settled' });
  await server.kill9();
  for (const file of await journalFiles(data)) await writeFile(file, old);
  server = await start();
  expect(await listed()).toEqual(before);
});
