import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resilienceItems } from '@burnbook/domain/runbook/resilienceItems';
import { parseCron } from '@burnbook/domain/slo/cron';
import { HOUR_NS } from '@burnbook/domain/time';
import type { Config } from '../../server/config/config.js';
import {
  problemSchema,
  resilienceAnswersSchema,
  resilienceSchema,
  type Resilience,
} from '../../server/contract.js';
import { configOf as budgetsOf, MONTH } from '../support/budgets.js';
import { runbooksTested, storms } from '../support/executions.js';
import { NOW_NS, resilienceStory, STORY_NS } from '../support/resilienceStory.js';
import { ratio, sloConfig, sloOf } from '../support/slos.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { TraceMaker } from '../support/traceMaker.js';

let server: TestServer;
let told: Resilience;
beforeAll(async () => {
  server = await startTestServer({
    config: configOf(),
    nowNs: NOW_NS,
    alertPauseMsMax: 50,
    runbooks: await runbooksTested((name) =>
      name === 'RetryStorm' ? '2026-02-18' : name === 'ErrorBudgetBurn' ? '2026-02-19' : null,
    ),
  });
  await server.send(resilienceStory());
  told = await server.get('/api/resilience', resilienceSchema);
});
afterAll(() => server.close());

function configOf(): Config {
  const said = sloConfig(
    sloOf({
      name: 'careful-attempts',
      pipelines: ['careful'],
      indicator: ratio('attempts', { pipeline: ['careful'] }),
    }),
    // Counts every pipeline, and names none.
    sloOf({ name: 'all-attempts', pipelines: [], indicator: ratio('attempts', {}) }),
  );
  return {
    ...said,
    pipelines: {
      ...said.pipelines,
      pipelines: [
        { name: 'careful', owner: 'data-platform', team: 'data' },
        { name: 'careless', team: 'web' },
        { name: 'partly', team: 'data' },
        { name: 'quiet' },
      ],
    },
    schedules: new Map([
      [
        'careful',
        {
          cron: parseCron('0 2 * * *'),
          timeZone: 'UTC',
          deadlineNs: HOUR_NS,
          holidays: new Set<number>(),
        },
      ],
    ]),
    budgets: budgetsOf(
      { ...MONTH, id: 'careful-cap', scope: { pipeline: 'careful' }, hardLimit: true },
      { ...MONTH, id: 'data-cap', scope: { team: 'data' }, hardLimit: true },
      { ...MONTH, id: 'wren-cap', scope: { model: 'wren' }, hardLimit: true },
    ).budgets,
  };
}

const pipelineOf = (name: string) => {
  const found = told.items.find(({ pipeline }) => pipeline === name);
  if (!found) throw new Error(`there is no pipeline ${name}`);
  return found;
};
const states = (name: string): Record<string, string> =>
  Object.fromEntries(pipelineOf(name).items.map(({ id, state }) => [id, state]));
const becauseOf = (name: string, id: string): string | undefined =>
  pipelineOf(name).items.find((item) => item.id === id)?.because;

describe('the resilience checklist', () => {
  test('scores all pipelines that are configured or were heard of, on every item', () => {
    expect(told.items.map(({ pipeline }) => pipeline)).toEqual([
      'careful',
      'careless',
      'partly',
      'quiet',
    ]);
    for (const { items } of told.items) {
      expect(items.map(({ id }) => id)).toEqual(Object.keys(resilienceItems));
    }
  });

  test('says yes where configuration and telemetry show it', () => {
    expect(states('careful')).toEqual({
      'has-slo': 'yes',
      deadline: 'yes',
      owner: 'yes',
      'tested-runbook': 'yes',
      'whole-telemetry': 'yes',
      'quality-checks': 'yes',
      'retry-budget': 'yes',
      backoff: 'yes',
      'idempotency-key': 'yes',
      'spend-cap': 'yes',
      priced: 'yes',
      'backfill-tested': 'yes',
      'dead-letters': 'cannotTell',
      'input-kept': 'byHand',
      'pinned-model': 'byHand',
      fallback: 'byHand',
    });
    expect(pipelineOf('careful')).toMatchObject({
      owner: 'data-platform',
      yes: 12,
      no: 0,
      cannotTell: 1,
    });
  });

  test('says no where they show the contrary, with the figures and where to see them', () => {
    expect(states('careless')).toMatchObject({
      'has-slo': 'no',
      deadline: 'no',
      owner: 'no',
      'whole-telemetry': 'no',
      'quality-checks': 'no',
      'retry-budget': 'no',
      backoff: 'no',
      'idempotency-key': 'no',
      'spend-cap': 'no',
      priced: 'no',
      'backfill-tested': 'no',
    });
    expect(pipelineOf('careless').items.find(({ id }) => id === 'retry-budget')).toMatchObject({
      because: '3.90 attempts an operation in the hour from 2026-05-19T12:00:00Z',
      evidence: '/retries?filter=pipeline%3A%22careless%22',
    });
    expect(becauseOf('careless', 'spend-cap')).toBe(
      'the hard limit wren-cap does not count all of its spend',
    );
  });

  test('a limit that nobody asks caps nothing', () => {
    expect(becauseOf('partly', 'spend-cap')).toBe(
      'data-cap counts it; 0 of 24 model calls in 30 days were reserved',
    );
    expect(states('partly')).toMatchObject({ 'spend-cap': 'no' });
  });

  test('cannot tell what telemetry leaves out, and says what to send', () => {
    expect(states('partly')).toMatchObject({
      backoff: 'cannotTell',
      'idempotency-key': 'cannotTell',
      'backfill-tested': 'cannotTell',
    });
    expect(becauseOf('partly', 'backoff')).toContain('pipeline.attempt.backoff_ms');
    expect(becauseOf('partly', 'idempotency-key')).toContain('pipeline.operation.id');
    expect(becauseOf('partly', 'backfill-tested')).toContain('pipeline.run.kind');
  });

  test('never says yes of a pipeline that nothing was heard of', () => {
    expect(pipelineOf('quiet').yes).toBe(0);
    expect(states('quiet')).toMatchObject({
      'has-slo': 'no',
      'tested-runbook': 'cannotTell',
      'spend-cap': 'cannotTell',
      'whole-telemetry': 'cannotTell',
      'quality-checks': 'cannotTell',
      'retry-budget': 'cannotTell',
      priced: 'cannotTell',
      'backfill-tested': 'cannotTell',
    });
  });

  test('asks for the runbooks of its SLOs and of the alerts that fired for it', async () => {
    expect(becauseOf('careful', 'tested-runbook')).toBe(
      'followed in the last 90 days: ErrorBudgetBurn',
    );
    await storms(server, ['storming']);
    const { items } = await server.get('/api/resilience', resilienceSchema);
    const storming = items.find(({ pipeline }) => pipeline === 'storming');
    expect(storming?.items).toContainEqual({
      id: 'tested-runbook',
      text: resilienceItems['tested-runbook'].text,
      state: 'no',
      because: '1 of 1 runbook not followed in 90 days: RetryStorm',
      reason: {
        says: 'untested',
        values: { untested: '1', runbooks: '1', days: '90', names: 'RetryStorm' },
      },
      evidence: '/runbooks/RetryStorm',
      canAnswer: false,
      said: null,
    });
  });
});

describe('rows that failed', () => {
  test('are taken up where a later run of each batch left none, and a question where not', async () => {
    const run = (
      pipeline: string,
      name: string,
      at: { batch: string; hour: number; failed?: number },
    ) =>
      new TraceMaker({
        startNs: STORY_NS + BigInt(at.hour) * HOUR_NS,
        common: {
          'pipeline.name': pipeline,
          'pipeline.run.id': name,
          'pipeline.batch.id': at.batch,
        },
      }).span({
        name: 'run',
        attributes: {
          'pipeline.run.outcome': 'succeeded',
          ...(at.failed === undefined ? {} : { 'pipeline.rows.failed': at.failed }),
        },
      });
    await server.send([
      run('drained', 'a', { batch: 'one', hour: 0, failed: 5 }),
      run('drained', 'b', { batch: 'one', hour: 1, failed: 0 }),
      run('drained', 'c', { batch: 'two', hour: 2, failed: 0 }),
      run('left', 'a', { batch: 'one', hour: 0, failed: 5 }),
      run('left', 'b', { batch: 'one', hour: 1, failed: 0 }),
      run('left', 'c', { batch: 'two', hour: 2, failed: 3 }),
      // The later run does not say: nobody knows.
      run('untold', 'a', { batch: 'one', hour: 0, failed: 5 }),
      run('untold', 'b', { batch: 'one', hour: 1 }),
      run('clean', 'a', { batch: 'one', hour: 0, failed: 0 }),
    ]);
    told = await server.get('/api/resilience', resilienceSchema);
    const said = (name: string) =>
      `${states(name)['dead-letters']}: ${becauseOf(name, 'dead-letters')}`;
    expect(said('drained')).toBe(
      'yes: rows failed in 1 batch of 30 days, and a later run of each left none',
    );
    expect(said('left')).toContain(
      'cannotTell: the newest runs left 3 rows that failed; 1 of 2 batches',
    );
    expect(said('untold')).toContain(
      'cannotTell: the newest runs left 0 rows that failed; 0 of 1 batch ',
    );
    expect(said('clean')).toBe(
      'cannotTell: no row failed in 1 batch of 30 days: there was nothing to take up',
    );
    expect(said('partly')).toContain('cannotTell: ');
  });
});

describe('what a person says of an item', () => {
  const say = (body: object, name: string | null = 'ann') =>
    server.fetch('/api/resilience/answers', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(name === null ? {} : { 'burnbook-actor': encodeURIComponent(name) }),
      },
      body: JSON.stringify(body),
    });
  const item = async (id: string) => {
    told = await server.get('/api/resilience', resilienceSchema);
    return pipelineOf('careful').items.find((each) => each.id === id);
  };

  test('stands with name, day and note until somebody says something else, and nothing is lost', async () => {
    const answer = { pipeline: 'careful', item: 'fallback' };
    const before = pipelineOf('careful').yes;
    const first = await say({ ...answer, answer: 'done', note: ' in a game day ' }, 'Łukasz');
    expect(first.status).toBe(201);
    expect(await item('fallback')).toMatchObject({
      state: 'yes',
      because: 'done, says Łukasz, today (2026-05-20): in a game day',
      canAnswer: true,
      said: { answer: 'done', by: 'Łukasz', at: '2026-05-20T12:00:00Z', note: 'in a game day' },
    });
    expect(pipelineOf('careful').yes).toBe(before + 1);
    await say({ ...answer, answer: 'notApplicable' }, 'bob');
    expect(await item('fallback')).toMatchObject({ state: 'notApplicable', said: { by: 'bob' } });
    await say({ pipeline: 'careful', item: 'dead-letters', answer: 'notDone' });
    expect(await item('dead-letters')).toMatchObject({ state: 'no' });
    await server.restart();
    expect(await item('fallback')).toMatchObject({ state: 'notApplicable' });
    const { items } = await server.get(
      '/api/resilience/answers?pipeline=careful&item=fallback',
      resilienceAnswersSchema,
    );
    expect(items.map(({ by, answer: said }) => `${by} ${said}`)).toEqual([
      'bob notApplicable',
      'Łukasz done',
    ]);
  });

  test('is no answer any more after half a year', async () => {
    await say({ pipeline: 'careful', item: 'pinned-model', answer: 'done' });
    const { nowNs } = server;
    server.nowNs = nowNs + 181n * 24n * HOUR_NS;
    expect(await item('pinned-model')).toMatchObject({
      state: 'cannotTell',
      because: 'done, says ann, 181 days ago (2026-05-20) — older than 180 days: look again',
    });
    server.nowNs = nowNs;
  });

  test.each([
    [{ pipeline: 'careful', item: 'priced', answer: 'done' }, 'ann', 409, 'item'],
    [{ pipeline: 'careful', item: 'constructor', answer: 'done' }, 'ann', 400, 'item'],
    [{ pipeline: 'nobody', item: 'fallback', answer: 'done' }, 'ann', 404, 'pipeline'],
    [{ pipeline: 'careful', item: 'fallback', answer: 'maybe' }, 'ann', 400, 'answer'],
    [{ pipeline: 'careful', item: 'fallback', answer: 'done' }, null, 400, 'burnbook-actor'],
  ])('is refused: %j by %s', async (body, name, status, field) => {
    const answer = await say(body, name);
    expect(answer.status).toBe(status);
    expect(problemSchema.parse(await answer.json()).field).toBe(field);
  });
});
