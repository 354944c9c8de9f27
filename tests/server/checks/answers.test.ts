import { NO_NOTIFY_SETTINGS } from '@burnbook/domain/notify/notifySettings';
import { questions, type QuestionName } from '@burnbook/domain/runbook/questions';
import { formatTime, MINUTE_NS } from '@burnbook/domain/time';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DiskSpace } from '../../../server/alert/rules/diskNearlyFull.js';
import { budgetsSchema } from '../../../server/contract.js';
import { alertsBecome, post } from '../../support/alerts.js';
import { CHECK_CASES } from '../../support/checkCases.js';
import { ask, CHECK_CONFIG, checkSpans, START_NS } from '../../support/checkStory.js';
import { sloNamed } from '../../support/slos.js';
import { startTestServer, type TestServer } from '../../support/testServer.js';
import { TraceMaker } from '../../support/traceMaker.js';

const GB = 1e9;
/** Three minutes after all of it was sent. */
const ASKED_NS = START_NS + 3n * MINUTE_NS;

let server: TestServer;
const disk: DiskSpace = { freeBytes: 9 * GB, totalBytes: 100 * GB };
beforeAll(async () => {
  server = await startTestServer({
    config: CHECK_CONFIG,
    nowNs: START_NS,
    alertPauseMsMax: 50,
    checks: { timeoutMs: 20_000 },
    readDisk: () => Promise.resolve(disk),
  });
});
afterAll(() => server.close());

/** Asks until it passes. */
const becomes = (question: string, query: Readonly<Record<string, string>>) =>
  expect
    .poll(async () => (await ask(server, question, query)).state, { timeout: 15_000, interval: 50 })
    .toBe('passes');

test('the rules see what was sent', { timeout: 60_000 }, async () => {
  // The past of a new SLO is counted piece by piece: while there is none that is soon done.
  const left = { slo: 'mail-attempts', expect: '> 0' };
  await expect
    .poll(async () => (await ask(server, 'error-budget-left', left)).reason, { timeout: 15_000 })
    .toBe('no event of it was seen in its period');
  await server.send(checkSpans());
  await post(server, '/api/heartbeats/nightly');
  await post(server, '/api/backups');
  await alertsBecome(server, 'name=RetryStorm', [{ subject: { pipeline: 'storm' } }]);
  server.nowNs = ASKED_NS;
  // What the server counted of itself is stored when somebody asks; the rules look after each commit.
  await sloNamed(server, 'mail-attempts');
  const life = new TraceMaker({ startNs: ASKED_NS, common: { 'pipeline.name': 'life' } });
  await server.send([life.span()]);
  await becomes('alert-state', { name: 'QuarantineGrowing', expect: '= firing' });
});

describe('a check passes where the answer is as expected, and fails where it is not', () => {
  test.each(CHECK_CASES)('$question $params: $value', async (each) => {
    const { question, params = {}, value, number, evidence } = each;
    const passes = await ask(server, question, { ...params, expect: each.passes });
    expect(passes).toMatchObject({
      question,
      params,
      expect: each.passes,
      state: 'passes',
      value,
      number,
      evidence,
      reason: null,
      at: formatTime(ASKED_NS),
    });
    expect(passes.factsAt).not.toBeNull();
    const fails = await ask(server, question, { ...params, expect: each.fails });
    expect(fails).toMatchObject({ state: 'fails', number, reason: null });
  });

  test('ack-latency: what the server measured itself', async () => {
    const answer = await ask(server, 'ack-latency', { expect: '< 10 min' });
    expect(answer).toMatchObject({ state: 'passes', evidence: '/slos' });
    expect(await ask(server, 'ack-latency', { expect: '<= 0 ms' })).toMatchObject({
      state: 'fails',
    });
  });

  test('error-budget-left and cost-budget-burn: as their pages say', async () => {
    const { budgetLeft } = await sloNamed(server, 'mail-attempts');
    const left = await ask(server, 'error-budget-left', { slo: 'mail-attempts', expect: '> 0' });
    expect(left).toMatchObject({ state: 'passes', number: budgetLeft });
    expect(
      await ask(server, 'error-budget-left', { slo: 'mail-attempts', expect: '< 0' }),
    ).toMatchObject({ state: 'fails' });
    const { items } = await server.get('/api/budgets', budgetsSchema);
    const { burn } = items.find(({ id }) => id === 'spender') ?? {};
    const burning = await ask(server, 'cost-budget-burn', { budget: 'spender', expect: '>= 1' });
    expect(burning).toMatchObject({ state: 'passes', evidence: '/cost/budgets/spender' });
    expect(burning.number).toBeCloseTo(burn?.window ?? 0, 6);
    expect(
      await ask(server, 'cost-budget-burn', { budget: 'spender', expect: '< 1' }),
    ).toMatchObject({ state: 'fails' });
  });

  test('undelivered-messages: those that wait for more than two minutes', async () => {
    const answer = await ask(server, 'undelivered-messages', { expect: '= 0' });
    expect(answer).toMatchObject({ state: 'fails' });
    expect(answer.number).toBeGreaterThan(0);
    // Taken out of notify.yaml, it waits for nobody.
    const destinations = CHECK_CONFIG.notify?.destinations.filter(({ name }) => name !== 'hook');
    server.applyConfig({
      ...CHECK_CONFIG,
      notify: { ...NO_NOTIFY_SETTINGS, ...CHECK_CONFIG.notify, destinations: destinations ?? [] },
    });
    await becomes('undelivered-messages', { expect: '= 0' });
    server.applyConfig(CHECK_CONFIG);
    await becomes('undelivered-messages', { expect: '> 0' });
  });

  test('a check and the alert of the same figures never disagree', async () => {
    const states = async (name: string, subject: Record<string, string>) =>
      (await ask(server, 'alert-state', { name, ...subject, expect: '= firing' })).state;
    const pipelines = ['storm', 'calm'];
    for (const pipeline of pipelines) {
      const { state } = await ask(server, 'attempts-per-operation', { pipeline, expect: '> 1.5' });
      expect([pipeline, state]).toEqual([pipeline, await states('RetryStorm', { pipeline })]);
    }
    const waste = await ask(server, 'retry-waste-share', { pipeline: 'storm', expect: '> 10 %' });
    expect(waste.state).toBe(await states('RetryWasteHigh', { pipeline: 'storm' }));
    const unpriced = await ask(server, 'unpriced-call-share', { expect: '> 1 %' });
    expect(unpriced.state).toBe(await states('UnpricedUsage', {}));
    const refused = { provider: 'limits', errorClass: 'rate_limited' };
    const limited = await ask(server, 'attempt-error-share', { ...refused, expect: '> 20 %' });
    expect(limited.state).toBe(await states('ProviderRateLimited', { provider: 'limits' }));
    const quarantine = await ask(server, 'quarantine-ratio', { pipeline: 'grows', expect: '> 3' });
    expect(quarantine.state).toBe(await states('QuarantineGrowing', { pipeline: 'grows' }));
  });

  test('every question is asked here', () => {
    const asked = [
      ...CHECK_CASES.map(({ question }) => question),
      'ack-latency',
      'error-budget-left',
      'cost-budget-burn',
    ];
    expect(Object.keys(questions).filter((name) => !asked.includes(name))).toEqual([]);
  });
});

describe('a check cannot tell', () => {
  test.each<[QuestionName, Readonly<Record<string, string>>, RegExp]>([
    ['alert-state', { name: 'NoSuchAlert', expect: '= resolved' }, /no alert is called/],
    ['alert-state', { alert: 'none', expect: '= resolved' }, /there is no alert/],
    ['alert-state', { expect: '= resolved' }, /must say alert or name/],
    ['attempts-per-operation', { pipeline: 'nobody', expect: '< 2' }, /no attempt ended in 10 min/],
    ['attempts-per-operation', { pipeline: '{{pipeline}}', expect: '< 2' }, /pipeline is open/],
    ['attempt-error-share', { provider: 'nobody', expect: '< 1' }, /no attempt ended/],
    ['burn-rate', { slo: 'none', expect: '< 1' }, /there is no SLO "none"/],
    ['burn-rate', { slo: 'nobody-runs', expect: '< 1' }, /no event of it in 60 min/],
    ['error-budget-left', { slo: 'nobody-runs', expect: '> 0' }, /no event of it was seen/],
    ['telemetry-coverage', { slo: 'nobody-runs', expect: '> 0.9' }, /no run of it was open or due/],
    ['telemetry-age', { pipeline: 'nobody', expect: '< 1 h' }, /was ever seen/],
    ['telemetry-age', { pipeline: '', expect: '< 1 h' }, /pipeline is open/],
    [
      'data-age',
      { pipeline: 'nobody', expect: '< 1 h' },
      /no run of nobody was ever seen to succeed/,
    ],
    ['data-age', { dataset: 'none', expect: '< 1 h' }, /write the dataset none/],
    ['data-age', { expect: '< 1 h' }, /must say pipeline or dataset/],
    ['model-latency', { model: 'nobody', expect: '< 1 s' }, /no model call ended/],
    ['rows-valid-share', { pipeline: 'calm', expect: '> 0.9' }, /no step told of its rows/],
    ['quarantine-ratio', { pipeline: 'young', expect: '< 3' }, /a usual of fewer says nothing/],
    ['batch-verdict', { pipeline: 'calm', expect: '= on_time' }, /no batch of calm was due/],
    ['batch-verdict', { pipeline: 'nightly', batch: 'x', expect: '= on_time' }, /no batch "x"/],
    ['batch-outcome', { pipeline: 'nobody', expect: '= succeeded' }, /no batch of nobody/],
    ['batch-cost-ratio', { pipeline: 'grows', expect: '< 2' }, /nothing before it had a price/],
    ['batch-cost-ratio', { pipeline: 'nobody', expect: '< 2' }, /was ever seen/],
    ['cost-budget-spent', { budget: 'none', expect: '< 1' }, /there is no budget "none"/],
    ['cost-budget-spent', { budget: 'unpriced', expect: '< 1' }, /4 lines .* have no price/],
    ['cost-budget-burn', { budget: 'nobody', expect: '< 1' }, /nothing that counts against it/],
    ['unpriced-call-share', { model: 'nobody', expect: '< 1' }, /no model call in 1440 min/],
    ['retry-waste-share', { pipeline: 'nobody', expect: '< 1' }, /nothing was spent/],
    ['heartbeat-age', { heartbeat: 'never', expect: '< 1 h' }, /no sign of life ever came/],
    ['heartbeat-age', { heartbeat: 'none', expect: '< 1 h' }, /expects no heartbeat/],
    ['dropped-spans', { pipeline: 'nobody', expect: '= 0' }, /no telemetry came in 60 min/],
    ['undelivered-messages', { destination: 'none', expect: '= 0' }, /no destination "none"/],
  ])('%s %o', async (question, query, reason) => {
    const answer = await ask(server, question, query);
    expect(answer).toMatchObject({
      state: 'cannotTell',
      reason: expect.stringMatching(reason) as string,
    });
  });
});
