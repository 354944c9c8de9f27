import { setTimeout as sleep } from 'node:timers/promises';
import { formatTime, MINUTE_NS, parseTime } from '@burnbook/domain/time';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { executionsSchema, type NewExecutionEvent } from '../../server/contract.js';
import { NOBODY_LISTENS, post } from '../support/alerts.js';
import {
  did,
  executionOf,
  ExecutionStream,
  incidentOf,
  Person,
  plainRunbooks,
  storms,
} from '../support/executions.js';
import { startTestServer, type TestServer } from '../support/testServer.js';

const START_NS = parseTime('2026-05-04T10:00:00Z') ?? 0n;

const PIPELINES = ['mail', 'two', 'handed', 'offline', 'killed', 'turned \u202Eround'] as const;

let server: TestServer;
let alerts: Awaited<ReturnType<typeof storms>>;
let ann: Person;
let bob: Person;
beforeAll(async () => {
  server = await startTestServer({
    config: { prices: {}, pipelines: {}, notify: NOBODY_LISTENS },
    nowNs: START_NS,
    alertPauseMsMax: 50,
    runbooks: await plainRunbooks(),
  });
  alerts = await storms(server, [...PIPELINES]);
  ann = new Person(server, 'ann');
  bob = new Person(server, 'bob');
});
afterAll(() => server.close());

function alertOf(pipeline: (typeof PIPELINES)[number]) {
  const alert = alerts.get(pipeline);
  if (!alert) throw new Error(`no alert of ${pipeline}`);
  return alert;
}

const minutesLater = (minutes: number): string =>
  formatTime(server.nowNs + BigInt(minutes) * MINUTE_NS);

test('half an emoji at the end of a note, as inputs cut it, is kept as a mark and stops no queue', async () => {
  const { id } = await ann.start('RetryStorm', { place: { pipeline: 'cut' } });
  const { events } = await ann.send(id, did('note', { text: 'burning \u{1F525}'.slice(0, -1) }));
  expect(events.at(-1)?.text).toBe('burning \uFFFD');
  const after = await ann.send(id, did('note', { text: 'a\0b' }));
  expect(after.events.at(-1)?.text).toBe('a\uFFFDb');
});

test('a phone whose clock is wrong does things when it does them', async () => {
  const { id } = await ann.start('RetryStorm', { place: { pipeline: 'skewed' } });
  await ann.send(id, did('tick', { step: 1 }));
  await bob.send(id, did('untick', { step: 1 }));
  server.nowNs += MINUTE_NS;
  // Two hours behind; it was offline for half a minute.
  const clock = (seconds: number): string =>
    formatTime(server.nowNs - 120n * MINUTE_NS - BigInt(seconds) * 1_000_000_000n);
  const answer = await ann.post(`/api/executions/${id}/events`, {
    events: [did('tick', { step: 1, at: clock(30) })],
    sentAt: clock(0),
  });
  expect(answer.status).toBe(200);
  const [step] = (await executionOf(server, id)).steps;
  expect(step).toMatchObject({ state: 'done', by: 'ann' });
  expect(step?.at).toBe(formatTime(server.nowNs - MINUTE_NS / 2n));
  const path = `/api/executions/${id}/events`;
  expect(
    await ann.refused(path, { events: [did('tick', { step: 2 })], sentAt: 'now' }),
  ).toMatchObject({ status: 400, field: 'sentAt' });
});

test('a pipeline or a person whose name turns the reading direction turns no sentence', async () => {
  const alert = alertOf('turned \u202Eround');
  expect(alert.subject['pipeline']).toBe('turned \u202Eround');
  expect(alert.summary).toMatch(/^turned \uFFFDround needed /);
  const { incident } = await incidentOf(server, alert.incidentId);
  expect(incident.title).toBe('RetryStorm: turned \uFFFDround');
  const { startedBy } = await new Person(server, encodeURIComponent('cem\u202E')).start(
    'RetryStorm',
    {
      alert: alert.id,
    },
  );
  expect(startedBy).toBe('cem\uFFFD');
});

describe('an execution from an alert', () => {
  test('knows its place and its incident, and is joined by who starts it again', async () => {
    const alert = alertOf('mail');
    const asked = { alert: alert.id, place: { pipeline: 'another', provider: 'wren' } };
    const [begun, again] = await Promise.all([
      ann.start('RetryStorm', asked),
      ann.start('RetryStorm', asked),
    ]);
    expect(again).toEqual(begun);
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
    const alert = alertOf('two');
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
    const skip = timeline.find(({ facts }) => facts?.says === 'runSkip');
    expect(skip?.facts?.values).toMatchObject({ step: '2', text: 'one provider' });
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
    const alert = alertOf('handed');
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
    const alert = alertOf('offline');
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

describe('an execution refuses, and says what stands', () => {
  let id = '';
  let path = '';
  beforeAll(async () => {
    ({ id } = await ann.start('RetryStorm', { place: { pipeline: 'refused' } }));
    path = `/api/executions/${id}/events`;
  });
  const events = (...list: object[]): object => ({ events: list });

  test.each([
    ['a step that the revision does not have', did('tick', { step: 9 }), 409, 'events.0.step'],
    ['a tick of no step', did('tick'), 400, 'events.0.step'],
    ['a skip without a reason', did('skip', { step: 1 }), 400, 'events.0.text'],
    ['a handover to nobody', did('handOver'), 400, 'events.0.text'],
    ['an override without a reason', did('override'), 400, 'events.0.text'],
    ['a note without words', did('note', { text: ' ' }), 400, 'events.0.text'],
    ['a time that is none', did('tick', { step: 1, at: 'yesterday' }), 400, 'events.0.at'],
    ['an id that is none', { ...did('tick', { step: 1 }), id: '7' }, 400, 'events.0.id'],
  ])('%s', async (_what, event, status, field) => {
    expect(await ann.refused(path, events(event))).toMatchObject({ status, field });
  });

  test('all of a batch where one of it is wrong', async () => {
    const problem = await ann.refused(
      path,
      events(did('tick', { step: 1 }), did('tick', { step: 99 })),
    );
    expect(problem).toMatchObject({ status: 409, field: 'events.1.step' });
    expect(problem.detail).toContain('has the steps 1 to 8');
    expect((await executionOf(server, id)).currentStep).toBe(1);
  });

  test('an event whose id is of another execution', async () => {
    const other = await ann.start('RetryStorm', { place: { pipeline: 'another' } });
    const event = did('tick', { step: 1 });
    await ann.send(other.id, event);
    expect(await ann.refused(path, events(event))).toMatchObject({
      status: 409,
      field: 'events.0.id',
    });
  });

  test('an unknown place, runbook, alert, incident or execution', async () => {
    const begin = '/api/runbooks/RetryStorm/executions';
    expect(await ann.refused(begin, { place: { colour: 'red' } })).toMatchObject({
      status: 400,
      field: 'place.colour',
    });
    for (const field of ['alert', 'incident']) {
      expect(await ann.refused(begin, { [field]: 'nope' })).toMatchObject({ status: 404, field });
    }
    expect(await ann.refused('/api/runbooks/Nope/executions', {})).toMatchObject({ status: 404 });
    expect(await ann.refused('/api/executions/nope/events', events(did('tick')))).toMatchObject({
      status: 404,
    });
    expect((await server.fetch('/api/executions/nope')).status).toBe(404);
  });

  test('what is done after its end, but not what was done before and is told late', async () => {
    await ann.tick(id, 5);
    server.nowNs += 5n * MINUTE_NS;
    const ended = await ann.finish(id, { outcome: 'mitigated' });
    expect(ended).toMatchObject({
      state: 'finished',
      outcome: 'mitigated',
      reason: null,
      finishedBy: 'ann',
      finishedAt: minutesLater(0),
    });
    // The answer was lost, and it is said again.
    expect(await ann.finish(id, { outcome: 'mitigated' })).toEqual(ended);
    const stands = `the execution is finished: mitigated, by ann at ${minutesLater(0)}`;
    expect(await bob.refused(path, events(did('tick', { step: 1 })))).toMatchObject({
      status: 409,
      detail: stands,
    });
    expect(
      await bob.refused(`/api/executions/${id}/finish`, { outcome: 'resolved' }),
    ).toMatchObject({ status: 409, detail: stands });
    const late = await bob.send(id, did('tick', { step: 1, at: minutesLater(-1) }));
    expect(late).toMatchObject({
      state: 'finished',
      verify: ended.verify,
      steps: [{ state: 'done', by: 'bob' }, {}, {}, {}, {}, {}, {}, {}],
    });
  });
});

test('the list tells of the newest first, by runbook, incident and state', async () => {
  const listed = async (query: string) =>
    (await server.get(`/api/executions?${query}`, executionsSchema)).items;
  expect((await listed('state=finished')).map(({ place }) => place['pipeline'])).toEqual([
    'refused',
  ]);
  const all = await listed('runbook=RetryStorm');
  expect(all.length).toBeGreaterThan(4);
  expect(all.map(({ startedAt }) => startedAt)).toEqual(
    all
      .map(({ startedAt }) => startedAt)
      .toSorted()
      .toReversed(),
  );
  const [newest] = all.filter(({ incidentId, state }) => incidentId !== null && state === 'open');
  const same = await listed(`incident=${newest?.incidentId}&state=open`);
  expect(same).toEqual([newest]);
  expect(await listed('runbook=BackupFailed')).toEqual([]);
  const first = await server.get('/api/executions?limit=2', executionsSchema);
  const next = await server.get(
    `/api/executions?limit=2&cursor=${first.nextCursor}`,
    executionsSchema,
  );
  expect([...first.items, ...next.items]).toEqual((await listed('limit=4')).slice(0, 4));
});

test('kill -9 amid ticks loses none that was answered, and doubles none that is sent again', async () => {
  const alert = alertOf('killed');
  const { id } = await ann.start('RetryStorm', { alert: alert.id });
  const path = `/api/executions/${id}/events`;
  const answered: string[] = [];
  const unanswered: NewExecutionEvent[] = [];
  const follow = async (person: Person): Promise<void> => {
    for (let count = 0; count < 12; count++) {
      const event = did('note', { text: `${person.name} ${count}`, step: 1 + (count % 8) });
      const answer = await person.post(path, { events: [event] });
      await answer.arrayBuffer();
      if (answer.status === 200) answered.push(event.id);
      else unanswered.push(event);
      if (person === ann && count % 6 === 2) {
        process.kill(server.running.store.pid ?? 0, 'SIGKILL');
      }
      // As a person's queue does that is told that the server is away.
      while (answer.status !== 200 && !server.running.store.ready) await sleep(5);
    }
  };
  await Promise.all([follow(ann), follow(bob)]);
  expect(unanswered.length).toBeGreaterThan(0);
  await expect.poll(() => server.running.store.ready, { timeout: 10_000 }).toBe(true);
  const known = new Set((await executionOf(server, id)).events.map((event) => event.id));
  expect(answered.filter((each) => !known.has(each))).toEqual([]);
  await ann.send(id, ...unanswered);
  await server.restart();
  const { events } = await executionOf(server, id);
  const notes = events.filter(({ kind }) => kind === 'note');
  expect(new Set(notes.map((event) => event.id)).size).toBe(24);
  expect(notes).toHaveLength(24);
  const { timeline } = await incidentOf(server, alert.incidentId);
  const lines = timeline.filter(({ kind }) => kind === 'note').map(({ text }) => text);
  expect(lines.toSorted()).toEqual(
    notes.map(({ step, text }) => `Retry storm, step ${step}: ${text}`).toSorted(),
  );
}, 60_000);
