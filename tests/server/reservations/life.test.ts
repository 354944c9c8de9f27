import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at, ReservationDesk } from '../../support/reservationDesk.js';

const HARD = { id: 'all', period: 'month', amountUsd: '1', hardLimit: true };
const MAIL = {
  id: 'mail',
  scope: { pipeline: 'mail-etl' },
  period: 'day',
  timeZone: 'Europe/Berlin',
  amountUsd: '0.5',
  hardLimit: true,
};
const CENT = 10_000_000;

let desk: ReservationDesk;
/** Each test has a year of its own: what others held and spent is over. */
let year = 2025;
const inYear = (rest: string): string => `${year}-${rest}`;

beforeAll(async () => {
  desk = await ReservationDesk.open(at(inYear('04-16T12:00:00Z')));
});
afterAll(() => desk.server.close());

/** Noon of the year's 16 April, with these budgets. */
function open(...budgets: object[]): ReservationDesk {
  year++;
  desk.server.nowNs = at(inYear('04-16T12:00:00Z'));
  desk.server.applyConfig(ReservationDesk.config(...budgets));
  return desk;
}

const held = async (here: ReservationDesk, id = 'all'): Promise<string | undefined> =>
  (await here.budget(id)).holds?.heldUsd;

const available = async (here: ReservationDesk, id = 'all'): Promise<string | undefined> =>
  (await here.budget(id)).holds?.availableUsd;

describe('a reservation', () => {
  test('says when it expires, and what is left in each budget that it is held in', async () => {
    const here = open(HARD, MAIL, { ...MAIL, id: 'soft', hardLimit: false });
    const grant = await here.granted({ amountUsd: '0.2', ttlSeconds: 60, batch: 'b1' });
    expect(grant).toMatchObject({
      state: 'held',
      amountUsd: '0.2',
      createdAt: inYear('04-16T12:00:00Z'),
      expiresAt: inYear('04-16T12:01:00Z'),
      budgets: [
        { id: 'all', leftUsd: '0.8', resetsAt: inYear('05-01T00:00:00Z'), breakGlass: false },
        { id: 'mail', leftUsd: '0.3', resetsAt: inYear('04-16T22:00:00Z'), breakGlass: false },
      ],
    });
    expect(await here.get(grant.id)).toMatchObject({
      state: 'held',
      heldUsd: '0.2',
      telemetryUsd: '0',
      actualUsd: null,
      pipeline: 'mail-etl',
      batch: 'b1',
    });
    expect((await here.budget('soft')).holds).toBeNull();
  });

  test('is held in all matching budgets or in none: a full one leaves nothing held in the other', async () => {
    const here = open(HARD, MAIL);
    const { status, body } = await here.reserve({ amountUsd: '0.500000001' });
    expect([status, body]).toMatchObject([
      409,
      { budget: 'mail', leftUsd: '0.5', resetsAt: inYear('04-16T22:00:00Z') },
    ]);
    expect(await held(here)).toBe('0');
    // Another pipeline is no concern of that budget.
    await here.granted({ amountUsd: '1', pipeline: 'other' });
    expect([await held(here, 'all'), await held(here, 'mail')]).toEqual(['1', '0']);
  });

  test('of one budget alone is held there and nowhere else', async () => {
    const here = open(HARD, MAIL);
    const grant = await here.granted({ amountUsd: '0.5', pipeline: 'other' }, 'mail');
    expect(grant.budgets.map(({ id }) => id)).toEqual(['mail']);
    expect([await held(here, 'all'), await held(here, 'mail')]).toEqual(['0', '0.5']);
  });

  test('repeated with its key gets the first answer, also after a restart and after its end', async () => {
    const here = open(HARD);
    const request = { amountUsd: '0.25', idempotencyKey: 'once', tags: { b: '2', a: '1' } };
    const first = await here.granted(request);
    here.pass(5);
    await here.granted({ amountUsd: '0.1' });
    const again = await here.granted({ ...request, tags: { a: '1', b: '2' } });
    expect(again).toEqual(first);
    await here.server.restart();
    expect(await here.granted(request)).toEqual(first);
    await here.settle(first.id, '0');
    expect(await here.granted(request)).toEqual(first);
    await here.server.restart();
    expect(await here.granted(request)).toEqual(first);
    expect(await held(here)).toBe('0.1');
  });

  test('with a key that was used for another request is refused, naming the field', async () => {
    const here = open(HARD);
    await here.granted({ amountUsd: '0.25', idempotencyKey: 'twice' });
    for (const other of [{ amountUsd: '0.26' }, { amountUsd: '0.25', pipeline: 'other' }]) {
      const { status, body } = await here.reserve({ ...other, idempotencyKey: 'twice' });
      expect([status, body]).toMatchObject([422, { field: 'idempotencyKey' }]);
    }
    const alone = await here.reserve({ amountUsd: '0.25', idempotencyKey: 'twice' }, 'all');
    expect(alone.status).toBe(422);
    expect(await held(here)).toBe('0.25');
  });

  test('that was refused may ask again with the same key once there is room', async () => {
    const here = open(HARD);
    const first = await here.granted({ amountUsd: '1' });
    const request = { amountUsd: '0.5', idempotencyKey: 'patient' };
    expect((await here.reserve(request)).status).toBe(409);
    await here.release(first.id);
    expect((await here.reserve(request)).status).toBe(201);
  });

  test('may ask for tokens of a model, at the price of the moment', async () => {
    const here = open({ ...HARD, scope: { model: 'wr*', provider: 'testai' } });
    const grant = await here.granted({
      tokens: { input: 1_000_000, output: 2_000_000 },
      model: 'wren',
      provider: 'TestAI',
    });
    expect(grant).toMatchObject({ amountUsd: '0.021', budgets: [{ id: 'all', leftUsd: '0.979' }] });
  });
});

describe('what a reservation holds', () => {
  test('falls by what spans with its id cost, so that nothing counts twice', async () => {
    const here = open(HARD);
    const { id } = await here.granted({ amountUsd: '0.3' });
    await here.spend({ nano: 10 * CENT, reservation: id });
    await here.spend({ nano: 20 * CENT });
    expect(await here.budget('all')).toMatchObject({
      spentUsd: '0.3',
      holds: { heldUsd: '0.2', availableUsd: '0.5' },
    });
    await here.spend({ nano: 30 * CENT, reservation: id });
    expect(await here.budget('all')).toMatchObject({
      spentUsd: '0.6',
      holds: { heldUsd: '0', availableUsd: '0.4' },
    });
    expect(await here.get(id)).toMatchObject({ state: 'held', telemetryUsd: '0.4', heldUsd: '0' });
  });

  test('is the actual cost once it is settled, until telemetry accounts for it', async () => {
    const here = open(HARD);
    const { id } = await here.granted({ amountUsd: '0.3' });
    await here.spend({ nano: 5 * CENT, reservation: id });
    const { body } = await here.settle(id, '0.12');
    expect(body).toMatchObject({ state: 'settled', actualUsd: '0.12', heldUsd: '0.07' });
    expect(await available(here)).toBe('0.88');
    await here.spend({ nano: 7 * CENT, reservation: id });
    expect(await here.get(id)).toMatchObject({
      state: 'settled',
      heldUsd: '0',
      unreconciledUsd: '0',
      endedAt: inYear('04-16T12:00:00Z'),
    });
    expect(await available(here)).toBe('0.88');
  });

  test('is given back as unreconciled 15 minutes after it was settled', async () => {
    const here = open(HARD);
    const { id } = await here.granted({ amountUsd: '0.3' });
    await here.settle(id, '0.2');
    await here.spend({ nano: 5 * CENT, reservation: id });
    here.pass(899);
    expect(await available(here)).toBe('0.8');
    here.pass(1);
    expect(await available(here)).toBe('0.95');
    expect(await here.get(id)).toMatchObject({
      state: 'unreconciled',
      unreconciledUsd: '0.15',
      settledAt: inYear('04-16T12:00:00Z'),
      endedAt: inYear('04-16T12:15:00Z'),
    });
    // Late telemetry is spend, and shows at the reservation.
    await here.spend({ nano: 15 * CENT, reservation: id });
    expect(await available(here)).toBe('0.8');
    expect(await here.get(id)).toMatchObject({ state: 'unreconciled', telemetryUsd: '0.2' });
  });

  test('is given back when its time runs out, unless it was renewed', async () => {
    const here = open(HARD);
    const { id } = await here.granted({ amountUsd: '0.4', ttlSeconds: 60 });
    const other = await here.granted({ amountUsd: '0.6', ttlSeconds: 60 });
    here.pass(59);
    const renewed = await here.renew(id, 120);
    expect(renewed.body).toMatchObject({ state: 'held', expiresAt: inYear('04-16T12:02:59Z') });
    await here.spend({ nano: 10 * CENT, reservation: other.id });
    here.pass(1);
    expect(await available(here)).toBe('0.5');
    expect(await here.get(other.id)).toMatchObject({
      state: 'expired',
      unreconciledUsd: '0.5',
      endedAt: inYear('04-16T12:01:00Z'),
    });
    for (const late of [
      await here.settle(other.id, '0.1'),
      await here.renew(other.id, 60),
      await here.release(other.id),
    ]) {
      expect([late.status, late.body]).toMatchObject([409, { state: 'expired' }]);
    }
    here.pass(119);
    expect(await here.get(id)).toMatchObject({ state: 'expired', unreconciledUsd: '0.4' });
  });

  test('is never shortened by a renewal', async () => {
    const here = open(HARD);
    const { id, expiresAt } = await here.granted({ amountUsd: '0.4', ttlSeconds: 600 });
    expect((await here.renew(id, 60)).body).toMatchObject({ expiresAt });
  });

  test('expires also while the store is away', async () => {
    const here = open(HARD);
    const { id } = await here.granted({ amountUsd: '1', ttlSeconds: 60 });
    await here.server.killStore();
    here.pass(61);
    while (!here.server.running.store.ready) await new Promise((wake) => setTimeout(wake, 5));
    await here.granted({ amountUsd: '1' });
    expect(await here.get(id)).toMatchObject({ state: 'expired', unreconciledUsd: '1' });
  });

  test('is settled once: the same figure again changes nothing, another one is refused', async () => {
    const here = open(HARD);
    const { id } = await here.granted({ amountUsd: '0.4' });
    const answers = await Promise.all(['0.3', '0.3', '0.3'].map((usd) => here.settle(id, usd)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await held(here)).toBe('0.3');
    const other = await here.settle(id, '0.2');
    expect([other.status, other.body]).toMatchObject([409, { state: 'settled' }]);
    expect((await here.release(id)).status).toBe(409);
    await here.server.restart();
    expect((await here.settle(id, '0.3')).body).toMatchObject({ state: 'settled', heldUsd: '0.3' });
    expect((await here.settle(id, '0.2')).status).toBe(409);
  });

  test('is given back whole by its release, as often as it is asked for', async () => {
    const here = open(HARD);
    const { id } = await here.granted({ amountUsd: '0.4' });
    for (let i = 0; i < 2; i++) {
      expect(await here.release(id)).toMatchObject({
        status: 200,
        body: { state: 'released', heldUsd: '0', unreconciledUsd: '0' },
      });
    }
    expect(await available(here)).toBe('1');
    await here.spend({ nano: 10 * CENT, reservation: id });
    expect(await available(here)).toBe('0.9');
  });

  test('may be settled above its amount: the truth counts, also above the limit', async () => {
    const here = open(HARD);
    const { id } = await here.granted({ amountUsd: '0.9' });
    await here.settle(id, '1.2');
    expect(await here.budget('all')).toMatchObject({
      holds: { heldUsd: '1.2', availableUsd: '0' },
    });
    const refused = await here.reserve({ amountUsd: '0.000000001' });
    expect([refused.status, refused.body]).toMatchObject([409, { leftUsd: '-0.2' }]);
    await here.spend({ nano: 120 * CENT, reservation: id });
    expect(await here.budget('all')).toMatchObject({ overrunUsd: '0.2', holds: { heldUsd: '0' } });
  });
});
