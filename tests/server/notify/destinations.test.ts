import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { destinationsSchema } from '../../../server/contract.js';
import type { CountedDelivery } from '../../../server/notify/deliveryLoop.js';
import { Notifier } from '../../../server/notify/notifier.js';
import { startDeliveryStory, type DeliveryStory } from '../../support/deliveryStory.js';
import { hook } from '../../support/notifyStory.js';

const SECOND_NS = 1_000_000_000n;

let story: DeliveryStory;
beforeAll(async () => {
  story = await startDeliveryStory();
});
beforeEach(() => story.next());
afterAll(() => story.close());

describe('messages on one alert', () => {
  test('are delivered one after the other', async () => {
    const release: (() => void)[] = [];
    story.react((response) => void release.push(() => response.writeHead(200).end()));
    await story.fire('firing');
    await story.receiver.count(1);
    const acknowledged = await story.fire('acknowledged');
    await sleep(50);
    expect(story.kinds()).toEqual(['alert.firing']);
    release[0]?.();
    await story.receiver.count(2);
    release[1]?.();
    await story.delivered(acknowledged);
    expect(story.kinds()).toEqual(['alert.firing', 'alert.acknowledged']);
  });

  test('collapse to the newest state while nobody listens', async () => {
    story.react(500);
    const firing = await story.fire('firing');
    await story.tried(firing);
    const worse = await story.fire('severity');
    await story.tried(worse);
    story.react(200);
    const resolved = await story.fire('resolved');
    await story.delivered(resolved);
    expect(story.kinds()).toEqual(['alert.firing', 'alert.severity', 'alert.resolved']);
    const last = JSON.parse(story.received.at(-1)?.body ?? '') as { data: object };
    expect(last.data).toMatchObject({ replaces: 2 });
    for (const id of [firing, worse]) {
      expect((await story.until(id, () => true)).state).toBe('superseded');
    }
  });

  test('keep the page before its acknowledgement', async () => {
    story.react(500);
    const firing = await story.fire('firing');
    await story.tried(firing);
    story.react(200);
    const acknowledged = await story.fire('acknowledged');
    await story.nextTry(firing);
    await story.delivered(acknowledged);
    expect(story.kinds()).toEqual(['alert.firing', 'alert.firing', 'alert.acknowledged']);
  });

  test('that came too late to be taken back count as delivered', async () => {
    const release: (() => void)[] = [];
    story.react((response) => void release.push(() => response.writeHead(200).end()));
    const firing = await story.fire('firing');
    await story.receiver.count(1);
    const resolved = await story.fire('resolved');
    expect((await story.until(firing, () => true)).state).toBe('superseded');
    release[0]?.();
    await story.delivered(firing);
    await story.receiver.count(2);
    release[1]?.();
    await story.delivered(resolved);
  });

  test('are not sent again by hand once a newer one is there', async () => {
    story.react(500);
    const dead = await story.fire('acknowledged');
    await story.tried(dead);
    const answer = await story.server.fetch(`/api/deliveries/${dead}/replay`, { method: 'POST' });
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain('only a dead message is sent again');
  });
});

describe('a destination', () => {
  test('that answers 410 is switched off until somebody switches it on', async () => {
    story.react(410);
    const first = await story.fire();
    await story.until(first, ({ state }) => state === 'disabled');
    const second = await story.fire('firing', { alertId: `second-${story.name}` });
    await story.until(second, ({ state }) => state === 'disabled');
    const { items } = await story.server.get('/api/destinations', destinationsSchema);
    expect(items[0]).toMatchObject({
      name: story.name,
      enabled: false,
      disabledReason: 'it answered 410: it takes no messages any more',
      pending: 2,
    });
    expect(story.received).toHaveLength(1);
    story.react(200);
    await story.post(`/api/destinations/${story.name}/enable`, {
      reason: 'moved to the new endpoint',
    });
    await story.delivered(first);
    await story.delivered(second);
    const after = await story.server.get('/api/destinations', destinationsSchema);
    expect(after.items[0]).toMatchObject({ enabled: true, disabledReason: null, pending: 0 });
  });

  test('that was switched off by hand keeps what comes, over a restart', async () => {
    await story.post(`/api/destinations/${story.name}/disable`, { reason: 'maintenance' });
    const id = await story.fire();
    expect((await story.until(id, () => true)).state).toBe('disabled');
    await story.server.restart();
    expect((await story.until(id, () => true)).state).toBe('disabled');
    expect(story.received).toHaveLength(0);
    await story.post(`/api/destinations/${story.name}/enable`, { reason: 'maintenance is over' });
    await story.delivered(id);
  });

  test('gets no more in a minute than it may, pages first', async () => {
    story.configure(hook(story.name, story.receiver.url, ', ratePerMinute: 20'));
    const ticket = { severity: 'ticket' } as const;
    await story.post(`/api/destinations/${story.name}/disable`, { reason: 'so that all wait' });
    for (const each of ['a', 'b', 'c', 'd']) {
      await story.fire('firing', { alertId: `${each}-${story.name}`, ...ticket });
    }
    const page = await story.fire('firing', { alertId: `page-${story.name}` });
    await story.post(`/api/destinations/${story.name}/enable`, { reason: 'all wait' });
    await story.delivered(page);
    await story.receiver.count(2);
    await sleep(50);
    expect(story.received).toHaveLength(2);
    expect(story.ids()[0]).toBe(page);
    story.server.nowNs += 3n * SECOND_NS;
    await story.receiver.count(3);
    story.server.nowNs += 60n * SECOND_NS;
    await story.receiver.count(5);
    expect(new Set(story.ids()).size).toBe(5);
  });

  test('that is not in the file any more leaves its messages waiting', async () => {
    story.react(500);
    const id = await story.fire();
    await story.tried(id);
    story.configure(hook(`other-${story.name}`, story.receiver.url));
    await story.nextTry(id);
    expect(await story.until(id, () => true)).toMatchObject({
      state: 'pending',
      lastError: 'notify.yaml has no such destination',
    });
    story.react(200);
    story.configure(hook(story.name, story.receiver.url));
    await story.nextTry(id);
    expect((await story.until(id, () => true)).state).toBe('delivered');
  });

  test('is tested by a message of its own', async () => {
    const answer = await story.server.fetch(`/api/destinations/${story.name}/test`, {
      method: 'POST',
      headers: { 'burnbook-actor': 'ada' },
    });
    expect(answer.status).toBe(201);
    const [received] = await story.receiver.count(1);
    expect(JSON.parse(received?.body ?? '')).toMatchObject({
      type: 'alert.test',
      data: { note: 'Asked for by ada.' },
    });
    const unknown = await story.server.fetch('/api/destinations/nobody/test', { method: 'POST' });
    expect(unknown.status).toBe(404);
  });
});

test('every try is counted with its outcome, but for tests', async () => {
  await story.server.running.notifier.stop();
  const counted: CountedDelivery[] = [];
  const notifier = new Notifier({
    store: story.server.running.store,
    nowNs: () => story.server.nowNs,
    random: () => 0,
    log: () => undefined,
    report: (error) => story.server.log.concat(String(error)),
    delivered: (delivery) => counted.push(delivery),
  });
  notifier.define(story.settings);
  story.react(500);
  const id = await story.fire();
  notifier.touched();
  await story.tried(id);
  story.react(200);
  story.server.nowNs += 2n * SECOND_NS;
  notifier.touched();
  await story.delivered(id);
  const tested = await notifier.test(story.name, 'ada');
  await story.delivered(tested);
  // A message of an earlier test may still wait for a destination that is gone.
  expect(counted.filter(({ kind }) => kind !== 'unknown')).toEqual([
    { kind: 'webhook', outcome: 'failed', latencyMs: 0 },
    { kind: 'webhook', outcome: 'delivered', latencyMs: 2_000 },
  ]);
  await notifier.stop();
});
