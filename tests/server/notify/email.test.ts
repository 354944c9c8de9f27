import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NotifySettings } from '../../../domain/notify/notifySettings.js';
import { startMailbox, type Mailbox } from '../../support/mailbox.js';
import { event, settingsOf, tell, until } from '../../support/notifyStory.js';
import { startTestServer, type TestServer } from '../../support/testServer.js';

let server: TestServer;
let mailbox: Mailbox;
/** Says nothing at all. */
let mute: Server;
let settings: NotifySettings;

beforeAll(async () => {
  mailbox = await startMailbox({ disabledCommands: ['STARTTLS'], authOptional: true });
  mute = createServer((socket) => void socket.on('error', () => undefined));
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const mutePort = (mute.address() as AddressInfo).port;
  const mail = (name: string, port: number, more = '') =>
    `  - { name: ${name}, kind: email, url: "smtp://127.0.0.1:${port}", from: burnbook@example.com, to: [on-call@example.com, lead@example.com], matchers: { pipeline: ${name} }, allowPrivate: true${more} }\n`;
  settings = settingsOf(
    `destinations:\n${mail('relay', mailbox.port)}${mail('password', mailbox.port, ', user: me, secretFrom: PASSWORD')}${mail('mute', mutePort, ', timeoutSeconds: 1')}`,
    { PASSWORD: 'open-sesame' },
  );
  server = await startTestServer({ config: { prices: {}, pipelines: {}, notify: settings } });
});
afterAll(async () => {
  await server.close();
  await mailbox.close();
  mute.close();
});

const fire = async (name: string, summary = 'mail-etl is late by 3 h.'): Promise<string> => {
  server.nowNs += 1_000n;
  const alert = { alertId: `${name}-${server.nowNs}`, subject: { pipeline: name }, summary };
  const [message] = await tell(server, settings, event('firing', { atNs: server.nowNs, alert }));
  return message?.messageId ?? '';
};

describe('a mail', () => {
  test('has text, HTML and the id of its message', async () => {
    const id = await fire('relay', 'Late by <b>3 h</b> & counting: 日次');
    await until(server, id, ({ state }) => state === 'delivered');
    const [mail] = mailbox.mails;
    expect(mail).toMatchObject({
      from: 'burnbook@example.com',
      to: ['on-call@example.com', 'lead@example.com'],
    });
    const raw = mail?.raw ?? '';
    expect(raw).toContain(`Message-ID: <${id}@example.com>`);
    expect(raw).toContain('Subject: =?UTF-8?');
    expect(raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(raw).toMatch(/^Content-Type: multipart\/alternative;/m);
    const [, plain = '', html = ''] = raw.split(/^Content-Type: text\/(?:plain|html)/m);
    expect(decoded(plain)).toContain('Late by <b>3 h</b> & counting: 日次');
    expect(decoded(plain)).toContain('Runbook: https://burnbook.example.com/runbooks/RetryStorm');
    expect(decoded(html)).toContain('Late by &#60;b&#62;3 h&#60;/b&#62; &#38; counting: 日次');
  });

  test.each([
    [451, 'try again later'],
    [552, 'mailbox of lead@example.com is full'],
  ])('that is answered %i is sent again under its id', async (code, message) => {
    mailbox.refuse = { code, message };
    const id = await fire('relay');
    const failed = await until(server, id, ({ attempts }) => attempts === 1);
    expect(failed).toMatchObject({
      state: 'pending',
      lastStatus: code,
      lastError: `the mail server answered ${code}`,
    });
    mailbox.refuse = null;
    server.nowNs += 11_000_000_000n;
    await until(server, id, ({ state }) => state === 'delivered');
    expect(mailbox.mails.at(-1)?.raw).toContain(`Message-ID: <${id}@example.com>`);
  });

  test('waits for a server that says nothing no longer than it may', async () => {
    const id = await fire('mute');
    const failed = await until(server, id, ({ attempts }) => attempts === 1);
    expect(failed.lastError).toBe('no answer within 1 s');
  });

  test('never brings a password to a server without TLS', async () => {
    const before = mailbox.mails.length;
    const id = await fire('password');
    const failed = await until(server, id, ({ attempts }) => attempts === 1);
    expect(failed).toMatchObject({ state: 'pending', lastError: 'the mail server answered 500' });
    expect(mailbox.mails).toHaveLength(before);
    expect(JSON.stringify([failed, server.log])).not.toContain('sesame');
  });
});

/** The text of a part, whichever of the two encodings of mail it has. */
function decoded(part: string): string {
  const [head = '', ...rest] = part.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  if (/base64/i.test(head)) {
    return Buffer.from(body.split('\r\n--')[0] ?? '', 'base64').toString('utf8');
  }
  const bytes = body
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
