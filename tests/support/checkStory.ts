/** A server with something to say to every question of a check, and what is asked of it. */
import { parseCron } from '@burnbook/domain/slo/cron';
import { MINUTE_NS, parseTime } from '@burnbook/domain/time';
import { budgetsSchema } from '../../server/config/budgetsFile.js';
import type { Config } from '../../server/config/config.js';
import { checkAnswerSchema, type CheckAnswer } from '../../server/contract.js';
import { batchesWithFailures, dearBatches, operations } from './alerts.js';
import { hook, settingsOf } from './notifyStory.js';
import { ratio, sloConfig, sloOf, tries } from './slos.js';
import type { SpanSpec } from './spanSpec.js';
import { TEST_CONFIG } from './testConfig.js';
import type { TestServer } from './testServer.js';
import { chat, TraceMaker } from './traceMaker.js';

export const START_NS = parseTime('2026-05-04T10:00:00Z') ?? 0n;
/** When all of it happened: what happens now is not over. */
const SENT_NS = START_NS - MINUTE_NS;

/** When the last was heard of the pipeline `silent`. */
export const SILENT_NS = START_NS - 50n * MINUTE_NS;

export const CHECK_CONFIG: Config = {
  ...sloConfig(
    sloOf({ name: 'mail-attempts' }),
    sloOf({
      name: 'silent-attempts',
      indicator: ratio('attempts', { pipeline: ['silent'] }),
      pipelines: ['silent'],
    }),
    sloOf({
      name: 'nobody-runs',
      indicator: ratio('runs', { pipeline: ['nobody'] }),
      pipelines: ['nobody'],
    }),
    sloOf({
      name: 'nightly-on-time',
      indicator: { kind: 'deadline', pipeline: 'nightly', weight: 'occurrences' },
      policies: [],
      pipelines: ['nightly'],
      target: 0.5,
    }),
  ),
  schedules: new Map([
    [
      'nightly',
      {
        cron: parseCron('0 2 * * *'),
        timeZone: 'UTC',
        deadlineNs: 120n * MINUTE_NS,
        holidays: new Set<number>(),
      },
    ],
  ]),
  budgets: budgetsSchema.parse({
    budgets: ['spender', 'unpriced', 'nobody'].map((pipeline) => ({
      id: pipeline,
      scope: { pipeline },
      period: 'month',
      timeZone: 'UTC',
      amountUsd: '1',
    })),
  }),
  notify: settingsOf(
    `destinations:\n${hook('hook', 'http://127.0.0.1:9/', ', severities: [page, ticket]')}${hook('quiet', 'http://127.0.0.1:9/', ', severities: [page], matchers: { pipeline: nobody }')}heartbeats:\n  - { name: nightly, everySeconds: 3600, owner: ann }\n  - { name: never, everySeconds: 3600, owner: ann }\n`,
  ),
  pipelines: {
    ...TEST_CONFIG.pipelines,
    batchCostAboveNormal: { minUsd: '0.000001' },
    retryWasteHigh: { minUsd: '0.000001' },
    pipelines: [{ name: 'storm', owner: 'data-platform' }],
  },
};

/** What the pipelines sent. */
export const checkSpans = (): SpanSpec[] => [
  ...operations('calm', { atNs: SENT_NS, count: 20, attempts: 1 }),
  ...operations('calm', { atNs: SENT_NS, count: 20, attempts: 2, errorClass: 'invalid_output' }),
  ...operations('storm', { atNs: SENT_NS, count: 20, attempts: 2, tokens: 100 }),
  ...limited(),
  ...burning(),
  ...calls(),
  ...steps(),
  ...dropping(),
  ...spending(),
  ...batchesWithFailures('grows', [10, 12, 8, 10, 31, 40], START_NS),
  ...batchesWithFailures('young', [10, 10, 40, 40], START_NS),
  ...dearBatches(START_NS),
  ...nightly(),
];

function limited(): SpanSpec[] {
  const story = { atNs: SENT_NS, count: 15, attempts: 2, errorClass: 'rate_limited' };
  return operations('limits', story).map((span) => ({
    ...span,
    attributes: { ...span.attributes, 'gen_ai.provider.name': 'limits' },
  }));
}

/** Two of ten attempts fail, in a run that telemetry covers. */
function burning(): SpanSpec[] {
  const run = new TraceMaker({
    startNs: SENT_NS - 20n * MINUTE_NS,
    common: { 'pipeline.name': 'mail-etl', 'pipeline.run.id': 'whole' },
  });
  return [
    run.span({
      name: 'run',
      lastsMs: 20 * 60_000,
      attributes: { 'pipeline.run.outcome': 'succeeded', 'pipeline.run.kind': 'manual' },
    }),
    ...Array.from({ length: 10 }, (_, index) =>
      tries({
        atNs: SENT_NS - BigInt(index) * MINUTE_NS,
        outcomes: [index < 2 ? 'failed' : 'succeeded'],
      }),
    ).flat(),
  ];
}

/** A run that announced itself, tried something, and went silent. */
export function silentSpans(): SpanSpec[] {
  const trace = new TraceMaker({
    startNs: SILENT_NS,
    common: { 'pipeline.name': 'silent', 'pipeline.run.id': 'lost' },
  });
  const attempt = {
    'pipeline.step.name': 'ask',
    'pipeline.operation.id': 'only',
    'pipeline.attempt.number': 1,
    'pipeline.attempt.outcome': 'succeeded',
  };
  return [
    trace.span({ lastsMs: 0, attributes: { 'pipeline.event': 'start' } }),
    trace.span({ parent: trace.missing(), atMs: 1, attributes: attempt }),
  ];
}

/** Twenty calls, of 0.1 s, 0.2 s, … 2 s. */
function calls(): SpanSpec[] {
  const trace = new TraceMaker({ startNs: SENT_NS, common: { 'pipeline.name': 'calls' } });
  return Array.from({ length: 20 }, (_, index) =>
    trace.span({ lastsMs: 100 * (index + 1), attributes: chat('wren', { input: 1 }) }),
  );
}

function steps(): SpanSpec[] {
  const trace = new TraceMaker({
    startNs: SENT_NS,
    common: { 'pipeline.name': 'rows', 'pipeline.run.id': 'r', 'pipeline.batch.id': 'b' },
  });
  return [
    trace.span({
      attributes: {
        'pipeline.step.name': 'gate',
        'pipeline.rows.in': 1_000,
        'pipeline.rows.out': 950,
        'pipeline.rows.failed': 50,
      },
    }),
    trace.span({ lastsMs: 1_000, attributes: { 'dataset.name': 'mail-features' } }),
  ];
}

function dropping(): SpanSpec[] {
  const trace = new TraceMaker({ startNs: SENT_NS, common: { 'pipeline.name': 'lossy' } });
  return [trace.span({ attributes: { 'pipeline.run.id': 'r', 'burnbook.dropped_spans': 12 } })];
}

/** Twenty cents of a dollar; and calls of which four in five have no price. */
function spending(): SpanSpec[] {
  const of = (pipeline: string) =>
    new TraceMaker({ startNs: SENT_NS, common: { 'pipeline.name': pipeline } });
  const unpriced = of('unpriced');
  const models = ['wren', 'nobody-knows', 'nobody-knows', 'nobody-knows', 'nobody-knows'];
  return [
    of('spender').span({ attributes: chat('wren', { input: 0, output: 20_000_000 }) }),
    ...models.map((model) => unpriced.span({ attributes: chat(model, { input: 1_000 }) })),
  ];
}

function nightly(): SpanSpec[] {
  const run = (day: string, outcome: string) =>
    new TraceMaker({
      startNs: parseTime(`${day}T02:10:00Z`) ?? 0n,
      common: { 'pipeline.name': 'nightly', 'pipeline.run.id': day, 'pipeline.batch.id': day },
    }).span({
      name: 'run',
      lastsMs: 60_000,
      failed: outcome === 'failed',
      attributes: { 'pipeline.run.kind': 'scheduled', 'pipeline.run.outcome': outcome },
    });
  return [run('2026-05-03', 'failed'), run('2026-05-04', 'succeeded')];
}

/** Asks the API. */
export function ask(
  server: TestServer,
  question: string,
  query: Readonly<Record<string, string>>,
): Promise<CheckAnswer> {
  const search = new URLSearchParams(query).toString();
  return server.get(`/api/checks/${question}?${search}`, checkAnswerSchema);
}
