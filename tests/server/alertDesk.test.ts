import { parseTime } from '@burnbook/domain/time';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alertDetailSchema, incidentDetailSchema } from '../../server/contract.js';
import { alertsBecome, incidentsOf, operations, DEAF_DESTINATION } from '../support/alerts.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';

const START_NS = parseTime('2026-05-04T10:00:00Z') ?? 0n;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    config: { ...TEST_CONFIG, notify: DEAF_DESTINATION },
    nowNs: START_NS,
  });
});
afterAll(() => server.close());

describe('a page', () => {
  test('opens an incident and leaves its message in the outbox, all at once', async () => {
    await server.send(
      operations('mail', { atNs: server.nowNs, count: 25, attempts: 2, tokens: 7 }),
    );
    const [alert] = await alertsBecome(server, 'pipeline=mail', [
      {
        name: 'RetryStorm',
        source: 'event',
        subject: { pipeline: 'mail' },
        severity: 'page',
        state: 'firing',
        stakeUsd: '0.000000175',
        muted: null,
      },
    ]);
    expect(alert?.runbook).toBe(`/runbooks/RetryStorm?pipeline=mail&alert=${alert?.id}`);
    expect(alert?.firstAction).toMatch(/\w/);
    const [incident] = await incidentsOf(server, 'pipeline=mail');
    expect(incident).toMatchObject({
      id: alert?.incidentId,
      state: 'open',
      severity: 'page',
      alerts: [{ id: alert?.id }],
    });
    const detail = await server.get(`/api/alerts/${alert?.id}`, alertDetailSchema);
    expect(detail.messages).toMatchObject([
      { destination: 'test', kind: 'firing', state: 'pending' },
    ]);
    expect(detail.history).toMatchObject([{ state: 'firing', actor: 'burnbook' }]);
    const { timeline } = await server.get(`/api/incidents/${incident?.id}`, incidentDetailSchema);
    expect(timeline.map(({ kind, text }) => [kind, text])).toEqual([
      ['opened', `RetryStorm fires (page): ${alert?.summary}`],
    ]);
  });
});
