import { MINUTE_NS, parseTime } from '@burnbook/domain/time';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DiskSpace } from '../../server/alert/rules/diskNearlyFull.js';
import {
  alertsBecome,
  alertsOf,
  batchesWithFailures,
  dearBatches,
  incidentsOf,
  operations,
} from '../support/alerts.js';
import { settingsOf } from '../support/notifyStory.js';
import type { SpanSpec } from '../support/spanSpec.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { chat, TraceMaker } from '../support/traceMaker.js';
import { locale } from '../../web/i18n/t.js';
import { alertSummary, incidentTitle } from '../../web/incident/alertSummary.js';
import { loadAlertWords } from '../../web/incident/alertWords.js';

const START_NS = parseTime('2026-05-04T10:00:00Z') ?? 0n;
/** When it was sent: what happens now is not over. */
const SENT_NS = START_NS - MINUTE_NS;
const GB = 1e9;
const CONFIG = {
  ...TEST_CONFIG,
  notify: settingsOf('heartbeats:\n  - { name: nightly, everySeconds: 120, owner: ann }\n'),
  pipelines: {
    ...TEST_CONFIG.pipelines,
    batchCostAboveNormal: { minUsd: '0.000001' },
    retryWasteHigh: { minUsd: '0.000002' },
    pipelines: [{ name: 'storm', owner: 'data-platform' }],
  },
};

let server: TestServer;
let disk: DiskSpace = { freeBytes: 9 * GB, totalBytes: 100 * GB };
beforeAll(async () => {
  server = await startTestServer({
    config: CONFIG,
    nowNs: START_NS,
    alertPauseMsMax: 50,
    readDisk: () => Promise.resolve(disk),
  });
  // One evaluation sees it all.
  await server.send([
    ...tries(),
    ...providers(),
    ...dropping(),
    ...unpriced(),
    ...quarantines(),
    ...dearBatches(START_NS),
  ]);
  // The rules of the minute have been asked at the start already.
  await later(1);
});
afterAll(() => server.close());

function tries(): SpanSpec[] {
  const own = { atNs: SENT_NS, errorClass: 'invalid_output' };
  return [
    ...operations('calm', { ...own, count: 20, attempts: 1 }),
    ...operations('calm', { ...own, count: 20, attempts: 2 }),
    ...operations('few', { ...own, count: 19, attempts: 3 }),
    ...operations('storm', { ...own, count: 20, attempts: 2, tokens: 100 }),
    // Half of it is lost, as of the storm: a tenth of what is worth an alert.
    ...operations('pennies', { ...own, count: 10, attempts: 2, tokens: 20 }),
  ];
}

function providers(): SpanSpec[] {
  const calls = (provider: string, errorClass: string, count: number): SpanSpec[] =>
    operations(provider, { atNs: SENT_NS, count, attempts: 2, errorClass }).map((span) => ({
      ...span,
      attributes: { ...span.attributes, 'gen_ai.provider.name': provider },
    }));
  return [
    ...calls('limits', 'rate_limited', 15),
    ...calls('breaks', 'server', 15),
    // What the caller did wrong is no outage, and a few tries say nothing.
    ...calls('blames', 'invalid_request', 15),
    ...calls('seldom', 'server', 9),
  ];
}

function dropping(): SpanSpec[] {
  const trace = new TraceMaker({ startNs: SENT_NS, common: { 'pipeline.name': 'lossy' } });
  return [trace.span({ attributes: { 'pipeline.run.id': 'r', 'burnbook.dropped_spans': 12 } })];
}

function unpriced(): SpanSpec[] {
  const trace = new TraceMaker({ startNs: SENT_NS, common: { 'pipeline.name': 'new' } });
  const call = () => trace.span({ attributes: chat('nobody-knows', { input: 1 }) });
  return Array.from({ length: 40 }, call);
}

function quarantines(): SpanSpec[] {
  return [
    ...batchesWithFailures('grows', [10, 12, 8, 10, 31, 40], START_NS),
    ...batchesWithFailures('once', [10, 12, 8, 10, 10, 40], START_NS),
    ...batchesWithFailures('edge', [10, 12, 8, 10, 30, 40], START_NS),
    ...batchesWithFailures('young', [10, 10, 40, 40], START_NS),
  ];
}

/** Time passes and something arrives: the rules are asked, those of the minute too. */
async function later(minutes: number): Promise<void> {
  server.nowNs += BigInt(minutes) * MINUTE_NS;
  const life = new TraceMaker({ startNs: server.nowNs, common: { 'pipeline.name': 'life' } });
  await server.send([life.span()]);
}

describe('an alert rises by its rule', () => {
  test('RetryStorm at more than 1.5 attempts an operation, and not at 1.5', async () => {
    const [storm] = await alertsBecome(server, 'name=RetryStorm', [
      { subject: { pipeline: 'storm' }, severity: 'page', owner: 'data-platform' },
    ]);
    expect(storm?.summary).toBe(
      'storm needed 40 attempts for 20 operations in 10 min: 2.00 each, at most 1.5 is usual',
    );
    expect(await incidentsOf(server, 'pipeline=storm')).toMatchObject([{ state: 'open' }]);
  });

  test('RetryWasteHigh above a tenth of the day’s spend', async () => {
    await alertsBecome(server, 'name=RetryWasteHigh', [
      {
        subject: { pipeline: 'storm' },
        severity: 'ticket',
        stakeUsd: '0.000002',
        figures: { share: '50.0 %' },
        // The storm of the same pipeline is a page.
        muted: { by: 'page' },
      },
    ]);
  });

  test('ProviderRateLimited and ProviderOutage above a fifth of the attempts', async () => {
    await alertsBecome(server, 'name=ProviderRateLimited', [
      { subject: { provider: 'limits' }, severity: 'ticket', figures: { share: '50.0 %' } },
    ]);
    const [outage] = await alertsBecome(server, 'name=ProviderOutage', [
      { subject: { provider: 'breaks' }, severity: 'ticket' },
    ]);
    expect(outage?.summary).toBe(
      'breaks failed 15 of 30 attempts in 10 min: 50.0 %, at most 20.0 % is usual',
    );
  });

  test('CollectorDropping when a collector says so', async () => {
    await alertsBecome(server, 'name=CollectorDropping', [
      { subject: { pipeline: 'lossy' }, severity: 'ticket', figures: { droppedSpans: '12' } },
    ]);
  });

  test('UnpricedUsage above a hundredth of the day’s calls', async () => {
    const [alert] = await alertsBecome(server, 'name=UnpricedUsage', [
      { subject: {}, severity: 'ticket', state: 'firing' },
    ]);
    expect(alert?.summary).toMatch(
      /^\d+ of \d+ model calls in 24 h have no price \(.* %\): testai nobody-knows, /,
    );
  });

  test('QuarantineGrowing when two batches running fail over three times the usual rows', async () => {
    await alertsBecome(server, 'name=QuarantineGrowing', [
      {
        subject: { pipeline: 'grows' },
        severity: 'ticket',
        figures: { batch: 'batch-5', rowsFailed: '40', rowsFailedBefore: '31', usual: '10' },
      },
    ]);
  });

  test('BatchCostAboveNormal for each dear batch of the last day', async () => {
    await alertsBecome(server, 'name=BatchCostAboveNormal', [
      {
        subject: { pipeline: 'dear', batch: 'batch-3' },
        severity: 'ticket',
        stakeUsd: '0.0000015',
        figures: { ratio: '2.5' },
      },
    ]);
  });

  test('DiskNearlyFull as a ticket below 10 %', async () => {
    await alertsBecome(server, 'name=DiskNearlyFull', [
      { severity: 'ticket', summary: '9.0 GB of 100.0 GB are free where the database is: 9.0 %' },
    ]);
  });

  test('DiskNearlyFull as a page below 3 %, ConfigRejected while files are wrong', async () => {
    disk = { freeBytes: 2 * GB, totalBytes: 100 * GB };
    server.running.rejectConfig('budgets.yaml:3: amountUsd: no amount\nbudgets.yaml:9: id: twice');
    await later(2);
    await alertsBecome(server, 'name=DiskNearlyFull', [{ severity: 'page', state: 'firing' }]);
    await alertsBecome(server, 'name=ConfigRejected', [
      {
        severity: 'ticket',
        summary:
          'configuration rejected, the former one stays in force: budgets.yaml:3: amountUsd: no amount',
        figures: { faults: '2' },
      },
    ]);
  });

  test('HeartbeatMissed until it comes', async () => {
    await later(2);
    await alertsBecome(server, 'name=HeartbeatMissed', [
      {
        subject: { heartbeat: 'nightly' },
        severity: 'page',
        owner: 'ann',
        summary: 'the heartbeat nightly was due by 2026-05-04T10:03:00Z and last came: never',
      },
    ]);
    expect((await server.fetch('/api/heartbeats/nightly', { method: 'POST' })).ok).toBe(true);
    await later(1);
    await alertsBecome(server, 'name=HeartbeatMissed', []);
  });

  test('StoreRestarted once as a ticket, three times in ten minutes as a page', async () => {
    const dies = async (): Promise<void> => {
      await server.killStore();
      await expect.poll(() => server.running.store.ready, { timeout: 10_000 }).toBe(true);
    };
    await dies();
    await alertsBecome(server, 'name=StoreRestarted', [{ severity: 'ticket', subject: {} }]);
    await dies();
    await dies();
    await alertsBecome(server, 'name=StoreRestarted', [
      { severity: 'page', summary: "the store's process died 3 times in 10 min" },
    ]);
  });
});

test('an alert goes when its figures have been back for five minutes, its incident with it', async () => {
  disk = { freeBytes: 50 * GB, totalBytes: 100 * GB };
  server.applyConfig(CONFIG);
  await expect
    .poll(
      async () => {
        await later(20);
        return (await alertsOf(server)).map(({ name }) => name).toSorted();
      },
      { timeout: 20_000, interval: 500 },
    )
    .toEqual([
      // These look a day back.
      'BatchCostAboveNormal',
      // Nothing came since.
      'HeartbeatMissed',
      'QuarantineGrowing',
      'RetryWasteHigh',
      'UnpricedUsage',
    ]);
  const over = await alertsOf(server, 'state=resolved');
  expect(over.map(({ name, reason }) => `${name} ${reason}`).toSorted()).toEqual(
    [
      'CollectorDropping',
      'ConfigRejected',
      'DiskNearlyFull',
      'ProviderOutage',
      'ProviderRateLimited',
      'RetryStorm',
      'StoreRestarted',
    ].map((name) => `${name} cleared`),
  );
  const incidents = await incidentsOf(server, 'state=closed');
  expect(incidents.map(({ state, reason }) => [state, reason])).toEqual(
    incidents.map(() => ['closed', 'its alerts resolved']),
  );
  expect(incidents.map(({ title }) => title).toSorted()).toEqual([
    'DiskNearlyFull',
    'RetryStorm: storm',
    'StoreRestarted',
  ]);
});

const HAN = /\p{Script=Han}/u;
const NO_ALERT = { name: '', subject: {}, figures: {}, summary: '' };

test('each can be said on a Chinese page from its facts, as can its incident', async () => {
  const alerts = await alertsOf(server, 'state=all&limit=200');
  const incidents = await incidentsOf(server, 'state=all');
  locale.value = 'zh-CN';
  await loadAlertWords();
  const said = alerts.map((alert) => [alert.name, alertSummary(alert, 'UTC')] as const);
  const titles = incidents.map((incident) => incidentTitle(incident, 'UTC'));
  locale.value = 'en';
  await loadAlertWords();
  expect(new Set(said.map(([name]) => name)).size).toBe(12);
  for (const [name, text] of said) expect([name, text]).toEqual([name, expect.stringMatching(HAN)]);
  for (const title of titles) expect(title).toMatch(HAN);
  expect(alertSummary(alerts[0] ?? NO_ALERT, 'UTC')).toBe(alerts[0]?.summary);
});

test('the configuration says from where on RetryWasteHigh and DiskNearlyFull fire', async () => {
  expect(await alertsOf(server, 'name=RetryWasteHigh&pipeline=pennies')).toEqual([]);
  const { retryWasteHigh: _, ...asShipped } = CONFIG.pipelines;
  server.applyConfig({
    ...CONFIG,
    pipelines: { ...asShipped, diskNearlyFull: { ticketBelow: 0.6, pageBelow: 0.03 } },
  });
  await later(2);
  await alertsBecome(server, 'name=DiskNearlyFull', [{ severity: 'ticket' }]);
  await later(6);
  // Of less than a cent a day nobody is told.
  await alertsBecome(server, 'name=RetryWasteHigh', []);
  server.applyConfig({
    ...CONFIG,
    pipelines: { ...asShipped, retryWasteHigh: { minUsd: '0' } },
  });
  await later(2);
  await alertsBecome(server, 'name=RetryWasteHigh', [
    { subject: { pipeline: 'pennies' } },
    { subject: { pipeline: 'storm' } },
  ]);
});
