import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { MINUTE_NS } from '@burnbook/domain/time';
import { hook, settingsOf, SIGNING_SECRET } from '../support/notifyStory.js';
import { startReceiver, type Receiver } from '../support/receiver.js';
import { ratio, sloConfig, sloOf, tries } from '../support/slos.js';
import { startTestServer, type TestServer } from '../support/testServer.js';

const toldSchema = z.object({
  type: z.string(),
  data: z.object({
    alert: z.object({
      name: z.string(),
      severity: z.string(),
      subject: z.record(z.string(), z.string()),
      runbook: z.string(),
      firstAction: z.string(),
      budgetLeft: z.number(),
    }),
    incident: z.object({ url: z.string() }),
  }),
});

let receiver: Receiver;
let team: Receiver;
let server: TestServer;
beforeAll(async () => {
  receiver = await startReceiver();
  team = await startReceiver();
  const elsewhere = sloOf({
    name: 'elsewhere',
    indicator: ratio('attempts', { pipeline: ['other'] }),
    pipelines: ['other'],
  });
  server = await startTestServer({
    config: {
      ...sloConfig(sloOf({ name: 'attempts' }), {
        ...elsewhere,
        policies: elsewhere.policies.map((policy) => ({ ...policy, destinations: ['team'] })),
      }),
      notify: settingsOf(
        `destinations:\n${hook('on-call', receiver.url, ', severities: [page], matchers: { slo: attempts }')}${hook('team', team.url, ', severities: [ticket], matchers: { slo: elsewhere }')}`,
      ),
    },
    alertPauseMsMax: 50,
  });
});
afterAll(async () => {
  await server.close();
  await receiver.close();
  await team.close();
});

test('bad attempts reach the on-call as signed pages, each once, though the store dies on the way', async () => {
  await server.send(
    Array.from({ length: 40 }, (_, index) =>
      tries({ atNs: server.nowNs - 2n * MINUTE_NS + BigInt(index), outcomes: ['failed'] }),
    ).flat(),
  );
  await server.killStore();
  // Both page pairs of the standard policy are over their factor.
  const received = await receiver.count(2);
  const told = received.map(({ body, headers }) =>
    toldSchema.parse(new Webhook(SIGNING_SECRET).verify(body, headers as Record<string, string>)),
  );
  expect(told.map(({ data }) => data.alert.subject['pair'] ?? '').toSorted()).toEqual([
    'page 1h/5m',
    'page 6h/30m',
  ]);
  for (const { type, data } of told) {
    expect(type).toBe('alert.firing');
    expect(data.alert).toMatchObject({ name: 'ErrorBudgetBurn', severity: 'page' });
    expect(data.alert.runbook).toContain('/runbooks/ErrorBudgetBurn?');
    expect(data.alert.runbook).toContain('slo=attempts');
    expect(data.alert.firstAction).toMatch(/\w/);
    expect(data.alert.budgetLeft).toBeLessThan(1);
    expect(data.incident.url).toContain('/incidents/');
  }
  // Both are of one incident.
  expect(new Set(told.map(({ data }) => data.incident.url)).size).toBe(1);
});

test('a policy that names its destinations is told of there, whatever severities these take', async () => {
  const before = receiver.received.length;
  await server.send(
    Array.from({ length: 40 }, (_, index) =>
      tries({
        atNs: server.nowNs - 2n * MINUTE_NS + BigInt(index),
        outcomes: ['failed'],
        pipeline: 'other',
      }),
    ).flat(),
  );
  const told = (await team.count(2)).map(
    ({ body }) => toldSchema.parse(JSON.parse(body)).data.alert,
  );
  expect(told.map(({ severity, subject }) => [severity, subject['slo']])).toEqual([
    ['page', 'elsewhere'],
    ['page', 'elsewhere'],
  ]);
  expect(receiver.received).toHaveLength(before);
});
