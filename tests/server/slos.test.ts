import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at } from '../support/budgets.js';
import { ratio, sloConfig, sloNamed, sloOf, tries } from '../support/slos.js';
import { startTestServer, type TestServer } from '../support/testServer.js';

const NOON = at('2026-06-10T12:00:00Z');
const MINUTE_NS = 60_000_000_000n;

const SLOS = [
  sloOf({ name: 'mail-attempts' }),
  sloOf({ name: 'mail-operations', indicator: ratio('operations') }),
  sloOf({ name: 'all-attempts', indicator: ratio('attempts', {}), pipelines: [] }),
  sloOf({
    name: 'slow-attempts',
    indicator: {
      kind: 'threshold',
      events: { events: 'attempts', where: { pipeline: ['mail-*'] } },
      value: 'latency',
      op: 'lt',
      limit: 250,
    },
  }),
];

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ config: sloConfig(...SLOS), nowNs: NOON });
});
afterAll(() => server.close());

describe('a ratio of attempts', () => {
  test('counts each try, an operation once, and tells how the budget stands', async () => {
    await server.send([
      ...tries({ atNs: NOON - 5n * MINUTE_NS, outcomes: ['failed', 'failed', 'succeeded'] }),
      ...tries({ atNs: NOON - 4n * MINUTE_NS, outcomes: ['succeeded'], lastsMs: 250 }),
      ...tries({ atNs: NOON - 4n * MINUTE_NS, outcomes: ['failed'], pipeline: 'other' }),
    ]);
    const attempts = await sloNamed(server, 'mail-attempts');
    expect(attempts.period).toMatchObject({ good: 2, total: 4 });
    expect((await sloNamed(server, 'mail-operations')).period).toMatchObject({ good: 2, total: 2 });
    expect((await sloNamed(server, 'all-attempts')).period).toMatchObject({ good: 2, total: 5 });
    expect((await sloNamed(server, 'slow-attempts')).period).toMatchObject({ good: 3, total: 4 });
  });
});
