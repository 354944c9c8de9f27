import { afterEach, describe, expect, test } from 'vitest';
import { auditEntrySchema, listOf, type GrantView } from '../../../server/contract.js';
import { at, ReservationDesk, type Answer } from '../../support/reservationDesk.js';

const NOW = at('2026-04-16T12:00:00Z');
const HARD = { id: 'all', period: 'month', amountUsd: '1', hardLimit: true };
const MAIL = {
  id: 'mail',
  scope: { pipeline: 'mail-etl' },
  period: 'day',
  timeZone: 'Europe/Berlin',
  amountUsd: '0.5',
  hardLimit: true,
};

let desk: ReservationDesk | undefined;
afterEach(async () => {
  await desk?.server.close();
  desk = undefined;
});

async function open(...budgets: object[]): Promise<ReservationDesk> {
  desk = await ReservationDesk.open(NOW, ...budgets);
  return desk;
}

describe('what has no price', () => {
  const UNKNOWN = { model: 'nobody-knows', provider: 'testai' };

  test('is refused where a matching hard limit denies it, with tokens and with an amount', async () => {
    const here = await open({ ...HARD, unpriced: 'allow' }, MAIL);
    for (const asked of [{ tokens: { input: 1 } }, { amountUsd: '0.1' }]) {
      const { status, body } = await here.reserve({ ...UNKNOWN, ...asked });
      expect([status, body]).toMatchObject([422, { field: 'model', budget: 'mail' }]);
    }
  });

  test('is granted where all of them allow it, and holds an unknown amount: nothing', async () => {
    const here = await open({ ...HARD, unpriced: 'allow' }, MAIL);
    const grant = await here.granted({ ...UNKNOWN, tokens: { output: 5 }, pipeline: 'other' });
    expect(grant).toMatchObject({ amountUsd: null, budgets: [{ id: 'all', leftUsd: '1' }] });
  });
});

describe('a request that is no reservation', () => {
  const GOOD = { amountUsd: '0.1', ttlSeconds: 60, idempotencyKey: 'k', pipeline: 'p' };
  const BAD: readonly (readonly [what: string, change: object, field: string])[] = [
    ['a negative amount', { amountUsd: '-0.1' }, 'amountUsd'],
    ['an amount of 0', { amountUsd: '0.00' }, 'amountUsd'],
    ['an amount that is a number', { amountUsd: 0.1 }, 'amountUsd'],
    ['an amount with ten places', { amountUsd: '0.0000000001' }, 'amountUsd'],
    ['an amount beyond a milliard', { amountUsd: '1000000000.1' }, 'amountUsd'],
    ['neither amount nor tokens', { amountUsd: undefined }, 'amountUsd'],
    ['an amount and tokens', { tokens: { input: 1 }, model: 'wren' }, 'tokens'],
    ['tokens of no model', { amountUsd: undefined, tokens: { input: 1 } }, 'model'],
    ['no token at all', { amountUsd: undefined, tokens: {}, model: 'wren' }, 'tokens'],
    [
      'more cached than read',
      {
        amountUsd: undefined,
        tokens: { input: 1, cacheRead: 2 },
        model: 'wren',
        provider: 'testai',
      },
      'tokens',
    ],
    ['negative tokens', { amountUsd: undefined, tokens: { input: -1 } }, 'tokens.input'],
    ['no time to live', { ttlSeconds: 0 }, 'ttlSeconds'],
    ['more than a day to live', { ttlSeconds: 86_401 }, 'ttlSeconds'],
    ['half a second to live', { ttlSeconds: 0.5 }, 'ttlSeconds'],
    ['no key', { idempotencyKey: undefined }, 'idempotencyKey'],
    ['an empty key', { idempotencyKey: '' }, 'idempotencyKey'],
    ['no pipeline', { pipeline: undefined }, 'pipeline'],
    ['a field that there is not', { amount: '1' }, 'amount'],
    ['another currency', { currency: 'EUR' }, 'currency'],
  ];

  test('is refused with the name of the field, and nothing is held', async () => {
    const here = await open(HARD);
    for (const [what, change, field] of BAD) {
      const answer = await here.post('/api/reservations', { ...GOOD, ...change });
      expect([what, answer.status, answer.body]).toMatchObject([what, 400, { field }]);
    }
    expect(await here.list()).toEqual([]);
  });

  test('of an unknown budget or reservation is a 404', async () => {
    const here = await open(HARD, { ...MAIL, hardLimit: false });
    for (const budget of ['nobody', 'mail']) {
      const answer: Answer<GrantView> = await here.reserve({ amountUsd: '0.1' }, budget);
      expect(answer).toMatchObject({ status: 404, body: { field: 'id' } });
    }
    for (const answer of [
      await here.settle('rsv-nobody', '1'),
      await here.renew('rsv-nobody', 1),
      await here.release('rsv-nobody'),
    ]) {
      expect(answer).toMatchObject({ status: 404, body: { field: 'id' } });
    }
    expect((await here.server.fetch('/api/reservations/rsv-nobody')).status).toBe(404);
    const { id } = await here.granted({ amountUsd: '0.1' });
    expect(await here.settle(id, '-1')).toMatchObject({
      status: 400,
      body: { field: 'actualUsd' },
    });
  });
});

describe('a hold that a person gives back', () => {
  test('says so with a reason, in the audit log', async () => {
    const here = await open(HARD);
    const { id } = await here.granted({ amountUsd: '0.1' });
    const headers = { 'burnbook-actor': encodeURIComponent('Zoë') };
    const path = `/api/reservations/${id}?reason=its+worker+is+gone`;
    expect((await here.server.fetch(path, { method: 'DELETE', headers })).status).toBe(200);
    const { items } = await here.server.get(
      `/api/audit?subject=reservation%20${id}`,
      listOf(auditEntrySchema),
    );
    expect(items).toMatchObject([
      { actor: 'Zoë', action: 'reservation.release', reason: 'its worker is gone' },
    ]);
  });
});

describe('the list of reservations', () => {
  test('is newest first, by pages, and by state and pipeline', async () => {
    const here = await open(HARD);
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      const pipeline = i === 0 ? 'other' : 'mail-etl';
      ids.unshift((await here.granted({ amountUsd: '0.1', pipeline, ttlSeconds: 60 })).id);
    }
    const [fifth, fourth, third, second, first] = ids as [string, string, string, string, string];
    await here.release(second);
    await here.settle(third, '0.1');
    expect((await here.list()).map(({ id }) => id)).toEqual(ids);
    const of = async (query: string) => (await here.list(query)).map(({ id }) => id);
    expect(await of('?state=held')).toEqual([fifth, fourth, first]);
    expect(await of('?state=released')).toEqual([second]);
    expect(await of('?state=settled')).toEqual([third]);
    expect(await of('?pipeline=other')).toEqual([first]);
    expect(await of('?limit=2')).toEqual([fifth, fourth]);
    // What was settled waits for telemetry and counts meanwhile.
    expect(await of('?state=open')).toEqual([fifth, fourth, third, first]);
    expect(await of('?state=ended&budget=all')).toEqual([second]);
    expect(await of('?budget=nobody')).toEqual([]);
    here.pass(3600);
    expect(await of('?state=open')).toEqual([]);
    expect(await of('?state=expired')).toEqual([fifth, fourth, first]);
    expect(await of('?state=unreconciled')).toEqual([third]);
    expect(await of('?state=held')).toEqual([]);
  });
});
