import { formatTime, parseTime } from '@burnbook/domain/time';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MINUTE_NS, NOBODY_LISTENS, post } from '../support/alerts.js';
import {
  did,
  executionOf,
  ExecutionStream,
  incidentOf,
  Person,
  storm,
} from '../support/executions.js';
import { startTestServer, type TestServer } from '../support/testServer.js';

const START_NS = parseTime('2026-05-04T10:00:00Z') ?? 0n;

let server: TestServer;
let ann: Person;
let bob: Person;
beforeAll(async () => {
  server = await startTestServer({
    config: { prices: {}, pipelines: {}, notify: NOBODY_LISTENS },
    nowNs: START_NS,
    alertPauseMsMax: 50,
  });
  ann = new Person(server, 'ann');
  bob = new Person(server, 'bob');
});
afterAll(() => server.close());

const minutesLater = (minutes: number): string =>
  formatTime(server.nowNs + BigInt(minutes) * MINUTE_NS);

describe('an execution from an alert', () => {
  test('knows its place and its incident, and is joined by who starts it again', async () => {
    const alert = await storm(server, 'mail');
    const begun = await ann.start('RetryStorm', {
      alert: alert.id,
      place: { pipeline: 'another', provider: 'wren' },
    });
    expect(begun).toMatchObject({
      runbook: 'RetryStorm',
      isOutdated: false,
      place: {
        pipeline: 'mail',
        provider: 'wren',
        alert: alert.id,
        incident: alert.incidentId,
      },
      incidentId: alert.incidentId,
      alertId: alert.id,
      state: 'open',
      startedBy: 'ann',
      holder: 'ann',
      currentStep: 1,
      steps: expect.arrayContaining([
        expect.objectContaining({ number: 3, section: 'Mitigate', state: 'open', seconds: null }),
      ]) as unknown,
    });
    const joined = await bob.start('RetryStorm', { incident: alert.incidentId });
    expect(joined).toEqual(begun);
    const [, line] = (await incidentOf(server, alert.incidentId)).timeline;
    expect(line).toMatchObject({
      kind: 'step',
      actor: 'ann',
      text: 'Retry storm is being followed',
    });
  });

  test('shows each of two people what the other ticks, and writes it into the timeline', async () => {
    const alert = await storm(server, 'two');
    await post(server, `/api/alerts/${alert.id}/ack`);
    const { id } = await ann.start('RetryStorm', { alert: alert.id });
    const streams = await Promise.all([ExecutionStream.open(server), ExecutionStream.open(server)]);
    server.nowNs += 2n * MINUTE_NS;
    await Promise.all([
      ann.tick(id, 1),
      bob.send(id, did('skip', { step: 2, text: 'one provider' })),
      ...streams.map((stream) => stream.next(id)),
    ]);
    await Promise.all(streams.map((stream) => stream.next(id)));
    const after = await executionOf(server, id);
    expect(after).toMatchObject({
      currentStep: 3,
      steps: [
        { state: 'done', by: 'ann', seconds: 120, reason: null },
        { state: 'skipped', by: 'bob', seconds: 0, reason: 'one provider' },
        { state: 'open' },
        {},
        {},
        {},
        {},
        {},
        {},
        {},
      ],
    });
    await Promise.all(streams.map((stream) => stream.close()));
    const { timeline, incident, executions } = await incidentOf(server, alert.incidentId);
    expect(
      timeline
        .slice(-2)
        .map(({ actor, text }) => `${actor}: ${text}`)
        .toSorted(),
    ).toEqual([
      'ann: Retry storm, step 1 done: See what fails and what it costs:',
      'bob: Retry storm, step 2 skipped (Is it one provider or many?): one provider',
    ]);
    expect(executions).toEqual([
      {
        id,
        runbook: 'RetryStorm',
        title: 'Retries multiply the load',
        state: 'open',
        currentStep: 3,
        holder: 'ann',
        verify: { state: after.verify.state },
      },
    ]);
    // Who works on it keeps the acknowledgement alive.
    expect(incident.acknowledgementEndsAt).toBe(minutesLater(240));
  });

  test('is handed over, and a step is opened again', async () => {
    const alert = await storm(server, 'handed');
    const { id } = await ann.start('RetryStorm', { alert: alert.id });
    await ann.send(id, did('tick', { step: 1 }), did('handOver', { text: 'bob' }));
    const after = await bob.send(
      id,
      did('untick', { step: 1 }),
      did('note', { text: 'not so <b>sure</b>', step: 1 }),
    );
    expect(after).toMatchObject({ holder: 'bob', currentStep: 1 });
    expect(after.events.map(({ kind, actor }) => `${kind} ${actor}`)).toEqual([
      'started ann',
      'tick ann',
      'handOver ann',
      'untick bob',
      'note bob',
    ]);
    const { timeline } = await incidentOf(server, alert.incidentId);
    expect(timeline.slice(-3).map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'step: Retry storm is handed over to bob',
      'step: Retry storm, step 1 is open again: See what fails and what it costs:',
      'note: Retry storm, step 1: not so <b>sure</b>',
    ]);
  });
});

describe('what was done offline', () => {
  test('keeps its time, is never of the future, and happens once however often and at once it is sent', async () => {
    const alert = await storm(server, 'offline');
    const { id } = await ann.start('RetryStorm', { alert: alert.id });
    server.nowNs += 10n * MINUTE_NS;
    await bob.tick(id, 3);
    const batch = [
      did('tick', { step: 2, at: minutesLater(-3) }),
      did('tick', { step: 1, at: minutesLater(-5) }),
      did('note', { text: 'by a clock that runs ahead', at: minutesLater(60) }),
      did('tick', { step: 4, at: minutesLater(-600) }),
    ];
    const answers = await Promise.all([ann.send(id, ...batch), ann.send(id, ...batch)]);
    expect(await ann.send(id, ...batch)).toEqual(answers[0]);
    const { steps, events } = await executionOf(server, id);
    expect(events.map(({ kind, step, doneAt }) => `${kind} ${step} ${doneAt}`)).toEqual([
      `started null ${minutesLater(-10)}`,
      `tick 4 ${minutesLater(-10)}`,
      `tick 1 ${minutesLater(-5)}`,
      `tick 2 ${minutesLater(-3)}`,
      `tick 3 ${minutesLater(0)}`,
      `note null ${minutesLater(0)}`,
    ]);
    expect(steps.slice(0, 4).map(({ by, seconds }) => `${by} ${seconds}`)).toEqual([
      'ann 300',
      'ann 120',
      'bob 180',
      'ann 0',
    ]);
    const { timeline } = await incidentOf(server, alert.incidentId);
    const own = timeline.filter(({ text }) => text.startsWith('Retry storm, step'));
    expect(own.map(({ at, text }) => `${at} ${text.slice(0, 24)}`)).toEqual([
      `${minutesLater(-10)} Retry storm, step 4 done`,
      `${minutesLater(-5)} Retry storm, step 1 done`,
      `${minutesLater(-3)} Retry storm, step 2 done`,
      `${minutesLater(0)} Retry storm, step 3 done`,
    ]);
  });
});
