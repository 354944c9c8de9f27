import { setTimeout as sleep } from 'node:timers/promises';
import { parseTime } from '@burnbook/domain/time';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Execution, Incident } from '../../server/contract.js';
import { NOBODY_LISTENS, operations, post } from '../support/alerts.js';
import {
  did,
  executionOf,
  incidentOf,
  Person,
  plainRunbooks,
  storms,
} from '../support/executions.js';
import { startTestServer, type TestServer } from '../support/testServer.js';

const START_NS = parseTime('2026-05-04T10:00:00Z') ?? 0n;
const CONFIG = { prices: {}, pipelines: {}, notify: NOBODY_LISTENS };
const PIPELINES = ['turns', 'blind', 'restarted', 'killed', 'by hand'] as const;

let server: TestServer;
let alerts: Awaited<ReturnType<typeof storms>>;
let ann: Person;
beforeAll(async () => {
  server = await startTestServer({
    config: CONFIG,
    nowNs: START_NS,
    alertPauseMsMax: 50,
    runbooks: await plainRunbooks(),
    verifyEveryMs: 40,
  });
  alerts = await storms(server, PIPELINES);
  ann = new Person(server, 'ann');
});
afterAll(() => server.close());

const later = (seconds: number): void => {
  server.nowNs += BigInt(seconds) * 1_000_000_000n;
};
const breakConfig = (): void => server.running.rejectConfig('slos.yaml:3: is wrong');
const mendConfig = (): void => server.applyConfig(CONFIG);

/** Starts a runbook for the incident of a pipeline, whose alert is over as far as its figures go. */
async function begin(
  runbook: string,
  pipeline: (typeof PIPELINES)[number],
  place: Record<string, string> = {},
): Promise<{ readonly id: string; readonly incidentId: string }> {
  const alert = alerts.get(pipeline);
  if (!alert) throw new Error(`no alert of ${pipeline}`);
  const { id, incidentId } = await ann.start(runbook, { incident: alert.incidentId, place });
  if (incidentId === null) throw new Error('the execution has no incident');
  const over = await post(server, `/api/alerts/${alert.id}/close`, { reason: 'a drill' });
  expect(over.status).toBe(200);
  later(1);
  return { id, incidentId };
}

async function verifies(id: string, state: Execution['verify']['state']): Promise<Execution> {
  for (;;) {
    const execution = await executionOf(server, id);
    if (execution.verify.state === state) return execution;
    await sleep(40);
  }
}

async function incidentBecomes(id: string, state: Incident['state']): Promise<void> {
  while ((await incidentOf(server, id)).incident.state !== state) await sleep(40);
}

const stateOf = async (id: string): Promise<string> =>
  (await incidentOf(server, id)).incident.state;

/** Each change that was kept. */
const turns = ({ events }: Execution): string[] =>
  events.filter(({ kind }) => kind === 'verify').map(({ text, actor }) => `${actor}: ${text}`);

describe('Verify of a runbook that is followed', () => {
  test('fails, then passes twice after the newest step, and only then the incident closes', async () => {
    breakConfig();
    const { id, incidentId } = await begin('TakeBackConfig', 'turns');
    const failing = await verifies(id, 'failing');
    expect(failing.verify).toMatchObject({
      passes: 0,
      checks: [{ question: 'config-state', state: 'fails', value: 'rejected' }],
    });
    mendConfig();
    later(1);
    expect((await verifies(id, 'passing')).verify.passes).toBe(1);
    // A step in between: what was seen before it says nothing.
    later(5);
    expect((await ann.tick(id, 3)).verify).toMatchObject({ state: 'waiting', passes: 0 });
    later(1);
    await verifies(id, 'passing');
    later(9);
    expect((await executionOf(server, id)).verify.state).toBe('passing');
    expect(await stateOf(incidentId)).toBe('open');
    later(1);
    const passed = await verifies(id, 'passed');
    expect(passed.verify).toMatchObject({ passes: 2, checks: [{ state: 'passes' }] });
    await incidentBecomes(incidentId, 'closed');
    const asks = 'Are the files of the configuration in force?';
    const expected = 'expected = accepted';
    expect(turns(passed)).toEqual([
      `burnbook: fails: ${asks} rejected, ${expected}`,
      'burnbook: passed once, and has to once more',
      'burnbook: passed once, and has to once more',
      `burnbook: passed: ${asks} accepted, ${expected}`,
    ]);
    const { timeline, postmortem } = await incidentOf(server, incidentId);
    const lines = timeline.map(({ text }) => text);
    expect(lines.filter((text) => text.includes('Verify'))).toEqual([
      `Take back config: Verify fails: ${asks} rejected, ${expected}`,
      `Take back config: Verify passed: ${asks} accepted, ${expected}`,
    ]);
    expect(lines.at(-1)).toBe('its alerts resolved');
    expect(postmortem).toContain(`- Verify: passed: ${asks} accepted, ${expected}`);
    // It is looked at as long as somebody follows.
    breakConfig();
    later(1);
    await verifies(id, 'failing');
    mendConfig();
    const ended = await ann.finish(id, { outcome: 'notHelped' });
    expect(ended.verify).toMatchObject({ state: 'failing', checks: [{ state: 'fails' }] });
  });

  test('cannot tell by a check whose place is open, until it is overridden with a reason', async () => {
    const { id, incidentId } = await begin('CalmPipeline', 'blind');
    const { verify } = await verifies(id, 'cannotTell');
    expect(verify.checks).toMatchObject([
      { state: 'passes' },
      { state: 'cannotTell', value: null, reason: 'pipeline is open: nothing has filled it' },
    ]);
    later(60);
    expect(await stateOf(incidentId)).toBe('open');
    const over = await ann.send(id, did('override', { text: 'the pipeline is gone' }));
    expect(over.verify).toMatchObject({ state: 'overridden', reason: 'the pipeline is gone' });
    expect(await stateOf(incidentId)).toBe('closed');
    const { timeline } = await incidentOf(server, incidentId);
    expect(timeline.map(({ text }) => text)).toContain(
      'Calm pipeline: Verify is overridden: the pipeline is gone',
    );
    expect((await ann.tick(id, 8)).verify.state).toBe('overridden');
  });

  test('is asked on after a restart, of what was asked when it began', async () => {
    const { id, incidentId } = await begin('CalmPipeline', 'restarted', { pipeline: 'calm' });
    await verifies(id, 'cannotTell');
    const atNs = server.nowNs;
    await server.send(operations('calm', { atNs, count: 25, attempts: 1 }));
    later(1);
    await verifies(id, 'passing');
    const before = await executionOf(server, id);
    await server.restart();
    expect(await executionOf(server, id)).toEqual(before);
    expect(await stateOf(incidentId)).toBe('open');
    later(10);
    await verifies(id, 'passed');
    await incidentBecomes(incidentId, 'closed');
  });

  test('passes once however often the store dies meanwhile', async () => {
    const { id, incidentId } = await begin('TakeBackConfig', 'killed');
    await verifies(id, 'passing');
    await server.killStore();
    later(10);
    // The write that was under way may have failed: it is asked again.
    await expect.poll(() => server.running.store.ready, { timeout: 10_000 }).toBe(true);
    await incidentBecomes(incidentId, 'closed');
    const { timeline } = await incidentOf(server, incidentId);
    const passes = timeline.filter(({ text }) => text.includes('Verify passed'));
    expect(passes).toHaveLength(1);
  });

  test('that has not passed is told where a person closes the incident', async () => {
    breakConfig();
    const { id, incidentId } = await begin('TakeBackConfig', 'by hand');
    await verifies(id, 'failing');
    const reason = 'the old files are as good';
    await post(server, `/api/incidents/${incidentId}/close`, { reason });
    const { incident, timeline, executions } = await incidentOf(server, incidentId);
    expect(incident).toMatchObject({ state: 'closed', closedBy: 'ann', reason });
    expect(timeline.at(-1)?.text).toBe(`closed although Verify had not passed: ${reason}`);
    expect(executions).toMatchObject([{ id, state: 'open', verify: { state: 'failing' } }]);
    mendConfig();
  });
});
