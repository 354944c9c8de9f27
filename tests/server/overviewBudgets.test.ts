import { afterAll, beforeAll, expect, test } from 'vitest';
import { budgetsSchema, overviewSchema } from '../../server/contract.js';
import { at, CENT, configOf, MONTH, only, spend } from '../support/budgets.js';
import { startTestServer, type TestServer } from '../support/testServer.js';

const NS_PER_S = 1_000_000_000n;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    config: configOf(MONTH),
    nowNs: at('2026-04-16T00:00:00Z'),
    budgetsUnseenMsMax: 3_000,
  });
});
afterAll(() => server.close());

async function worst() {
  const { budgetLeft } = await server.get('/api/overview', overviewSchema);
  return budgetLeft?.worst;
}

test('the overview shows the last evaluation of budgets while it has missed nothing for long, and says as of when', async () => {
  await spend(server, { at: '2026-04-10T12:00:00Z', tokens: 20 * CENT });
  expect(await only(server)).toMatchObject({ spentUsd: '0.2' });
  // The watch evaluates once more after the commit; then nobody does.
  const isOlder = async (): Promise<boolean> => {
    server.nowNs += NS_PER_S;
    const { leftUsd, asOf = '' } = (await worst()) ?? {};
    expect(leftUsd).toBe('0.8');
    return at(asOf) < server.nowNs;
  };
  await expect.poll(isOlder, { timeout: 20_000 }).toBe(true);
  // What the page of budgets has measured is the newest.
  server.nowNs += 91n * NS_PER_S;
  const { asOf } = await only(server);
  expect(at(asOf)).toBe(server.nowNs);
  expect(await worst()).toMatchObject({ asOf });
});

test('the page of budgets shows the last evaluation while nothing has changed, and says as of when', async () => {
  const { asOf } = await only(server);
  server.nowNs += NS_PER_S;
  expect(await only(server)).toMatchObject({ asOf, leftUsd: '0.8' });
  const { freshness } = await server.get('/api/budgets', budgetsSchema);
  expect(freshness.asOf).toBe(asOf);
  const later = { at: '2026-04-10T12:00:00Z', tokens: 0, model: 'wren' };
  await spend(server, later);
  expect(at((await only(server)).asOf)).toBe(server.nowNs);
});

test('a change reaches it by itself', async () => {
  await spend(server, { at: '2026-04-10T12:00:00Z', tokens: 10 * CENT });
  await expect.poll(worst, { timeout: 20_000 }).toMatchObject({ leftUsd: '0.7' });
});

test('other definitions are in force at once', async () => {
  server.applyConfig(configOf({ ...MONTH, amountUsd: '2' }));
  expect(await worst()).toMatchObject({ amountUsd: '2', leftUsd: '1.7' });
});

test('it is measured anew when the clock has gone on though nothing has changed', async () => {
  server.nowNs += 300n * NS_PER_S;
  const { asOf = '' } = (await worst()) ?? {};
  expect(at(asOf)).toBe(server.nowNs);
});

test('the page of budgets is measured anew when a period has ended though nothing has changed', async () => {
  server.applyConfig(configOf(MONTH));
  // Berlin's May begins.
  server.nowNs = at('2026-04-30T21:59:50Z');
  expect(await only(server)).toMatchObject({
    spentUsd: '0.3',
    period: { start: '2026-03-31T22:00:00Z' },
  });
  server.nowNs += 10n * NS_PER_S;
  expect(await only(server)).toMatchObject({
    spentUsd: '0',
    period: { start: '2026-04-30T22:00:00Z' },
  });
});

test('its holds are those of now though nothing was spent', async () => {
  server.applyConfig(configOf({ ...MONTH, hardLimit: true }));
  const { asOf, holds } = await only(server);
  expect(holds).toMatchObject({ heldUsd: '0' });
  const request = { amountUsd: '0.25', ttlSeconds: 60, idempotencyKey: 'a', pipeline: 'mail-etl' };
  const answer = await server.fetch('/api/reservations', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...request, batch: 'b' }),
  });
  expect(answer.status).toBe(201);
  expect(await only(server)).toMatchObject({ asOf, holds: { heldUsd: '0.25' } });
});
