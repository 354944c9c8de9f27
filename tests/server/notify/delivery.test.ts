import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Webhook } from 'standardwebhooks';
import type { NotifySettings } from '../../../domain/notify/notifySettings.js';
import { destinationsSchema } from '../../../server/contract.js';
import { startReceiver, type Receiver } from '../../support/receiver.js';
import {
  deliveries,
  event,
  hook,
  settingsOf,
  SIGNING_SECRET,
  tell,
  until,
} from '../../support/notifyStory.js';
import { startTestServer, type TestServer } from '../../support/testServer.js';

const SECOND_NS = 1_000_000_000n;
const HOUR_NS = 3_600n * SECOND_NS;

let server: TestServer;
let receiver: Receiver;
/** A destination of its own for each test: none finds what another left. */
let name = '';
let settings: NotifySettings;
let tests = 0;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.close();
  await receiver.close();
});
beforeEach(async () => {
  await receiver?.close();
  receiver = await startReceiver();
  name = `hook-${++tests}`;
  configure(hook(name, receiver.url, ', ratePerMinute: 6000, timeoutSeconds: 1'));
});

function configure(destinations: string): void {
  settings = settingsOf(`destinations:\n${destinations}`);
  server.applyConfig({ prices: {}, pipelines: {}, notify: settings });
}

async function fire(
  kind: Parameters<typeof event>[0] = 'firing',
  alert: Parameters<typeof event>[1]['alert'] = {},
): Promise<string> {
  // Later than the one before, as alerts change one after the other.
  server.nowNs += 1_000n;
  const told = event(kind, { atNs: server.nowNs, alert: { alertId: `alert-${name}`, ...alert } });
  const [message] = await tell(server, settings, told);
  if (!message) throw new Error('the event went nowhere');
  return message.messageId;
}

const ids = () => receiver.received.map(({ headers }) => headers['webhook-id']);
const kinds = () =>
  receiver.received.map(({ body }) => (JSON.parse(body) as { type: string }).type);

/** Puts the clock to the message's next try, and waits until it was made. */
async function nextTry(id: string): Promise<void> {
  const before = await until(server, id, ({ state }) => state === 'pending');
  server.nowNs = nanoseconds(before.nextAt);
  server.running.notifier.touched();
  await until(server, id, ({ attempts }) => attempts > before.attempts);
}

const nanoseconds = (time: string | null): bigint =>
  BigInt(Date.parse(time ?? '')) * 1_000_000n + 1_000_000n;

const delayMs = (delivery: { nextAt: string | null }): number =>
  Date.parse(delivery.nextAt ?? '') - Number(server.nowNs / 1_000_000n);

describe('a message', () => {
  test('is delivered signed, and settled', async () => {
    const id = await fire();
    const [received] = await receiver.count(1);
    const verified = new Webhook(SIGNING_SECRET).verify(
      received?.body ?? '',
      received?.headers as Record<string, string>,
    );
    expect(verified).toMatchObject({
      type: 'alert.firing',
      data: {
        replaces: 0,
        alert: {
          name: 'RetryStorm',
          runbook: 'https://burnbook.example.com/runbooks/RetryStorm?pipeline=mail-etl',
          budgetLeft: -0.125,
          secondsToEmpty: 7_200,
          stakeUsd: '12.34',
        },
        incident: { url: 'https://burnbook.example.com/incidents/inc-1' },
      },
    });
    expect(received?.headers['webhook-id']).toBe(id);
    const settled = await until(server, id, ({ state }) => state === 'delivered');
    expect(settled).toMatchObject({ attempts: 1, lastStatus: 200, lastError: null });
  });

  test('that is written twice is delivered once', async () => {
    const told = event('firing', { atNs: server.nowNs, alert: { alertId: `alert-${name}` } });
    const [message] = await tell(server, settings, told);
    const id = message?.messageId ?? '';
    await until(server, id, ({ state }) => state === 'delivered');
    await tell(server, settings, told);
    const after = await fire('reminder');
    await until(server, after, ({ state }) => state === 'delivered');
    expect(ids()).toEqual([id, after]);
  });

  test.each([
    ['is answered with a fault', 500, 'answered 500'],
    ['is redirected', 302, 'answered 302; redirects are not followed'],
    ['gets no answer', () => undefined, 'no answer within 1 s'],
    ['is cut off', (response) => response.destroy(), 'cannot be reached (ECONNRESET)'],
  ] satisfies [string, Receiver['reaction'], string][])(
    'that %s is tried again under its id',
    async (_, reaction, error) => {
      receiver.reaction =
        reaction === 302
          ? (response) => response.writeHead(302, { location: `${receiver.url}/elsewhere` }).end()
          : reaction;
      const id = await fire();
      const failed = await until(server, id, ({ attempts }) => attempts === 1);
      expect(failed).toMatchObject({ state: 'pending', lastError: error });
      expect(delayMs(failed)).toBeGreaterThanOrEqual(1_000);
      expect(delayMs(failed)).toBeLessThanOrEqual(10_000);
      receiver.reaction = 204;
      await nextTry(id);
      expect(ids()).toEqual([id, id]);
      expect(receiver.received.map(({ path }) => path)).toEqual(['/', '/']);
    },
  );

  test('is delivered when its answer is endless, or cut after its status', async () => {
    receiver.reaction = (response) => {
      response.writeHead(200);
      const more = (): void => {
        while (response.writable && response.write('x'.repeat(65_536)));
        response.once('drain', more);
      };
      more();
    };
    const endless = await fire();
    await until(server, endless, ({ state }) => state === 'delivered');
    receiver.reaction = (response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half', () => response.destroy());
    };
    const cut = await fire('reminder');
    await until(server, cut, ({ state }) => state === 'delivered');
  });

  test('survives an hour in which nobody listens', async () => {
    const { port } = receiver;
    await receiver.close();
    const startNs = server.nowNs;
    const id = await fire();
    const refused = await until(server, id, ({ attempts }) => attempts === 1);
    expect(refused.lastError).toBe('cannot be reached (ECONNREFUSED)');
    while (server.nowNs < startNs + HOUR_NS) await nextTry(id);
    receiver = await startReceiver(200, port);
    await nextTry(id);
    expect(ids()).toEqual([id]);
    expect((await until(server, id, ({ state }) => state === 'delivered')).attempts).toBeLessThan(
      60,
    );
  });

  test('is given up after three days and many tries, told so, and sent again by hand', async () => {
    receiver.reaction = 500;
    const id = await fire();
    await until(server, id, ({ attempts }) => attempts === 1);
    // Four days by the clock alone are none.
    server.nowNs += 96n * HOUR_NS;
    for (let tries = 2; tries < 14; tries++) {
      await until(server, id, ({ attempts }) => attempts === tries);
      await nextTry(id);
    }
    const dead = await until(server, id, ({ attempts }) => attempts === 14);
    expect(dead).toMatchObject({ state: 'dead', nextAt: null, lastError: 'answered 500' });
    expect(await deliveries(server, `?state=dead&destination=${name}`)).toEqual([dead]);
    expect(server.log.join('\n')).toContain(`${id} to ${name} is given up`);
    receiver.reaction = 200;
    const answer = await server.fetch(`/api/deliveries/${id}/replay`, { method: 'POST' });
    expect(answer.status).toBe(200);
    await until(server, id, ({ state }) => state === 'delivered');
    expect(new Set(ids())).toEqual(new Set([id]));
  });

  test('is tried at once when the clock was put back', async () => {
    receiver.reaction = 500;
    const id = await fire();
    await until(server, id, ({ attempts }) => attempts === 1);
    receiver.reaction = 200;
    server.nowNs -= 5n * HOUR_NS;
    await until(server, id, ({ state }) => state === 'delivered');
    server.nowNs += 5n * HOUR_NS;
  });

  test('waits as long as the receiver asks, in seconds or by a date', async () => {
    receiver.reaction = (response) => response.writeHead(429, { 'retry-after': '120' }).end();
    const id = await fire();
    const asked = await until(server, id, ({ attempts }) => attempts === 1);
    expect(delayMs(asked)).toBeGreaterThanOrEqual(119_999);
    expect(delayMs(asked)).toBeLessThanOrEqual(120_001);
    // Another alert waits too: it is the receiver that is busy.
    const other = await fire('firing', { alertId: `other-${name}` });
    await sleep(50);
    expect(receiver.received).toHaveLength(1);
    const date = new Date(Number(server.nowNs / 1_000_000n) + 900_000).toUTCString();
    receiver.reaction = (response) => response.writeHead(503, { 'retry-after': date }).end();
    server.nowNs += 120n * SECOND_NS;
    server.running.notifier.touched();
    const again = await until(server, other, ({ attempts }) => attempts === 1);
    expect(Math.abs(Date.parse(again.nextAt ?? '') - Date.parse(date))).toBeLessThan(1_001);
  });

  test('never waits longer than six hours, whatever the receiver asks', async () => {
    receiver.reaction = (response) => response.writeHead(429, { 'retry-after': '9999999' }).end();
    const id = await fire();
    const asked = await until(server, id, ({ attempts }) => attempts === 1);
    expect(delayMs(asked)).toBeLessThanOrEqual(6 * 3_600_000 + 1);
  });

  test('waits while the store is away, and is delivered when it is back', async () => {
    receiver.reaction = (response) => void setTimeout(() => response.writeHead(200).end(), 300);
    const id = await fire();
    await receiver.count(1);
    await server.killStore();
    while (!server.running.store.ready) await sleep(10);
    await until(server, id, ({ state }) => state === 'delivered');
    // The outcome was kept in memory while the store was away.
    expect(ids()).toEqual([id]);
  });
});

describe('messages on one alert', () => {
  test('are delivered one after the other', async () => {
    const release: (() => void)[] = [];
    receiver.reaction = (response) => void release.push(() => response.writeHead(200).end());
    await fire('firing');
    await receiver.count(1);
    const acknowledged = await fire('acknowledged');
    await sleep(50);
    expect(kinds()).toEqual(['alert.firing']);
    release[0]?.();
    await receiver.count(2);
    release[1]?.();
    await until(server, acknowledged, ({ state }) => state === 'delivered');
    expect(kinds()).toEqual(['alert.firing', 'alert.acknowledged']);
  });

  test('collapse to the newest state while nobody listens', async () => {
    receiver.reaction = 500;
    const firing = await fire('firing');
    await until(server, firing, ({ attempts }) => attempts === 1);
    const worse = await fire('severity');
    await until(server, worse, ({ attempts }) => attempts === 1);
    receiver.reaction = 200;
    const resolved = await fire('resolved');
    await until(server, resolved, ({ state }) => state === 'delivered');
    expect(kinds()).toEqual(['alert.firing', 'alert.severity', 'alert.resolved']);
    const last = JSON.parse(receiver.received.at(-1)?.body ?? '') as { data: object };
    expect(last.data).toMatchObject({ replaces: 2 });
    for (const id of [firing, worse]) {
      expect((await until(server, id, () => true)).state).toBe('superseded');
    }
  });

  test('keep the page before its acknowledgement', async () => {
    receiver.reaction = 500;
    const firing = await fire('firing');
    await until(server, firing, ({ attempts }) => attempts === 1);
    receiver.reaction = 200;
    const acknowledged = await fire('acknowledged');
    await nextTry(firing);
    await until(server, acknowledged, ({ state }) => state === 'delivered');
    expect(kinds()).toEqual(['alert.firing', 'alert.firing', 'alert.acknowledged']);
  });

  test('that came too late to be taken back count as delivered', async () => {
    const release: (() => void)[] = [];
    receiver.reaction = (response) => void release.push(() => response.writeHead(200).end());
    const firing = await fire('firing');
    await receiver.count(1);
    const resolved = await fire('resolved');
    expect((await until(server, firing, () => true)).state).toBe('superseded');
    release[0]?.();
    await until(server, firing, ({ state }) => state === 'delivered');
    await receiver.count(2);
    release[1]?.();
    await until(server, resolved, ({ state }) => state === 'delivered');
  });

  test('are not sent again by hand once a newer one is there', async () => {
    receiver.reaction = 500;
    const dead = await fire('acknowledged');
    await until(server, dead, ({ attempts }) => attempts === 1);
    const answer = await server.fetch(`/api/deliveries/${dead}/replay`, { method: 'POST' });
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain('only a dead message is sent again');
  });
});

describe('a destination', () => {
  test('that answers 410 is switched off until somebody switches it on', async () => {
    receiver.reaction = 410;
    const first = await fire();
    await until(server, first, ({ state }) => state === 'disabled');
    const second = await fire('firing', { alertId: `second-${name}` });
    await until(server, second, ({ state }) => state === 'disabled');
    const { items } = await server.get('/api/destinations', destinationsSchema);
    expect(items[0]).toMatchObject({
      name,
      enabled: false,
      disabledReason: 'it answered 410: it takes no messages any more',
      pending: 2,
    });
    expect(receiver.received).toHaveLength(1);
    receiver.reaction = 200;
    await post(`/api/destinations/${name}/enable`, { reason: 'moved to the new endpoint' });
    await until(server, first, ({ state }) => state === 'delivered');
    await until(server, second, ({ state }) => state === 'delivered');
    const after = await server.get('/api/destinations', destinationsSchema);
    expect(after.items[0]).toMatchObject({ enabled: true, disabledReason: null, pending: 0 });
  });

  test('that was switched off by hand keeps what comes, over a restart', async () => {
    await post(`/api/destinations/${name}/disable`, { reason: 'maintenance' });
    const id = await fire();
    expect((await until(server, id, () => true)).state).toBe('disabled');
    await server.restart();
    expect((await until(server, id, () => true)).state).toBe('disabled');
    expect(receiver.received).toHaveLength(0);
    await post(`/api/destinations/${name}/enable`, { reason: 'maintenance is over' });
    await until(server, id, ({ state }) => state === 'delivered');
  });

  test('gets no more in a minute than it may, pages first', async () => {
    configure(hook(name, receiver.url, ', ratePerMinute: 20'));
    const ticket = { severity: 'ticket' } as const;
    await post(`/api/destinations/${name}/disable`, { reason: 'so that all wait' });
    for (const each of ['a', 'b', 'c', 'd']) {
      await fire('firing', { alertId: `${each}-${name}`, ...ticket });
    }
    const page = await fire('firing', { alertId: `page-${name}` });
    await post(`/api/destinations/${name}/enable`, { reason: 'all wait' });
    await until(server, page, ({ state }) => state === 'delivered');
    await receiver.count(2);
    await sleep(50);
    expect(receiver.received).toHaveLength(2);
    expect(ids()[0]).toBe(page);
    server.nowNs += 3n * SECOND_NS;
    await receiver.count(3);
    server.nowNs += 60n * SECOND_NS;
    await receiver.count(5);
    expect(new Set(ids()).size).toBe(5);
  });

  test('that is not in the file any more leaves its messages waiting', async () => {
    receiver.reaction = 500;
    const id = await fire();
    await until(server, id, ({ attempts }) => attempts === 1);
    configure(hook(`other-${name}`, receiver.url));
    await nextTry(id);
    expect(await until(server, id, () => true)).toMatchObject({
      state: 'pending',
      lastError: 'notify.yaml has no such destination',
    });
    receiver.reaction = 200;
    configure(hook(name, receiver.url));
    await nextTry(id);
    expect((await until(server, id, () => true)).state).toBe('delivered');
  });

  test('is tested by a message of its own', async () => {
    const answer = await server.fetch(`/api/destinations/${name}/test`, {
      method: 'POST',
      headers: { 'burnbook-actor': 'ada' },
    });
    expect(answer.status).toBe(201);
    const [received] = await receiver.count(1);
    expect(JSON.parse(received?.body ?? '')).toMatchObject({
      type: 'alert.test',
      data: { note: 'Asked for by ada.' },
    });
    const unknown = await server.fetch('/api/destinations/nobody/test', { method: 'POST' });
    expect(unknown.status).toBe(404);
  });
});

async function post(path: string, body: object): Promise<void> {
  const answer = await server.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
}
