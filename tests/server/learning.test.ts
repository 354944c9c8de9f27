import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatTime, MINUTE_NS, parseTime } from '@burnbook/domain/time';
import { learningSchema, runbookListSchema, type Learning } from '../../server/contract.js';
import { alertsOf, NOBODY_LISTENS, post } from '../support/alerts.js';
import { did, Person, runbooksTested, storms } from '../support/executions.js';
import { ratio, sloConfig, sloOf } from '../support/slos.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { chat, TraceMaker } from '../support/traceMaker.js';

const START_NS = parseTime('2026-05-04T10:00:00Z') ?? 0n;
/** A tenth of the attempts may be bad. */
const SLO = sloOf({
  name: 'mail-attempts',
  pipelines: ['mail'],
  indicator: ratio('attempts', { pipeline: ['mail'] }),
  target: 0.9,
  policies: [],
});

let server: TestServer;
let ann: Person;
beforeAll(async () => {
  server = await startTestServer({
    config: { ...sloConfig(SLO), notify: NOBODY_LISTENS },
    nowNs: START_NS,
    alertPauseMsMax: 50,
    runbooks: await runbooksTested(() => null),
  });
  ann = new Person(server, 'ann');
});
afterAll(() => server.close());

const later = (minutes: number): void => {
  server.nowNs += BigInt(minutes) * MINUTE_NS;
};
const learned = (runbook: string): Promise<Learning> =>
  server.get(`/api/runbooks/${runbook}/learning`, learningSchema);
const listed = async (runbook: string) => {
  const { items } = await server.get('/api/runbooks', runbookListSchema);
  return items.find(({ name }) => name === runbook);
};

/** A run of ten attempts in the minutes before now, so many of which fail, each with so many tokens. */
async function works(pipeline: string, failed: number, tokens: number): Promise<void> {
  const trace = new TraceMaker({
    startNs: server.nowNs - 5n * MINUTE_NS,
    common: { 'pipeline.name': pipeline, 'pipeline.run.id': `run ${server.nowNs}` },
  });
  await server.send([
    trace.span({ name: 'run', lastsMs: 20_000 }),
    ...Array.from({ length: 10 }, (_, index) =>
      trace.span({
        atMs: index * 1_000,
        failed: index < failed,
        attributes: {
          'pipeline.step.name': 'ask',
          ...chat('wren', { input: tokens }),
          'pipeline.operation.id': `${server.nowNs} ${index}`,
          'pipeline.attempt.number': 1,
          'pipeline.attempt.outcome': index < failed ? 'failed' : 'succeeded',
        },
      }),
    ),
  ]);
}

/** It has to be gone for five minutes, at each time that somebody looks. @returns when it was over. */
async function resolved(pipeline: string): Promise<bigint> {
  await expect
    .poll(
      async () => {
        later(3);
        await works('elsewhere', 0, 0);
        return alertsOf(server, `state=resolved&pipeline=${pipeline}`);
      },
      { timeout: 15_000, interval: 100 },
    )
    .toMatchObject([{ state: 'resolved' }]);
  const [alert] = await alertsOf(server, `state=resolved&pipeline=${pipeline}`);
  return parseTime(alert?.resolvedAt ?? '') ?? 0n;
}

/** An execution of an older revision whose Verify last answered so. */
async function verified(
  { runbook, alertId }: { readonly runbook: string; readonly alertId: string | null },
  answers: readonly string[],
): Promise<void> {
  const executionId = `verified ${runbook}`;
  const event = {
    executionId,
    atNs: server.nowNs,
    doneNs: server.nowNs,
    actor: 'burnbook',
    step: null,
    text: null,
  };
  const verify = {
    state: 'failing',
    passes: 0,
    stepNs: '0',
    passedNs: null,
    askedNs: null,
    answers: answers.map((state) => ({ question: 'disk-free-share', state })),
    reason: null,
  };
  await server.running.store.command('recordExecution', {
    execution: {
      executionId,
      runbook,
      title: runbook,
      revision: 'of old',
      place: {},
      steps: [{ number: 1, section: 'Verify', text: 'the step of old' }],
      incidentId: null,
      alertId,
      gameDay: false,
      startedNs: server.nowNs - MINUTE_NS,
      startedBy: 'ann',
    },
    events: [
      {
        ...event,
        eventId: `${executionId} started`,
        kind: 'started',
        details: JSON.stringify({ checks: [], expectedMinutes: null }),
      },
      {
        ...event,
        eventId: `${executionId} verify`,
        kind: 'verify',
        details: JSON.stringify({ verify }),
      },
    ],
    alerts: null,
  });
}

describe('a runbook that nobody has followed', () => {
  test('has taught nothing', async () => {
    expect((await learned('BackupFailed')).revisions).toEqual([]);
    expect(await listed('BackupFailed')).toMatchObject({ uses: 0, lastUsedAt: null });
  });

  test('is not there where there is no runbook', async () => {
    expect((await server.fetch('/api/runbooks/Nothing/learning')).status).toBe(404);
  });
});

describe('a runbook that was followed', () => {
  test('tells its times, its steps, and what changed when each was done', async () => {
    const alert = (await storms(server, ['mail'])).get('mail');
    if (!alert) throw new Error('no alert');
    const firedNs = server.nowNs;
    later(4);
    await post(server, `/api/alerts/${alert.id}/ack`);
    later(1);
    const { id } = await ann.start('RetryStorm', { alert: alert.id, place: { slo: SLO.name } });
    // From here on two of ten fail, at 1,000 tokens each; the storm lies before the ten minutes.
    later(12);
    await works('mail', 2, 1_000);
    await ann.tick(id, 1);
    later(1);
    await ann.send(id, did('skip', { step: 2, text: 'one provider' }));
    const stepNs = server.nowNs - MINUTE_NS;
    later(8);
    await works('mail', 0, 500);
    const resolvedNs = await resolved('mail');
    await ann.finish(id, { outcome: 'mitigated', reason: 'the retries were stopped' });
    // The past of a new SLO is counted piece by piece: until then its burn is not known.
    await expect
      .poll(async () => (await learned('RetryStorm')).revisions[0]?.steps[0]?.burnBefore, {
        timeout: 15_000,
      })
      .toBe(2);
    const { revisions } = await learned('RetryStorm');
    expect(revisions).toHaveLength(1);
    expect(revisions[0]).toMatchObject({
      isCurrent: true,
      executions: 1,
      gameDays: 0,
      figuresOf: 'uses',
      firstUsedAt: formatTime(firedNs + 5n * MINUTE_NS),
      outcomes: { resolved: 0, mitigated: 1, escalated: 0, notHelped: 0 },
      mttaSeconds: 240,
      mttrSeconds: Number((resolvedNs - firedNs) / 1_000_000_000n),
      firstActionSeconds: Number((stepNs - firedNs) / 1_000_000_000n) - 300,
    });
    expect(revisions[0]?.steps.slice(0, 3)).toEqual([
      {
        number: 1,
        text: 'See what fails, and what it costs.',
        reached: 1,
        done: 1,
        skipped: 0,
        droppedOff: 0,
        seconds: 720,
        burnBefore: 2,
        burnAfter: 0,
        // 10 calls of 1,000 tokens at a nano-USD each in ten minutes.
        usdPerHourBefore: '0.00006',
        usdPerHourAfter: '0.00003',
      },
      expect.objectContaining({ number: 2, done: 0, skipped: 1, seconds: null, burnBefore: null }),
      expect.objectContaining({ number: 3, reached: 0, usdPerHourAfter: null }),
    ]);
  });

  test('knows neither burn nor spend of what it was not told, nor before the ten minutes are over', async () => {
    const begun = await ann.start('UnpricedUsage', { place: { pipeline: 'never heard of' } });
    await ann.tick(begun.id, 1);
    const [early] = (await learned('UnpricedUsage')).revisions;
    expect(early?.steps[0]).toMatchObject({ done: 1, usdPerHourAfter: null });
    later(15);
    const [late] = (await learned('UnpricedUsage')).revisions;
    expect(late).toMatchObject({ mttaSeconds: null, mttrSeconds: null });
    expect(late?.steps[0]).toMatchObject({
      burnBefore: null,
      burnAfter: null,
      usdPerHourBefore: null,
      usdPerHourAfter: null,
    });
  });

  test('takes the spend of an idle pipeline as nothing, and of one gone silent as unknown', async () => {
    const silent = new TraceMaker({
      startNs: server.nowNs,
      common: { 'pipeline.name': 'silent', 'pipeline.run.id': 'r' },
    });
    await server.send([silent.span({ attributes: { 'pipeline.event': 'run_started' } })]);
    await works('idle', 0, 1);
    later(30);
    const runs = await Promise.all(
      ['idle', 'silent'].map((pipeline) =>
        ann.start('RetryWasteHigh', { place: { pipeline }, gameDay: pipeline === 'silent' }),
      ),
    );
    const [idle, gone] = runs.map(({ id }) => id);
    await ann.tick(idle ?? '', 1);
    await ann.tick(gone ?? '', 2);
    later(15);
    const [revision] = (await learned('RetryWasteHigh')).revisions;
    // The game day is counted apart.
    expect(revision).toMatchObject({ executions: 1, gameDays: 1, figuresOf: 'uses' });
    expect(revision?.steps[0]).toMatchObject({ usdPerHourBefore: '0', usdPerHourAfter: '0' });
    expect(revision?.steps[1]).toMatchObject({ done: 0 });
    // What another use spent before, and nobody knows what after, is no change.
    await works('spender', 0, 1_000);
    const spender = await ann.start('RetryWasteHigh', { place: { pipeline: 'spender' } });
    await ann.tick(spender.id, 1);
    later(5);
    const [half] = (await learned('RetryWasteHigh')).revisions;
    const idleAlone = { done: 2, usdPerHourBefore: '0', usdPerHourAfter: '0' };
    expect(half?.steps[0]).toMatchObject(idleAlone);
    const again = await ann.start('QuarantineGrowing', {
      place: { pipeline: 'silent' },
      gameDay: true,
    });
    await ann.tick(again.id, 1);
    later(15);
    const [drill] = (await learned('QuarantineGrowing')).revisions;
    expect(drill).toMatchObject({ executions: 0, gameDays: 1, figuresOf: 'gameDays' });
    expect(drill?.steps[0]).toMatchObject({ done: 1, usdPerHourBefore: null });
  });
});

describe('the list of runbooks', () => {
  test('says how often each was used in earnest, and when last', async () => {
    const last = formatTime(server.nowNs);
    await ann.start('BackupFailed', { place: { pipeline: 'a' } });
    await ann.start('BackupFailed', { place: { pipeline: 'b' }, gameDay: true });
    expect(await listed('BackupFailed')).toMatchObject({ uses: 1, lastUsedAt: last });
    expect(await listed('QuarantineGrowing')).toMatchObject({ uses: 0, lastUsedAt: null });
  });

  test('tells decay with its reasons: never tested, and steps that five uses left out', async () => {
    const before = await listed('StoreRestarted');
    expect(before?.decay.reasons).toContainEqual({
      kind: 'untested',
      points: 35,
      text: 'never tested',
    });
    for (const use of ['a', 'b', 'c', 'd', 'e']) {
      const { id } = await ann.start('StoreRestarted', { place: { pipeline: use } });
      await ann.tick(id, 1);
      await ann.finish(id, { outcome: 'notHelped', reason: 'tried' });
    }
    const after = await listed('StoreRestarted');
    const steps = (await learned('StoreRestarted')).revisions[0]?.steps ?? [];
    expect(steps[1]).toMatchObject({ reached: 5, done: 0, droppedOff: 5 });
    expect(after?.decay.reasons).toContainEqual(
      expect.objectContaining({
        kind: 'unusedSteps',
        text: `${steps.length - 1} of ${steps.length} steps were not done in its last five uses`,
      }),
    );
    expect(after?.decay.score).toBeGreaterThan(before?.decay.score ?? 100);
  });

  test('weighs checks that failed after the alert had ended, or could not tell', async () => {
    const [alert] = await alertsOf(server, 'state=resolved&pipeline=mail');
    await verified({ runbook: 'DiskNearlyFull', alertId: alert?.id ?? '' }, [
      'passes',
      'fails',
      'cannotTell',
    ]);
    // Nobody knows whether it had ended: a failure may be right.
    await verified({ runbook: 'HeartbeatMissed', alertId: null }, ['fails']);
    const weight = async (runbook: string) =>
      (await listed(runbook))?.decay.reasons.find(({ kind }) => kind === 'failedChecks');
    expect(await weight('DiskNearlyFull')).toEqual({
      kind: 'failedChecks',
      points: 16.7,
      text: '2 of 3 checks failed after the alert had ended, or could not tell',
    });
    expect(await weight('HeartbeatMissed')).toBeUndefined();
  });

  test('keeps what older revisions have taught apart', async () => {
    await ann.start('DiskNearlyFull', { place: { pipeline: 'newer' } });
    const { revisions } = await learned('DiskNearlyFull');
    expect(
      revisions.map(({ isCurrent, executions, steps }) => [isCurrent, executions, steps[0]?.text]),
    ).toEqual([
      [true, 1, expect.not.stringContaining('of old')],
      [false, 1, 'the step of old'],
    ]);
  });

  test('is still told while the database is away', async () => {
    const before = await listed('StoreRestarted');
    await server.killStore();
    expect(await listed('StoreRestarted')).toEqual(before);
  });
});
