import { setTimeout as sleep } from 'node:timers/promises';
import { MINUTE_NS, parseTime } from '@burnbook/domain/time';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  alertDetailSchema,
  alertEventSchema,
  budgetsSchema,
  incidentDetailSchema,
  overviewSchema,
  silencesSchema,
  type AlertRow,
} from '../../server/contract.js';
import {
  alertsBecome,
  alertsOf,
  incidentsOf,
  NOBODY_LISTENS,
  operations,
  post,
} from '../support/alerts.js';
import { CENT, configOf, MONTH, spend } from '../support/budgets.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { TraceMaker } from '../support/traceMaker.js';

const START_NS = parseTime('2026-05-04T10:00:00Z') ?? 0n;
const CONFIG = { ...configOf(), notify: NOBODY_LISTENS };
const HOSTILE =
  '<img src=x onerror=alert(1)> [click](javascript:alert(1)) | `x` **b** https://x.test @all';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    config: CONFIG,
    nowNs: START_NS,
    alertPauseMsMax: 50,
  });
});
afterAll(() => server.close());

const stormOf = (pipeline: string) =>
  operations(pipeline, {
    atNs: server.nowNs,
    count: 25,
    attempts: 2,
    tokens: 7,
    errorClass: 'invalid_output',
  });

/** Raises a RetryStorm of a pipeline. */
async function storm(pipeline: string): Promise<AlertRow> {
  await server.send(stormOf(pipeline));
  const query = new URLSearchParams({ pipeline }).toString();
  const [alert] = await alertsBecome(server, query, [{ name: 'RetryStorm', state: 'firing' }]);
  if (!alert) throw new Error('no alert');
  return alert;
}

const detailOf = (id: string) => server.get(`/api/alerts/${id}`, alertDetailSchema);
const incidentOf = (id: string | null) => server.get(`/api/incidents/${id}`, incidentDetailSchema);
/** Kinds of the messages about an alert, by name: the clock stands still. */
const toldOf = async (id: string): Promise<string[]> =>
  (await detailOf(id)).messages.map(({ kind }) => kind).toSorted();

describe('a page', () => {
  test('opens an incident and leaves its message in the outbox, all at once', async () => {
    const alert = await storm('mail');
    expect(alert).toMatchObject({
      source: 'event',
      subject: { pipeline: 'mail' },
      severity: 'page',
      stakeUsd: '0.000000175',
      muted: null,
    });
    expect(alert.runbook).toBe(`/runbooks/RetryStorm?pipeline=mail&alert=${alert.id}`);
    expect(alert.firstAction).toMatch(/\w/);
    const [incident] = await incidentsOf(server, 'pipeline=mail');
    expect(incident).toMatchObject({
      id: alert.incidentId,
      state: 'open',
      severity: 'page',
      alerts: [{ id: alert.id }],
    });
    const { messages, history } = await detailOf(alert.id);
    expect(messages).toMatchObject([{ destination: 'test', kind: 'firing', state: 'pending' }]);
    expect(history).toMatchObject([{ state: 'firing', actor: 'burnbook' }]);
    const { timeline } = await incidentOf(incident?.id ?? '');
    expect(timeline.map(({ kind, text }) => [kind, text])).toEqual([
      ['opened', `RetryStorm fires (page): ${alert.summary}`],
    ]);
    expect(timeline[0]?.facts).toEqual({
      says: 'fires',
      values: { name: 'RetryStorm', severity: 'page' },
      alert: {
        name: 'RetryStorm',
        subject: alert.subject,
        figures: expect.objectContaining({ attempts: alert.figures['attempts'] }),
        summary: alert.summary,
      },
    });
    const { needsYou } = await server.get('/api/overview', overviewSchema);
    expect(needsYou).toMatchObject([
      {
        name: 'RetryStorm',
        alertId: alert.id,
        incidentId: incident?.id,
        severity: 'page',
        place: { pipeline: 'mail', alert: alert.id },
      },
    ]);
  });

  test('is acknowledged by a POST alone, and whoever works on it writes it down', async () => {
    const alert = await storm('acked');
    const incidentPath = `/api/incidents/${alert.incidentId}`;
    for (const path of [`/api/alerts/${alert.id}/ack`, `${incidentPath}/ack`]) {
      expect((await server.fetch(path)).status).toBe(405);
    }
    expect((await incidentOf(alert.incidentId)).incident.state).toBe('open');
    expect(await post(server, `/api/alerts/${alert.id}/ack`)).toMatchObject({ status: 200 });
    const noted = await post(server, `${incidentPath}/entries`, { text: HOSTILE, kind: 'step' });
    expect(noted.status).toBe(201);
    const { incident, timeline, postmortem } = await incidentOf(alert.incidentId);
    expect(incident).toMatchObject({
      state: 'acknowledged',
      acknowledgedBy: 'ann',
      acknowledgementEndsAt: '2026-05-04T14:00:00Z',
    });
    expect(timeline.map(({ kind, actor, text }) => [kind, actor, text]).slice(1)).toEqual([
      ['acknowledged', 'ann', 'acknowledged by ann'],
      ['step', 'ann', HOSTILE],
    ]);
    expect(timeline.map(({ facts }) => facts?.says ?? null)).toEqual([
      'fires',
      'acknowledged',
      null,
    ]);
    expect(postmortem).toContain('# Postmortem: RetryStorm: acked');
    expect(postmortem).toContain(
      '&lt;img src=x onerror=alert(1)> \\[click\\](javascript:alert(1)) \\| \\`x\\` \\*\\*b\\*\\* `https://x.test` `@all`',
    );
    expect(await toldOf(alert.id)).toEqual(['acknowledged', 'firing']);
  });

  test('closes with its incident by a person who says why, and is asked for what it needs', async () => {
    const alert = await storm('closed');
    const path = `/api/incidents/${alert.incidentId}/close`;
    expect(await post(server, path, { reason: ' ' })).toMatchObject({
      status: 400,
      body: { field: 'reason' },
    });
    expect(await post(server, path, { reason: 'known and harmless' })).toMatchObject({
      status: 200,
      body: { incident: { state: 'closed', closedBy: 'ann', reason: 'known and harmless' } },
    });
    expect(await post(server, path, { reason: 'once more' })).toMatchObject({ status: 409 });
    expect(await post(server, `/api/alerts/${alert.id}/ack`)).toMatchObject({ status: 409 });
    const closed = await post(server, `/api/alerts/${alert.id}/close`, { reason: 'a drill' });
    expect(closed.body).toMatchObject({ alert: { state: 'resolved', reason: 'a drill' } });
    expect(await toldOf(alert.id)).toEqual(['firing', 'resolved']);
    for (const missing of ['/api/alerts/nope/ack', '/api/incidents/nope/ack']) {
      expect(await post(server, missing)).toMatchObject({ status: 404 });
    }
  });
});

describe('a silence', () => {
  test('keeps an alert from being told, says who and why, and ends early by hand', async () => {
    const made = await post(server, '/api/silences', {
      matchers: { pipeline: 'quiet*' },
      to: '2026-05-04T12:00:00Z',
      reason: 'the provider moves house',
    });
    expect(made).toMatchObject({
      status: 201,
      body: { actor: 'ann', from: '2026-05-04T10:00:00Z' },
    });
    const alert = await storm('quiet-one');
    expect(alert.muted).toEqual({
      by: 'silence',
      id: made.body['id'],
      until: '2026-05-04T12:00:00Z',
    });
    expect(await toldOf(alert.id)).toEqual([]);
    const { needsYou } = await server.get('/api/overview', overviewSchema);
    expect(needsYou.filter(({ pipeline }) => pipeline === 'quiet-one')).toEqual([]);
    const ended = await post(
      server,
      `/api/silences/${String(made.body['id'])}`,
      undefined,
      'DELETE',
    );
    expect(ended).toMatchObject({ status: 200, body: { removedBy: 'ann' } });
    expect(await toldOf(alert.id)).toEqual(['firing']);
    expect(
      await post(server, `/api/silences/${String(made.body['id'])}`, undefined, 'DELETE'),
    ).toMatchObject({
      status: 404,
    });
    const own = await post(server, `/api/alerts/${alert.id}/silence`, {
      seconds: 60,
      reason: 'seen',
    });
    expect(own).toMatchObject({
      status: 201,
      body: { matchers: { name: 'RetryStorm', pipeline: 'quiet-one' }, to: '2026-05-04T10:01:00Z' },
    });
    const { items } = await server.get('/api/silences', silencesSchema);
    expect(items.map(({ reason }) => reason)).toEqual(['seen', 'the provider moves house']);
    expect((await incidentOf(alert.incidentId)).timeline.at(-1)).toMatchObject({
      kind: 'silenced',
    });
  });

  test.each([
    ['matchers', { matchers: {} }],
    ['matchers', { matchers: { pipeline: '*' } }],
    ['matchers', { matchers: { colour: 'red' } }],
    ['to', { to: '2026-05-04T09:00:00Z' }],
    ['to', { to: '2027-05-04T09:00:00Z' }],
    ['reason', { reason: '' }],
  ])('with a wrong %s is refused', async (field, wrong) => {
    const right = { matchers: { pipeline: 'x' }, to: '2026-05-04T12:00:00Z', reason: 'because' };
    const answer = await post(server, '/api/silences', { ...right, ...wrong });
    expect(answer).toMatchObject({ status: 400, body: { field } });
  });
});

test('lists are filtered, told as CSV, and refuse what they do not know', async () => {
  const csv = await server.fetch('/api/alerts?pipeline=mail', { headers: { accept: 'text/csv' } });
  const lines = (await csv.text()).split('\r\n');
  expect(lines[0]).toMatch(/^id,name,source,.*severity,state,summary/);
  expect(lines).toHaveLength(3);
  expect(await alertsOf(server, 'severity=ticket&pipeline=mail')).toEqual([]);
  expect(await incidentsOf(server, 'state=acknowledged')).toMatchObject([{ pipeline: 'acked' }]);
  for (const wrong of ['alerts?state=loud', 'alerts?name=Nope', 'incidents?state=half']) {
    expect((await server.fetch(`/api/${wrong}`)).status).toBe(400);
  }
});

test('the alerts of a cost budget change with it, in one transaction, and pages hear of it', async () => {
  const events = await server.fetch('/api/events');
  const reader = events.body?.getReader();
  server.applyConfig({ ...configOf({ ...MONTH, forecastOver: null }), notify: NOBODY_LISTENS });
  await spend(server, { at: '2026-05-04T09:00:00Z', tokens: 85 * CENT });
  const budgets = await server.get('/api/budgets', budgetsSchema);
  expect(budgets.items[0]?.alerts).toHaveLength(2);
  const raised = await alertsOf(server, 'name=CostBudgetBurningFast');
  expect(
    raised
      .map(({ subject, severity, owner }) => `${subject['budgetKind']} ${severity} ${owner}`)
      .toSorted(),
  ).toEqual(['threshold 50 ticket data-platform', 'threshold 80 ticket data-platform']);
  expect(raised[0]).toMatchObject({
    source: 'budget',
    incidentId: null,
    budgetLeft: 0.15,
    stakeUsd: '0.15',
  });
  expect(
    await post(server, `/api/alerts/${raised[0]?.id}/close`, { reason: 'no more' }),
  ).toMatchObject({
    status: 409,
  });
  expect(await post(server, `/api/alerts/${raised[0]?.id}/ack`)).toMatchObject({ status: 409 });
  let heard = '';
  while (!raised.every(({ id }) => heard.includes(id))) {
    const { value } = (await reader?.read()) ?? {};
    heard += new TextDecoder().decode(value);
  }
  await reader?.cancel();
  const data = /event: alert\ndata: (.*)\n/.exec(heard)?.[1] ?? '';
  expect(alertEventSchema.parse(JSON.parse(data)).at).toBe('2026-05-04T10:00:00Z');
  server.applyConfig(CONFIG);
  await server.get('/api/budgets', budgetsSchema);
  const over = await alertsOf(server, 'name=CostBudgetBurningFast&state=resolved');
  expect(over.map(({ reason }) => reason)).toEqual(['budget removed', 'budget removed']);
});

test('after a restart and after kill -9 at any moment nothing is lost and nothing happened twice', async () => {
  const before = await alertsOf(server, 'state=all');
  await server.restart();
  expect(await alertsOf(server, 'state=all')).toEqual(before);
  const pipelines = ['k0', 'k1', 'k2'];
  for (const [round, pipeline] of pipelines.entries()) {
    await server.sendAtLast(stormOf(pipeline));
    // Before, while and after the rules are asked and the desk writes.
    await sleep(round * 150);
    await server.killStore();
  }
  await expect.poll(() => server.running.store.ready, { timeout: 10_000 }).toBe(true);
  server.nowNs += MINUTE_NS;
  await server.sendAtLast([new TraceMaker({ startNs: server.nowNs }).span()]);
  const expected = pipelines.map((pipeline) => `${pipeline} firing`);
  const storms = async () =>
    (await alertsOf(server, 'name=RetryStorm'))
      .filter(({ subject }) => subject['pipeline']?.startsWith('k'))
      .map(({ subject, state }) => `${subject['pipeline']} ${state}`)
      .toSorted();
  await expect.poll(storms, { timeout: 15_000 }).toEqual(expected);
  for (const alert of await alertsOf(server, 'name=RetryStorm&state=all')) {
    if (!alert.subject['pipeline']?.startsWith('k')) continue;
    expect(await toldOf(alert.id)).toEqual(['firing']);
    const { incident, timeline } = await incidentOf(alert.incidentId);
    const own = incident.alerts.filter(({ name }) => name === 'RetryStorm');
    expect(own.map(({ id }) => id)).toEqual([alert.id]);
    const opened = timeline.filter(({ text }) => text.startsWith('RetryStorm'));
    expect(opened.map(({ kind }) => kind)).toEqual(['opened']);
  }
}, 60_000);
