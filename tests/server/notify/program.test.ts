import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  deliveriesSchema,
  deliveryAnswerSchema,
  destinationsSchema,
  type Delivery,
} from '../../../server/contract.js';
import { startMailbox, type Mailbox } from '../../support/mailbox.js';
import { SIGNING_SECRET } from '../../support/notifyStory.js';
import { startReceiver, type Receiver } from '../../support/receiver.js';
import { selfSigned } from '../../support/selfSigned.js';
import { runProgram, spawnServer, type SpawnedServer } from '../../support/spawnServer.js';

let folder: string;
let receiver: Receiver;
let watchdog: Receiver;
let mailbox: Mailbox;
let server: SpawnedServer;
let environment: Record<string, string>;
/** Everything the server said and answered. */
let said = '';

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'burnbook-notify-'));
  await mkdir(path.join(folder, 'config'));
  receiver = await startReceiver();
  watchdog = await startReceiver();
  const { cert, key } = selfSigned(new Date());
  await writeFile(path.join(folder, 'ca.pem'), cert);
  mailbox = await startMailbox({
    cert,
    key,
    onAuth: ({ username, password }, _, callback) =>
      password === 'mail-sesame'
        ? callback(null, { user: username ?? '' })
        : callback(new Error('wrong password')),
  });
  environment = {
    NODE_EXTRA_CA_CERTS: path.join(folder, 'ca.pem'),
    HOOK_URL: `${receiver.url}/hook-sesame`,
    HOOK_SECRET: SIGNING_SECRET,
    SLACK_URL: `${receiver.url}/services/slack-sesame`,
    PAGERDUTY_KEY: 'pagerduty-sesame',
    BRIDGE_TOKEN: 'bridge-sesame',
    SMTP_PASSWORD: 'mail-sesame',
    WATCHDOG_URL: `${watchdog.url}/watchdog-sesame`,
  };
  await configure(1);
  server = await start();
}, 60_000);
afterAll(async () => {
  await server.stop();
  await receiver.close();
  await watchdog.close();
  await mailbox.close();
  await rm(folder, { recursive: true, force: true });
});

const configure = (ratePerMinute: number): Promise<void> =>
  writeFile(
    path.join(folder, 'config', 'notify.yaml'),
    `publicUrl: https://burnbook.example.com
destinations:
  - { name: hook, kind: webhook, urlFrom: HOOK_URL, secretFrom: HOOK_SECRET, allowPrivate: true, ratePerMinute: ${ratePerMinute} }
  - { name: chat, kind: slack, urlFrom: SLACK_URL, allowPrivate: true }
  - { name: on-call, kind: pagerduty, url: "${receiver.url}/v2", secretFrom: PAGERDUTY_KEY, allowPrivate: true }
  - { name: bridge, kind: alertmanager, url: "${receiver.url}/bridge", secretFrom: BRIDGE_TOKEN, allowPrivate: true }
  - { name: mail, kind: email, url: "smtp://localhost:${mailbox.port}", user: burnbook, secretFrom: SMTP_PASSWORD, from: burnbook@example.com, to: [on-call@example.com], allowPrivate: true }
heartbeat: { urlFrom: WATCHDOG_URL, everySeconds: 10, allowPrivate: true }
heartbeats:
  - { name: nightly-backup, everySeconds: 86400 }
`,
  );

async function start(): Promise<SpawnedServer> {
  const args = ['--data', path.join(folder, 'data'), '--config', path.join(folder, 'config')];
  const started = await spawnServer({ args, environment });
  return started;
}

async function restart(): Promise<void> {
  said += server.output();
  server = await start();
}

async function ask(pathAndQuery: string, init?: RequestInit): Promise<string> {
  const answer = await fetch(`${server.url}${pathAndQuery}`, init);
  const text = await answer.text();
  said += text;
  return text;
}

const fire = async (name: string): Promise<string> =>
  deliveryAnswerSchema.parse(
    JSON.parse(await ask(`/api/destinations/${name}/test`, { method: 'POST' })),
  ).delivery.id;

async function until(id: string, wanted: (delivery: Delivery) => boolean): Promise<Delivery> {
  for (;;) {
    const { items } = deliveriesSchema.parse(JSON.parse(await ask('/api/deliveries')));
    const found = items.find((each) => each.id === id);
    if (found && wanted(found)) return found;
    await sleep(50);
  }
}

/** Waits until the server has said it. */
async function output(words: string): Promise<void> {
  while (!server.output().includes(words)) await sleep(50);
}

const idsAt = (wanted: string) =>
  receiver.received
    .filter((each) => each.path === wanted)
    .map(({ headers }) => headers['webhook-id']);

describe('a server that dies', () => {
  test('sends what it had not sent, again under its id what it had sent and not written down, and keeps times', async () => {
    // The first dies between the delivery and its note, the second between its commit and the delivery: the rate holds it.
    // The third had its answer, and waits for the time that it was given.
    receiver.reaction = (response, { path: asked }) => {
      if (asked !== '/hook-sesame') response.writeHead(429, { 'retry-after': '3600' }).end();
    };
    const third = await fire('chat');
    const waiting = await until(third, ({ attempts }) => attempts === 1);
    const first = await fire('hook');
    const second = await fire('hook');
    await receiver.count(2);
    await server.kill9();
    expect(idsAt('/hook-sesame')).toEqual([first]);
    receiver.reaction = 200;
    await configure(6_000);
    await restart();
    await until(first, ({ state }) => state === 'delivered');
    await until(second, ({ state }) => state === 'delivered');
    expect(idsAt('/hook-sesame')).toEqual([first, first, second]);
    expect(await until(third, () => true)).toEqual(waiting);
  });
});

describe('the program', () => {
  test('tells every kind of destination, mail over TLS with a password', async () => {
    for (const name of ['chat', 'on-call', 'bridge', 'mail']) {
      await until(await fire(name), ({ state }) => state === 'delivered');
    }
    expect(mailbox.mails[0]).toMatchObject({ secure: true, user: 'burnbook' });
    const { items } = destinationsSchema.parse(JSON.parse(await ask('/api/destinations')));
    expect(items.map(({ name, kind, to, enabled }) => [name, kind, to, enabled])).toEqual([
      ['hook', 'webhook', '127.0.0.1', true],
      ['chat', 'slack', '127.0.0.1', true],
      ['on-call', 'pagerduty', '127.0.0.1', true],
      ['bridge', 'alertmanager', '127.0.0.1', true],
      ['mail', 'email', 'localhost', true],
    ]);
  });

  test('gives a sign of life to the watchdog, and says so', async () => {
    await watchdog.count(1);
    expect(watchdog.received[0]).toMatchObject({ method: 'GET', path: '/watchdog-sesame' });
    for (;;) {
      const { heartbeat } = destinationsSchema.parse(JSON.parse(await ask('/api/destinations')));
      expect(heartbeat).toMatchObject({ configured: true, lastError: null });
      if (heartbeat.lastSentAt !== null) break;
      await sleep(50);
    }
  });

  test('takes over a file that changed, and refuses a wrong one by the name of the variable', async () => {
    await writeFile(
      path.join(folder, 'config', 'notify.yaml'),
      'publicUrl: https://b.example.com\ndestinations:\n  - { name: gone, kind: slack, urlFrom: NOT_SET }\n',
    );
    await output('configuration rejected');
    expect(server.output()).toContain(
      'notify.yaml:3: destinations.0.urlFrom: the environment variable NOT_SET is not set',
    );
    await writeFile(path.join(folder, 'config', 'notify.yaml'), '');
    await output('configuration of ');
    const { items, heartbeat } = destinationsSchema.parse(
      JSON.parse(await ask('/api/destinations')),
    );
    expect(items).toEqual([]);
    expect(heartbeat.configured).toBe(false);
  });

  test('does not start with a secret that is missing', async () => {
    await configure(1);
    const { code, output } = await runProgram({
      args: [
        'serve',
        '--data',
        path.join(folder, 'other'),
        '--config',
        path.join(folder, 'config'),
        '--port',
        '0',
      ],
      environment: { ...environment, HOOK_SECRET: '' },
    });
    expect(code).toBe(1);
    expect(output).toContain('the environment variable HOOK_SECRET is not set');
    said += output;
  });

  test('never said or answered a secret', async () => {
    said += server.output();
    for (const each of ['/api/destinations', '/api/deliveries?limit=500', '/api/audit']) {
      await ask(each);
    }
    expect(said).toContain('"destination":"hook"');
    expect(said).not.toMatch(/sesame|whsec_/);
    expect(said).not.toContain(SIGNING_SECRET.slice(6));
  });
});
