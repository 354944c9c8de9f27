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
const CENT = 10_000_000;

let desk: ReservationDesk | undefined;
afterEach(async () => {
  await desk?.server.close();
  desk = undefined;
});

async function open(...budgets: object[]): Promise<ReservationDesk> {
  desk = await ReservationDesk.open(NOW, ...budgets);
  return desk;
}

const held = async (here: ReservationDesk, id = 'all'): Promise<string | undefined> =>
  (await here.budget(id)).holds?.heldUsd;

const available = async (here: ReservationDesk, id = 'all'): Promise<string | undefined> =>
  (await here.budget(id)).holds?.availableUsd;

describe('a reservation', () => {
  test('says when it expires, and what is left in each budget that it is held in', async () => {
    const here = await open(HARD, MAIL, { ...MAIL, id: 'soft', hardLimit: false });
    const grant = await here.granted({ amountUsd: '0.2', ttlSeconds: 60, batch: 'b1' });
    expect(grant).toMatchObject({
      state: 'held',
      amountUsd: '0.2',
      createdAt: '2026-04-16T12:00:00Z',
      expiresAt: '2026-04-16T12:01:00Z',
      budgets: [
        { id: 'all', leftUsd: '0.8', resetsAt: '2026-05-01T00:00:00Z', breakGlass: false },
        { id: 'mail', leftUsd: '0.3', resetsAt: '2026-04-16T22:00:00Z', breakGlass: false },
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
    const here = await open(HARD, MAIL);
    const { status, body } = await here.reserve({ amountUsd: '0.500000001' });
    expect([status, body]).toMatchObject([
      409,
      { budget: 'mail', leftUsd: '0.5', resetsAt: '2026-04-16T22:00:00Z' },
    ]);
    expect(await held(here)).toBe('0');
    // Another pipeline is no concern of that budget.
    await here.granted({ amountUsd: '1', pipeline: 'other' });
    expect([await held(here, 'all'), await held(here, 'mail')]).toEqual(['1', '0']);
  });

  test('of one budget alone is held there and nowhere else', async () => {
    const here = await open(HARD, MAIL);
    const grant = await here.granted({ amountUsd: '0.5', pipeline: 'other' }, 'mail');
    expect(grant.budgets.map(({ id }) => id)).toEqual(['mail']);
    expect([await held(here, 'all'), await held(here, 'mail')]).toEqual(['0', '0.5']);
  });

  test('repeated with its key gets the first answer, also after a restart and after its end', async () => {
    const here = await open(HARD);
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
    const here = await open(HARD);
    await here.granted({ amountUsd: '0.25', idempotencyKey: 'once' });
    for (const other of [{ amountUsd: '0.26' }, { amountUsd: '0.25', pipeline: 'other' }]) {
      const { status, body } = await here.reserve({ ...other, idempotencyKey: 'once' });
      expect([status, body]).toMatchObject([422, { field: 'idempotencyKey' }]);
    }
    const alone = await here.reserve({ amountUsd: '0.25', idempotencyKey: 'once' }, 'all');
    expect(alone.status).toBe(422);
    expect(await held(here)).toBe('0.25');
  });

  test('that was refused may ask again with the same key once there is room', async () => {
    const here = await open(HARD);
    const first = await here.granted({ amountUsd: '1' });
    const request = { amountUsd: '0.5', idempotencyKey: 'patient' };
    expect((await here.reserve(request)).status).toBe(409);
    await here.release(first.id);
    expect((await here.reserve(request)).status).toBe(201);
  });

  test('may ask for tokens of a model, at the price of the moment', async () => {
    const here = await open({ ...HARD, scope: { model: 'wr*', provider: 'testai' } });
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
    const here = await open(HARD);
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
    const here = await open(HARD);
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
      endedAt: '2026-04-16T12:00:00Z',
    });
    expect(await available(here)).toBe('0.88');
  });

  test('is given back as unreconciled 15 minutes after it was settled', async () => {
    const here = await open(HARD);
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
      settledAt: '2026-04-16T12:00:00Z',
      endedAt: '2026-04-16T12:15:00Z',
    });
    // Late telemetry is spend, and shows at the reservation.
    await here.spend({ nano: 15 * CENT, reservation: id });
    expect(await available(here)).toBe('0.8');
    expect(await here.get(id)).toMatchObject({ state: 'unreconciled', telemetryUsd: '0.2' });
  });

  test('is given back when its time runs out, unless it was renewed', async () => {
    const here = await open(HARD);
    const { id } = await here.granted({ amountUsd: '0.4', ttlSeconds: 60 });
    const other = await here.granted({ amountUsd: '0.6', ttlSeconds: 60 });
    here.pass(59);
    const renewed = await here.renew(id, 120);
    expect(renewed.body).toMatchObject({ state: 'held', expiresAt: '2026-04-16T12:02:59Z' });
    await here.spend({ nano: 10 * CENT, reservation: other.id });
    here.pass(1);
    expect(await available(here)).toBe('0.5');
    expect(await here.get(other.id)).toMatchObject({
      state: 'expired',
      unreconciledUsd: '0.5',
      endedAt: '2026-04-16T12:01:00Z',
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
    const here = await open(HARD);
    const { id, expiresAt } = await here.granted({ amountUsd: '0.4', ttlSeconds: 600 });
    expect((await here.renew(id, 60)).body).toMatchObject({ expiresAt });
  });

  test('expires also while the store is away', async () => {
    const here = await open(HARD);
    const { id } = await here.granted({ amountUsd: '1', ttlSeconds: 60 });
    await here.server.killStore();
    here.pass(61);
    while (!here.server.running.store.ready) await new Promise((wake) => setTimeout(wake, 5));
    await here.granted({ amountUsd: '1' });
    expect(await here.get(id)).toMatchObject({ state: 'expired', unreconciledUsd: '1' });
  });

  test('is settled once: the same figure again changes nothing, another one is refused', async () => {
    const here = await open(HARD);
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
    const here = await open(HARD);
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
    const here = await open(HARD);
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

describe('a limit', () => {
  test('is passed by spend that nobody reserved, and shows it as overrun', async () => {
    const here = await open(HARD);
    await here.spend({ nano: 130 * CENT });
    expect(await here.budget('all')).toMatchObject({
      overrunUsd: '0.3',
      holds: { availableUsd: '0' },
    });
    expect(await here.reserve({ amountUsd: '0.1' })).toMatchObject({
      status: 409,
      body: { leftUsd: '-0.3' },
    });
  });

  test('begins anew with its period; what remains of open holds counts in the new one', async () => {
    const here = await open(MAIL);
    // Half past eleven in the evening in Berlin.
    here.pass(9.5 * 3600);
    await here.spend({ nano: 10 * CENT });
    const { id } = await here.granted({ amountUsd: '0.4', ttlSeconds: 3600 });
    expect((await here.reserve({ amountUsd: '0.1' })).status).toBe(409);
    await here.spend({ nano: 15 * CENT, reservation: id });
    here.pass(1800);
    expect(await here.budget('mail')).toMatchObject({
      spentUsd: '0',
      holds: { heldUsd: '0.25', availableUsd: '0.25' },
    });
    // Late spans of the old day are its spend, and lower the hold all the same.
    const before = here.server.nowNs - 60_000_000_000n;
    await here.spend({ nano: 5 * CENT, reservation: id, atNs: before });
    expect(await here.budget('mail')).toMatchObject({ spentUsd: '0', holds: { heldUsd: '0.2' } });
    await here.spend({ nano: 20 * CENT, reservation: id, atNs: here.server.nowNs });
    expect(await here.budget('mail')).toMatchObject({
      spentUsd: '0.2',
      holds: { heldUsd: '0', availableUsd: '0.3' },
    });
  });

  test('of a rolling period has room again when enough spend has left it', async () => {
    const here = await open({ ...HARD, period: { rolling: '1h' } });
    await here.spend({ nano: 60 * CENT, atNs: at('2026-04-16T11:20:00Z') });
    await here.spend({ nano: 40 * CENT, atNs: at('2026-04-16T11:40:00Z') });
    const refused = await here.reserve({ amountUsd: '0.7' });
    expect(refused).toMatchObject({
      status: 409,
      body: { leftUsd: '0', resetsAt: '2026-04-16T12:45:00Z' },
    });
    const small = await here.reserve({ amountUsd: '0.6' });
    expect(small.body).toMatchObject({ resetsAt: '2026-04-16T12:30:00Z' });
    const never = await here.reserve({ amountUsd: '1.1' });
    expect(never.body).toMatchObject({ resetsAt: null });
    here.pass(1800);
    await here.granted({ amountUsd: '0.6' });
  });

  test('that is changed is in force at once, and counts the holds that are open', async () => {
    const here = await open(HARD);
    await here.granted({ amountUsd: '0.5' });
    here.server.applyConfig(ReservationDesk.config({ ...HARD, amountUsd: '2' }, MAIL));
    const refused = await here.reserve({ amountUsd: '0.1' });
    expect(refused).toMatchObject({ status: 409, body: { budget: 'mail', leftUsd: '0' } });
    const other = await here.granted({ amountUsd: '0.1', pipeline: 'other' });
    expect(other.budgets).toMatchObject([{ id: 'all', leftUsd: '1.4' }]);
    here.server.applyConfig(ReservationDesk.config());
    expect((await here.granted({ amountUsd: '100' })).budgets).toEqual([]);
  });

  test('knows after a restart and after a crash what was spent, held and settled', async () => {
    const here = await open(HARD, MAIL);
    const { id } = await here.granted({ amountUsd: '0.2' });
    const second = await here.granted({ amountUsd: '0.2' });
    await here.spend({ nano: 3 * CENT, reservation: id });
    await here.settle(second.id, '0.1');
    const before = [await here.budget('all'), await here.budget('mail')].map(({ holds }) => holds);
    expect(before).toMatchObject([{ heldUsd: '0.27', availableUsd: '0.7' }, { heldUsd: '0.27' }]);
    await here.server.restart();
    expect([await here.budget('all'), await here.budget('mail')].map(({ holds }) => holds)).toEqual(
      before,
    );
    await here.server.killStore();
    while (!here.server.running.store.ready) await new Promise((wake) => setTimeout(wake, 5));
    expect([await here.budget('all'), await here.budget('mail')].map(({ holds }) => holds)).toEqual(
      before,
    );
  });
});

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

describe('a limit set aside', () => {
  test('lets every reservation through until its time is over, is shown and audited', async () => {
    const here = await open(HARD);
    await here.spend({ nano: 150 * CENT });
    const request = { untilSeconds: 3600, reason: 'the launch' };
    const set = await here.server.fetch('/api/budgets/all/break-glass', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'burnbook-actor': 'Ada' },
      body: JSON.stringify(request),
    });
    const shown = {
      from: '2026-04-16T12:00:00Z',
      until: '2026-04-16T13:00:00Z',
      by: 'Ada',
      reason: 'the launch',
    };
    expect([set.status, await set.json()]).toEqual([201, shown]);
    const grant = await here.granted({ amountUsd: '5', ttlSeconds: 60 });
    expect(grant.budgets).toMatchObject([{ id: 'all', leftUsd: '0', breakGlass: true }]);
    expect(await here.budget('all')).toMatchObject({ holds: { breakGlass: shown } });
    await here.server.restart();
    expect((await here.budget('all')).holds?.breakGlass).toEqual(shown);
    here.pass(3600);
    expect((await here.budget('all')).holds?.breakGlass).toBeNull();
    expect((await here.reserve({ amountUsd: '0.1' })).status).toBe(409);
    const audit = await here.server.get(
      '/api/audit?subject=budget%20all',
      listOf(auditEntrySchema),
    );
    expect(audit.items[0]).toMatchObject({
      actor: 'Ada',
      action: 'budget.breakGlass',
      after: { until: '2026-04-16T13:00:00Z' },
      reason: 'the launch',
    });
  });

  test('is in force again when it is ended by hand', async () => {
    const here = await open(HARD);
    await here.post('/api/budgets/all/break-glass', { untilSeconds: 3600, reason: 'why not' });
    await here.granted({ amountUsd: '3' });
    const ended = await here.server.fetch('/api/budgets/all/break-glass', { method: 'DELETE' });
    expect(ended.status).toBe(200);
    expect((await here.reserve({ amountUsd: '0.1' })).status).toBe(409);
    const audit = await here.server.get('/api/audit', listOf(auditEntrySchema));
    expect(audit.items[0]).toMatchObject({ action: 'budget.endBreakGlass' });
  });

  test('for longer than a day, for no reason, or of no hard budget is refused', async () => {
    const here = await open(HARD, { ...MAIL, hardLimit: false });
    const ask = (id: string, body: object): Promise<Answer<unknown>> =>
      here.post(`/api/budgets/${id}/break-glass`, body);
    expect(await ask('all', { untilSeconds: 86_401, reason: 'x' })).toMatchObject({
      status: 400,
      body: { field: 'untilSeconds' },
    });
    expect(await ask('all', { untilSeconds: 60, reason: ' ' })).toMatchObject({
      status: 400,
      body: { field: 'reason' },
    });
    for (const id of ['mail', 'nobody']) {
      expect(await ask(id, { untilSeconds: 60, reason: 'x' })).toMatchObject({
        status: 404,
        body: { field: 'id' },
      });
    }
  });
});

describe('a refusal', () => {
  test('raises CostBudgetExhausted as a page, once a period, which the reset closes', async () => {
    const here = await open(MAIL);
    await here.granted({ amountUsd: '0.4', ttlSeconds: 86_400 });
    await here.reserve({ amountUsd: '0.2' });
    const [alert, ...more] = (await here.budget('mail')).alerts;
    expect(more).toEqual([]);
    expect(alert).toMatchObject({
      name: 'CostBudgetExhausted',
      kind: 'refusal',
      severity: 'page',
      state: 'firing',
    });
    await here.reserve({ amountUsd: '0.2' });
    await here.server.restart();
    expect((await here.budget('mail')).alerts).toEqual([alert]);
    here.pass(86_400);
    expect((await here.budget('mail')).alerts).toEqual([]);
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
    here.pass(3600);
    expect(await of('?state=expired')).toEqual([fifth, fourth, first]);
    expect(await of('?state=unreconciled')).toEqual([third]);
    expect(await of('?state=held')).toEqual([]);
  });
});
