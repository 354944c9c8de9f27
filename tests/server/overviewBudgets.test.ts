import { afterAll, beforeAll, expect, test } from 'vitest';
import { overviewSchema } from '../../server/contract.js';
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
  // The page of budgets always measures, and what it has measured is the newest.
  server.nowNs += NS_PER_S;
  const { asOf } = await only(server);
  expect(at(asOf)).toBe(server.nowNs);
  expect(await worst()).toMatchObject({ asOf });
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
