import { afterAll, beforeAll, expect, test } from 'vitest';
import { MINUTE_NS } from '@burnbook/domain/time';
import { heartbeatsSchema } from '../../../server/contract.js';
import { settingsOf } from '../../support/notifyStory.js';
import { startTestServer, type TestServer } from '../../support/testServer.js';

let server: TestServer;

beforeAll(async () => {
  const notify = settingsOf(
    'heartbeats:\n  - { name: backup, everySeconds: 600, graceSeconds: 60, owner: data-platform }\n  - { name: export, everySeconds: 60, severity: ticket }\n',
  );
  server = await startTestServer({ config: { prices: {}, pipelines: {}, notify } });
});
afterAll(() => server.close());

const states = async () => (await server.get('/api/heartbeats', heartbeatsSchema)).items;
const missed = async () => (await states()).filter((each) => each.missed).map(({ name }) => name);
const beat = (name: string) => server.fetch(`/api/heartbeats/${name}`, { method: 'POST' });

test('a heartbeat that never came is missed once it could have come', async () => {
  expect(await missed()).toEqual([]);
  server.nowNs += 3n * MINUTE_NS;
  expect(await missed()).toEqual(['export']);
  server.nowNs += 9n * MINUTE_NS;
  expect(await missed()).toEqual(['backup', 'export']);
  expect((await states())[0]).toMatchObject({ owner: 'data-platform', lastAt: null });
});

test('a beat ends that, and is remembered over a restart', async () => {
  expect((await beat('backup')).status).toBe(200);
  expect((await beat('backup')).status).toBe(200);
  expect(await missed()).toEqual(['export']);
  server.nowNs += 10n * MINUTE_NS;
  await server.restart();
  // Nobody could have been heard while the server was away: the time begins with its start.
  expect(await missed()).toEqual([]);
  expect((await states())[0]?.lastAt).not.toBeNull();
  server.nowNs += 12n * MINUTE_NS;
  expect(await missed()).toEqual(['backup', 'export']);
});

test('a beat of nobody that is expected is refused', async () => {
  const answer = await beat('stranger');
  expect(answer.status).toBe(404);
  expect(await answer.text()).toContain('notify.yaml expects no heartbeat');
});
