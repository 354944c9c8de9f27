import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isPrivateHost, isPublicAddress } from '../../../server/net/publicAddress.js';
import type { Resolve } from '../../../server/notify/guardedLookup.js';
import { sendHttp } from '../../../server/notify/httpSend.js';
import { sendMail, type MailRequest } from '../../../server/notify/mailSend.js';
import { RETRY_PERIODS } from '../../../domain/notify/notifySettings.js';
import { Secret } from '../../../domain/notify/secret.js';

describe('an address', () => {
  test.each([
    '8.8.8.8',
    '1.1.1.1',
    '172.15.255.255',
    '172.32.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2a00:1450:4001:82f::200e',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
    '64:ff9b::808:808',
  ])('%s is public', (address) => expect(isPublicAddress(address)).toBe(true));

  test.each([
    // This host, private networks, carriers, link-local with the clouds' metadata.
    ...['0.0.0.0', '0.1.2.3', '127.0.0.1', '127.255.255.254', '10.0.0.1', '172.16.0.1'],
    ...['172.31.255.255', '192.168.1.1', '100.64.0.1', '100.127.255.255', '100.100.100.200'],
    ...['169.254.169.254', '169.254.0.1', '192.0.0.192', '168.63.129.16'],
    // Documentation, benchmarks, multicast, reserved, broadcast.
    ...['192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1', '192.88.99.1', '224.0.0.1'],
    ...['239.255.255.255', '240.0.0.1', '255.255.255.255'],
    // The same in IPv6, and IPv4 inside it.
    ...['::', '::1', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd00:ec2::254', 'fec0::1', 'ff02::1'],
    ...['::ffff:127.0.0.1', '::ffff:169.254.169.254', '::ffff:a9fe:a9fe', '::127.0.0.1'],
    ...['::ffff:0:127.0.0.1', '64:ff9b::127.0.0.1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::8.8.8.8'],
    ...['2002:7f00:1::', '2001:0:1::1', '2001:db8::1', '3fff::1', '100::1', '4000::1'],
    // Nothing that a resolver would say.
    ...['', 'localhost', '127.1', '0x7f.1', '2130706433', '1.2.3.4.5', '[::1]'],
  ])('%s is not', (address) => expect(isPublicAddress(address)).toBe(false));
});

describe('the host of a URL', () => {
  const hostOf = (authority: string): string => new URL(`https://${authority}/`).hostname;

  test.each([
    ...['localhost', 'LOCALHOST', 'localhost.', 'metadata.localhost', 'a.b.localhost.'],
    ...['127.0.0.1', '127.1', '127.0.0.1.', '0177.0.0.1', '0x7f.0.0.1', '0x7f000001'],
    ...['2130706433', '017700000001', '0', '0.0.0.0', '169.254.169.254', '0xa9fea9fe'],
    ...['2852039166', '0251.0376.0251.0376', '169.254.43518', '①②⑦.⓪.⓪.①'],
    ...['[::1]', '[::]', '[::ffff:127.0.0.1]', '[0:0:0:0:0:ffff:7f00:1]', '[fe80::1]', '[fd00::1]'],
    ...['[64:ff9b::7f00:1]', '[::127.0.0.1]', '10.0.0.1', '192.168.0.1', '100.64.0.1'],
  ])('%s is private, however it is written', (authority) =>
    expect(isPrivateHost(hostOf(authority))).toBe(true),
  );

  test.each(['example.com', 'localhost.example.com', 'notlocalhost', '8.8.8.8', '[2606:4700::1]'])(
    '%s may be public: its addresses say',
    (authority) => expect(isPrivateHost(hostOf(authority))).toBe(false),
  );
});

describe('a connection', () => {
  let server: Server;
  let port = 0;
  let requests = 0;
  beforeAll(async () => {
    server = createServer((_, response) => {
      requests++;
      response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => void server.close());

  const request = { method: 'POST', headers: {}, body: '{}', timeoutMs: 2_000 } as const;
  /** Answers with the next address each time it is asked. */
  const answering = (...answers: readonly (readonly string[])[]): Resolve => {
    let asked = 0;
    return (_, __, callback) => {
      const addresses = answers[Math.min(asked++, answers.length - 1)] ?? [];
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    };
  };

  test.each([
    ['http://127.0.0.1', undefined],
    ['http://[::1]', undefined],
    ['http://0x7f.1', undefined],
    ['http://localhost', undefined],
    ['http://hooks.example.com', answering(['127.0.0.1'])],
    ['http://hooks.example.com', answering(['::ffff:127.0.0.1'])],
    ['http://hooks.example.com', answering(['169.254.169.254'])],
    ['http://hooks.example.com', answering(['93.184.215.14', '127.0.0.1'])],
  ])('to %s is refused before it is made', async (origin, resolve) => {
    const url = `${origin}:${port}/`;
    const sent = sendHttp({
      ...request,
      url,
      allowPrivate: false,
      ...(resolve ? { resolve } : {}),
    });
    await expect(sent).rejects.toMatchObject({ code: 'PRIVATE_ADDRESS' });
    expect(requests).toBe(0);
  });

  test('goes to the address that was checked, though the name says another one a moment later', async () => {
    // The name is asked once: the second answer is never seen.
    let asked = 0;
    const resolve: Resolve = (hostname, options, callback) => {
      asked++;
      answering([asked === 1 ? '127.0.0.1' : '10.0.0.1'])(hostname, options, callback);
    };
    const url = `http://hooks.example.com:${port}/`;
    const sent = await sendHttp({ ...request, url, allowPrivate: true, resolve });
    expect(sent.status).toBe(302);
    expect(asked).toBe(1);
    const rebound = answering(['93.184.215.14'], ['127.0.0.1']);
    rebound('hooks.example.com', { all: true }, () => undefined);
    const again = sendHttp({ ...request, url, allowPrivate: false, resolve: rebound });
    await expect(again).rejects.toMatchObject({ code: 'PRIVATE_ADDRESS' });
  });

  test('follows no redirect', async () => {
    const url = `http://127.0.0.1:${port}/`;
    const sent = await sendHttp({ ...request, url, allowPrivate: true });
    expect(sent).toMatchObject({ status: 302 });
  });

  const mailTo = (origin: string, timeoutMs = 2_000): MailRequest => ({
    allowPrivate: false,
    destination: {
      kind: 'email',
      isTest: false,
      name: 'mail',
      url: new Secret(`${origin}:${port}`),
      user: null,
      secret: null,
      from: 'burnbook@example.com',
      to: ['on-call@example.com'],
      severities: ['page'],
      matchers: {},
      ratePerMinute: 60,
      timeoutMs,
      retry: RETRY_PERIODS,
      allowPrivate: false,
    },
    mail: {
      from: 'burnbook@example.com',
      to: ['on-call@example.com'],
      subject: 's',
      text: 't',
      html: 'h',
      messageId: '<m@example.com>',
      references: '<r@example.com>',
      date: new Date(0),
      headers: {},
    },
  });

  test.each(['smtp://127.0.0.1', 'smtp://[::1]', 'smtp://localhost'])(
    'for mail to %s is refused too',
    async (origin) => {
      await expect(sendMail(mailTo(origin))).rejects.toMatchObject({ code: 'PRIVATE_ADDRESS' });
    },
  );

  test('for mail is given up in its time where nobody resolves the name', async () => {
    const sent = sendMail({
      ...mailTo('smtp://mail.example.com', 50),
      resolve: () => undefined,
    });
    await expect(sent).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
