import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MINUTE_NS } from '@burnbook/domain/time';
import type { DiskSpace } from '../../../server/alert/rules/diskNearlyFull.js';
import { problemSchema } from '../../../server/contract.js';
import {
  ask,
  CHECK_CONFIG,
  checkSpans,
  SILENT_NS,
  silentSpans,
  START_NS,
} from '../../support/checkStory.js';
import { sloNamed, tries } from '../../support/slos.js';
import { startTestServer, type TestServer } from '../../support/testServer.js';
import { TraceMaker } from '../../support/traceMaker.js';

let server: TestServer;
let readDisk = (): Promise<DiskSpace> => Promise.resolve({ freeBytes: 1, totalBytes: 4 });
beforeAll(async () => {
  server = await startTestServer({
    config: CHECK_CONFIG,
    nowNs: SILENT_NS,
    alertPauseMsMax: 50,
    checks: { timeoutMs: 3_000 },
    readDisk: () => readDisk(),
  });
  await server.send(silentSpans());
  server.nowNs = START_NS;
  await server.send(checkSpans());
});
afterAll(() => server.close());

const CALM = { pipeline: 'calm', expect: '<= 1.5' };
/** Asks until the answer is so. */
const becomes = (question: string, query: Readonly<Record<string, string>>, wanted: object) =>
  expect
    .poll(() => ask(server, question, query), { timeout: 15_000, interval: 50 })
    .toMatchObject(wanted);

describe('what cannot be asked is refused, with the parameter', () => {
  test.each([
    ['no-such-question', { expect: '= 1' }, 'question', /there is no question "no-such-question"/],
    ['constructor', { expect: '= 1' }, 'question', /there is no question/],
    ['disk-free-share', {}, 'expect', /must be said/],
    ['disk-free-share', { expect: 'plenty' }, 'expect', /must be one of .* and a number/],
    ['disk-free-share', { expect: '> 5 min' }, 'expect', /then nothing or one of %/],
    ['config-state', { expect: '= fine' }, 'expect', /one of accepted, rejected/],
    ['disk-free-share', { expect: `> ${'1'.repeat(300)}` }, 'expect', /at most 200 characters/],
    ['disk-free-share', { expect: '> 1', pipeline: 'x' }, 'pipeline', /it takes none/],
    ['telemetry-age', { expect: '< 1', slo: 'x' }, 'slo', /it takes pipeline/],
    ['telemetry-age', { expect: '< 1', colour: 'x' }, 'colour', /there is no parameter/],
    ['telemetry-age', { expect: '< 1', pipeline: 'x'.repeat(1_001) }, 'pipeline', /at most 1000/],
    ['burn-rate', { expect: '< 1', slo: 'a', minutes: '0' }, 'minutes', /from 1 to 44640/],
    ['burn-rate', { expect: '< 1', slo: 'a', minutes: '44641' }, 'minutes', /from 1 to 44640/],
    ['burn-rate', { expect: '< 1', slo: 'a', minutes: '1.5' }, 'minutes', /a whole number/],
    [
      'attempt-error-share',
      { expect: '< 1', errorClass: 'server,bad luck' },
      'errorClass',
      /not "bad luck"/,
    ],
  ])('%s %o', async (question, query, field, detail) => {
    const search = new URLSearchParams(query).toString();
    const answer = await server.fetch(`/api/checks/${question}?${search}`);
    expect(answer.status).toBe(400);
    const problem = problemSchema.parse(await answer.json());
    expect(problem.field).toBe(field);
    expect(problem.detail).toMatch(detail);
  });
});

test('the files of the configuration are rejected, and accepted again', async () => {
  server.running.rejectConfig('slos/mail.yaml:3: nonsense');
  expect(await ask(server, 'config-state', { expect: '= accepted' })).toMatchObject({
    state: 'fails',
    value: 'rejected',
  });
  server.running.applyConfig(CHECK_CONFIG);
  expect(await ask(server, 'config-state', { expect: '= accepted' })).toMatchObject({
    state: 'passes',
  });
});

test('telemetry that covers less than nine tenths of the due time', async () => {
  // What covers the run is read when SLOs are judged.
  await becomes(
    'telemetry-coverage',
    { slo: 'silent-attempts', expect: '>= 90 %' },
    { state: 'fails', value: '6 %', coverage: null },
  );
  // Two attempts now, in a run of its own: they say little of an hour of which most is dark.
  await server.send(
    tries({
      atNs: START_NS - 10_000_000_000n,
      outcomes: ['failed', 'succeeded'],
      pipeline: 'silent',
      run: 'next',
    }),
  );
  await sloNamed(server, 'silent-attempts');
  const dark = {
    state: 'cannotTell',
    coverage: expect.closeTo(0.06, 1) as number,
    reason: expect.stringMatching(
      /^telemetry covers [\d.]+ %: below 90 % nobody can say$/,
    ) as string,
  };
  const lately = { pipeline: 'silent', minutes: '48' };
  await becomes('attempts-per-operation', { ...lately, expect: '<= 2' }, { ...dark, number: 2 });
  await becomes('attempt-error-share', { ...lately, expect: '< 60 %' }, { ...dark, number: 0.5 });
  const burn = { slo: 'silent-attempts', minutes: '48' };
  await becomes('burn-rate', { ...burn, expect: '< 1000' }, dark);
});

test('facts that are too old', async () => {
  server.nowNs = START_NS + 10n * MINUTE_NS;
  const asked = { ...CALM, minutes: '60' };
  expect(await ask(server, 'attempts-per-operation', asked)).toMatchObject({
    state: 'cannotTell',
    value: '1.5 ×',
    number: 1.5,
    factsAt: '2026-05-04T09:59:00.010Z',
    reason: 'the facts are 11 min old: older than 10 min they decide nothing',
  });
  const alert = { name: 'BackupFailed', expect: '= resolved' };
  // Nothing has come for ten minutes, so that no rule has looked either.
  expect(await ask(server, 'alert-state', alert)).toMatchObject({
    state: 'cannotTell',
    value: 'resolved',
    reason: expect.stringMatching(/older than 2 min/) as string,
  });
  const life = new TraceMaker({ startNs: server.nowNs, common: { 'pipeline.name': 'life' } });
  await server.send([life.span()]);
  await becomes('alert-state', alert, { state: 'passes' });
  server.nowNs = START_NS + 2n * MINUTE_NS;
  expect(await ask(server, 'attempts-per-operation', asked)).toMatchObject({ state: 'passes' });
});

test('a store that hangs holds nobody up, and what hangs is asked once', async () => {
  let asked = 0;
  let answerDisk = (_: DiskSpace): void => undefined;
  readDisk = () => {
    asked++;
    return new Promise((resolve) => (answerDisk = resolve));
  };
  const { pid } = server.running.store;
  process.kill(pid ?? 0, 'SIGSTOP');
  try {
    const disk = { expect: '> 0' };
    const answers = await Promise.all([
      ...Array.from({ length: 10 }, () => ask(server, 'attempts-per-operation', CALM)),
      ...Array.from({ length: 20 }, (_, index) =>
        ask(server, 'telemetry-age', { pipeline: `pipeline ${index}`, expect: '< 1 h' }),
      ),
      ...Array.from({ length: 10 }, () => ask(server, 'disk-free-share', disk)),
    ]);
    for (const answer of answers) {
      expect(answer).toMatchObject({ state: 'cannotTell', reason: 'no answer within 3 s' });
    }
    expect(await ask(server, 'disk-free-share', disk)).toMatchObject({ state: 'cannotTell' });
    expect(asked).toBe(1);
    answerDisk({ freeBytes: 1, totalBytes: 4 });
  } finally {
    process.kill(pid ?? 0, 'SIGCONT');
    readDisk = () => Promise.resolve({ freeBytes: 1, totalBytes: 4 });
  }
  await becomes('attempts-per-operation', CALM, { state: 'passes' });
  await becomes('disk-free-share', { expect: '= 25 %' }, { state: 'passes' });
});

test('a store that is away: what the server knows itself is told all the same', async () => {
  await server.killStore();
  const [calm, disk, refused] = await Promise.all([
    ask(server, 'attempts-per-operation', CALM),
    ask(server, 'disk-free-share', { expect: '= 25 %' }),
    server.trySend(checkSpans()),
  ]);
  expect(calm).toMatchObject({ state: 'cannotTell', reason: 'the database is restarting' });
  expect(disk).toMatchObject({ state: 'passes' });
  expect(refused.status).toBe(503);
  await becomes('attempts-per-operation', CALM, { state: 'passes' });
  await becomes('store-restarts', { expect: '= 0' }, { state: 'fails', number: 1 });
  // What the server counted of itself is stored a minute later.
  server.nowNs += MINUTE_NS;
  await sloNamed(server, 'mail-attempts');
  await becomes('ingest-refused-share', { expect: '= 0' }, { state: 'fails' });
});

test('what an earlier process of the server counted is counted too', async () => {
  server.nowNs += MINUTE_NS;
  await server.restart();
  await becomes('store-restarts', { expect: '= 1' }, { state: 'passes' });
  expect(await ask(server, 'store-restarts', { expect: '= 0', minutes: '1' })).toMatchObject({
    state: 'passes',
  });
});

test('a restart in the minute in which a later process of the server began is counted, and once', async () => {
  const storeRestarts = (expected: string) =>
    becomes('store-restarts', { expect: `= ${expected}` }, { state: 'passes' });
  server.nowNs += 90n * MINUTE_NS;
  await server.killStore();
  await storeRestarts('1');
  // The minute is the same; what was counted is stored as the server ends.
  await server.restart();
  await storeRestarts('1');
  await server.killStore();
  await storeRestarts('2');
  server.nowNs += MINUTE_NS;
  await sloNamed(server, 'mail-attempts');
  await storeRestarts('2');
});
