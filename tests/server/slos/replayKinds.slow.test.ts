import { afterAll, beforeAll, expect, test } from 'vitest';
import { MINUTE_NS } from '@burnbook/domain/time';
import { readSlos } from '../../../server/config/slosFile.js';
import { replaySchema, slosSchema, type Replay } from '../../../server/contract.js';
import { at } from '../../support/budgets.js';
import { post } from '../../support/alerts.js';
import { sloConfig, staysUp, tries } from '../../support/slos.js';
import { startTestServer, type TestServer } from '../../support/testServer.js';
import { chat, TraceMaker } from '../../support/traceMaker.js';

const NOON = at('2026-06-10T12:00:00Z');

const events =
  (kind: string, more = '') =>
  (pipelines: string) =>
    `ratioMetric:
        counter: true
        good: { metricSource: { type: burnbook, spec: { events: ${kind}, where: { pipeline: ${pipelines}, outcome: ${kind === 'qualityChecks' ? 'passed' : 'succeeded'}${more} } } } }
        total: { metricSource: { type: burnbook, spec: { events: ${kind}, where: { pipeline: ${pipelines}${more} } } } }`;
const value = (spec: (pipelines: string) => string) => (pipelines: string) =>
  `thresholdMetric: { metricSource: { type: burnbook, spec: ${spec(pipelines)} } }`;

interface Kind {
  readonly indicator: (pipelines: string) => string;
  readonly objective?: string;
  readonly method?: string;
  readonly good: number;
  readonly total: number;
}

/** Each indicator over a pipeline, whose name may stand in a list with another one that there is not. */
const KINDS: Readonly<Record<string, Kind>> = {
  attempts: { indicator: events('attempts'), good: 24, total: 72 },
  operations: { indicator: events('operations'), good: 24, total: 48 },
  runs: { indicator: events('runs'), good: 24, total: 48 },
  rows: { indicator: events('rows'), good: 2_400, total: 4_800 },
  calls: { indicator: events('modelCalls'), good: 24, total: 48 },
  tagged: { indicator: events('modelCalls', ', tag.customer: acme'), good: 24, total: 48 },
  checks: { indicator: events('qualityChecks'), good: 24, total: 48 },
  slices: {
    indicator: events('attempts'),
    method: 'Timeslices',
    objective: ', timeSliceTarget: 0.6, timeSliceWindow: 5m',
    good: 24,
    total: 72,
  },
  shares: {
    indicator: events('attempts'),
    method: 'RatioTimeslices',
    objective: ', timeSliceWindow: 5m',
    good: 24,
    total: 72,
  },
  latency: {
    indicator: value(
      (pipelines) => `{ events: modelCalls, where: { pipeline: ${pipelines} }, value: latency }`,
    ),
    objective: ', op: lt, value: 500',
    good: 24,
    total: 48,
  },
  fresh: {
    indicator: value(
      (pipelines) => `{ freshness: { pipeline: ${pipelines.replace(/[[\]]|, .*/g, '')} } }`,
    ),
    objective: ', op: lte, value: 1800',
    good: 145,
    total: 241,
  },
  dataset: {
    indicator: value(() => '{ freshness: { dataset: mails } }'),
    objective: ', op: lte, value: 1800',
    good: 145,
    total: 241,
  },
  server: {
    indicator: (pipelines) => {
      const name = pipelines.startsWith('[') ? '[ingest, nothing]' : 'ingest';
      const spec = (more: string) =>
        `{ metricSource: { type: burnbook, spec: { events: server, where: { name: ${name}${more} } } } }`;
      return `ratioMetric:
        counter: true
        good: ${spec(', outcome: acknowledged')}
        total: ${spec('')}`;
    },
    // And the request that brings all spans.
    good: 25,
    total: 49,
  },
  sql: {
    indicator: value(
      (pipelines) =>
        `{ sql: "SELECT end_ns AS at, (outcome = 'succeeded')::INT AS good, 1 AS total FROM attempts WHERE end_ns >= $from AND end_ns < $to AND '${pipelines.length}' <> ''" }`,
    ),
    good: 24,
    total: 72,
  },
};

const yamlOf = (
  name: string,
  { indicator, objective = '', method = 'Occurrences' }: Kind,
  pipelines: string,
) => `
apiVersion: openslo/v1
kind: SLO
metadata: { name: ${name} }
spec:
  service: mail
  budgetingMethod: ${method}
  timeWindow: [{ duration: 28d, isRolling: true }]
  indicator:
    metadata: { name: ${name}-ok }
    spec:
      ${indicator(pipelines)}
  objectives: [{ target: 0.9${objective} }]
`;

const policyOf = (name: string, factor: number) => `
apiVersion: openslo/v1
kind: AlertPolicy
metadata: { name: ${name} }
spec:
  conditions:
    - kind: AlertCondition
      metadata: { name: burns }
      spec:
        severity: ticket
        condition: { kind: burnrate, op: gt, threshold: ${factor}, lookbackWindow: 1h, alertAfter: 5m }
`;

/** An SLO of two objectives whose parts are objects of their own. */
const BY_PARTS = `
apiVersion: openslo/v1
kind: SLO
metadata: { name: by-parts }
spec:
  service: mail
  budgetingMethod: Occurrences
  timeWindow: [{ duration: 28d, isRolling: true }]
  indicatorRef: runs-ok
  alertPolicies: [slow]
  objectives: [{ displayName: strict, target: 0.99 }, { displayName: loose, target: 0.5 }]
`;
const PARTS = [
  BY_PARTS,
  `
apiVersion: openslo/v1
kind: SLI
metadata: { name: runs-ok }
spec:
  ${events('runs')('mail').trim()}
`,
  policyOf('slow', 1.5),
].join('---');

let server: TestServer;

beforeAll(async () => {
  const files = Object.entries(KINDS).map(([name, kind]) => ({
    file: name,
    text: yamlOf(name, kind, 'mail'),
  }));
  const slos = readSlos([...files, { file: 'parts.yaml', text: PARTS }], { pipelines: new Map() });
  const beginNs = NOON - 240n * MINUTE_NS;
  server = await startTestServer({ config: { ...sloConfig(), slos }, nowNs: beginNs });
  await staysUp(server, { fromNs: beginNs, toNs: NOON });
  // What the server does itself it counts by its own clock: nothing but refusals in the last two hours.
  for (let index = 0; index < 48; index++) {
    server.nowNs = beginNs + BigInt(index * 5) * MINUTE_NS;
    if (index < 24) await server.send([]);
    else await refused(server.nowNs);
  }
  server.nowNs = NOON;
  // A run every five minutes; all that is of the last two hours goes wrong.
  const spans = Array.from({ length: 48 }, (_, index) => {
    const startNs = NOON - BigInt(240 - index * 5) * MINUTE_NS;
    const failed = index >= 24;
    const trace = new TraceMaker({
      startNs,
      common: { 'pipeline.name': 'mail', 'pipeline.run.id': `run-${index}` },
    });
    const run = trace.span({
      name: 'run',
      lastsMs: 30_000,
      failed,
      attributes: { 'pipeline.run.outcome': failed ? 'failed' : 'succeeded' },
    });
    return [
      run,
      trace.span({
        parent: run,
        name: 'load',
        lastsMs: 20_000,
        failed,
        attributes: {
          'pipeline.step.name': 'load',
          'dataset.name': 'mails',
          'pipeline.rows.in': 100,
          'pipeline.rows.failed': failed ? 100 : 0,
        },
      }),
      trace.span({
        parent: run,
        name: 'chat',
        lastsMs: failed ? 900 : 100,
        failed,
        attributes: chat('wren', { output: 10 }, { 'tag.customer': 'acme' }),
      }),
      trace.span({
        parent: run,
        name: 'check',
        attributes: {
          'quality.check.name': 'no holes',
          'quality.check.outcome': failed ? 'failed' : 'passed',
        },
      }),
      ...tries({
        atNs: startNs,
        pipeline: 'mail',
        run: `run-${index}`,
        outcomes: failed ? ['failed', 'failed'] : ['succeeded'],
      }),
    ];
  }).flat();
  await server.send(spans);
  server.nowNs = NOON + 1n;
});
afterAll(() => server.close());

/** A request that found the server too busy. */
const refused = (atNs: bigint) =>
  server.running.store.command('countServer', {
    minutesNs: [atNs - (atNs % MINUTE_NS)],
    events: ['ingest'],
    outcomes: ['refused'],
    counts: [1n],
    buckets: [''],
  });

async function replay(asked: object): Promise<Replay> {
  const { status, body } = await post(server, '/api/slos/replay', {
    from: '2026-06-10T07:00:00Z',
    to: '2026-06-10T12:00:00Z',
    ...asked,
  });
  expect([status, body['detail']]).toEqual([200, undefined]);
  return replaySchema.parse(body);
}

const counts = ({ series }: Replay) => [
  series.reduce((sum, { good }) => sum + good, 0),
  series.reduce((sum, { total }) => sum + total, 0),
];

test.each(Object.entries(KINDS))(
  '%s are replayed from what was counted, and counted where they never were',
  async (name, kind) => {
    const standing = await replay({ slo: name });
    const proposed = await replay({ yaml: yamlOf('proposed', kind, '[mail, nobody]') });
    expect(counts(standing)).toEqual([kind.good, kind.total]);
    expect(counts(proposed)).toEqual([kind.good, kind.total]);
    const [told] = standing.runs;
    expect(told?.fires.some(({ severity }) => severity === 'page')).toBe(true);
    expect(proposed.runs[0]).toEqual({ ...told, what: 'proposed' });
  },
);

test('a policy, or an indicator, alone is tried on the SLO that stands, and what an SLO refers to is found in its files', async () => {
  const { slos } = await server.get('/api/slos', slosSchema).then(({ items }) => ({
    slos: items.map(({ name }) => name).filter((name) => name.startsWith('by-parts')),
  }));
  expect(slos).toHaveLength(2);
  const [strict = ''] = slos.filter((name) => name.includes('strict'));
  const told = ({ runs }: Replay) =>
    runs.map(({ what, pages, tickets }) => [what, pages > 0, tickets > 0]);
  // Another factor for the policy that it names, and one of another name in its place.
  for (const name of ['slow', 'other']) {
    expect(told(await replay({ slo: strict, yaml: policyOf(name, 99) }))).toEqual([
      ['proposed', false, true],
      ['standing', false, true],
    ]);
  }
  expect(told(await replay({ slo: 'runs', yaml: policyOf('slow', 9.5) }))).toEqual([
    ['proposed', false, true],
    ['standing', true, true],
  ]);
  const bySteps = PARTS.split('---')[1]?.replaceAll('pipeline: mail', 'pipeline: nobody') ?? '';
  const [proposed] = (await replay({ slo: strict, yaml: bySteps })).runs;
  expect(proposed).toMatchObject({ pages: 0, tickets: 0, budgetLeft: null });
  // The text of the SLO as its page has it: two objectives, and references to other objects.
  expect(told(await replay({ slo: strict, yaml: BY_PARTS }))).toEqual([
    ['proposed', false, true],
    ['standing', false, true],
  ]);
  const refused = async (asked: object) => {
    const { status, body } = await post(server, '/api/slos/replay', {
      from: '2026-06-10T07:00:00Z',
      to: 'now',
      ...asked,
    });
    return [status, body['field'], body['detail']];
  };
  expect(await refused({ yaml: BY_PARTS })).toEqual([
    400,
    'yaml',
    expect.stringContaining('defines 2 SLOs: say with slo which'),
  ]);
  expect(await refused({ yaml: policyOf('slow', 2) })).toEqual([
    400,
    'yaml',
    expect.stringContaining('say with slo whose'),
  ]);
  expect(await refused({ yaml: BY_PARTS.replace('runs-ok', 'nothing'), slo: strict })).toEqual([
    400,
    'yaml',
    expect.stringContaining('there is no SLI nothing'),
  ]);
  expect(
    await refused({
      yaml: yamlOf('proposed', KINDS['sql'] as Kind, 'x').replace('attempts', 'secrets'),
    }),
  ).toEqual([400, 'yaml', expect.stringContaining('secrets')]);
});
