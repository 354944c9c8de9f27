import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, ReservationDesk } from '../../support/reservationDesk.js';

const NOW = at('2026-04-16T12:00:00Z');
const HARD = { id: 'all', period: { rolling: '30d' }, amountUsd: '1', hardLimit: true };
const DAY_S = 86_400;

let desk: ReservationDesk;
beforeAll(async () => {
  desk = await ReservationDesk.open(NOW, HARD);
});
afterAll(() => desk.server.close());

/** The journal's files with the lines in them: zeros follow. */
async function journal(): Promise<{ readonly file: string; readonly text: string }[]> {
  const { folder } = desk.server;
  const names = (await readdir(folder)).filter((name) => name.endsWith('.journal')).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      return { file, text: (await readFile(file, 'utf8')).replace(/\0+$/, '') };
    }),
  );
}

/** Brings all into the database, as every list does. @returns states by id. */
async function listed(): Promise<Map<string, string>> {
  return new Map((await desk.list()).map(({ id, state }) => [id, state]));
}

async function crash(): Promise<void> {
  await desk.server.killStore();
  await expect.poll(() => desk.server.running.store.ready, { timeout: 10_000 }).toBe(true);
}

test('a reservation is in the journal when it is answered, and in the database when it is asked for', async () => {
  const { id } = await desk.granted({ amountUsd: '0.1' });
  expect((await journal()).map(({ text }) => text).join('')).toContain(id);
  expect(await listed()).toEqual(new Map([[id, 'held']]));
  expect((await journal()).map(({ text }) => text)).toEqual(['', '']);
  await desk.release(id);
});

test('a crash in the middle of a write loses nothing that was answered', async () => {
  const first = await desk.granted({ amountUsd: '0.2' });
  const [torn] = (await journal()).filter(({ text }) => text.includes(first.id));
  const broken = torn?.text.replace(first.id, 'rsv-never-answered').slice(0, -10) ?? '';
  await writeFile(torn?.file ?? '', `${torn?.text}${broken}`);
  await crash();
  const second = await desk.granted({ amountUsd: '0.3' });
  await crash();
  expect(await desk.get(first.id)).toMatchObject({ state: 'held', amountUsd: '0.2' });
  expect(await desk.get(second.id)).toMatchObject({ state: 'held', amountUsd: '0.3' });
  expect((await listed()).has('rsv-never-answered')).toBe(false);
  expect((await desk.budget('all')).holds).toMatchObject({ heldUsd: '0.5', availableUsd: '0.5' });
  await desk.release(first.id);
  await desk.release(second.id);
});

test('changes that come to the database a second time change nothing', async () => {
  const { id } = await desk.granted({ amountUsd: '0.4' });
  const old = (await journal()).map(({ text }) => text).join('');
  await desk.settle(id, '0');
  const before = await listed();
  for (const { file } of await journal()) await writeFile(file, old);
  await crash();
  expect(await listed()).toEqual(before);
  expect(before.get(id)).toBe('settled');
});

test('what ended 400 days ago is forgotten, and its key is free again', async () => {
  const request = { amountUsd: '0.1', idempotencyKey: 'of the year before last' };
  const ended = await desk.granted(request);
  await desk.release(ended.id);
  const open = await desk.granted({ amountUsd: '0.1', ttlSeconds: DAY_S });
  expect([...(await listed()).keys()]).toEqual(expect.arrayContaining([ended.id, open.id]));
  desk.pass(399 * DAY_S);
  await desk.granted({ amountUsd: '0.1' });
  expect((await listed()).has(ended.id)).toBe(true);
  desk.pass(2 * DAY_S);
  await desk.granted({ amountUsd: '0.1' });
  const left = await listed();
  // The lease of the other one ran out a day after its grant: 400 days and no more.
  expect([left.has(ended.id), left.has(open.id)]).toEqual([false, true]);
  expect(await desk.granted(request)).toMatchObject({ id: ended.id, createdAt: nowText() });
});

const nowText = (): string =>
  new Date(Number(desk.server.nowNs / 1_000_000n)).toISOString().replace('.000', '');
