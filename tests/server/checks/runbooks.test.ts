/** Every runbook's checks and panels against the demo's configuration and data such as its pipeline sends. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MINUTE_NS } from '@burnbook/domain/time';
import {
  createCollector,
  modelCall,
  pipeline,
  qualityCheck,
  retry,
  step,
} from '../../../collectors/index.js';
import { panels, type PanelName } from '../../../domain/panels.js';
import { isQuestion, questionOf } from '../../../domain/runbook/questions.js';
import { loadConfig, type Config } from '../../../server/config/config.js';
import {
  runbookListSchema,
  runbookSchema,
  type CheckAnswer,
  type Runbook,
} from '../../../server/contract.js';
import { alertsBecome, post } from '../../support/alerts.js';
import { ask } from '../../support/checkStory.js';
import { hook, settingsOf } from '../../support/notifyStory.js';
import { panelPaths } from '../../support/panelPaths.js';
import { sloNamed } from '../../support/slos.js';
import { startTestServer, type TestServer } from '../../support/testServer.js';
import { TraceMaker } from '../../support/traceMaker.js';

const DEMO = fileURLToPath(new URL('../../../pipelines/demo/config', import.meta.url));
const BATCHES = ['08-22', '08-23', '08-24', '08-26', '08-27', '08-28'].map((day) => `2002-${day}`);
const NEWEST = BATCHES.at(-1) ?? '';
const ROWS = 100;
const nowNs = (): bigint => BigInt(Date.now()) * 1_000_000n;

let server: TestServer;
let asked = 0;
let runbooks: Runbook[];
beforeAll(async () => {
  const config: Config = {
    ...(await loadConfig(DEMO)),
    notify: settingsOf(
      `destinations:\n${hook('hook', 'http://127.0.0.1:9/', ', severities: [page, ticket]')}heartbeats:\n  - { name: nightly, everySeconds: 3600, owner: ann }\n`,
    ),
  };
  server = await startTestServer({
    config,
    nowNs: nowNs(),
    alertPauseMsMax: 50,
    checks: { keptMs: 60_000, timeoutMs: 20_000 },
    readDisk: () => {
      asked++;
      return Promise.resolve({ freeBytes: 1, totalBytes: 2 });
    },
  });
});
afterAll(() => server.close());

/** The days of the demo are backfilled; one run that was due makes its schedule known. */
async function scheduledRun(startNs: bigint): Promise<void> {
  const run = new TraceMaker({
    startNs,
    common: { 'pipeline.name': 'mail-etl', 'pipeline.run.id': 'due', 'pipeline.batch.id': 'due' },
  });
  const attributes = { 'pipeline.run.kind': 'scheduled', 'pipeline.run.outcome': 'succeeded' };
  await server.send([run.span({ name: 'run', lastsMs: 60_000, attributes })]);
}

/** Days of mail, of each a few calls of which the first fails once. */
async function sendBatches(): Promise<void> {
  const collector = createCollector({
    endpoint: server.url,
    serviceName: 'mail-etl',
    exportIntervalMs: 20,
  });
  const mail = pipeline('mail-etl', { team: 'data', collector });
  for (const batch of BATCHES) {
    await mail.run({ batch, kind: 'backfill' }, async () => {
      await step('gate', async (gate) => {
        gate.rows({ in: ROWS, out: ROWS - 2, failed: 2 });
        await qualityCheck('gate.valid_share', { passed: true, rows: ROWS, failedRows: 2 });
      });
      await step('classify', async () => {
        for (const mailId of ['a', 'b', 'c']) {
          let attempts = 0;
          await retry(
            () =>
              modelCall({ provider: 'openai', model: 'gpt-4o-mini' }, (call) => {
                call.usage({ inputTokens: 1_000, outputTokens: 100 });
                attempts++;
                if (mailId === 'a' && attempts === 1) {
                  return Promise.reject(Object.assign(new Error('no room'), { status: 429 }));
                }
                return Promise.resolve('spam');
              }),
            { operation: 'classify', idempotencyKey: `${batch} ${mailId}`, minTimeoutMs: 1 },
          );
        }
      });
      await step('publish', (publish) => publish.publishes('mail-features'));
    });
  }
  expect(await collector.flush()).toBe(true);
  await collector.shutdown();
}

test('there is what an alert would say of the place', { timeout: 60_000 }, async () => {
  // The past of a new SLO is counted piece by piece: while there is none that is soon done.
  let minutes = 40_000;
  await expect
    .poll(
      async () => {
        // What is asked a second time is told again.
        const burn = { slo: 'mail-attempts', minutes: String(minutes++), expect: '< 1' };
        return (await ask(server, 'burn-rate', burn)).reason;
      },
      { timeout: 30_000 },
    )
    .toMatch(/^no event/);
  await scheduledRun(server.nowNs - 2_880n * MINUTE_NS);
  await sendBatches();
  await post(server, '/api/heartbeats/nightly');
  await post(server, '/api/backups');
  server.running.rejectConfig('slos/mail.yaml:3: nonsense');
  // What the server counted of itself is stored when the minute is over.
  server.nowNs = nowNs() + MINUTE_NS;
  await sloNamed(server, 'mail-attempts');
  const [alert] = await alertsBecome(server, 'name=ConfigRejected', [{ state: 'firing' }]);
  const place = new URLSearchParams({
    pipeline: 'mail-etl',
    batch: NEWEST,
    budget: 'mail-etl',
    slo: 'mail-attempts',
    alert: alert?.id ?? '',
    model: 'gpt-4o-mini',
    provider: 'openai',
    destination: 'hook',
    heartbeat: 'nightly',
  });
  const { items } = await server.get('/api/runbooks', runbookListSchema);
  runbooks = await Promise.all(
    items.map(({ name }) => server.get(`/api/runbooks/${name}?${place}`, runbookSchema)),
  );
  expect(runbooks.length).toBeGreaterThanOrEqual(26);
});

test('every check of every runbook has an answer of its unit', { timeout: 60_000 }, async () => {
  const faults: string[] = [];
  for (const { name, checks } of runbooks) {
    for (const check of checks) {
      const answer = await ask(server, check.question, { ...check.params, expect: check.expect });
      const fault = check.open.length > 0 ? `is open: ${check.open.join()}` : faultOf(answer);
      if (fault !== null) faults.push(`${name} ${check.id} ${check.question}: ${fault}`);
    }
  }
  expect(faults).toEqual([]);
});

/** null: the answer is one of the question. A value that decides nothing, since it is too old or too little, is one too. */
function faultOf({ question, value, number, reason, state, factsAt }: CheckAnswer): string | null {
  if (!isQuestion(question)) return 'there is no such question';
  const { unit, words = [] } = questionOf(question);
  if (value === null) return `no value: ${reason}`;
  if (factsAt === null) return 'its facts are of no time';
  if (unit === 'word' ? !words.includes(value) : number === null) return `${value} is no ${unit}`;
  return (state === 'cannotTell') === (reason !== null) ? null : `${state}, because ${reason}`;
}

test('every panel of every runbook has what it shows', { timeout: 60_000 }, async () => {
  const paths = new Set(
    runbooks.flatMap(({ panels: shown }) =>
      shown.flatMap(({ panel, params }) => panelPaths[panel as PanelName](params, NEWEST)),
    ),
  );
  const faults: string[] = [];
  for (const each of paths) {
    const answer = await server.fetch(each);
    const text = await answer.text();
    if (answer.status !== 200) faults.push(`${each}: ${answer.status} ${text}`);
  }
  expect(faults).toEqual([]);
});

test('every panel that there is has something to show', { timeout: 60_000 }, async () => {
  const place = { pipeline: 'mail-etl', batch: NEWEST, budget: 'mail-etl', slo: 'mail-attempts' };
  for (const panel of Object.keys(panels) as PanelName[]) {
    for (const each of panelPaths[panel](place, NEWEST)) {
      expect([panel, (await server.fetch(each)).status]).toEqual([panel, 200]);
    }
  }
});

test('ten phones on one runbook ask the disk once', async () => {
  const before = asked;
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      ask(server, 'disk-free-share', { expect: `> ${index * 10 + 1} %` }),
    ),
  );
  expect(answers.map(({ state }) => state)).toEqual([
    ...Array<string>(5).fill('passes'),
    ...Array<string>(5).fill('fails'),
  ]);
  await ask(server, 'disk-free-share', { expect: '> 0' });
  expect(asked - before).toBeLessThanOrEqual(1);
});
