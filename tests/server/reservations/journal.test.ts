import { afterAll, beforeAll, expect, test } from 'vitest';
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

const nowText = (): string =>
  new Date(Number(desk.server.nowNs / 1_000_000n)).toISOString().replace('.000', '');
