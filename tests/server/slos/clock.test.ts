import { afterAll, beforeAll, expect, test } from 'vitest';
import { DAY_NS, MINUTE_NS } from '@burnbook/domain/time';
import { at } from '../../support/budgets.js';
import { sloConfig, sloNamed, sloOf, tries } from '../../support/slos.js';
import { startTestServer, type TestServer } from '../../support/testServer.js';

const NOON = at('2026-06-24T12:00:30Z');

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    config: sloConfig(sloOf({ name: 'attempts' })),
    nowNs: NOON,
  });
});
afterAll(() => server.close());

const send = (atNs: bigint, count: number, outcome: 'succeeded' | 'failed') =>
  server.send(
    Array.from({ length: count }, (_, index) =>
      tries({ atNs: atNs + BigInt(index) * MINUTE_NS, outcomes: [outcome] }),
    ).flat(),
  );
const counted = async () => {
  const { good, total } = (await sloNamed(server, 'attempts')).period;
  return [good, total];
};

test('a clock that was set back counts nothing twice, in memory and in the store', async () => {
  await send(NOON - 5n * DAY_NS, 40, 'failed');
  await send(NOON - 4n * DAY_NS, 60, 'succeeded');
  await send(NOON - 10n * MINUTE_NS, 9, 'failed');
  expect(await counted()).toEqual([60, 109]);
  server.nowNs = NOON - DAY_NS;
  await send(server.nowNs, 1, 'succeeded');
  expect(await counted()).toEqual([61, 101]);
  // What comes late into minutes that are near by this clock, and far by the one before.
  await send(NOON - 4n * DAY_NS, 20, 'succeeded');
  expect(await counted()).toEqual([81, 121]);
  await server.restart();
  expect(await counted()).toEqual([81, 121]);
});

test('one that was far ahead for a while, and is right again, has forgotten nothing', async () => {
  server.nowNs = NOON;
  await send(NOON - 5n * MINUTE_NS, 1, 'succeeded');
  expect(await counted()).toEqual([82, 131]);
  server.nowNs = NOON + 60n * DAY_NS;
  await send(NOON, 1, 'succeeded');
  expect(await counted()).toEqual([0, 0]);
  server.nowNs += 5n * MINUTE_NS;
  await counted();
  server.nowNs = NOON + 2n * MINUTE_NS;
  expect(await counted()).toEqual([83, 132]);
  await send(NOON, 1, 'failed');
  expect(await counted()).toEqual([83, 133]);
  await server.restart();
  expect(await counted()).toEqual([83, 133]);
});
