import { afterEach, describe, expect, test } from 'vitest';
import { MINUTE_NS } from '@burnbook/domain/time';
import { auditEntrySchema, listOf } from '../../../server/contract.js';
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
    const before = here.server.nowNs - MINUTE_NS;
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
    const { alerts, state } = await here.budget('mail');
    const [alert, ...more] = alerts;
    expect(state).toBe('critical');
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
