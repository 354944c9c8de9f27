import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HoldJournal } from '../../../server/store/reservations/holdJournal.js';
import { at, ReservationDesk } from '../../support/reservationDesk.js';
import { journalTexts } from '../../support/reservationJournal.js';

const NOW = at('2026-04-16T12:00:00Z');
const HARD = { id: 'all', period: { rolling: '30d' }, amountUsd: '1', hardLimit: true };
const DAY_S = 86_400;

let desk: ReservationDesk;
beforeAll(async () => {
  desk = await ReservationDesk.open(NOW, HARD);
});
afterAll(() => desk.server.close());

/** Brings all into the database, as every list does. @returns states by id. */
async function listed(): Promise<Map<string, string>> {
  return new Map((await desk.list()).map(({ id, state }) => [id, state]));
}

test('a reservation is in the journal when it is answered, and in the database when it is asked for', async () => {
  const { id } = await desk.granted({ amountUsd: '0.1' });
  const { folder } = desk.server;
  expect((await journalTexts(folder)).join('')).toContain(id);
  expect(await listed()).toEqual(new Map([[id, 'held']]));
  expect(await journalTexts(folder)).toEqual(['', '']);
  await desk.release(id);
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

test('who opened a journal last has it: what another one still writes is refused, and changes nothing', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'burnbook-journal-'));
  const first = await HoldJournal.open(folder);
  await first.journal.append(['granted by the first']);
  const second = await HoldJournal.open(folder);
  expect(second.lines).toEqual(['granted by the first']);
  await second.journal.clear();
  await second.journal.append(['granted by the second']);
  const refused = 'another process has the reservations';
  await expect(first.journal.append(['granted without the second'])).rejects.toThrow(refused);
  await expect(first.journal.clear()).rejects.toThrow(refused);
  await expect(first.journal.clearOther()).rejects.toThrow(refused);
  await first.journal.close();
  await second.journal.close();
  const third = await HoldJournal.open(folder);
  expect(third.lines).toEqual(['granted by the second']);
  await third.journal.close();
  await rm(folder, { recursive: true });
});

const nowText = (): string =>
  new Date(Number(desk.server.nowNs / 1_000_000n)).toISOString().replace('.000', '');
