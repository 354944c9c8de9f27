import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { notifySchema } from '../../../server/config/notifyFile.js';
import { ConfigError, parseYaml } from '../../../server/config/yamlFile.js';
import { SIGNING_SECRET } from '../../support/notifyStory.js';

const ENVIRONMENT: Readonly<Record<string, string>> = {
  HOOK_SECRET: SIGNING_SECRET,
  SLACK_URL: 'https://hooks.slack.com/services/T0/B0/sesame',
  PD_KEY: 'pagerduty-sesame',
  SMTP_PASSWORD: 'mail-sesame',
  LOCAL_URL: 'https://127.0.0.1/sesame',
  SHORT: 'whsec_c2hvcnQ=',
  EMPTY: '',
};
const read = (text: string) =>
  parseYaml(
    'notify.yaml',
    text,
    notifySchema((name) => ENVIRONMENT[name]),
  );

const faultsOf = (text: string): string => {
  try {
    read(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
};

const FULL = `publicUrl: https://burnbook.example.com/
defaults: { ratePerMinute: 30, severities: [page] }
destinations:
  - { name: on-call, kind: pagerduty, secretFrom: PD_KEY }
  - { name: chat, kind: slack, urlFrom: SLACK_URL, severities: [page, ticket], matchers: { pipeline: mail-* } }
  - { name: ops, kind: webhook, url: "https://ops.example.com/hook", secretFrom: HOOK_SECRET, ratePerMinute: 5 }
  - { name: bridge, kind: alertmanager, url: "http://bridge:9095/", allowPrivate: true }
  - name: mail
    kind: email
    url: smtp://mail.example.com:587
    user: burnbook
    secretFrom: SMTP_PASSWORD
    from: burnbook@example.com
    to: [on-call@example.com]
escalateTo: on-call
heartbeat: { url: "https://watch.example.com/ping", everySeconds: 30 }
heartbeats:
  - { name: nightly-backup, everySeconds: 86400, graceSeconds: 3600, owner: data-platform }
`;

describe('notify.yaml', () => {
  test('says who is told of what, with secrets from the environment', () => {
    const settings = read(FULL);
    expect(settings).toMatchObject({
      publicUrl: 'https://burnbook.example.com',
      escalateTo: ['on-call'],
      heartbeat: { everySeconds: 30, allowPrivate: false },
      heartbeats: [{ name: 'nightly-backup', graceSeconds: 3_600, severity: 'page' }],
    });
    expect(
      settings.destinations.map(({ name, severities, ratePerMinute }) => [
        name,
        severities,
        ratePerMinute,
      ]),
    ).toEqual([
      ['on-call', ['page'], 30],
      ['chat', ['page', 'ticket'], 30],
      ['ops', ['page'], 5],
      ['bridge', ['page'], 30],
      ['mail', ['page'], 30],
    ]);
    expect(settings.destinations[0]?.url.reveal()).toBe('https://events.pagerduty.com/v2/enqueue');
    expect(settings.destinations[4]?.secret?.reveal()).toBe('mail-sesame');
  });

  test('shows no secret, however it is printed', () => {
    const settings = read(FULL);
    const shown = [
      JSON.stringify(settings),
      inspect(settings, { depth: 9, showHidden: true }),
      String(settings.destinations[1]?.url),
    ].join('\n');
    expect(shown).toContain('[secret]');
    expect(shown).not.toMatch(/sesame|whsec_/);
  });

  test('says when messages are tried again, each period by itself', () => {
    const settings = read(
      FULL.replace(
        'severities: [page] }',
        'severities: [page], retry: { longestSeconds: 300, giveUpHours: 24 } }',
      ).replace('ratePerMinute: 5 }', 'retry: { firstSeconds: 2, longestSeconds: 60 } }'),
    );
    const hour = 3_600_000;
    expect(settings.destinations.map(({ name, retry }) => [name, retry])).toMatchObject([
      ['on-call', { firstMs: 10_000, longestMs: 300_000, giveUpMs: 24 * hour }],
      ['chat', { longestMs: 300_000 }],
      ['ops', { firstMs: 2_000, longestMs: 60_000, giveUpMs: 24 * hour }],
      ['bridge', { longestMs: 300_000 }],
      ['mail', { longestMs: 300_000 }],
    ]);
    expect(read(FULL).destinations[0]?.retry).toEqual({
      firstMs: 10_000,
      longestMs: 6 * hour,
      giveUpMs: 72 * hour,
    });
  });

  test('may be empty', () => {
    expect(read('')).toMatchObject({ publicUrl: null, destinations: [], heartbeat: null });
  });

  const one = (entry: string): string =>
    `publicUrl: https://b.example.com\ndestinations:\n  - { name: a, ${entry} }\n`;
  test.each([
    [
      one('kind: webhook, url: "https://x.example.com"'),
      'notify.yaml:3: destinations.0.secretFrom: names the variable with which messages are signed (whsec_…)',
    ],
    [
      one('kind: webhook, url: "https://x.example.com", secretFrom: GONE'),
      'notify.yaml:3: destinations.0.secretFrom: the environment variable GONE is not set',
    ],
    [
      one('kind: webhook, url: "https://x.example.com", secretFrom: EMPTY'),
      'the environment variable EMPTY is not set',
    ],
    [
      one('kind: webhook, url: "https://x.example.com", secretFrom: SHORT'),
      'SHORT must hold whsec_ and base64 of 24 to 64 bytes',
    ],
    [
      one('kind: slack, urlFrom: GONE'),
      'destinations.0.urlFrom: the environment variable GONE is not set',
    ],
    [
      one('kind: slack, urlFrom: LOCAL_URL'),
      'what LOCAL_URL holds lies in a private network: only with allowPrivate: true',
    ],
    [one('kind: slack, urlFrom: PD_KEY'), 'what PD_KEY holds must be an address with https://'],
    [one('kind: slack'), 'destinations.0: needs either url or urlFrom'],
    [
      one('kind: slack, url: "https://a.example.com", urlFrom: SLACK_URL'),
      'needs either url or urlFrom',
    ],
    [
      one('kind: slack, url: "http://a.example.com"'),
      'must be an address with https:// (http:// needs allowPrivate: true)',
    ],
    [one('kind: slack, url: "https://me:sesame@a.example.com"'), 'holds a name or password'],
    [one('kind: slack, url: "https://0x7f.1/"'), 'lies in a private network'],
    [one('kind: slack, url: "https://localhost./"'), 'lies in a private network'],
    [
      one('kind: slack, url: "file:///etc/passwd", allowPrivate: true'),
      'must be an address with http:// or https://',
    ],
    [
      one('kind: slack, urlFrom: SLACK_URL, secretFrom: PD_KEY'),
      'Slack has no secret but its address',
    ],
    [one('kind: slack, urlFrom: SLACK_URL, user: me'), 'destinations.0.user: is for e-mail alone'],
    [one('kind: pagerduty'), 'destinations.0.secretFrom: names the variable'],
    [one('kind: carrier-pigeon'), 'must be one of webhook, slack, pagerduty, alertmanager, email'],
    [
      one('kind: slack, urlFrom: SLACK_URL, matchers: { pipline: x }'),
      'there is no label "pipline"',
    ],
    [
      one('kind: slack, urlFrom: SLACK_URL, matchers: { pipeline: "a*b" }'),
      'a star may only stand at the end',
    ],
    [one('kind: slack, urlFrom: SLACK_URL, severities: [loud]'), 'must be page or ticket'],
    [one('kind: slack, urlFrom: SLACK_URL, password: x'), 'Unrecognized key'],
    [one('kind: email, url: "smtp://mail.example.com"'), 'destinations.0.from: is needed'],
    [
      one(
        'kind: email, url: "smtp://mail.example.com", from: a@b.c, to: ["a@b.c\\r\\nBcc: d@e.f"]',
      ),
      'must be a plain e-mail address',
    ],
    [
      one('kind: email, url: "smtp://mail.example.com", from: a@b.c, to: [a@b.c], user: me'),
      'user and secretFrom (the password) go together',
    ],
    [
      one('kind: email, url: "https://mail.example.com", from: a@b.c, to: [a@b.c]'),
      'must be smtp://host:587 (STARTTLS) or smtps://host:465',
    ],
    [
      one('kind: email, url: "smtp://10.0.0.1", from: a@b.c, to: [a@b.c]'),
      'lies in a private network',
    ],
    ['destinations:\n  - { name: a, kind: slack, urlFrom: SLACK_URL }\n', 'publicUrl: is needed'],
    ['publicUrl: nowhere\n', 'notify.yaml:1: publicUrl: must be an address'],
    [
      `${one('kind: slack, urlFrom: SLACK_URL')}  - { name: a, kind: slack, urlFrom: SLACK_URL }\n`,
      'notify.yaml:4: destinations.1.name: a stands here twice',
    ],
    [
      `${one('kind: slack, urlFrom: SLACK_URL')}escalateTo: [b]\n`,
      'notify.yaml:4: escalateTo: there is no destination b',
    ],
    [
      'heartbeat: { url: "https://192.168.0.1/" }\n',
      'notify.yaml:1: heartbeat.url: lies in a private network',
    ],
    [
      one('kind: slack, urlFrom: SLACK_URL, retry: { firstSeconds: 0 }'),
      'notify.yaml:3: destinations.0.retry.firstSeconds',
    ],
    [
      one('kind: slack, urlFrom: SLACK_URL, retry: { firstSeconds: 60, longestSeconds: 30 }'),
      'notify.yaml:3: destinations.0.retry: longestSeconds (30) is shorter than firstSeconds (60)',
    ],
    [
      one('kind: slack, urlFrom: SLACK_URL, retry: { giveUpHours: 2 }'),
      'giveUpHours (2) is shorter than longestSeconds (21600)',
    ],
    [
      one('kind: slack, urlFrom: SLACK_URL, retry: { giveUpHours: 721 }'),
      'destinations.0.retry.giveUpHours',
    ],
    ['defaults: { retry: { often: 2 } }\n', 'notify.yaml:1: defaults.retry'],
    ['heartbeats:\n  - { name: a, everySeconds: 1 }\n', 'notify.yaml:2: heartbeats.0.everySeconds'],
  ])('refuses %j', (text, fault) => {
    const faults = faultsOf(text);
    expect(faults).toContain(fault);
    expect(faults).not.toMatch(/sesame|c2hvcnQ/);
  });
});
