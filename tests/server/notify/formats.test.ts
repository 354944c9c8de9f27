import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { NotifyEvent } from '../../../domain/notify/notifyEvent.js';
import { RETRY_PERIODS, type HttpDestination } from '../../../domain/notify/notifySettings.js';
import { Secret } from '../../../domain/notify/secret.js';
import { messageSchema } from '../../../server/contract.js';
import { alertmanager } from '../../../server/notify/formats/alertmanager.js';
import { pagerduty } from '../../../server/notify/formats/pagerduty.js';
import { slack } from '../../../server/notify/formats/slack.js';
import { standardWebhook } from '../../../server/notify/formats/standardWebhook.js';
import type { Outgoing } from '../../../server/notify/formats/wireRequest.js';
import { messageBody } from '../../../server/notify/messageBody.js';
import { messagesFor } from '../../../server/notify/routing.js';
import { event, settingsOf, SIGNING_SECRET } from '../../support/notifyStory.js';

const AT_NS = 1_800_000_000_000_000_000n;
const HOSTILE =
  'a <!channel> & <https://evil.example|click> *bold* `x` \u202e "quoted" \u0000 日次 💥';

const destination = (kind: HttpDestination['kind'], secret: string | null): HttpDestination => ({
  name: 'there',
  isTest: false,
  kind,
  url: new Secret('https://there.example.com/'),
  secret: secret === null ? null : new Secret(secret),
  severities: ['page'],
  matchers: {},
  ratePerMinute: 60,
  timeoutMs: 1_000,
  retry: RETRY_PERIODS,
  allowPrivate: false,
});

function outgoing(
  kind: NotifyEvent['kind'],
  more: Omit<Parameters<typeof event>[1], 'atNs'> = {},
  replaces = 0,
): Outgoing {
  const told = event(kind, { atNs: AT_NS, ...more });
  const body = messageBody(told, { dedupKey: 'alert-1', publicUrl: 'https://b.example.com' });
  const message = messageSchema.parse(JSON.parse(JSON.stringify(body)));
  return { messageId: 'msg_1', message, replaces, nowNs: BigInt(Date.now()) * 1_000_000n };
}

describe('a signed webhook', () => {
  test('is verified by the library, by hand, and with either of two secrets', () => {
    const second = `whsec_${Buffer.from('a second secret of 32 bytes here').toString('base64')}`;
    const { headers, body } = standardWebhook(
      outgoing('firing', { alert: { summary: HOSTILE } }),
      destination('webhook', `${SIGNING_SECRET} ${second}`),
    );
    for (const secret of [SIGNING_SECRET, second]) {
      expect(new Webhook(secret).verify(body, { ...headers })).toMatchObject({
        data: { alert: { summary: HOSTILE } },
      });
      const by = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
        .update(`msg_1.${headers['webhook-timestamp']}.${body}`)
        .digest('base64');
      expect(headers['webhook-signature']?.split(' ')).toContain(`v1,${by}`);
    }
    const stranger = new Webhook(`whsec_${Buffer.alloc(32, 7).toString('base64')}`);
    expect(() => stranger.verify(body, { ...headers })).toThrow('No matching signature');
    expect(() =>
      new Webhook(second).verify(body.replace('alert', 'alarm'), { ...headers }),
    ).toThrow('No matching signature');
  });
});

describe('a message to Slack', () => {
  const text = z.strictObject({
    type: z.literal('mrkdwn'),
    text: z.string().min(1).max(3_000),
    verbatim: z.literal(true),
  });
  /** What Block Kit allows of the blocks that are used (docs.slack.dev/reference/block-kit/blocks). */
  const schema = z.strictObject({
    text: z.string().max(40_000),
    unfurl_links: z.literal(false),
    unfurl_media: z.literal(false),
    blocks: z
      .array(
        z.union([
          z.strictObject({
            type: z.literal('header'),
            text: z.strictObject({
              type: z.literal('plain_text'),
              text: z.string().min(1).max(150),
              emoji: z.boolean(),
            }),
          }),
          z.strictObject({ type: z.literal('section'), text }),
          z.strictObject({
            type: z.literal('section'),
            fields: z
              .array(text.extend({ text: z.string().min(1).max(2_000) }))
              .min(1)
              .max(10),
          }),
          z.strictObject({ type: z.literal('context'), elements: z.array(text).min(1).max(10) }),
        ]),
      )
      .max(50),
  });
  const bodyOf = (asked: Outgoing) =>
    schema.parse(JSON.parse(slack(asked, destination('slack', null)).body));

  test('calls nobody and links nowhere but to our own pages', () => {
    const said = JSON.stringify(
      bodyOf(outgoing('firing', { note: HOSTILE, alert: { summary: HOSTILE, owner: HOSTILE } })),
    );
    expect(said).not.toContain('<!channel>');
    expect(said).toContain('&lt;!channel&gt; &amp;');
    expect(said.match(/<[^>]*>/g)).toEqual([
      '<https://b.example.com/runbooks/RetryStorm?pipeline=mail-etl|Runbook>',
      '<https://b.example.com/incidents/inc-1|Incident>',
    ]);
  });

  test('says what a person needs: sentence, first action, owner, budget, time, money', () => {
    const said = JSON.stringify(bodyOf(outgoing('firing', {}, 2)));
    for (const part of [
      'Firing: RetryStorm (page) · mail-etl',
      'mail-etl retries 2.4 times as often as it succeeds.',
      'Look at the provider.',
      'data-platform',
      '-12.5 %',
      '2 hours',
      '$12.34',
      '2 earlier messages on this alert could not be delivered: this one replaces them.',
    ]) {
      expect(said).toContain(part);
    }
  });

  test('keeps to the limits whatever the texts are', () => {
    const any = fc.string({ unit: 'binary', minLength: 0, maxLength: 6_000 });
    fc.assert(
      fc.property(any, any, any, (summary, value, owner) => {
        bodyOf(
          outgoing('firing', {
            note: value,
            firstAction: summary,
            alert: {
              summary,
              owner,
              subject: { pipeline: value },
              details: { figures: Object.fromEntries([[owner, value]]) },
            },
          }),
        );
      }),
      { numRuns: 40 },
    );
  });
});

describe('a link in a message to Slack', () => {
  test('leads to the runbook though its question does not fit', () => {
    const query = new URLSearchParams({ pipeline: '日'.repeat(250) }).toString();
    const { body } = slack(
      outgoing('firing', { runbookPath: `/runbooks/RetryStorm?${query}` }),
      destination('slack', null),
    );
    expect(body).toContain('<https://b.example.com/runbooks/RetryStorm|Runbook>');
  });
});

describe('an event for PagerDuty', () => {
  /** Events API v2 (developer.pagerduty.com/docs/send-alert-event). */
  const common = { routing_key: z.string().length(32), dedup_key: z.string().min(1).max(255) };
  const schema = z.discriminatedUnion('event_action', [
    z.strictObject({
      ...common,
      event_action: z.literal('trigger'),
      client: z.string(),
      client_url: z.url(),
      links: z.array(z.strictObject({ href: z.url(), text: z.string() })),
      payload: z.strictObject({
        summary: z.string().min(1).max(1_024),
        source: z.string().min(1),
        severity: z.enum(['critical', 'error', 'warning', 'info']),
        timestamp: z.iso.datetime(),
        component: z.string(),
        group: z.string(),
        class: z.string(),
        custom_details: z.record(z.string(), z.string()),
      }),
    }),
    z.strictObject({ ...common, event_action: z.literal('acknowledge') }),
    z.strictObject({ ...common, event_action: z.literal('resolve') }),
  ]);
  const key = 'R0123456789012345678901234567890';
  const eventOf = (asked: Outgoing) =>
    schema.parse(JSON.parse(pagerduty(asked, destination('pagerduty', key)).body));

  test.each([
    ['firing', 'page', 'trigger', 'critical'],
    ['firing', 'ticket', 'trigger', 'warning'],
    ['severity', 'page', 'trigger', 'critical'],
    ['escalated', 'page', 'trigger', 'critical'],
    ['reminder', 'page', 'trigger', 'critical'],
    ['test', 'page', 'trigger', 'info'],
    ['acknowledged', 'page', 'acknowledge', null],
    ['resolved', 'page', 'resolve', null],
  ] as const)('of %s (%s) is %s with %s', (kind, severity, action, wanted) => {
    const said = eventOf(outgoing(kind, { alert: { severity } }));
    expect(said).toMatchObject({ event_action: action, dedup_key: 'alert-1', routing_key: key });
    expect('payload' in said ? said.payload.severity : null).toBe(wanted);
  });

  test('is cut to what is taken', () => {
    const long = '💥'.repeat(3_000);
    const said = eventOf(outgoing('firing', { alert: { summary: long, owner: long } }));
    expect('payload' in said ? said.payload.summary.endsWith('…') : false).toBe(true);
    expect('payload' in said ? said.payload.summary.isWellFormed() : false).toBe(true);
  });
});

describe("Alertmanager's body", () => {
  /** prometheus.io/docs/alerting/latest/configuration, "webhook_config": version 4. */
  const texts = z.record(z.string(), z.string());
  const schema = z.strictObject({
    version: z.literal('4'),
    groupKey: z.string(),
    truncatedAlerts: z.number().int(),
    status: z.enum(['firing', 'resolved']),
    receiver: z.string(),
    groupLabels: texts,
    commonLabels: texts,
    commonAnnotations: texts,
    externalURL: z.url(),
    alerts: z.array(
      z.strictObject({
        status: z.enum(['firing', 'resolved']),
        labels: texts,
        annotations: texts,
        startsAt: z.iso.datetime(),
        endsAt: z.iso.datetime(),
        generatorURL: z.string(),
        fingerprint: z.string().regex(/^[0-9a-f]{16}$/),
      }),
    ),
  });
  const requestOf = (asked: Outgoing) => alertmanager(asked, destination('alertmanager', 'token'));

  test('is what its documentation says, firing and resolved', () => {
    const firing = schema.parse(JSON.parse(requestOf(outgoing('firing')).body));
    expect(firing.alerts[0]).toMatchObject({
      labels: { alertname: 'RetryStorm', severity: 'page', pipeline: 'mail-etl' },
      startsAt: '2027-01-15T08:00:00Z',
      endsAt: '0001-01-01T00:00:00Z',
    });
    const resolved = schema.parse(JSON.parse(requestOf(outgoing('resolved')).body));
    expect(resolved).toMatchObject({ status: 'resolved', alerts: [{ status: 'resolved' }] });
    expect(resolved.alerts[0]?.endsAt).toBe('2027-01-15T08:00:00Z');
    expect(resolved.alerts[0]?.fingerprint).toBe(firing.alerts[0]?.fingerprint);
    expect(requestOf(outgoing('firing')).headers).toMatchObject({ authorization: 'Bearer token' });
  });

  test('names an alert that became a page as the same one, and the server below its path', () => {
    const bodyOf = (severity: 'page' | 'ticket') => {
      const told = event('firing', { atNs: AT_NS, alert: { severity } });
      const publicUrl = 'https://tools.example.com/burnbook';
      const message = messageBody(told, { dedupKey: 'alert-1', publicUrl });
      const { body } = requestOf({ ...outgoing('firing'), message });
      return schema.parse(JSON.parse(body));
    };
    const [ticket, page] = [bodyOf('ticket'), bodyOf('page')];
    expect(page.alerts[0]?.fingerprint).toBe(ticket.alerts[0]?.fingerprint);
    expect(page.alerts[0]?.labels['severity']).toBe('page');
    expect(page.externalURL).toBe('https://tools.example.com/burnbook');
  });

  test("is read by Alertmanager's own parser", ({ skip }) => {
    if (spawnSync('amtool', ['--version']).error) {
      console.log('skipped: amtool (Debian: prometheus-alertmanager) is not installed');
      skip();
    }
    const folder = mkdtempSync(path.join(tmpdir(), 'burnbook-amtool-'));
    try {
      const rendered = (['firing', 'resolved'] as const).map((kind) => {
        const file = path.join(folder, `${kind}.json`);
        writeFileSync(file, requestOf(outgoing(kind, { alert: { summary: HOSTILE } })).body);
        const template =
          '{{ .Status }} {{ .Receiver }} {{ .CommonLabels.pipeline }} {{ len .Alerts.Firing }} {{ len .Alerts.Resolved }}' +
          '{{ range .Alerts }} {{ .Labels.alertname }} {{ .StartsAt.Unix }} {{ .EndsAt.IsZero }} {{ .Annotations.summary }}{{ end }}';
        const options = ['--template.glob', '/dev/null', '--template.data', file];
        const { stdout, stderr } = spawnSync('amtool', [
          'template',
          'render',
          ...options,
          '--template.text',
          template,
        ]);
        return `${stderr.toString()}${stdout.toString()}`.trim();
      });
      expect(rendered).toEqual([
        `firing there mail-etl 1 0 RetryStorm 1800000000 true ${HOSTILE}`,
        `resolved there mail-etl 0 1 RetryStorm 1800000000 false ${HOSTILE}`,
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('routing', () => {
  const settings = settingsOf(
    `destinations:
  - { name: pages, kind: slack, url: "https://a.example.com", severities: [page] }
  - { name: all, kind: slack, url: "https://b.example.com" }
  - { name: mail-only, kind: slack, url: "https://c.example.com", matchers: { pipeline: mail-* } }
  - { name: costs, kind: slack, url: "https://d.example.com", matchers: { budget: "*" } }
  - { name: boss, kind: slack, url: "https://e.example.com", severities: [page], matchers: { owner: nobody } }
escalateTo: [boss]
`,
  );
  const to = (kind: NotifyEvent['kind'], more: Omit<Parameters<typeof event>[1], 'atNs'> = {}) =>
    messagesFor(settings, event(kind, { atNs: AT_NS, ...more })).map((each) => each.destination);

  test('goes by severity, labels and escalation', () => {
    expect(to('firing')).toEqual(['pages', 'all', 'mail-only']);
    expect(to('firing', { alert: { severity: 'ticket' } })).toEqual(['all', 'mail-only']);
    expect(to('firing', { alert: { subject: { budget: 'mail-models' } } })).toEqual([
      'pages',
      'all',
      'costs',
    ]);
    expect(to('escalated')).toEqual(['boss']);
    expect(to('firing', { destinations: ['costs', 'boss'] })).toEqual(['costs', 'boss']);
  });

  test('tells the end to whoever was told of the page', () => {
    const told = { severity: 'ticket', told: 'page' } as const;
    expect(to('resolved', { alert: told })).toEqual(['pages', 'all', 'mail-only']);
    expect(to('severity', { alert: told })).toEqual(['pages', 'all', 'mail-only']);
    expect(to('reminder', { alert: told })).toEqual(['all', 'mail-only']);
    const incident = { incidentId: 'inc-1', title: 't', escalatedNs: AT_NS };
    expect(to('resolved', { alert: told, incident })).toEqual([
      'pages',
      'all',
      'mail-only',
      'boss',
    ]);
  });

  test('gives the same ids for the same event, and others for any other', () => {
    const idsOf = (kind: NotifyEvent['kind'], atNs: bigint, alertId: string) =>
      messagesFor(settings, event(kind, { atNs, alert: { alertId } })).map(
        (each) => each.messageId,
      );
    const all = (['firing', 'resolved', 'reminder'] as const).flatMap((kind) =>
      [AT_NS, AT_NS + 1n].flatMap((atNs) => ['a', 'b'].flatMap((id) => idsOf(kind, atNs, id))),
    );
    expect(new Set(all).size).toBe(all.length);
    expect(idsOf('firing', AT_NS, 'a')).toEqual(idsOf('firing', AT_NS, 'a'));
  });
});
