import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HOUR_NS, MINUTE_NS } from '@burnbook/domain/time';
import { readSlos } from '../../../server/config/slosFile.js';
import { slosSchema } from '../../../server/contract.js';
import { alertsOf } from '../../support/alerts.js';
import { at } from '../../support/budgets.js';
import { hook, settingsOf } from '../../support/notifyStory.js';
import { TEST_CONFIG } from '../../support/testConfig.js';
import { startTestServer, type TestServer } from '../../support/testServer.js';
import { chat, TraceMaker } from '../../support/traceMaker.js';

const NOON = at('2026-06-10T12:00:00Z');
const QUEUE_BYTES = 40_000;

const demo = (file: string) => ({
  file,
  text: readFileSync(
    fileURLToPath(new URL(`../../../pipelines/demo/config/slos/${file}`, import.meta.url)),
    'utf8',
  ),
});

let server: TestServer;
beforeAll(async () => {
  const burnbook = demo('burnbook.yaml');
  // No test may wait until a server is slow: none acknowledges within a microsecond.
  const files = [
    demo('mail-etl.yaml'),
    { ...burnbook, text: burnbook.text.replace('value: 500 #', 'value: 0.001 #') },
  ];
  server = await startTestServer({
    config: {
      ...TEST_CONFIG,
      slos: readSlos(files, { pipelines: new Map([['mail-etl', { scheduled: true }]]) }),
      notify: settingsOf(`destinations:\n${hook('nobody', 'http://127.0.0.1:9/')}`),
    },
    nowNs: NOON,
    queueBytesMax: QUEUE_BYTES,
  });
});
afterAll(() => server.close());

test('each alert that a promise of the demo is kept by is raised by its SLO, with its own runbook', async () => {
  const run = (startNs: bigint) =>
    new TraceMaker({
      startNs,
      common: { 'pipeline.name': 'mail-etl', 'pipeline.run.id': `run ${startNs}` },
    });
  const old = run(NOON - 27n * HOUR_NS - 30n * MINUTE_NS);
  await server.send([
    old.span({ name: 'run', lastsMs: 60_000, attributes: { 'pipeline.run.outcome': 'succeeded' } }),
  ]);
  const now = run(NOON - 4n * MINUTE_NS);
  await server.send([
    now.span({
      name: 'gate',
      lastsMs: 1_000,
      attributes: {
        'pipeline.step.name': 'gate',
        'pipeline.rows.in': 1_000,
        'pipeline.rows.failed': 400,
      },
    }),
    ...Array.from({ length: 20 }, () =>
      now.span({ name: 'chat', lastsMs: 5_000, attributes: chat('wren', { output: 1 }) }),
    ),
  ]);
  const tooMuch = Array.from({ length: 200 }, () =>
    now.span({ attributes: { text: 'x'.repeat(500) } }),
  );
  const answers = await Promise.all(Array.from({ length: 12 }, () => server.trySend(tooMuch)));
  expect(answers.filter(({ status }) => status === 503).length).toBeGreaterThan(2);
  // What the server did itself is stored with the end of its minute.
  server.nowNs += MINUTE_NS;
  const told = async () => {
    server.nowNs += 11_000_000_000n;
    await server.get('/api/slos', slosSchema);
    // Those that are over again by now were raised, too: the clock goes fast.
    const alerts = await alertsOf(server, 'severity=page&limit=100');
    return [
      ...new Set(
        alerts.map(
          ({ name, runbook, subject }) => `${name} ${subject['slo']} ${runbook.split('?')[0]}`,
        ),
      ),
    ].toSorted();
  };
  await expect
    .poll(told, { timeout: 50_000, interval: 200 })
    .toEqual([
      'AckLatencyHigh ack-latency /runbooks/AckLatencyHigh',
      'FreshnessBreach mail-fresh /runbooks/FreshnessBreach',
      'IngestRefusing ingest-acknowledged /runbooks/IngestRefusing',
      'ModelLatencyHigh mail-model-latency /runbooks/ModelLatencyHigh',
      'NotifierNotDelivering notifier-delivery /runbooks/NotifierNotDelivering',
      'RowQualityLow mail-rows /runbooks/RowQualityLow',
    ]);
}, 60_000);
