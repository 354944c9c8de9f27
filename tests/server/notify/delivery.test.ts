import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { startReceiver, type Receiver } from '../../support/receiver.js';
import { event, hook, settingsOf, SIGNING_SECRET, tell, until } from '../../support/notifyStory.js';
import { startTestServer, type TestServer } from '../../support/testServer.js';

let server: TestServer;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
  server = await startTestServer();
});
afterAll(async () => {
  await server.close();
  await receiver.close();
});

describe('a message', () => {
  test('is delivered signed, and settled', async () => {
    const settings = settingsOf(`destinations:\n${hook('ops', receiver.url)}`);
    server.applyConfig({ prices: {}, pipelines: {}, notify: settings });
    const [message] = await tell(server, settings, event('firing', { atNs: server.nowNs }));
    const [received] = await receiver.count(1);
    const body = new Webhook(SIGNING_SECRET).verify(
      received?.body ?? '',
      received?.headers as Record<string, string>,
    );
    expect(body).toMatchObject({ type: 'alert.firing', data: { alert: { name: 'RetryStorm' } } });
    const settled = await until(
      server,
      message?.messageId ?? '',
      ({ state }) => state === 'delivered',
    );
    expect(settled).toMatchObject({ attempts: 1, lastStatus: 200, lastError: null });
  });
});
