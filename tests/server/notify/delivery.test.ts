import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { HOUR_NS } from '@burnbook/domain/time';
import { startDeliveryStory, type DeliveryStory } from '../../support/deliveryStory.js';
import { deliveries, event, hook, SIGNING_SECRET, tell } from '../../support/notifyStory.js';
import { startReceiver, type Reaction } from '../../support/receiver.js';

const SECOND_NS = 1_000_000_000n;

let story: DeliveryStory;
beforeAll(async () => {
  story = await startDeliveryStory();
});
beforeEach(() => story.next());
afterAll(() => story.close());

describe('a message', () => {
  test('is delivered signed, and settled', async () => {
    const id = await story.fire();
    const [received] = await story.receiver.count(1);
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
    const settled = await story.delivered(id);
    expect(settled).toMatchObject({ attempts: 1, lastStatus: 200, lastError: null });
  });

  test('that is written twice is delivered once', async () => {
    const told = event('firing', {
      atNs: story.server.nowNs,
      alert: { alertId: `alert-${story.name}` },
    });
    const [message] = await tell(story.server, story.settings, told);
    const id = message?.messageId ?? '';
    await story.delivered(id);
    await tell(story.server, story.settings, told);
    const after = await story.fire('reminder');
    await story.delivered(after);
    expect(story.ids()).toEqual([id, after]);
  });

  test.each([
    ['is answered with a fault', 500, 'answered 500'],
    ['is redirected', 302, 'answered 302; redirects are not followed'],
    [
      'is answered in another protocol',
      (response) =>
        response.socket?.end('HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
      'cannot be reached (NO_ANSWER)',
    ],
    ['is cut off', (response) => response.destroy(), 'cannot be reached (ECONNRESET)'],
  ] satisfies [string, Reaction, string][])(
    'that %s is tried again under its id',
    async (_, reaction, error) => {
      const location = `${story.receiver.url}/elsewhere`;
      story.react(
        reaction === 302 ? (response) => response.writeHead(302, { location }).end() : reaction,
      );
      const id = await story.fire();
      const failed = await story.tried(id);
      expect(failed).toMatchObject({ state: 'pending', lastError: error });
      expect(story.delayMs(failed)).toBeGreaterThanOrEqual(1_000);
      expect(story.delayMs(failed)).toBeLessThanOrEqual(10_000);
      story.react(204);
      await story.nextTry(id);
      expect(story.ids()).toEqual([id, id]);
      expect(story.received.map(({ path }) => path)).toEqual(['/', '/']);
    },
  );

  test('that gets no answer is tried again under its id', async () => {
    story.configure(hook(story.name, story.receiver.url, ', timeoutSeconds: 1'));
    story.react(() => undefined);
    const id = await story.fire();
    const failed = await story.tried(id);
    expect(failed).toMatchObject({ state: 'pending', lastError: 'no answer within 1 s' });
    story.configure(hook(story.name, story.receiver.url));
    story.react(204);
    await story.nextTry(id);
    expect(story.ids()).toEqual([id, id]);
  });

  test('is delivered when its answer is endless, cut after its status, or never ends', async () => {
    story.react((response) => {
      response.writeHead(200);
      const more = (): void => {
        while (response.writable && response.write('x'.repeat(65_536)));
        response.once('drain', more);
      };
      more();
    });
    const endless = await story.fire();
    await story.delivered(endless);
    story.react((response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half', () => response.destroy());
    });
    const cut = await story.fire('reminder');
    await story.delivered(cut);
    story.configure(hook(story.name, story.receiver.url, ', timeoutSeconds: 1'));
    story.react((response) => void response.writeHead(200).write('half'));
    const hanging = await story.fire('resolved');
    expect(await story.tried(hanging)).toMatchObject({ state: 'delivered', lastError: null });
  });

  test('survives an hour in which nobody listens', async () => {
    const { port } = story.receiver;
    await story.receiver.close();
    const startNs = story.server.nowNs;
    const id = await story.fire();
    const refused = await story.tried(id);
    expect(refused.lastError).toBe('cannot be reached (ECONNREFUSED)');
    while (story.server.nowNs < startNs + HOUR_NS) await story.nextTry(id);
    story.receiver = await startReceiver(200, port);
    await story.nextTry(id);
    expect(story.ids()).toEqual([id]);
    expect((await story.delivered(id)).attempts).toBeLessThan(60);
  });

  test('is given up after three days and many tries, told so, and sent again by hand', async () => {
    story.react(500);
    const id = await story.fire();
    await story.tried(id);
    // Four days by the clock alone are none.
    story.server.nowNs += 96n * HOUR_NS;
    for (let tries = 2; tries < 14; tries++) {
      await story.tried(id, tries);
      await story.nextTry(id);
    }
    const dead = await story.tried(id, 14);
    expect(dead).toMatchObject({ state: 'dead', nextAt: null, lastError: 'answered 500' });
    expect(await deliveries(story.server, `?state=dead&destination=${story.name}`)).toEqual([dead]);
    expect(story.server.log.join('\n')).toContain(`${id} to ${story.name} is given up`);
    story.react(200);
    const answer = await story.server.fetch(`/api/deliveries/${id}/replay`, { method: 'POST' });
    expect(answer.status).toBe(200);
    await story.delivered(id);
    expect(new Set(story.ids())).toEqual(new Set([id]));
  });

  test('is tried and given up by the periods that its destination says, which may change', async () => {
    const retry = (said: string) =>
      story.configure(
        hook(story.name, story.receiver.url, `, ratePerMinute: 6000, retry: { ${said} }`),
      );
    retry('firstSeconds: 3600, longestSeconds: 86400');
    story.react(500);
    const id = await story.fire();
    await story.tried(id);
    for (let tries = 1; tries < 8; tries++) await story.nextTry(id);
    // Up to a day by now; within ten seconds from the next try on.
    retry('firstSeconds: 1, longestSeconds: 10, giveUpHours: 1');
    await story.nextTry(id);
    expect(story.delayMs(await story.tried(id, 9))).toBeLessThanOrEqual(10_000);
    const atNs = story.server.nowNs;
    const told = event('firing', { atNs, alert: { alertId: `other-${story.name}` } });
    const [written] = await tell(story.server, story.settings, told);
    expect(written?.expiresNs).toBe(atNs + HOUR_NS);
  });

  test('that was settled 90 days ago leaves, and the timeline of its incident says what became of it', async () => {
    const incident = { incidentId: `inc-${story.name}`, title: 'old', escalatedNs: null };
    const told = (kind: 'firing' | 'resolved') =>
      tell(
        story.server,
        story.settings,
        event(kind, {
          atNs: story.server.nowNs,
          incident,
          alert: { alertId: `alert-${story.name}` },
        }),
      );
    const [old] = await told('firing');
    await story.delivered(old?.messageId ?? '');
    story.server.nowNs += 91n * 24n * HOUR_NS;
    const [young] = await told('resolved');
    await story.delivered(young?.messageId ?? '');
    const { store } = story.server.running;
    const forget = () => store.command('forgetOld', { atNs: story.server.nowNs });
    await forget();
    await forget();
    const left = await deliveries(story.server, `?destination=${story.name}`);
    expect(left.map(({ id }) => id)).toEqual([young?.messageId]);
    const entries = await store.query('incident_entries', { id: incident.incidentId });
    expect(entries).toMatchObject([
      { kind: 'notified', actor: 'notifier', text: `1 message to ${story.name} delivered` },
    ]);
    story.server.nowNs -= 91n * 24n * HOUR_NS;
  });

  test('is tried at once when the clock was put back', async () => {
    story.react(500);
    // A clock that was ahead for less than a moment has been ahead, too.
    story.server.nowNs += 6n * HOUR_NS;
    const id = await story.fire();
    await story.tried(id);
    story.react(200);
    // A try may fail for a reason of its own, such as a connection that was closed meanwhile: then once more.
    let backNs = 0n;
    for (let tries = 1; ; tries++) {
      story.server.nowNs -= 5n * HOUR_NS;
      backNs += 5n * HOUR_NS;
      const found = await story.until(
        id,
        ({ state, attempts }) => state === 'delivered' || attempts > tries,
      );
      if (found.state === 'delivered') break;
      expect(tries).toBeLessThan(5);
    }
    // Only forward from here: a clock put back once more would end the pause that the next test asks for.
    story.server.nowNs += backNs;
  });

  test('waits as long as the receiver asks, in seconds or by a date', async () => {
    story.react((response) => response.writeHead(429, { 'retry-after': '120' }).end());
    const id = await story.fire();
    const asked = await story.tried(id);
    expect(story.delayMs(asked)).toBeGreaterThanOrEqual(119_999);
    expect(story.delayMs(asked)).toBeLessThanOrEqual(120_001);
    // Another alert waits too: it is the receiver that is busy.
    const other = await story.fire('firing', { alertId: `other-${story.name}` });
    await sleep(50);
    expect(story.received).toHaveLength(1);
    const date = new Date(Number(story.server.nowNs / 1_000_000n) + 900_000).toUTCString();
    story.react((response) => response.writeHead(503, { 'retry-after': date }).end());
    story.server.nowNs += 120n * SECOND_NS;
    story.server.running.notifier.touched();
    const again = await story.tried(other);
    expect(Math.abs(Date.parse(again.nextAt ?? '') - Date.parse(date))).toBeLessThan(1_001);
  });

  test('never waits longer than six hours, whatever the receiver asks', async () => {
    story.react((response) => response.writeHead(429, { 'retry-after': '9999999' }).end());
    const id = await story.fire();
    const asked = await story.tried(id);
    expect(story.delayMs(asked)).toBeLessThanOrEqual(6 * 3_600_000 + 1);
  });

  test('waits while the store is away, and is delivered when it is back', async () => {
    story.react((response) => void setTimeout(() => response.writeHead(200).end(), 300));
    const id = await story.fire();
    await story.receiver.count(1);
    await story.server.killStore();
    while (!story.server.running.store.ready) await sleep(10);
    await story.delivered(id);
    // The outcome was kept in memory while the store was away.
    expect(story.ids().filter((each) => each === id)).toEqual([id]);
  });
});
